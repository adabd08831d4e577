"""Shapes of each language that cost most where somebody counts wrongly: chains, crosses, nests.

Each gives the document of about a size.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

Shape: TypeAlias = Callable[[int], bytes]


def repeated(unit: str, *, before: str = "", after: str = "", joint: str = "") -> Shape:
    """Return a shape of many *unit*s; in each ``{n}`` is its number, ``{m}`` the last one."""
    each = len(unit) + len(joint) + 2

    def document(size: int) -> bytes:
        units = (
            unit.replace("{n}", str(at)).replace("{m}", str(max(at - 1, 0)))
            for at in range(max(1, size // each))
        )
        return (before + joint.join(units) + after).encode()

    return document


def nested(opening: str, closing: str, *, inside: str = "", most: int = 1 << 20) -> Shape:
    """Return a shape in which something lies in itself, *most* times at the most."""

    def document(size: int) -> bytes:
        times = min(most, max(1, size // (len(opening) + len(closing))))
        return (opening * times + inside + closing * times).encode()

    return document


def manifest(make: Callable[[int], Any], *, each: int) -> Shape:
    """Return a shape of an object in JSON of which *make* gives one with so many parts."""
    return lambda size: json.dumps(make(max(1, size // each))).encode()


def _numbers(count: int) -> Iterable[int]:
    return range(count)


HCL: Final = (
    repeated("a{n} = {n}\n"),
    repeated('resource "x" "y{n}" {\n  a = [1, 2]\n}\n'),
    repeated("1 + ", before="a = ", after="1\n"),
    repeated("true ? ", before="a = ", after="1\n"),
    repeated("x.", before="a = ", after="y\n"),
    repeated("[0]", before="a = x", after="\n"),
    repeated("${a}", before='a = "', after='"\n'),
    repeated("%{ if a }b%{ endif }", before='a = "', after='"\n'),
    repeated("line {n}\n", before="a = <<-E\n", after="E\n"),
    repeated("<<E\n", before="a = "),
    repeated("# comment\n"),
    repeated("/* ", after="*/"),
    nested("a {\n", "}\n"),
    nested("[", "]", inside="1"),
    nested('"${', '}"'),
)
TERRAFORM: Final = (
    *(
        repeated(
            "a{n} = [local.a{m}, local.a{m}]\n",
            before="locals {\n",
            after=f'}}\nresource "aws_instance" "x" {{\n  tags = {{ Name = {use} }}\n}}\n',
        )
        for use in (
            "local.a9",
            "length(flatten(local.a60))",
            "jsonencode(local.a60)",
            'local.a60 == local.a59 ? "a" : "b"',
            "length(distinct([local.a60, local.a59]))",
            "contains(local.a60, local.a59)",
        )
    ),
    repeated('"k{n}" = "v"\n', before="locals {\n a = {\n", after="}\n}\n"),
    repeated("(var.x) = 1\n k{n} = 1\n", before="locals {\n a = {\n", after="}\n}\n"),
    repeated("local.m, var.x, ", before="locals {\n m = {a=1}\n a = merge(", after="{})\n}\n"),
    repeated('module "m{n}" {\n  source = "./m"\n  count = 3\n}\n'),
    repeated("x{n} = local.x{m}\n", before="locals {\n"),
)
JINJA: Final = (
    repeated("[{n}]", before="{{ [", after="] | string }}", joint=","),
    repeated(" ~ 'a'", before="{{ 'a'", after=" }}"),
    repeated(" | upper", before="{{ 'a'", after=" }}"),
    repeated(" or l == l", before="{{ false", after=" }}"),
    repeated("{% for i in l %}{{ i }}{% endfor %}"),
    repeated("{{ l | sort | join }}"),
    nested("{% for i in l %}", "{% endfor %}"),
    nested("{{ [", "] }}"),
    nested("(", ")", inside="1"),
)
PLAYBOOK: Final = (
    repeated(
        '    a{n}: "{{ [a{m}, a{m}] }}"\n',
        before="- hosts: all\n  vars:\n    aa: 1\n",
        after="  tasks: [{shell: 'kubectl label node w1 x={{ a40 == a39 }}'}]\n",
    ),
    repeated(
        "    - shell: kubectl label node {{ inventory_hostname }} a{n}=b\n",
        before="- hosts: all\n  tasks:\n",
    ),
    repeated(
        "    - debug: {}\n      when: a{n} is defined and x{m} == 'y'\n",
        before="- hosts: all\n  tasks:\n",
    ),
    repeated("w{n}", before="- hosts: '", after="'\n  tasks: []\n", joint=":!"),
    repeated("- hosts: w{n}\n  tasks: [{shell: kubectl label node w1 a=b}]\n"),
    repeated("[x{n}]", before="- hosts: all[", after="]\n  tasks: []\n", joint=":"),
)
PATTERNS: Final = (
    repeated("w{n}", joint=":!"),
    repeated("w{n}*", joint=","),
    repeated(":&all"),
    repeated("all[0:", after="]"),
    repeated("["),
)
GO: Final = (
    repeated("{{$l := list $l $l}}", before="{{$l := list 1}}", after="{{toJson $l}}"),
    repeated('{{$x := printf "%s%s" $x $x}}', before='{{$x := "a"}}', after="{{$x}}"),
    repeated("{{$v{n} := 1}}", after="{{range .l}}{{if 1}}{{end}}{{end}}"),
    repeated(" | upper", before="{{ .a", after=" }}"),
    repeated(" (.a)", before="{{ quote", after=" }}"),
    repeated("{{range $.l}}", after="{{end}}"),
    nested("{{range $.l}}", "{{end}}", most=3000),
    nested("{{if 1}}", "{{else}}{{end}}"),
    nested("(", ")", inside="1"),
)
YAML: Final = (
    repeated("- &a{n} [*a{m}, *a{m}]\n", before="- &a0 [1]\n"),
    repeated("a{n}: &a{n} {<<: *a{m}, k{n}: 1}\n", before="x: &a0 {a: 1}\n"),
    repeated("<<: *a\n", before="- &a {a: 1}\n-\n"),
    repeated("k{n}: 1\n"),
    repeated("same: 1\n"),
    repeated("---\na: 1\n"),
    repeated("- |\n  text\n"),
    repeated("? "),
    repeated("!!str "),
    repeated("&a "),
    repeated("# comment\n"),
    repeated(" "),
    repeated("\t"),
    repeated("\u0085"),
    repeated("\ufeff"),
    repeated("'"),
    repeated('"\\u0041'),
    repeated("a: "),
    repeated("- "),
    nested("[", "]"),
    nested("{a: ", "}"),
    nested("- ", ""),
)
ANSIBLE_INI: Final = (
    repeated("[g{n}:children]\ng{m}\n"),
    repeated("h{n} a=b\n", before="[g]\n"),
    repeated("h[001:999]\n"),
    repeated("[a:b]", before="h"),
    repeated("a={n} ", before="h "),
    repeated('"', before="h a="),
)
GROUPS: Final = (
    repeated("g{n}: {children: {g{m}: {}}}\n"),
    repeated("  h{n}: {a: b}\n", before="all:\n hosts:\n"),
    repeated("h[001:999]:\n", before="all:\n hosts:\n"),
)


def _set(generators: list[Any], template: str = "{{.a}}") -> Any:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "s", "namespace": "argocd"},
        "spec": {
            "goTemplate": True,
            "generators": generators,
            "template": {
                "metadata": {"name": template},
                "spec": {
                    "source": {"repoURL": "https://x/y", "path": "{{.a}}"},
                    "destination": {"name": "in-cluster"},
                },
            },
        },
    }


def _list(count: int) -> Any:
    return {"list": {"elements": [{"a": f"a{at}"} for at in _numbers(count)]}}


def _deep(count: int) -> Any:
    generator: Any = _list(2)
    for _ in _numbers(min(count, 200)):
        generator = {"matrix": {"generators": [generator, _list(2)]}}
    return generator


APPLICATION_SETS: Final = (
    manifest(lambda count: _set([_list(count)]), each=20),
    manifest(lambda count: _set([_list(1)] * count), each=40),
    manifest(
        lambda count: _set([{"matrix": {"generators": [_list(count), _list(count)]}}]), each=40
    ),
    manifest(
        lambda count: _set(
            [{"merge": {"mergeKeys": ["a"], "generators": [_list(count), _list(count)]}}]
        ),
        each=40,
    ),
    manifest(lambda count: _set([_deep(count)]), each=120),
    manifest(lambda count: _set([_list(200)], "{{range .x}}" * 5 + "x" * count), each=1),
    manifest(
        lambda count: _set(
            [
                {"git": {"repoURL": "x", "directories": [{"path": "**" * 3 + str(at)}]}}
                for at in _numbers(count)
            ]
        ),
        each=60,
    ),
)


def _kustomization(**fields: Any) -> Any:
    return {"resources": ["deployment.yaml"], **fields}


_PATCH: Final = "kind: Deployment\nmetadata: {name: api}\nspec: {replicas: 1}\n"
KUSTOMIZATIONS: Final = (
    manifest(lambda count: _kustomization(patches=[{"patch": _PATCH}] * count), each=90),
    manifest(
        lambda count: _kustomization(patches=[{"patch": _PATCH, "target": {"name": ".*"}}] * count),
        each=120,
    ),
    manifest(lambda count: _kustomization(resources=["deployment.yaml"] * count), each=20),
    manifest(lambda count: _kustomization(components=["part"] * count), each=10),
    manifest(
        lambda count: _kustomization(images=[{"name": f"i{at}"} for at in _numbers(count)]), each=20
    ),
    manifest(
        lambda count: _kustomization(
            configMapGenerator=[{"name": f"c{at}", "literals": ["a=b"]} for at in _numbers(count)]
        ),
        each=50,
    ),
    manifest(
        lambda count: _kustomization(
            replacements=[{"source": {"kind": "A"}, "targets": [{"select": {}}]}] * count
        ),
        each=60,
    ),
    manifest(
        lambda count: _kustomization(commonLabels={f"l{at}": "x" for at in range(count)}), each=12
    ),
)


def _workload(count: int, field: str, part: Callable[[int], Any]) -> Any:
    parts = [part(at) for at in _numbers(count)]
    container = {"name": "main", "image": "x", field: parts}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a", "labels": {f"l{at}": "x" for at in range(count)}},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"spec": {"containers": [container]}},
        },
    }


OBJECTS: Final = (
    manifest(
        lambda count: _workload(count, "env", lambda at: {"name": f"E{at}", "value": "x"}), each=40
    ),
    manifest(
        lambda count: _workload(count, "ports", lambda at: {"containerPort": at + 1}), each=30
    ),
    manifest(lambda count: _workload(count, "args", str), each=14),
    manifest(
        lambda count: {
            "apiVersion": "v1",
            "kind": "List",
            "items": [_workload(1, "env", str)] * count,
        },
        each=300,
    ),
    manifest(
        lambda count: {
            "apiVersion": "example.org/v1",
            "kind": "Thing",
            "metadata": {"name": "a"},
            "spec": {f"f{at}": [{"a": {"b": at}}] for at in _numbers(count)},
        },
        each=30,
    ),
)
RULES: Final = (
    manifest(
        lambda count: {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "argocd-cm"},
            "data": {
                f"resource.customizations.ignoreDifferences.apps_K{at}": "jsonPointers: [/a]"
                for at in _numbers(count)
            },
        },
        each=80,
    ),
    manifest(
        lambda count: {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "argocd-cm"},
            "data": {"resource.exclusions": json.dumps([{"kinds": ["*" * 9]}] * count)},
        },
        each=26,
    ),
)
SHELL: Final = (
    repeated("kubectl label node w{n} a=b && "),
    repeated("$(", after=")"),
    repeated("'"),
    repeated("a=b "),
    repeated("\\\n"),
    repeated("<<E\n"),
    repeated("for i in a; do ", after="done"),
)
PROMQL: Final = (
    repeated("a + ", after="a"),
    repeated('b{n}="c",', before="a{", after="}"),
    nested("sum(", ")", inside="a"),
    nested("(", ")", inside="a"),
)
HEADERS: Final = (
    repeated("text/html;q=0.{n},"),
    repeated(","),
    repeated(";q=1"),
    repeated("gzip, "),
)

BY_TARGET: Final = {
    "hcl": HCL,
    "terraform-directory": TERRAFORM,
    "terraform-expression": tuple(
        repeated(unit, after="1")
        for unit in ("1 + ", "!", "-", "(", "[", "{a=", "true ? 1 : ", "a.*.")
    ),
    "jinja": JINJA,
    "condition": tuple(repeated(unit, after="1") for unit in ("not ", "n == 1 or ", "(", "l == ")),
    "playbook": PLAYBOOK,
    "host-pattern": PATTERNS,
    "inventory-ini": ANSIBLE_INI,
    "inventory-yaml": GROUPS,
    "group-variables": YAML,
    "go-template": GO,
    "application-set": APPLICATION_SETS,
    "kustomization": KUSTOMIZATIONS,
    "objects": OBJECTS,
    "plain-manifests": OBJECTS,
    "helm-output": OBJECTS,
    "argocd-cm": RULES,
    "shell": SHELL,
    "yaml": YAML,
    "promql": PROMQL,
    "negotiate": HEADERS,
}
"""The shapes of each target's language."""

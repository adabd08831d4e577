"""Features of charts, each as small files with what must be rendered of them."""

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.options import Parameter

Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Feature:
    """A chart's *files* and *options*; *shown* is the value of each Deployment, by its name.

    *differs* has what helm 4 renders where it is something else than helm 3 does.
    """

    name: str
    files: Files
    shown: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    differs: Mapping[str, str] | None = None


def chart(name: str = "app", *, at: str = "chart", more: str = "") -> dict[str, str | bytes]:
    text = f"apiVersion: v2\nname: {name}\nversion: 1.2.3\nappVersion: '9'\n{more}"
    return {f"{at}/Chart.yaml": text}


def show(expression: str, *, name: str = "x", before: str = "") -> str:
    """Return a template of a Deployment that carries what an expression gives as JSON."""
    return f"""\
{before}apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  annotations:
    shown: {{{{ {expression} | toJson | quote }}}}
spec:
  replicas: 1
"""


def packed(files: Files) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:gz") as archive:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return output.getvalue()


def one(name: str, expression: str, shown: str, **options: Any) -> Feature:
    """Return a feature that shows in one expression over a chart with some values."""
    return Feature(
        name,
        {
            **chart(),
            "chart/values.yaml": "a: 1\nb: {c: x, d: [1, 2]}\ntext: 'hi {{ .Release.Name }}'\n",
            "chart/templates/x.yaml": show(expression),
        },
        {"x": shown},
        options,
    )


def sub(
    more: str, values: str = "", sub_values: str = "v: own\n", **extra: str
) -> dict[str, str | bytes]:
    """Return a chart with another one in ``charts/``, which shows its values."""
    return {
        **chart(more=more),
        "chart/values.yaml": values,
        **chart("sub", at="chart/charts/sub"),
        "chart/charts/sub/values.yaml": sub_values,
        "chart/charts/sub/templates/s.yaml": show(".Values.v", name="s"),
        **extra,
    }


DEPENDENCY = "dependencies:\n- {name: sub, version: 1.2.3, repository: ''"
LIBRARY = {
    **chart(more="dependencies: [{name: lib, version: 1.2.3}]\n"),
    "chart/charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.2.3\ntype: library\n",
    "chart/charts/lib/templates/_l.tpl": '{{ define "lib.hi" }}hi {{ .Chart.Name }}{{ end }}',
    "chart/templates/x.yaml": show('include "lib.hi" .'),
}
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %s.example.org}
spec:
  names: {kind: Deployment}
"""

FEATURES = [
    one("release name", ".Release.Name", '"shop"'),
    one("release namespace", ".Release.Namespace", '"web"', namespace="web"),
    one("release without namespace", ".Release.Namespace", '"default"'),
    one("release is an install", ".Release.IsInstall", "true"),
    one("release revision", ".Release.Revision", "1"),
    one("release service", ".Release.Service", '"Helm"'),
    one("chart version", ".Chart.Version", '"1.2.3"'),
    one("app version", ".Chart.AppVersion", '"9"'),
    one("template name", ".Template.Name", '"app/templates/x.yaml"'),
    one("values of the chart", ".Values.b", '{"c":"x","d":[1,2]}'),
    one("inline values", ".Values.a", "2", values="a: 2"),
    one("inline values merge maps", ".Values.b", '{"c":"z","d":[1,2]}', values="b: {c: z}"),
    one("inline values replace lists", ".Values.b.d", "[3]", values="b: {d: [3]}"),
    one("null removes a default", '.Values.b | keys | join ","', '"d"', values="b: {c: null}"),
    one("parameter", ".Values.a", "3", parameters=(Parameter(name="a", value="3"),)),
    one(
        "parameter as a text",
        ".Values.a",
        '"3"',
        parameters=(Parameter(name="a", value="3", force_string=True),),
    ),
    one("nested parameter", ".Values.b.c", '"z"', parameters=(Parameter(name="b.c", value="z"),)),
    one(
        "indexed parameter",
        ".Values.b.d",
        "[null,9]",
        parameters=(Parameter(name="b.d[1]", value="9"),),
    ),
    one(
        "list in braces", ".Values.a", '["x","y"]', parameters=(Parameter(name="a", value="{x,y}"),)
    ),
    one(
        "comma in a parameter", ".Values.a", '"x,y"', parameters=(Parameter(name="a", value="x,y"),)
    ),
    one("escaped comma", ".Values.a", '"x,y"', parameters=(Parameter(name="a", value="x\\,y"),)),
    one(
        "escaped dot",
        'index .Values "p.q"',
        '"1x"',
        parameters=(Parameter(name="p\\.q", value="1x"),),
    ),
    one(
        "null parameter",
        'hasKey .Values "a"',
        "false",
        parameters=(Parameter(name="a", value="null"),),
    ),
    one("tpl", "tpl .Values.text .", '"hi shop"'),
    one("tpl sees values", 'tpl "{{ .Values.b.c }}" .', '"x"'),
    one("lookup finds nothing", 'lookup "v1" "Secret" "a" "b"', "{}"),
    one("kube version", ".Capabilities.KubeVersion.Version", '"v1.31.2"'),
    one(
        "kube version of the source",
        ".Capabilities.KubeVersion.Minor",
        '"29"',
        kube_version="1.29.0",
    ),
    one("api of Kubernetes", '.Capabilities.APIVersions.Has "apps/v1"', "true"),
    one("api that is not there", '.Capabilities.APIVersions.Has "example.org/v1"', "false"),
    one(
        "api of the source",
        '.Capabilities.APIVersions.Has "example.org/v1/A"',
        "true",
        api_versions=("example.org/v1/A",),
    ),
    one("version comparison", 'semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version', "true"),
    one("required", 'required "say a" .Values.a', "1"),
    one("default", ".Values.missing | default 7", "7"),
    one("dig", 'dig "b" "c" "none" .Values.AsMap', '"x"'),
    one("sprig", '"a-b" | replace "-" "_" | upper', '"A_B"'),
    one("from yaml", 'fromYaml "a: [1]"', '{"a":[1]}'),
    one("to yaml", "toYaml .Values.b", '"c: x\\nd:\\n- 1\\n- 2"'),
    Feature(
        "values of a file, the later one counts",
        {
            **chart(),
            "chart/values.yaml": "a: 0\nb: 0\nc: 0",
            "chart/one.yaml": "a: 1\nb: 1",
            "environments/two.yaml": "b: 2",
            "chart/templates/x.yaml": show("list .Values.a .Values.b .Values.c"),
        },
        {"x": "[1,2,0]"},
        {"value_files": ("one.yaml", "../environments/two.yaml")},
    ),
    Feature(
        "file parameter",
        {**chart(), "chart/f.txt": "text\n", "chart/templates/x.yaml": show(".Values.f")},
        {"x": '"text\\n"'},
        {"file_parameters": (("f", "f.txt"),)},
    ),
    Feature(
        "files get",
        {**chart(), "chart/f.txt": "text", "chart/templates/x.yaml": show('.Files.Get "f.txt"')},
        {"x": '"text"'},
    ),
    Feature(
        "files glob",
        {
            **chart(),
            "chart/d/a.txt": "1",
            "chart/d/b.txt": "2",
            "chart/templates/x.yaml": show('(.Files.Glob "d/*.txt").AsConfig'),
        },
        {"x": '"a.txt: \\"1\\"\\nb.txt: \\"2\\""'},
    ),
    Feature(
        "ignored files",
        {
            **chart(),
            "chart/.helmignore": "*.txt\ntemplates/y.yaml\n",
            "chart/f.txt": "text",
            "chart/templates/x.yaml": show('.Files.Get "f.txt"'),
            "chart/templates/y.yaml": show("1", name="y"),
        },
        {"x": '""'},
    ),
    Feature(
        "partials are no objects",
        {
            **chart(),
            "chart/templates/_p.tpl": '{{ define "p" }}{{ .Chart.Name }}{{ end }}',
            "chart/templates/NOTES.txt": "Thank you",
            "chart/templates/x.yaml": show('include "p" .'),
        },
        {"x": '"app"'},
    ),
    Feature(
        "several documents",
        {**chart(), "chart/templates/x.yaml": show("1") + "---\n" + show("2", name="z")},
        {"x": "1", "z": "2"},
    ),
    Feature(
        "range makes objects",
        {
            **chart(),
            "chart/templates/x.yaml": "{{ range $i := until 2 }}---\n"
            + show("$i", name="x{{ $i }}")
            + "{{ end }}",
        },
        {"x0": "0", "x1": "1"},
    ),
    Feature(
        "a template that is switched off",
        {
            **chart(),
            "chart/values.yaml": "on: false",
            "chart/templates/x.yaml": "{{ if .Values.on }}\n" + show("1") + "{{ end }}",
        },
        {},
    ),
    Feature("subchart", sub(""), {"s": '"own"'}),
    Feature("values for a subchart", sub("", "sub: {v: parent}"), {"s": '"parent"'}),
    Feature(
        "global values",
        {
            **sub("", "global: {g: 1}"),
            "chart/charts/sub/templates/s.yaml": show(".Values.global.g", name="s"),
        },
        {"s": "1"},
    ),
    Feature(
        "alias",
        sub(f"{DEPENDENCY}, alias: other}}\n", "other: {v: aliased}"),
        {"s": '"aliased"'},
    ),
    Feature(
        "condition",
        sub(f"{DEPENDENCY}, condition: sub.enabled}}\n", "sub: {enabled: false}"),
        {},
    ),
    Feature("tags", sub(f"{DEPENDENCY}, tags: [back]}}\n", "tags: {back: false}"), {}),
    Feature(
        "condition counts more than tags",
        sub(
            f"{DEPENDENCY}, condition: sub.enabled, tags: [back]}}\n",
            "sub: {enabled: true}\ntags: {back: false}",
        ),
        {"s": '"own"'},
    ),
    Feature(
        "condition by a parameter",
        sub(f"{DEPENDENCY}, condition: sub.enabled}}\n", "sub: {enabled: false}"),
        {"s": '"own"'},
        {"parameters": (Parameter(name="sub.enabled", value="true"),)},
    ),
    Feature(
        "import values by name",
        {
            **sub(f"{DEPENDENCY}, import-values: [data]}}\n", "", "exports: {data: {m: 5}}\n"),
            "chart/charts/sub/templates/s.yaml": "",
            "chart/templates/x.yaml": show(".Values.m"),
        },
        {"x": "5"},
    ),
    Feature(
        "import values by path",
        {
            **sub(
                f"{DEPENDENCY}, import-values: [{{child: deep, parent: up}}]}}\n",
                "",
                "deep: {m: 6}\n",
            ),
            "chart/charts/sub/templates/s.yaml": "",
            "chart/templates/x.yaml": show(".Values.up.m"),
        },
        {"x": "6"},
    ),
    Feature(
        "packed subchart",
        {
            **chart(more=f"{DEPENDENCY}}}\n"),
            "chart/values.yaml": "sub: {v: 8}",
            "chart/charts/sub-1.2.3.tgz": packed(
                {**chart("sub", at="sub"), "sub/templates/s.yaml": show(".Values.v", name="s")}
            ),
        },
        {"s": "8"},
    ),
    Feature(
        "subchart by its path",
        {
            **chart(
                more="dependencies: [{name: sub, version: 1.2.3, repository: 'file://../sub'}]\n"
            ),
            **chart("sub", at="sub"),
            "sub/values.yaml": "v: near",
            "sub/templates/s.yaml": show(".Values.v", name="s"),
        },
        {"s": '"near"'},
    ),
    Feature("library chart", LIBRARY, {"x": '"hi app"'}),
    Feature(
        "definitions come first",
        {**chart(), "chart/crds/c.yaml": CRD % "a", "chart/templates/x.yaml": show("1")},
        {"x": "1"},
    ),
    Feature(
        "schema that holds",
        {
            **chart(),
            "chart/values.yaml": "a: 1",
            "chart/values.schema.json": '{"properties": {"a": {"type": "integer"}}}',
            "chart/templates/x.yaml": show(".Values.a"),
        },
        {"x": "1"},
    ),
    Feature(
        "schema that is skipped",
        {
            **chart(),
            "chart/values.yaml": "a: text",
            "chart/values.schema.json": '{"properties": {"a": {"type": "integer"}}}',
            "chart/templates/x.yaml": show(".Values.a"),
        },
        {"x": '"text"'},
        {"skip_schema_validation": True},
    ),
    Feature(
        "old chart with requirements",
        {
            "chart/Chart.yaml": "apiVersion: v1\nname: app\nversion: 1.2.3\n",
            "chart/requirements.yaml": "dependencies: [{name: sub, version: 1.2.3, condition: on}]",
            "chart/values.yaml": "on: false",
            **chart("sub", at="chart/charts/sub"),
            "chart/charts/sub/templates/s.yaml": show("1", name="s"),
        },
        {},
    ),
    Feature(
        "null default of the chart itself",
        {
            **chart(),
            "chart/values.yaml": "a: null\nb: 1\n",
            "chart/templates/x.yaml": show('hasKey .Values "a"'),
        },
        {"x": "true"},
        differs={"x": "false"},
    ),
    Feature(
        "version of helm",
        {**chart(), "chart/templates/x.yaml": show(".Capabilities.HelmVersion.Version | trunc 3")},
        {"x": '"v3."'},
        differs={"x": '"v4."'},
    ),
    Feature(
        "several documents of values",
        {
            **chart(),
            "chart/values.yaml": "a: 1\n---\na: 2\n",
            "chart/templates/x.yaml": show(".Values.a"),
        },
        {"x": "1"},
        differs={"x": "2"},
    ),
    Feature(
        "keys of the chart as JSON",
        {
            **chart(),
            "chart/templates/x.yaml": show('.Chart | toJson | contains "apiVersion"'),
        },
        {"x": "true"},
        differs={"x": "false"},
    ),
    one("release is no upgrade", ".Release.IsUpgrade", "false"),
    one("name of the chart", ".Chart.Name", '"app"'),
    one("base path of templates", ".Template.BasePath", '"app/templates"'),
    one("to toml", "toToml .Values.b", '"c = \\"x\\"\\nd = [1.0, 2.0]\\n"'),
    one("from json", """fromJson `{"a": {"b": 2}}`""", '{"a":{"b":2}}'),
    one("from yaml array", 'fromYamlArray "[1, x]"', '[1,"x"]'),
    one("regular expressions", 'regexReplaceAll "[a-z]" "abc1" "x"', '"xxx1"'),
    one("semver", '(semver "1.2.3-rc.1").Prerelease', '"rc.1"'),
    one("merge", 'merge (dict "c" 1) .Values.b | keys | sortAlpha | join ","', '"c,d"'),
    one("with and else", "ternary 1 2 (empty .Values.missing)", "1"),
    one("hash", '"a" | sha256sum | trunc 8', '"ca978112"'),
    one(
        "later parameter of a name counts",
        ".Values.a",
        "5",
        parameters=(Parameter(name="a", value="4"), Parameter(name="a", value="5")),
    ),
    one(
        "parameter counts more than inline values",
        ".Values.a",
        "4",
        values="a: 3",
        parameters=(Parameter(name="a", value="4"),),
    ),
    one(
        "parameter with braces and commas",
        ".Values.a",
        '["x,y","z"]',
        parameters=(Parameter(name="a", value="{x\\,y,z}"),),
    ),
    one("large number", ".Values.num", "12345678", values="num: 12345678"),
    one("text that looks like a number", ".Values.num", '"0123"', values="num: '0123'"),
    Feature(
        "lines of a file",
        {
            **chart(),
            "chart/f.txt": "a\nb",
            "chart/templates/x.yaml": show('.Files.Lines "f.txt"'),
        },
        {"x": '["a","b"]'},
    ),
    Feature(
        "file of a subchart is its own",
        {
            **sub(""),
            "chart/f.txt": "parent",
            "chart/charts/sub/f.txt": "child",
            "chart/charts/sub/templates/s.yaml": show('.Files.Get "f.txt"', name="s"),
        },
        {"s": '"child"'},
    ),
    Feature(
        "template in a folder",
        {**chart(), "chart/templates/web/x.yaml": show(".Template.Name")},
        {"x": '"app/templates/web/x.yaml"'},
    ),
    Feature(
        "template as JSON",
        {
            **chart(),
            "chart/templates/x.json": (
                '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x", '
                '"annotations": {"shown": {{ .Values.a | toJson | quote }}}}}'
            ),
            "chart/values.yaml": "a: 1",
        },
        {"x": "1"},
    ),
    Feature(
        "list of objects",
        {
            **chart(),
            "chart/templates/x.yaml": "apiVersion: v1\nkind: List\nitems:\n- "
            + show("1").rstrip().replace("\n", "\n  ")
            + "\n",
        },
        {"x": "1"},
    ),
    Feature(
        "definition of the chart in a subchart",
        {
            **sub(""),
            "chart/templates/_p.tpl": '{{ define "who" }}parent of {{ .Chart.Name }}{{ end }}',
            "chart/charts/sub/templates/s.yaml": show('include "who" .', name="s"),
        },
        {"s": '"parent of sub"'},
    ),
    Feature(
        "the chart's definition counts more than the subchart's",
        {
            **sub(""),
            "chart/templates/_p.tpl": '{{ define "who" }}parent{{ end }}',
            "chart/charts/sub/templates/_p.tpl": '{{ define "who" }}child{{ end }}',
            "chart/charts/sub/templates/s.yaml": show('include "who" .', name="s"),
        },
        {"s": '"parent"'},
    ),
    Feature(
        "subcharts are seen by the chart",
        {**sub(""), "chart/templates/x.yaml": show(".Subcharts.sub.Values.v")},
        {"x": '"own"', "s": '"own"'},
    ),
    Feature(
        "null removes a default of a subchart",
        {
            **sub("", "sub: {v: null}"),
            "chart/charts/sub/templates/s.yaml": show('hasKey .Values "v"', name="s"),
        },
        {"s": "false"},
        differs={"s": "true"},
    ),
    Feature(
        "subchart of a subchart",
        {
            **sub("", "sub: {deep: {v: 3}}"),
            **chart("deep", at="chart/charts/sub/charts/deep"),
            "chart/charts/sub/charts/deep/templates/d.yaml": show(".Values.v", name="d"),
        },
        {"s": '"own"', "d": "3"},
    ),
    Feature(
        "global values reach all depths",
        {
            **sub("", "global: {g: 1}\nsub: {global: {h: 2}}"),
            **chart("deep", at="chart/charts/sub/charts/deep"),
            "chart/charts/sub/charts/deep/templates/d.yaml": show(".Values.global", name="d"),
        },
        {"s": '"own"', "d": '{"g":1,"h":2}'},
    ),
    Feature(
        "one subchart under two names",
        sub(f"{DEPENDENCY}, alias: a}}\n- {{name: sub, version: 1.2.3, alias: b}}\n")
        | {"chart/charts/sub/templates/s.yaml": show(".Chart.Name", name="s-{{ .Chart.Name }}")},
        {"s-a": '"a"', "s-b": '"b"'},
    ),
    Feature(
        "first condition that is there",
        sub(f"{DEPENDENCY}, condition: 'sub.missing,sub.use'}}\n", "sub: {use: false}"),
        {},
    ),
    Feature(
        "condition of an alias",
        sub(f"{DEPENDENCY}, alias: other, condition: other.use}}\n", "other: {use: false}"),
        {},
    ),
    Feature(
        "one of several tags is enough",
        sub(f"{DEPENDENCY}, tags: [a, b]}}\n", "tags: {a: false, b: true}"),
        {"s": '"own"'},
    ),
    Feature(
        "dependency by a range",
        sub("dependencies: [{name: sub, version: ^1.0.0}]\n"),
        {"s": '"own"'},
    ),
    Feature(
        "library with values of the chart",
        {
            **LIBRARY,
            "chart/values.yaml": "lib: {word: hello}",
            "chart/charts/lib/templates/_l.tpl": (
                '{{ define "lib.hi" }}{{ .Values.lib.word }}{{ end }}'
            ),
        },
        {"x": '"hello"'},
    ),
    Feature(
        "packed subchart in a packed subchart",
        {
            **chart(),
            "chart/values.yaml": "sub: {deep: {v: 4}}",
            "chart/charts/sub-1.2.3.tgz": packed(
                {
                    **chart("sub", at="sub"),
                    "sub/charts/deep-1.2.3.tgz": packed(
                        {
                            **chart("deep", at="deep"),
                            "deep/templates/d.yaml": show(".Values.v", name="d"),
                        }
                    ),
                }
            ),
        },
        {"d": "4"},
    ),
    Feature(
        "hooks are objects",
        {
            **chart(),
            "chart/templates/x.yaml": show("1").replace(
                "  annotations:\n", "  annotations:\n    helm.sh/hook: pre-install\n"
            ),
        },
        {"x": "1"},
    ),
    Feature(
        "objects of which helm leaves one alone",
        {
            **chart(),
            "chart/templates/x.yaml": show("1").replace(
                "  annotations:\n", "  annotations:\n    helm.sh/resource-policy: keep\n"
            ),
        },
        {"x": "1"},
    ),
    Feature(
        "definitions of a subchart",
        {**sub(""), "chart/charts/sub/crds/c.yaml": CRD % "b"},
        {"s": '"own"'},
    ),
    Feature(
        "comments make no object",
        {
            **chart(),
            "chart/templates/c.yaml": "# {{ .Values.a }}\n",
            "chart/templates/x.yaml": show("1"),
        },
        {"x": "1"},
    ),
    Feature(
        "values with anchors",
        {
            **chart(),
            "chart/values.yaml": "base: &b {c: 1}\na: {<<: *b, d: 2}\n",
            "chart/templates/x.yaml": show(".Values.a"),
        },
        {"x": '{"c":1,"d":2}'},
    ),
]

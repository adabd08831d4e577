"""The parsers of what stands in a repository."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2.utils import missing

from exporter.declared import globs, manifests
from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.evaluation import evaluate as evaluate_steps
from exporter.declared.ansible.helm import parse_helm
from exporter.declared.ansible.host_patterns import HostPatterns
from exporter.declared.ansible.inventory import parse_inventory
from exporter.declared.ansible.inventory_files import StagedInventory
from exporter.declared.ansible.inventory_lines import scan_ini, scan_yaml
from exporter.declared.ansible.inventory_variables import read_variables
from exporter.declared.ansible.kubectl import parse_command
from exporter.declared.ansible.node_state import NodeState
from exporter.declared.ansible.play_hosts import PlayHostFinder
from exporter.declared.ansible.playbook_expander import PlaybookExpander
from exporter.declared.ansible.shell import parse_script
from exporter.declared.ansible.task_evaluator import TaskEvaluator
from exporter.declared.ansible.task_variables import VariableEnvironment
from exporter.declared.ansible.templates import Budget as TemplateBudget
from exporter.declared.ansible.templates import Templates
from exporter.declared.argocd import application_sets, applications, tools
from exporter.declared.argocd.estimates import Estimates
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.gotemplate import UnsupportedError, from_json, render
from exporter.declared.argocd.ignored import parse_path
from exporter.declared.argocd.rules import parse as parse_rules
from exporter.declared.argocd.stack import stack_of
from exporter.declared.argocd.templating import Budget
from exporter.declared.checkout import Checkout
from exporter.declared.helm.chart import asks, read_chart
from exporter.declared.helm.clocks import at_another_time
from exporter.declared.helm.output import parse as printed
from exporter.declared.helm.plan import plan
from exporter.declared.helm.unsettled import unsettled
from exporter.declared.kubelet import parse_arguments, unresolved_part
from exporter.declared.kustomize import inline, plain
from exporter.declared.kustomize.charts import Inflated, entries
from exporter.declared.kustomize.complaints import explain, shorten
from exporter.declared.kustomize.graph import Loader
from exporter.declared.kustomize.omissions import omissions
from exporter.declared.kustomize.provenance import Tracer
from exporter.declared.located import UnresolvedError as UnknownError
from exporter.declared.located import from_yaml
from exporter.declared.machines.reader import read as read_machines
from exporter.declared.options import NotPlannedError
from exporter.declared.rendered import Manifest
from exporter.declared.repositories import Home
from exporter.declared.terraform.language.budget import Budget as Steps
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.hcl import parse as parse_hcl
from exporter.declared.terraform.language.hcl import parse_expression, parse_template
from exporter.declared.terraform.language.json_syntax import parse_json, parse_json_variables
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.read import parse as parse_terraform
from exporter.domain import regexp
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from exporter.foreign.files import decode
from exporter.settings.declared import MachinesSettings, TerraformSettings

from .target import Target, as_any_text, as_file, as_text, example, kept

_MACHINES = "exporter.declared.machines"
_TERRAFORM = "exporter.declared.terraform"
_ANSIBLE = "exporter.declared.ansible"
_KUSTOMIZE = "exporter.declared.kustomize"
_ARGOCD = "exporter.declared.argocd"
_STEPS = 20_000
_EXPRESSIONS, _TEMPLATES, _SCRIPTS, _GO = map(
    kept, ("terraform-expression", "jinja", "shell", "go-template")
)


GRAPH: Mapping[str, Any] = {
    "all": {"children": ["masters", "workers"]},
    "masters": {"hosts": ["m1"]},
    "workers": {"hosts": ["w1", "w2"], "vars": {"pool": "{{ zone }}"}},
    "_meta": {"hostvars": {"m1": {"zone": "a", "l": ["x"]}, "w1": {"node_labels": {"gpu": "y"}}}},
}


class _Values:
    """The variables of a template."""

    known: Mapping[str, Any] = {"n": 3, "l": ["x", 1], "d": {"k": "{{ n }}"}, "t": "text"}

    def find(self, name: str) -> Any:
        return self.known.get(name, missing)


def _place(path: str, line: int) -> Place:
    return Place(Source.ARGOCD, path, line)


def _expression(text: str) -> object:
    return evaluate(parse_expression(text, "main.tf"), Scope(budget=Steps(steps=_STEPS)))


def _template(text: str) -> object:
    return evaluate(parse_template(text, "main.tf"), Scope(budget=Steps(steps=_STEPS)))


def _terraform(path: str) -> Any:
    return lambda checkout: parse_terraform(TerraformSettings(path=path), checkout=checkout)


def _machines(checkout: Checkout) -> object:
    return read_machines([MachinesSettings(path="m.yaml", nodes=("n",))], checkout=checkout)


def _tasks(checkout: Checkout) -> object:
    documents = Documents(checkout)
    inventory = parse_inventory(
        GRAPH, staged=StagedInventory(), inventory="hosts", checkout=checkout
    )
    expanded = PlaybookExpander(documents).expand(["play.yml"])
    environment = VariableEnvironment(
        variables=read_variables(inventory, folders=["."], documents=documents),
        host_patterns=HostPatterns(inventory.hosts, inventory.members),
        set_at_run_time=expanded.set_at_run_time,
    )
    node_state = NodeState(inventory=("m1", "w1", "w2"))
    evaluator = TaskEvaluator(environment=environment, node_state=node_state, documents=documents)
    exhausted = evaluate_steps(
        expanded.steps,
        evaluator=evaluator,
        host_finder=PlayHostFinder(environment=environment, complete=True),
    )
    return node_state.statements(), node_state.gaps(0), evaluator.unresolved, exhausted


def _jinja(text: str) -> object:
    templates = Templates(TemplateBudget(steps=_STEPS))
    return templates.expand(text, templates.scope(_Values()))


def _condition(text: str) -> object:
    templates = Templates(TemplateBudget(steps=_STEPS))
    return templates.holds(text, templates.scope(_Values()))


def _commands(text: str) -> object:
    found: list[object] = []
    for command in parse_script(text):
        for parse in (parse_command, parse_helm):
            try:
                found.append(parse(command))
            except UnresolvedError as error:
                found.append(error)
    return found


def _printed(text: str) -> object:
    output = yaml.plain(yaml.load(text))
    if not isinstance(output, dict):
        return None
    nowhere = Checkout(Path("/nonexistent"))
    return parse_inventory(output, staged=StagedInventory(), inventory="hosts", checkout=nowhere)


def _graph(checkout: Checkout) -> object:
    graph = Loader(checkout).walk("kustomization.yaml")
    error = ReadError("no resource matches strategic merge patch", reason=Reason.MALFORMED)
    content: JsonObject = {
        "kind": "Deployment",
        "metadata": {"name": "a-api"},
        "spec": {"replicas": 3},
    }
    inflated = Inflated({(one.path, one.index): "kind: A" for one in entries(graph)})
    omitted = omissions(graph, allow_remote=False, place=_place, inflated=inflated)
    return Tracer(_place).built(content, graph), explain(error, graph), omitted.edited(graph)


def _plain(checkout: Checkout) -> object:
    found = plain.read(checkout, ".", recurse=True, tracer=Tracer(_place))
    return manifests.read(found.manifests), list(found.errors)


def _built(text: str) -> object:
    contents = [yaml.plain(one.value) for one in yaml.load_all(text)]
    place = _place("a.yaml", 1)
    found = [Manifest(content=one, place=place) for one in contents if isinstance(one, dict)]
    return manifests.read(found)


def _set(checkout: Checkout) -> object:
    manifest = from_yaml(yaml.load(checkout.read_text("set.yaml")), _place("set.yaml", 1))
    return application_sets.make(manifest, files=Files(Home(checkout), Budget()), namespace="a")


def _hidden(checkout: Checkout) -> object:
    return Estimates(checkout).applications("app.yaml")


def _application(checkout: Checkout) -> object:
    home = Home(checkout)
    manifest = from_yaml(yaml.load(checkout.read_text("app.yaml")), _place("app.yaml", 1))
    parsed = applications.parse(manifest, home=home, origin=applications.Origin())
    return parsed, list(stack_of(parsed, Files(home, Budget()))), _planned(parsed, home)


def _planned(parsed: applications.Parsed, home: Home) -> object:
    """Plan as if every source were a chart."""
    application = parsed.application
    found: list[object] = []
    for index, options in enumerate(parsed.options):
        path = application.sources[index].path
        changed = tools.overridden(options, path, key=application.key, checkout=home.checkout)
        told = tools.helm_options(application, changed, index=index, home=home)
        edited = tools.kustomize_options(application, changed, index=index, home=home)
        found.append((edited, inline.stated(edited)))
        found.append((tools.tool_of(changed, path, home.checkout), told))
        try:
            found.append(plan(told, chart=path, checkout=home.checkout))
        except NotPlannedError:
            continue
    return found


def _ruled(text: str) -> object:
    content = yaml.plain(yaml.load(text))
    if not isinstance(content, dict):
        raise ParseError("is no object")
    return parse_rules(Manifest(content=content, place=_place("cm.yaml", 1)))


def _of_helm(text: str) -> object:
    return unsettled([list(printed(text)), list(printed(text.replace("1", "2")))])


def _chart(checkout: Checkout) -> object:
    chart = read_chart(checkout, "")
    return chart.name, asks(chart.texts()), at_another_time(chart.files)


def _go(text: str) -> object:
    values = {"a": "x-y", "b": "x", "c": False, "d": {"e": 1}, "l": ["p", 2], "m": {"k": [1]}}
    return render(text, from_json(values))


def _glob(text: str) -> object:
    pattern, _, path = text.partition("\n")
    matchers = (globs.match_path, globs.match_pathspec, globs.match_any, globs.match_doublestar)
    return [match(pattern[:500], path[:200]) for match in matchers]


_LOST = (ParseError, ReadError)
_APPS = {
    "apps/a/config.json": '{"env": "a"}',
    "apps/b/config.json": "[1]",
    "apps/a/values.yaml": "a: 1",
}
_BESIDE = {
    "deployment.yaml": kept("objects")[0].decode(),
    "part/kustomization.yaml": "kind: Component\n",
}
_ROLE = {"roles/label/tasks/main.yml": "- shell: kubectl label node w1 a=b\n", "more.yml": "- {}\n"}
_PATHS = ("terraform/main.tf", "terraform/locals.tf", "terraform/variables.tf")

TARGETS = (
    Target(
        name="hcl",
        modules=(
            f"{_TERRAFORM}.language.hcl",
            f"{_TERRAFORM}.language.cursor",
            f"{_TERRAFORM}.language.expressions",
            f"{_TERRAFORM}.language.templates",
        ),
        parse=lambda text: parse_hcl(text, "main.tf"),
        seeds=(
            *example(
                "terraform/main.tf",
                "terraform/locals.tf",
                "terraform/variables.tf",
                "terraform/modules/ec2/main.tf",
            ),
        ),
        allowed=(ParseError,),
        words=_EXPRESSIONS,
    ),
    Target(
        name="regexp",
        modules=("exporter.domain.regexp",),
        parse=lambda text: list(regexp.compile_pattern(text).matches(text)),
        seeds=(b"(?i)^(?P<name>[a-z]+)[^0-9-]*?(a|b)+?\\b$", b"a{1,3}\\d(?:x|)*"),
        allowed=(regexp.PatternError, regexp.UnsupportedPatternError),
        words=(b"(?", b"(?P<", b"[^", b"{2,", b"*?", b"\\b", b"[:alpha:]"),
    ),
    Target(
        name="terraform-expression",
        modules=(
            f"{_TERRAFORM}.language.decimals",
            f"{_TERRAFORM}.language.evaluate",
            f"{_TERRAFORM}.language.functions.dates",
            f"{_TERRAFORM}.language.functions.encoding",
            f"{_TERRAFORM}.language.functions.numbers",
            f"{_TERRAFORM}.language.functions.text",
            f"{_TERRAFORM}.language.json_text",
            f"{_TERRAFORM}.language.values",
            f"{_TERRAFORM}.language.yaml_text",
        ),
        parse=_expression,
        seeds=kept("terraform-expression"),
        allowed=(ParseError,),
        words=_EXPRESSIONS,
    ),
    Target(
        name="terraform-template",
        modules=(f"{_TERRAFORM}.language.templates",),
        parse=_template,
        allowed=(ParseError,),
        words=_EXPRESSIONS,
        seeds=kept("terraform-template"),
    ),
    Target(
        name="terraform-json",
        modules=(f"{_TERRAFORM}.language.json_syntax",),
        given=as_text,
        parse=lambda text: (parse_json(text, "a.tf.json"),),
        allowed=(ParseError,),
        words=_EXPRESSIONS,
        seeds=kept("terraform-json"),
    ),
    Target(
        name="terraform-json-variables",
        modules=(f"{_TERRAFORM}.language.json_syntax",),
        parse=lambda text: parse_json_variables(text, "a.tfvars.json"),
        allowed=(ParseError,),
        seeds=kept("terraform-json-variables"),
    ),
    Target(
        name="terraform-directory",
        given=as_file("main.tf"),
        parse=_terraform("."),
        modules=(
            f"{_TERRAFORM}.read",
            f"{_TERRAFORM}.module",
            f"{_TERRAFORM}.variables",
            f"{_TERRAFORM}.attribute_paths",
            f"{_TERRAFORM}.providers",
            f"{_TERRAFORM}.kubelet_arguments",
            f"{_TERRAFORM}.collector",
        ),
        words=_EXPRESSIONS,
        seeds=(
            *kept("terraform-directory"),
            *example("terraform/main.tf", "terraform/locals.tf", "terraform/variables.tf"),
        ),
    ),
    Target(
        name="machines",
        given=as_file("m.yaml"),
        parse=_machines,
        modules=(
            f"{_MACHINES}.reader",
            f"{_MACHINES}.kops",
            f"{_TERRAFORM}.kubernetes_manifests",
            f"{_TERRAFORM}.pool_description",
        ),
        seeds=kept("machines"),
    ),
    Target(
        name="terraform-state",
        given=as_file("a.tfstate"),
        parse=_terraform("a.tfstate"),
        modules=(f"{_TERRAFORM}.state",),
        seeds=kept("terraform-state"),
        words=(
            b'"azurerm_linux_virtual_machine"',
            b'"openstack_compute_instance_v2"',
            b'"vsphere_virtual_machine"',
        ),
    ),
    Target(
        name="inventory-ini",
        modules=(f"{_ANSIBLE}.inventory_lines",),
        parse=scan_ini,
        seeds=(*kept("inventory-ini"), *example("ansible/inventory/hosts.ini")),
        words=(b"[0:99999]", b"[a:z]", b"[1:0]", b"[0:9:0]"),
    ),
    Target(
        name="inventory-yaml",
        modules=(f"{_ANSIBLE}.inventory_lines", f"{_ANSIBLE}.inventory_files"),
        allowed=(ParseError,),
        parse=lambda text: scan_yaml(yaml.load(text)),
        seeds=kept("inventory-yaml"),
        words=(b"n[0:99999]", b"[a:z]"),
    ),
    Target(
        name="inventory-printed",
        modules=(f"{_ANSIBLE}.inventory", f"{_ANSIBLE}.ansible_inventory"),
        parse=_printed,
        seeds=kept("inventory-printed"),
        allowed=(ParseError,),
    ),
    Target(
        name="playbook",
        given=as_file("play.yml", beside=_ROLE),
        parse=_tasks,
        modules=(
            f"{_ANSIBLE}.documents",
            f"{_ANSIBLE}.task_evaluator",
            f"{_ANSIBLE}.tasks",
            f"{_ANSIBLE}.modules",
            f"{_ANSIBLE}.helm",
            f"{_ANSIBLE}.node_state",
            f"{_ANSIBLE}.host_selection",
            f"{_ANSIBLE}.include_candidates",
        ),
        seeds=(*kept("playbook"), *example("ansible/playbooks/label-nodes.yml")),
        words=(*_TEMPLATES, *_SCRIPTS),
    ),
    Target(
        name="group-variables",
        given=as_file("group_vars/workers.yml", beside={"play.yml": kept("playbook")[0].decode()}),
        parse=_tasks,
        modules=(f"{_ANSIBLE}.inventory_variables",),
        seeds=(*kept("group-variables"), *example("ansible/inventory/group_vars/all.yml")),
        words=_TEMPLATES,
    ),
    Target(
        name="jinja",
        modules=(f"{_ANSIBLE}.filters", f"{_ANSIBLE}.bounded_values"),
        parse=_jinja,
        given=as_any_text,
        seeds=kept("jinja"),
        allowed=(UnresolvedError,),
        words=(b"a?" * 60, b"(a|a)" * 39, b"| ", b"**", b"loop."),
    ),
    Target(
        name="condition",
        modules=(),
        parse=_condition,
        given=as_any_text,
        allowed=(UnresolvedError,),
        seeds=kept("condition"),
    ),
    Target(
        name="host-pattern",
        modules=(f"{_ANSIBLE}.host_patterns",),
        given=as_any_text,
        parse=lambda text: HostPatterns(
            ("m1", "w1", "w2"), {"all": ("m1", "w1", "w2"), "g": ("w1",)}
        ).match(text),
        allowed=(UnresolvedError,),
        seeds=kept("host-pattern"),
    ),
    Target(
        name="shell",
        modules=(
            f"{_ANSIBLE}.shell",
            f"{_ANSIBLE}.command_line",
            f"{_ANSIBLE}.kubectl",
            f"{_ANSIBLE}.helm",
        ),
        parse=_commands,
        given=as_any_text,
        seeds=kept("shell"),
        allowed=(UnresolvedError,),
    ),
    Target(
        name="kubelet-arguments",
        modules=("exporter.declared.kubelet",),
        given=as_any_text,
        parse=lambda text: (unresolved_part(text), parse_arguments(text)),
        allowed=(ParseError,),
        seeds=kept("kubelet-arguments"),
    ),
    Target(
        name="kustomization",
        given=as_file("kustomization.yaml", beside=_BESIDE),
        parse=_graph,
        modules=(
            f"{_KUSTOMIZE}.charts",
            f"{_KUSTOMIZE}.kustomization",
            f"{_KUSTOMIZE}.references",
            f"{_KUSTOMIZE}.layer",
            f"{_KUSTOMIZE}.omissions",
            f"{_KUSTOMIZE}.pruning",
            f"{_KUSTOMIZE}.remainder",
            f"{_KUSTOMIZE}.statements",
            f"{_KUSTOMIZE}.provenance",
            "exporter.declared.checkout",
        ),
        seeds=(*kept("kustomization"), *example("k8s/overlays/auth/kustomization.yaml")),
        allowed=(ReadError,),
    ),
    Target(
        name="patch-file",
        parse=_graph,
        modules=(f"{_KUSTOMIZE}.statements",),
        allowed=(ReadError,),
        given=as_file(
            "p.yaml",
            beside={"kustomization.yaml": "resources: [p.yaml]\npatches: [{path: p.yaml}]\n"},
        ),
        seeds=(*kept("patch-file"), *example("k8s/overlays/auth/deployment-patch.yaml")),
    ),
    Target(
        name="plain-manifests",
        given=as_file("a.yaml"),
        parse=_plain,
        modules=(f"{_KUSTOMIZE}.plain",),
        seeds=kept("plain-manifests"),
        allowed=(ReadError,),
    ),
    Target(
        name="objects",
        parse=_built,
        modules=("exporter.declared.manifests", f"{_KUSTOMIZE}.renderer"),
        seeds=kept("objects"),
        allowed=(ParseError,),
    ),
    Target(
        name="kustomize-complaint",
        modules=(f"{_KUSTOMIZE}.complaints",),
        given=as_any_text,
        parse=lambda text: shorten(text, root="/r"),
        seeds=kept("kustomize-complaint"),
    ),
    Target(
        name="application-set",
        given=as_file("set.yaml", beside=_APPS),
        parse=_set,
        modules=(
            f"{_ARGOCD}.application_sets",
            f"{_ARGOCD}.generators",
            f"{_ARGOCD}.files",
            "exporter.declared.located",
            f"{_ARGOCD}.selectors",
            "exporter.declared.repositories",
        ),
        seeds=(
            *kept("application-set"),
            *example("argocd/applications/ecoeco-appset-kustomize.yaml"),
        ),
        allowed=_LOST,
        words=_GO,
    ),
    Target(
        name="generator-file",
        given=as_file(
            "apps/a/config.json", beside={"set.yaml": kept("application-set")[0].decode()}
        ),
        parse=_set,
        modules=(f"{_ARGOCD}.files",),
        seeds=kept("generator-file"),
        allowed=_LOST,
    ),
    Target(
        name="application",
        given=as_file("app.yaml", beside=_APPS),
        parse=_application,
        modules=(
            f"{_ARGOCD}.applications",
            f"{_ARGOCD}.stack",
            f"{_ARGOCD}.ignored",
            f"{_ARGOCD}.tools",
            "exporter.declared.helm.plan",
        ),
        seeds=kept("application"),
        allowed=(*_LOST, UnknownError),
    ),
    Target(
        name="helm-output",
        given=as_text,
        parse=_of_helm,
        modules=("exporter.declared.helm.output",),
        seeds=kept("helm-output"),
        allowed=(ParseError,),
    ),
    Target(
        name="chart",
        given=as_file("Chart.yaml", beside={"sub/Chart.yaml": "name: sub"}),
        parse=_chart,
        modules=("exporter.declared.helm.chart", "exporter.declared.helm.clocks"),
        seeds=kept("chart"),
        allowed=_LOST,
    ),
    Target(
        name="chart-archive",
        given=as_file("charts/sub-1.0.0.tgz", beside={"Chart.yaml": "name: a"}),
        parse=_chart,
        modules=("exporter.declared.helm.chart",),
        seeds=kept("chart-archive"),
        allowed=_LOST,
    ),
    Target(
        name="source-override",
        given=as_file(
            "apps/a/.argocd-source.yaml", beside={"app.yaml": kept("application")[0].decode()}
        ),
        parse=_application,
        modules=(f"{_ARGOCD}.tools", "exporter.declared.kustomize.inline"),
        seeds=kept("source-override"),
        allowed=(*_LOST, UnknownError),
    ),
    Target(
        name="argocd-cm",
        given=as_text,
        parse=_ruled,
        modules=(f"{_ARGOCD}.rules",),
        seeds=kept("argocd-cm"),
        allowed=_LOST,
    ),
    Target(
        name="broken-applications",
        given=as_file("app.yaml", beside=_APPS),
        parse=_hidden,
        modules=(f"{_ARGOCD}.estimates",),
        seeds=(*kept("application"), *kept("application-set")),
    ),
    Target(
        name="helm-values",
        given=as_file("apps/a/values.yaml", beside={"app.yaml": kept("application")[0].decode()}),
        parse=_application,
        modules=(f"{_ARGOCD}.stack",),
        seeds=kept("helm-values"),
        allowed=(*_LOST, UnknownError),
    ),
    Target(
        name="go-template",
        modules=(
            f"{_ARGOCD}.gotemplate.syntax",
            f"{_ARGOCD}.gotemplate.tokens",
            f"{_ARGOCD}.gotemplate.template",
            f"{_ARGOCD}.gotemplate.texts",
            f"{_ARGOCD}.gotemplate.values",
            f"{_ARGOCD}.gotemplate.arguments",
            f"{_ARGOCD}.gotemplate.encodings",
            f"{_ARGOCD}.gotemplate.numbers",
            f"{_ARGOCD}.gotemplate.regexes",
        ),
        parse=_go,
        given=as_any_text,
        seeds=kept("go-template"),
        allowed=(ParseError, UnsupportedError),
        words=_GO,
    ),
    Target(
        name="glob",
        modules=("exporter.declared.globs",),
        parse=_glob,
        given=as_any_text,
        seeds=kept("glob"),
        allowed=(ParseError,),
    ),
    Target(
        name="ignored-path",
        modules=(f"{_ARGOCD}.ignored",),
        parse=parse_path,
        given=as_any_text,
        seeds=kept("ignored-path"),
    ),
    Target(
        name="yaml",
        modules=("exporter.foreign.yaml", "exporter.foreign.exact"),
        parse=yaml.load_all,
        allowed=(ParseError,),
        seeds=kept("yaml"),
    ),
    Target(
        name="text-file",
        modules=("exporter.foreign.files",),
        given=bytes,
        allowed=(ReadError,),
        parse=lambda data: decode(data, name="a"),
        seeds=kept("text-file"),
    ),
)

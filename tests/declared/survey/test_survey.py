"""What a survey finds, and what each guess rests on."""

from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.confined import Workers
from exporter.declared.survey.found import Asked, Found, Survey
from exporter.declared.survey.survey import survey

MACHINE = 'module "a" {\n  source = "./machine"\n  hostname = "node-a"\n  purpose = "spare"\n}\n'
PLAY = "- hosts: all\n  roles: [labels]\n"
LABELS = "- command: kubectl label node a zone=x\n"
OVERLAY = "resources: [../base]\n"
APPLICATION_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: a}
spec:
  generators: [{git: {directories: [{path: apps/*}]}}]
  template: {spec: {source: {repoURL: https://git.example.org/a.git, path: '{{path}}'}}}
"""


def application(path: str) -> str:
    return f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: a}}
spec: {{source: {{repoURL: https://git.example.org/a.git, path: {path}}}}}
"""


def found(folder: Path, files: dict[str, str], **nodes: dict[str, str]) -> Survey:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    named = {name.replace("_", "-"): labels for name, labels in nodes.items()}
    return survey(Checkout.at(folder), Asked(root=str(folder), nodes=named))


def paths(some: tuple[Found, ...]) -> list[str]:
    return [one.path for one in some]


def test_the_argument_whose_values_are_nodes_names_them(tmp_path: Path) -> None:
    files = {"tf/main.tf": MACHINE, "tf/machine/main.tf": 'variable "hostname" {}\n'}

    (root,) = found(tmp_path, files, node_a={}, spare={"x": "y"}).terraform

    assert (root.path, root.node_name) == ("tf", "hostname")
    assert root.node_name_why == "1 of its values are nodes of the cluster, as node-a"


def test_without_a_cluster_a_usual_name_counts(tmp_path: Path) -> None:
    (root,) = found(tmp_path, {"main.tf": MACHINE, "machine/main.tf": ""}).terraform

    assert (root.path, root.node_name) == (".", "hostname")
    assert "usually name machines" in root.node_name_why


def test_a_directory_that_makes_no_machine_is_none(tmp_path: Path) -> None:
    bucket = 'resource "aws_s3_bucket" "a" {\n  bucket = "a"\n}\n'

    assert found(tmp_path, {"state/main.tf": bucket}).terraform == ()


def test_playbooks_whose_roles_label_nodes_are_found(tmp_path: Path) -> None:
    files = {
        "plays/site.yml": PLAY,
        "roles/labels/tasks/main.yml": LABELS,
        "other/site.yml": "- hosts: all\n  tasks: [{command: uptime}]\n",
    }

    (play,) = found(tmp_path, files).playbooks

    assert play == Found("plays", "roles/labels/tasks/main.yml:1 labels, taints or patches nodes")


def test_the_inventory_of_most_nodes_comes_first(tmp_path: Path) -> None:
    files = {
        "inventory/a/hosts.ini": "[all]\nother\n",
        "inventory/b/hosts.yml": "all: {hosts: {node-a: {}, node-b: {}}}\n",
    }

    inventories = found(tmp_path, files, node_a={}, node_b={}).inventories

    assert paths(inventories) == ["inventory/b/hosts.yml", "inventory/a/hosts.ini"]
    assert inventories[0].why == "it has 2 hosts, of which 2 are nodes of the cluster"


def test_what_an_application_set_points_at_is_no_orphan(tmp_path: Path) -> None:
    files = {
        "sets/a.yaml": APPLICATION_SET,
        "apps/one/kustomization.yaml": OVERLAY,
        "apps/base/kustomization.yaml": "resources: []\n",
        "lonely/kustomization.yaml": "resources: []\n",
        "part/kustomization.yaml": "kind: Component\n",
    }

    seen = found(tmp_path, files)

    assert (paths(seen.argocd), paths(seen.kustomizations)) == (["sets"], ["lonely"])


def test_an_argo_cd_that_delivers_itself_is_entered_at_the_top(tmp_path: Path) -> None:
    files = {
        "argocd/root.yaml": application("argocd/apps"),
        "argocd/apps/argocd.yaml": application("argocd"),
        "argocd/apps/shop.yaml": application("shop"),
        "other/one/a.yaml": application("other/two"),
        "other/two/a.yaml": application("other/one"),
        "shop/kustomization.yaml": "resources: []\n",
    }

    seen = found(tmp_path, files)

    assert (paths(seen.argocd), paths(seen.kustomizations)) == (["argocd", "other/one"], [])


def test_a_kustomization_hides_what_it_does_not_list(tmp_path: Path) -> None:
    files = {
        "argocd/kustomization.yaml": "resources: [listed.yaml, lower]\n",
        "argocd/root.yaml": application("argocd/apps"),
        "argocd/listed.yaml": application("shop"),
        "argocd/lower/a.yaml": application("shop"),
        "argocd/apps/argocd.yaml": application("argocd"),
        "argocd/hidden/a.yaml": application("shop"),
    }

    seen = found(tmp_path, files)

    assert paths(seen.argocd) == ["argocd/hidden", "argocd/root.yaml"]


def test_a_chart_whose_values_make_applications_is_named(tmp_path: Path) -> None:
    made = "argocd-apps:\n  applications:\n    a: {source: {path: a}}\n"
    files = {
        "argocd/Chart.yaml": "name: argocd\n",
        "argocd/values.yaml": made,
        "argocd/values-seed.yaml": made,
    }

    seen = found(tmp_path, files)

    assert paths(seen.argocd) == ["argocd"]
    assert paths(seen.unread) == ["argocd/values-seed.yaml"]


def test_a_chart_that_makes_applications_is_named_unless_one_deploys_it(tmp_path: Path) -> None:
    template = "{{ if true }}\nkind: Application\n{{ end }}\n"
    files = {
        "free/Chart.yaml": "name: a\n",
        "free/templates/apps.yaml": template,
        "apps/deployed/Chart.yaml": "name: b\n",
        "apps/deployed/templates/apps.yaml": template,
        "sets/a.yaml": APPLICATION_SET,
    }

    argocd = found(tmp_path, files).argocd

    assert paths(argocd) == ["sets", "free"]
    assert argocd[1].why.startswith("free/templates/apps.yaml makes Applications")


def test_rules_of_argo_cd_are_named_unless_something_leads_to_them(tmp_path: Path) -> None:
    rules = "kind: ConfigMap\nmetadata: {name: argocd-cm}\n"
    files = {
        "sets/a.yaml": APPLICATION_SET,
        "sets/cm.yaml": rules,
        "apps/one/cm.yaml": rules,
        "install/cm.yaml": rules,
        "install/other.yaml": "kind: ConfigMap\nmetadata: {name: other}\n",
    }

    assert paths(found(tmp_path, files).argocd) == ["sets", "install/cm.yaml"]


def test_rules_without_an_application_are_no_place_of_any(tmp_path: Path) -> None:
    files = {"install/cm.yaml": "kind: ConfigMap\nmetadata: {name: argocd-cm}\n"}

    assert found(tmp_path, files).argocd == ()


def test_an_application_at_the_top_is_named_by_its_file(tmp_path: Path) -> None:
    files = {"root.yaml": APPLICATION_SET, "other.yaml": "a: 1\n", "apps/one/a.yaml": "a: 1\n"}

    assert paths(found(tmp_path, files).argocd) == ["root.yaml"]


def test_templates_are_passed_over_and_what_is_broken_is_told(tmp_path: Path) -> None:
    files = {
        "chart/templates/a.yaml": "{{ if }}\n",
        "roles/r/templates/b.yml": "{{ x }}: {{\n",
        "c.yaml": "a: [\n",
        "d/main.tf": "resource {\n",
    }

    unread = paths(found(tmp_path, files).unread)

    assert sorted(path.partition(":")[0] for path in unread) == ["c.yaml", "d/main.tf"]


def test_machines_that_nobody_delivers_are_read_as_files(tmp_path: Path) -> None:
    pool = "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: a}\nspec: {}\n"
    files = {
        "pools/a.yaml": pool,
        "overlay/kustomization.yaml": "resources: [b.yaml]\n",
        "overlay/b.yaml": pool,
    }

    assert paths(found(tmp_path, files).machines) == ["pools/a.yaml"]


@pytest.mark.parametrize(
    ("content", "stack"),
    [
        pytest.param("prometheus: {}\ngrafana: {}\n", ["values.yaml"], id="two of its keys"),
        pytest.param("grafana: {}\n", [], id="another chart's"),
    ],
)
def test_values_of_the_stack_are_recognised(tmp_path: Path, content: str, stack: list[str]) -> None:
    assert paths(found(tmp_path, {"values.yaml": content}).stacks) == stack


SOURCE = "source: {repoURL: https://git.example.org/a.git, path: apps/a}"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(
            f"applications:\n  a: {{{SOURCE}}}\n  b: {{{SOURCE}}}\nprojects: {{}}\n",
            "2 Application under applications",
            id="argocd-apps",
        ),
        pytest.param(
            f"applications:\n- {{name: a, {SOURCE}}}\napplicationsets:\n"
            "- {name: s, generators: [{list: {}}]}\n",
            "1 Application and 1 ApplicationSet under applications",
            id="argocd-apps as lists",
        ),
        pytest.param(
            "argocd-apps:\n  applicationsets:\n    s: {generators: [], template: {}}\n",
            "1 ApplicationSet under applicationsets",
            id="a chart within a chart",
        ),
        pytest.param(
            f"server:\n  additionalApplications:\n  - {{name: a, {SOURCE}}}\n",
            "1 Application under additionalApplications",
            id="argo-cd of old",
        ),
        pytest.param(
            "extraObjects:\n- {apiVersion: argoproj.io/v1alpha1, kind: Application}\n",
            "1 Application under extraObjects",
            id="objects",
        ),
        pytest.param("applications: [shop, mail]\n", "", id="applications of another sort"),
        pytest.param("resources: {limits: {cpu: 1}}\n", "", id="no objects"),
    ],
)
def test_applications_in_values_of_charts_are_told_as_not_read(
    tmp_path: Path, content: str, told: str
) -> None:
    unread = found(tmp_path, {"argocd/values.yaml": content}).unread

    assert paths(unread) == ["argocd/values.yaml"] * bool(told)
    assert all(one.why.startswith(f"{told}, made by helm: ") for one in unread)


def test_a_template_that_makes_applications_in_a_loop_is_seen(tmp_path: Path) -> None:
    loop = "{{- range .Values.a }}\n  - apiVersion: argoproj.io/v1alpha1\n    kind: Application\n"
    files = {"apps/Chart.yaml": "name: apps\n", "apps/templates/list.yaml": loop}

    assert paths(found(tmp_path, files).argocd) == ["apps"]


@pytest.mark.parametrize("kind", ["[]", "{}", "[Application]"])
def test_a_kind_that_is_no_text_is_none(tmp_path: Path, kind: str) -> None:
    content = f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nspec: {{}}\n"

    assert found(tmp_path, {"a.yaml": content}).argocd == ()


def test_values_of_a_chart_are_no_configuration_of_a_machine(tmp_path: Path) -> None:
    content = "server: {replicas: 2}\ncni: {}\n"

    assert found(tmp_path, {"values.yaml": content}).machines == ()


def test_a_registry_that_a_generator_names_is_none(tmp_path: Path) -> None:
    generated = APPLICATION_SET.replace("path: '{{path}}'", "chart: '{{values.chart}}'")

    assert found(tmp_path, {"set.yaml": generated}).charts == ()


async def test_a_worker_surveys_and_sees_what_is_seen_here(tmp_path: Path) -> None:
    here = found(tmp_path, {"main.tf": MACHINE, "machine/main.tf": "", "c.yaml": "a: [\n"})
    workers = Workers.start()
    try:
        there = await workers.survey(Checkout.at(tmp_path), Asked(root=str(tmp_path)))
    finally:
        workers.template.stop()

    assert there == here

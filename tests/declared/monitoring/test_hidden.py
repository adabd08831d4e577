from collections.abc import Mapping
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.monitoring.hidden import hidden
from exporter.declared.stack import Hidden
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    DeclaredApplication,
    Failure,
    Reading,
)
from exporter.domain.errors import Reason
from exporter.domain.finding import Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.monitoring.stack import StackGap, StackStatement, StackValue
from exporter.domain.provenance import Located, Place, Source

KEY = ApplicationKey("argocd", "it")


def checkout(root: Path, files: Mapping[str, str | bytes]) -> Checkout:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Checkout.at(root)


def failed(
    root: Path,
    files: Mapping[str, str | bytes],
    *,
    path: str = "a.yaml",
    part: str = "",
    source: Source = Source.ARGOCD,
    sources: tuple[ApplicationSource, ...] = (),
) -> tuple[Hidden, ...]:
    """Return what is hidden where *path* cannot be read."""
    place = Place(source, path, 3)
    application = DeclaredApplication(key=KEY, place=place, sources=sources)
    reading = Reading(
        source=source,
        failures=(Failure(place, Reason.MALFORMED, "is malformed", part=part),),
        applications=(application,) if sources else (),
    )
    return hidden([reading], checkout(root, files))


def item(
    source: ApplicationSource,
    root: Path,
    files: Mapping[str, str | bytes],
    *,
    state: ItemState = ItemState.NOT_RENDERED,
    name: str = "it",
    application_set: str = "",
    line: int = 1,
) -> tuple[Hidden, ...]:
    """Return what is hidden where nobody renders the source of an Application."""
    place = Place(Source.ARGOCD, "a.yaml", line)
    key = ApplicationKey("argocd", name)
    application = DeclaredApplication(
        key=key, place=place, sources=(source,), application_set=application_set
    )
    one = Item(
        source=Source.ARGOCD,
        subject=Subject("Source", "argocd", f"{name}/0"),
        state=state,
        place=place,
        message="nobody renders it",
    )
    reading = Reading(source=Source.ARGOCD, items=(one,), applications=(application,))
    return hidden([reading], checkout(root, files))


@pytest.mark.parametrize(
    ("text", "hides"),
    [
        pytest.param("chart: kube-prometheus-stack\nnope: [", True, id="chart"),
        pytest.param("source: {chart: prometheus, nope: [", True, id="flow"),
        pytest.param("kind: Prometheus\nnope: [", True, id="object"),
        pytest.param('{"kind": "Alertmanager", ', True, id="JSON"),
        pytest.param("kube-prometheus-stack:\n  nope: [", True, id="values of a dependency"),
        pytest.param("resources: [https://x.test/org/kube-prometheus?ref=1, [", True, id="remote"),
        pytest.param(b"\xff\xfe\x00", True, id="no text"),
        pytest.param("chart: redis\nnope: [", False, id="another chart"),
        pytest.param("chart: prometheus-node-exporter\nnope: [", False, id="an exporter"),
        pytest.param("kind: PrometheusRule\nnope: [", False, id="a rule"),
        pytest.param(
            'annotations: {prometheus.io/path: "/actuator/prometheus", nope: [', False, id="scraped"
        ),
        pytest.param("labels: {release: kube-prometheus-stack, nope: [", False, id="selected"),
    ],
)
def test_a_broken_file_hides_what_its_text_speaks_of(
    *, text: str | bytes, hides: bool, tmp_path: Path
) -> None:
    found = failed(tmp_path, {"a.yaml": text})

    assert bool(found) is hides
    assert all(item.surely and item.names == set(StackValue) for item in found)


def test_what_is_not_there_may_have_said_anything(tmp_path: Path) -> None:
    assert failed(tmp_path, {})
    assert hidden([Reading(source=Source.ARGOCD)], None) == ()


OVERLAY = {
    "k8s/scan/kustomization.yaml": "resources: [../base]\nnope: [",
    "k8s/base/kustomization.yaml": "resources: [all.yaml]",
}


@pytest.mark.parametrize(
    ("kind", "hides"), [("Deployment", False), ("Prometheus", True), ("ServiceMonitor", False)]
)
def test_an_overlay_hides_what_lies_below_it(
    *,
    kind: str,
    hides: bool,
    tmp_path: Path,
) -> None:
    files = {**OVERLAY, "k8s/base/all.yaml": f"kind: {kind}\n"}

    assert bool(failed(tmp_path, files, path="k8s/scan/kustomization.yaml")) is hides
    assert bool(failed(tmp_path, files, path="k8s/scan")) is hides


def test_a_broken_manifest_hides_the_whole_source_that_it_belongs_to(tmp_path: Path) -> None:
    files = {
        "k8s/mon/kustomization.yaml": "resources: [a.yaml, b.yaml]",
        "k8s/mon/a.yaml": "kind: [",
        "k8s/mon/b.yaml": "kind: Prometheus",
    }
    source = ApplicationSource(repository="r", path="k8s/mon", local=True)

    alone = failed(tmp_path, files, path="k8s/mon/a.yaml")
    delivered = failed(tmp_path, files, path="k8s/mon/a.yaml", part=str(KEY), sources=(source,))

    assert not alone
    assert delivered


@pytest.mark.parametrize(
    ("source", "path", "text", "hides"),
    [
        pytest.param(
            Source.ANSIBLE, "play.yml", "- shell: helm upgrade {{ x }}\n [", True, id="helm"
        ),
        pytest.param(Source.ANSIBLE, "play.yml", "- shell: kubectl label x\n [", False, id="nodes"),
        pytest.param(Source.ANSIBLE, "group_vars/all.yml", b"$ANSIBLE_VAULT", False, id="vault"),
        pytest.param(Source.ANSIBLE, "roles/x/vars/main.yml", "helm: [", False, id="variables"),
        pytest.param(
            Source.TERRAFORM, "main.tf", "kube-prometheus-stack: {", False, id="terraform"
        ),
    ],
)
def test_a_source_hides_no_more_than_it_could_say(
    *,
    source: Source,
    path: str,
    text: str | bytes,
    hides: bool,
    tmp_path: Path,
) -> None:
    assert bool(failed(tmp_path, {path: text}, path=path, source=source)) is hides


def chart(name: str) -> ApplicationSource:
    return ApplicationSource(repository="https://prometheus-community.test/charts", chart=name)


def elsewhere(repository: str, path: str) -> ApplicationSource:
    return ApplicationSource(repository=f"https://git.test/{repository}", path=path)


@pytest.mark.parametrize(
    ("source", "surely"),
    [
        pytest.param(chart("redis"), None, id="another chart"),
        pytest.param(chart("prometheus-blackbox-exporter"), None, id="an exporter"),
        pytest.param(chart("kube-prometheus-stack"), None, id="one whose values are read"),
        pytest.param(chart("kube-prometheus"), True, id="one that is not known here"),
        pytest.param(chart("victoria-metrics-k8s-stack"), False, id="another of its kind"),
        pytest.param(chart("monitoring-bundle"), False, id="perhaps"),
        pytest.param(elsewhere("org/apps", "shop"), None, id="another path"),
        pytest.param(elsewhere("org/kube-prometheus", "manifests"), True, id="its repository"),
        pytest.param(elsewhere("org/apps", "observability"), False, id="its path"),
        pytest.param(
            elsewhere("prometheus-community/helm-charts", "charts/prometheus-adapter"),
            None,
            id="something beside",
        ),
    ],
)
def test_a_source_that_nobody_renders_hides_what_its_names_speak_of(
    *,
    source: ApplicationSource,
    surely: bool | None,
    tmp_path: Path,
) -> None:
    found = item(source, tmp_path, {"a.yaml": "kind: Application\n"})

    assert [item.surely for item in found] == ([] if surely is None else [surely])


def test_the_name_of_an_application_counts_where_its_path_says_little(tmp_path: Path) -> None:
    deploy = elsewhere("org/apps", "deploy")

    assert not item(deploy, tmp_path, {})
    assert item(deploy, tmp_path, {}, name="prometheus")
    assert not item(chart("redis"), tmp_path, {}, name="monitoring-redis")


def test_values_of_a_chart_that_nobody_renders_count_each_for_its_own_application(
    tmp_path: Path,
) -> None:
    text = "kind: Application\n---\nkind: Application\nvalues: {prometheusSpec: {retention: 7d}}\n"

    assert not item(chart("bundle"), tmp_path, {"a.yaml": text}, line=1)
    assert item(chart("bundle"), tmp_path, {"a.yaml": text}, line=3)
    assert not item(chart("bundle"), tmp_path, {"a.yaml": text}, line=3, application_set="all")


def test_a_chart_in_the_repository_is_known_by_its_files(tmp_path: Path) -> None:
    files = {"charts/x/Chart.yaml": "dependencies:\n  - name: kube-prometheus-stack\n"}
    local = ApplicationSource(repository="r", path="charts/x", local=True)

    assert item(local, tmp_path, files)
    assert not item(local, tmp_path, {"charts/x/Chart.yaml": "dependencies: [{name: redis}]"})


@pytest.mark.parametrize(
    "state",
    [ItemState.COMPARED, ItemState.OUT_OF_SCOPE, ItemState.ACCEPTED, ItemState.OTHER_CLUSTER],
)
def test_what_is_compared_or_is_not_of_this_cluster_hides_nothing(
    state: ItemState, tmp_path: Path
) -> None:
    assert not item(chart("kube-prometheus"), tmp_path, {}, state=state)


def test_sixty_charts_that_have_nothing_to_do_with_monitoring_hide_nothing(tmp_path: Path) -> None:
    values = "helm: {values: 'serviceMonitor: {labels: {release: kube-prometheus-stack}}'}"

    found = [
        item(chart(f"chart-{n}"), tmp_path, {"a.yaml": f"kind: Application\n{values}\n"})
        for n in range(60)
    ]

    assert not any(found)


def test_what_a_reader_could_not_tell_is_hidden_with_its_rank(tmp_path: Path) -> None:
    place = Place(Source.ARGOCD, "a.yaml", 9)
    said = StackGap(place=place, message="left open", names=frozenset({StackValue.STORAGE}))
    readings = [Reading(source=Source.ANSIBLE), Reading(source=Source.ARGOCD, stack_gaps=(said,))]

    (found,) = hidden(readings, checkout(tmp_path, {}))

    assert (found.rank, found.surely) == (1, True)
    assert found.names == {StackValue.STORAGE}
    assert found.gap.message == "a.yaml:9: left open"


def of_kind(
    kind: str,
    name: str,
    root: Path,
    text: str,
    *,
    source: Source = Source.ARGOCD,
    state: ItemState = ItemState.UNSUPPORTED,
) -> list[bool]:
    """Return what an item of this kind hides, by how surely; its file is ``a.yaml``."""
    one = Item(
        source=source,
        subject=Subject(kind, "", name),
        state=state,
        place=Place(source, "a.yaml", 1),
    )
    found = hidden([Reading(source=source, items=(one,))], checkout(root, {"a.yaml": text}))
    return [item.surely for item in found]


TASKS = """\
- hosts: master
  tasks:
    - name: Install
      command: >-
        helm upgrade kps prometheus-community/kube-prometheus-stack
    - name: Apply
      command: kubectl apply -f %s
"""


@pytest.mark.parametrize(
    ("applied", "hides"),
    [
        pytest.param("app.yaml", [], id="something else"),
        pytest.param(
            "https://x.test/prometheus-operator/kube-prometheus/all.yaml", [True], id="it"
        ),
    ],
)
def test_tasks_hide_what_is_not_a_release_that_is_read(
    applied: str, hides: list[bool], tmp_path: Path
) -> None:
    text = TASKS % applied

    found = of_kind("Objects", "a.yaml: kubectl", tmp_path, text, source=Source.ANSIBLE)

    assert found == hides


@pytest.mark.parametrize(
    ("text", "hides"),
    [
        pytest.param("template: {chart: redis}", [], id="a chart of its own"),
        pytest.param("template: {chart: kube-prometheus-stack}", [True], id="the chart"),
        pytest.param("template: {chart: '{{ chart }}'}", [False], id="any chart"),
        pytest.param("template: {path: '{{ .path }}'}", [False], id="any path"),
    ],
)
def test_an_application_set_that_nobody_can_evaluate_hides_what_it_may_make(
    text: str, hides: list[bool], tmp_path: Path
) -> None:
    found = of_kind("ApplicationSet", "all", tmp_path, text, state=ItemState.UNRESOLVED)

    assert found == hides


@pytest.mark.parametrize(
    ("kind", "name", "hides"),
    [
        pytest.param("Prometheus", "main", [], id="an object that was read"),
        pytest.param("Service", "prometheus", [], id="another object"),
        pytest.param("File", "a.jsonnet", [True], id="a file that is not evaluated"),
        pytest.param("Source", "k8s#https://x.test/kube-prometheus", [True], id="left out"),
        pytest.param("Source", "k8s#https://x.test/redis", [], id="something else left out"),
        pytest.param("Role", "prometheus_stack", [True], id="a role that is not here"),
        pytest.param("Role", "redis", [], id="another role"),
    ],
)
def test_an_item_hides_by_what_it_is(
    kind: str, name: str, hides: list[bool], tmp_path: Path
) -> None:
    assert of_kind(kind, name, tmp_path, "kind: Prometheus") == hides


@pytest.mark.parametrize(
    ("name", "hides"), [(". (helm_release)", [True]), (". (aws_x)", []), (".", [])]
)
def test_terraform_hides_only_what_it_puts_into_the_cluster(
    name: str, hides: list[bool], tmp_path: Path
) -> None:
    text = 'resource "helm_release" "x" {\n  chart = "kube-prometheus-stack"\n}'

    assert of_kind("Directory", name, tmp_path, text, source=Source.TERRAFORM) == hides


def test_what_a_broken_file_last_said_stands_in_for_it(tmp_path: Path) -> None:
    place = Place(Source.ARGOCD, "a.yaml", 3)
    said = StackStatement(StackValue.RETENTION, Located("15d", place), "kps")
    lost = Failure(place, Reason.MALFORMED, "is malformed")
    reading = Reading(source=Source.ARGOCD, failures=(lost,), stack=(said,))

    assert hidden([reading], checkout(tmp_path, {"a.yaml": "kind: Prometheus"})) == ()

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.declared.rendered import Manifest
from exporter.declared.stack import Hidden, declared_stack, in_manifest, in_values
from exporter.domain.declaration import Reading
from exporter.domain.gaps import Gap
from exporter.domain.monitoring.stack import StackStatement, StackValue
from exporter.domain.provenance import Located, Place, Source
from exporter.foreign import yaml
from exporter.settings.load import parse
from exporter.settings.observed import ObservedSettings

HERE = Place(Source.ARGOCD, "monitoring.yaml", 3)
PROMETHEUS = """\
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main, namespace: monitoring}
spec:
  retention: 15d
  replicas: 2
  storage: {volumeClaimTemplate: {spec: {resources: {requests: {storage: 80Gi}}}}}
"""


def manifest(text: str, places: Mapping[str, Place] | None = None) -> Manifest:
    return Manifest(content=yaml.plain(yaml.load(text)), place=HERE, places=places or {})


def reading(source: Source, *statements: tuple[StackValue, str, str]) -> Reading:
    place = Place(source, f"{source}.yaml", 1)
    return Reading(
        source=source,
        stack=tuple(
            StackStatement(name, Located(value, place), owner) for name, value, owner in statements
        ),
    )


def observed(text: str = "{}") -> ObservedSettings:
    whole = f"repository: r\ndeclared: {{}}\nobserved: {text}\n"
    return parse(whole, name="conformance.yaml", folder=Path()).settings.observed


def test_a_prometheus_object_states_retention_storage_and_replicas() -> None:
    said = {one.name: one.value.value for one in in_manifest(manifest(PROMETHEUS))}

    assert said == {
        StackValue.RETENTION: "15d",
        StackValue.STORAGE: "80Gi",
        StackValue.PROMETHEUS_REPLICAS: "2",
    }


def test_a_value_stands_at_the_nearest_place_that_is_known() -> None:
    storage = Place(Source.KUSTOMIZE, "patch.yaml", 9)

    said = list(in_manifest(manifest(PROMETHEUS, {"/spec/storage": storage})))

    places = {one.name: one.value.place for one in said}
    assert places[StackValue.STORAGE] == storage
    assert places[StackValue.RETENTION] == HERE


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PROMETHEUS.replace("monitoring.coreos.com", "example.org"), id="group"),
        pytest.param(PROMETHEUS.replace("kind: Prometheus", "kind: PrometheusAgent"), id="kind"),
        pytest.param("kind: Prometheus\nspec: {retention: 15d}\n", id="no version"),
        pytest.param(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec: {retention: {a: b}}\n",
            id="no scalar",
        ),
        pytest.param("apiVersion: monitoring.coreos.com/v1\nkind: Alertmanager\nspec: 3\n", id="3"),
    ],
)
def test_what_is_no_prometheus_states_nothing(text: str) -> None:
    assert list(in_manifest(manifest(text))) == []


def test_an_unknown_chart_states_nothing() -> None:
    stated = Located("1", HERE)

    assert not list(in_values("redis", lambda _: stated, owner="x"))
    assert len(list(in_values("kube-prometheus-stack", lambda _: stated, owner="x"))) == 5


def test_the_stronger_source_counts_and_the_contradiction_is_a_conflict() -> None:
    readings = [
        reading(Source.ANSIBLE, (StackValue.RETENTION, "7d", "release kps")),
        reading(Source.ARGOCD, (StackValue.RETENTION, "15d", "Application argocd/kps")),
    ]

    stack, conflicts, _ = declared_stack(readings, observed(), path="c.yaml")

    assert stack.values[StackValue.RETENTION].value == "15d"
    assert [(one.kind, one.name, one.attribute) for one in conflicts] == [
        ("Prometheus", "prometheus", "retention")
    ]
    assert conflicts[0].message == (
        "retention is declared as '7d' (ansible.yaml:1) and '15d' (argocd.yaml:1)"
    )


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        pytest.param(StackValue.RETENTION, "15d", "360h", id="duration"),
        pytest.param(StackValue.STORAGE, "1Gi", "1024Mi", id="quantity"),
        pytest.param(StackValue.RETENTION_SIZE, "50GB", "50GB", id="text"),
    ],
)
def test_the_same_written_otherwise_is_no_conflict(name: StackValue, one: str, other: str) -> None:
    readings = [
        reading(Source.ANSIBLE, (name, one, "a")),
        reading(Source.ARGOCD, (name, other, "b")),
    ]

    _, conflicts, _ = declared_stack(readings, observed(), path="c.yaml")

    assert conflicts == ()


def test_the_settings_win_over_all() -> None:
    readings = [reading(Source.ARGOCD, (StackValue.RETENTION, "7d", "a"))]
    settings = observed("{prometheus: {url: 'http://p', retention: 30d, replicas: 2}}")

    stack, conflicts, _ = declared_stack(readings, settings, path="conformance.yaml")

    assert stack.values[StackValue.RETENTION].value == "30d"
    assert stack.values[StackValue.RETENTION].place.path == "conformance.yaml"
    assert stack.values[StackValue.PROMETHEUS_REPLICAS].value == "2"
    assert len(conflicts) == 1


def test_two_prometheus_that_differ_leave_open_which_is_meant() -> None:
    two = reading(
        Source.ARGOCD,
        (StackValue.RETENTION, "7d", "Prometheus a/main"),
        (StackValue.RETENTION, "30d", "Prometheus b/long"),
    )

    stack, conflicts, unresolved = declared_stack([two], observed(), path="c.yaml")

    assert (stack.values, conflicts) == ({}, ())
    assert unresolved[0].message == (
        "prometheus.retention differs between Prometheus a/main (7d) and Prometheus b/long (30d); "
        "the settings can say which counts"
    )


def test_the_settings_can_say_which_of_two_is_meant() -> None:
    two = reading(
        Source.ARGOCD,
        (StackValue.RETENTION, "7d", "Prometheus a/main"),
        (StackValue.RETENTION, "30d", "Prometheus b/long"),
    )
    settings = observed("{prometheus: {url: 'http://p', retention: 30d}}")

    stack, conflicts, unresolved = declared_stack([two], settings, path="c.yaml")

    assert stack.values[StackValue.RETENTION].value == "30d"
    assert (conflicts, unresolved) == ((), ())


def hides(rank: int, *, path: str = "other.yaml", line: int = 0, surely: bool = True) -> Hidden:
    place = Place(Source.ARGOCD, path, line)
    gap = Gap(Source.ARGOCD, f"{path}: is malformed")
    return Hidden(rank=rank, place=place, gap=gap, surely=surely)


SAID = (
    reading(Source.ANSIBLE),
    reading(Source.KUSTOMIZE, (StackValue.RETENTION, "7d", "kps")),
    reading(Source.ARGOCD),
)


@pytest.mark.parametrize(
    ("hidden", "unknown"),
    [
        pytest.param(hides(0), False, id="a weaker source"),
        pytest.param(hides(1), True, id="the same source"),
        pytest.param(hides(1, path="kustomize.yaml", line=1), False, id="before it"),
        pytest.param(hides(1, path="kustomize.yaml", line=2), True, id="after it"),
        pytest.param(hides(2), True, id="a stronger source"),
        pytest.param(hides(2, surely=False), False, id="perhaps not even Prometheus"),
        pytest.param(hides(1, surely=False), False, id="nor in the same source"),
    ],
)
def test_what_was_read_stands_unless_something_stronger_is_hidden(
    *, hidden: Hidden, unknown: bool
) -> None:
    stack, _, _ = declared_stack(SAID, observed(), path="c.yaml", hidden=[hidden])

    assert stack.values[StackValue.RETENTION].value == "7d"
    assert (StackValue.RETENTION in stack.incomplete) is unknown


@pytest.mark.parametrize("surely", [True, False])
def test_what_nobody_states_may_be_stated_by_anything_that_is_hidden(*, surely: bool) -> None:
    hidden = hides(0, surely=surely)

    stack, _, _ = declared_stack([], observed(), path="c.yaml", hidden=[hidden])

    assert stack.incomplete == dict.fromkeys(StackValue, hidden.gap)
    assert stack.hidden(StackValue.STORAGE) == hidden.gap


def test_the_settings_settle_what_they_say_and_retention_as_a_whole() -> None:
    settings = observed(
        "{prometheus: {url: 'http://p', retention: 30d}, "
        "alertmanager: {url: 'http://a', replicas: 2}}"
    )

    stack, _, _ = declared_stack([], settings, path="c.yaml", hidden=[hides(0)])

    assert set(stack.incomplete) == {StackValue.STORAGE, StackValue.PROMETHEUS_REPLICAS}


def test_only_the_values_that_something_hidden_could_state_are_not_known() -> None:
    hidden = replace(hides(0), names=frozenset({StackValue.STORAGE}))

    stack, _, _ = declared_stack([], observed(), path="c.yaml", hidden=[hidden])

    assert set(stack.incomplete) == {StackValue.STORAGE}


def test_what_differs_within_a_source_is_not_known() -> None:
    two = reading(
        Source.ARGOCD,
        (StackValue.RETENTION, "7d", "Prometheus a/main"),
        (StackValue.RETENTION, "30d", "Prometheus b/long"),
    )

    stack, _, _ = declared_stack([two], observed(), path="c.yaml")

    assert set(stack.incomplete) == {StackValue.RETENTION}


def test_a_stronger_source_settles_what_differs_within_a_weaker_one() -> None:
    two = reading(
        Source.ANSIBLE,
        (StackValue.RETENTION, "7d", "Prometheus a/main"),
        (StackValue.RETENTION, "30d", "Prometheus b/long"),
    )
    one = reading(Source.ARGOCD, (StackValue.RETENTION, "15d", "kps"))

    stack, _, _ = declared_stack([two, one], observed(), path="c.yaml")

    assert stack.incomplete == {}


def test_replicas_that_are_no_count_are_not_known() -> None:
    one = reading(Source.ARGOCD, (StackValue.ALERTMANAGER_REPLICAS, "{{ n }}", "kps"))

    stack, _, _ = declared_stack([one], observed(), path="c.yaml")

    assert stack.incomplete[StackValue.ALERTMANAGER_REPLICAS].message == (
        "argocd.yaml:1: '{{ n }}' is no count"
    )


def test_what_may_not_even_be_prometheus_hides_nothing_where_the_stack_was_found() -> None:
    stack, _, _ = declared_stack(SAID, observed(), path="c.yaml", hidden=[hides(2, surely=False)])

    assert stack.incomplete == {}

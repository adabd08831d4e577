"""Check, metric, page and report tell the same numbers of one group, and of one workload."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.checks import node_group_size, node_present, node_unexpected, workload_replicas
from exporter.domain.declaration import (
    DeclaredAutoscaler,
    DeclaredNode,
    DeclaredWorkload,
    NodeGroup,
    WorkloadKey,
)
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.json import Json
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedAutoscalers,
    ObservedWorkload,
    ObservedWorkloads,
)
from exporter.metrics.families import nodes, workloads
from exporter.metrics.view import Process, View
from exporter.report.chapters.cells import Cells
from exporter.report.chapters.delivery import deployment
from exporter.report.chapters.nodes import configuration
from exporter.report.overview import overview
from exporter.report.paper import Section, Table
from exporter.report.texts import Lang, texts
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
PLACE = Place(Source.INVENTORY, "conformance.yaml")
KEY = WorkloadKey("shop", "Deployment", "cart")
CHECKS = (
    *(node_group_size.CHECK, node_present.CHECK, node_unexpected.CHECK),
    workload_replicas.CHECK,
)


@dataclass(frozen=True)
class Told:
    """What one reader tells: the fewest and the most there shall be, and how many there are."""

    minimum: float | None
    maximum: float | None
    observed: float | None


def evaluated(*facts: object) -> Evaluation:
    return evaluate(
        CHECKS,
        facts=Facts({type(one): one for one in facts}),
        decisions=Decisions(),
        sources=(),
        at=NOW,
    )


def view(outcome: Evaluation) -> View:
    return View(evaluation=outcome, process=Process(reloaded=NOW))


def told(finding: Finding) -> Told:
    declared, observed = finding.declared, finding.observed
    assert isinstance(observed, int)
    if isinstance(declared, int):
        return Told(declared, declared, observed)
    assert isinstance(declared, dict)
    return Told(declared["minimum"], declared["maximum"], observed)


def tables(section: Section) -> Iterator[tuple[str, Table]]:
    for part in (section, *section.parts):
        yield from ((part.title, one) for one in part.blocks if isinstance(one, Table))


def row(section: Section, title: str, name: str) -> dict[str, str]:
    (found,) = (one for each, one in tables(section) if each == title)
    cells = ([cell.text for cell in one] for one in found.rows)
    (own,) = (one for one in cells if name in one)
    return dict(zip(found.head, own, strict=True))


def between(text: str) -> tuple[int, int]:
    low, _, high = text.partition(" to ")
    return int(low), int(high or low)


def sizes() -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, 6)


@st.composite
def groups(draw: st.DrawFn) -> tuple[DeclaredNodes, ObservedNodes]:
    named = draw(st.sets(st.integers(0, 9), max_size=5))
    there = draw(st.sets(st.integers(0, 9), max_size=8))
    group = NodeGroup(
        name="workers",
        minimum=draw(sizes()),
        maximum=draw(sizes()),
        members=frozenset(f"w{one}" for one in named),
        name_pattern=draw(st.sampled_from(["", "w*", "w[0-4]"])),
        place=PLACE,
    )
    nodes = {
        name: DeclaredNode(
            name=name, group="workers", places=(PLACE,), attributes={}, labels={}, taints=()
        )
        for name in group.members
    }
    seen = {f"w{one}": ObservedNode(name=f"w{one}", labels={}) for one in there}
    return DeclaredNodes(nodes, {"workers": group}), ObservedNodes(seen)


@given(groups())
def test_a_group_has_one_size(world: tuple[DeclaredNodes, ObservedNodes]) -> None:
    outcome = evaluated(*world)

    (finding,) = outcome.by_check["node_group_size"]
    shown = overview(outcome)
    (page,) = (one for one in shown.groups if one.name == "workers")
    written = row(configuration(Cells(shown, texts(Lang.EN))), "Node groups", "workers")
    expected = dict(nodes.nodes_expected.samples(view(outcome)))
    observed = dict(nodes.nodes_observed.samples(view(outcome)))
    check = told(finding)
    assert Told(page.minimum, page.maximum, page.observed) == check
    assert Told(*between(written["Expected"]), int(written["Actual"])) == check
    assert expected["workers",] == check.minimum
    assert observed["workers",] == check.observed


@given(groups())
def test_the_verdict_on_a_group_is_that_of_its_numbers(
    world: tuple[DeclaredNodes, ObservedNodes],
) -> None:
    outcome = evaluated(*world)

    (finding,) = outcome.by_check["node_group_size"]
    (page,) = (one for one in overview(outcome).groups if one.name == "workers")
    if finding.verdict is not Verdict.UNKNOWN:
        assert (finding.verdict is Verdict.PASS) is page.matches
    if finding.cause:
        causes = outcome.by_check[finding.cause.id]
        assert any(one.verdict in {Verdict.FAIL, Verdict.UNKNOWN} for one in causes)


@given(groups())
def test_as_many_nodes_are_expected_as_are_named_and_as_the_settings_ask_for(
    world: tuple[DeclaredNodes, ObservedNodes],
) -> None:
    group = world[0].groups["workers"]

    expected = dict(nodes.nodes_expected.samples(view(evaluated(*world))))

    assert expected["workers",] == max(group.minimum or 0, len(group.members))


@st.composite
def autoscalers(draw: st.DrawFn) -> DeclaredAutoscaler:
    low = draw(st.integers(0, 5))
    return DeclaredAutoscaler(
        kind=draw(st.sampled_from(["HorizontalPodAutoscaler", "ScaledObject"])),
        namespace=KEY.namespace,
        name=draw(st.sampled_from(["cart", "other"])),
        target=KEY,
        minimum=low,
        maximum=low + draw(st.integers(0, 5)),
        place=PLACE,
    )


@st.composite
def scaling(
    draw: st.DrawFn,
) -> tuple[DeclaredWorkloads, ObservedAutoscalers, ObservedWorkloads]:
    replicas: Json = draw(st.integers(0, 9))
    workload = DeclaredWorkload(key=KEY, manifest={"spec": {"replicas": replicas}}, place=PLACE)
    declared = tuple(draw(st.lists(autoscalers(), max_size=3)))
    low = draw(st.integers(0, 5))
    cluster = {KEY: (low, low + draw(st.integers(0, 5)))} if draw(st.booleans()) else {}
    running = ObservedWorkload(key=KEY, manifest={}, replicas=draw(st.integers(0, 12)))
    return (
        DeclaredWorkloads({KEY: workload}, autoscalers=declared),
        ObservedAutoscalers(cluster),
        ObservedWorkloads({KEY: running}),
    )


@given(scaling())
def test_a_workload_has_one_pair_of_bounds(
    world: tuple[DeclaredWorkloads, ObservedAutoscalers, ObservedWorkloads],
) -> None:
    outcome = evaluated(*world)

    (finding,) = outcome.by_check["workload_replicas"]
    shown = overview(outcome)
    (page,) = shown.workloads
    title = "Workloads and pod scheduling"
    written = row(deployment(Cells(shown, texts(Lang.EN))), title, str(KEY))
    expected, actual, _ = written["Replicas: expected / actual / ready"].split(" / ")
    fewest = dict(workloads.replicas_min.samples(view(outcome)))
    most = dict(workloads.replicas_max.samples(view(outcome)))
    check = told(finding)
    assert Told(page.minimum, page.maximum, page.desired) == check
    assert Told(*between(expected), int(actual)) == check
    assert (fewest[KEY], most[KEY]) == (check.minimum, check.maximum)


@pytest.mark.parametrize(
    ("declared", "cluster", "bounds"),
    [
        pytest.param((), (3, 10), (3, 10), id="only the cluster has one"),
        pytest.param(((1, 10), (2, 4)), None, (1, 10), id="two declared ones"),
        pytest.param(((2, 4),), (3, 10), (2, 4), id="both"),
    ],
)
def test_the_metric_has_the_bounds_of_the_autoscaler(
    declared: tuple[tuple[int, int], ...],
    cluster: tuple[int, int] | None,
    bounds: tuple[int, int],
) -> None:
    workload = DeclaredWorkload(key=KEY, manifest={"spec": {"replicas": 2}}, place=PLACE)
    scaler = DeclaredAutoscaler(
        kind="HorizontalPodAutoscaler",
        namespace=KEY.namespace,
        name="cart",
        target=KEY,
        minimum=0,
        maximum=0,
        place=PLACE,
    )
    scalers = tuple(replace(scaler, minimum=low, maximum=high) for low, high in declared)

    outcome = evaluated(
        DeclaredWorkloads({KEY: workload}, autoscalers=scalers),
        ObservedAutoscalers({KEY: cluster} if cluster else {}),
        ObservedWorkloads({}),
    )

    fewest = workloads.replicas_min.samples(view(outcome))
    most = workloads.replicas_max.samples(view(outcome))
    assert (dict(fewest)[KEY], dict(most)[KEY]) == bounds

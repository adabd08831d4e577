"""The exposition is compared whole, as a scraper would see it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain_text
from prometheus_client.registry import Collector

from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredNode, NodeGroup
from exporter.domain.evaluation import Evaluation, SourceStatus
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Place, Source
from exporter.metrics.exposition import Lines, render
from exporter.metrics.families import FAMILIES
from exporter.metrics.families.sources import MOST_KINDS
from exporter.metrics.family import PREFIX
from exporter.metrics.view import Process, View
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions, History

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
PLACE = Place(Source.ANSIBLE, "hosts.ini", 1)
NAMES = ("a", "b", "c")


def node(name: str) -> DeclaredNode:
    return DeclaredNode(
        name=name, group="api", places=(PLACE,), attributes={}, labels={}, taints=()
    )


def judge(facts: Facts) -> Iterator[Finding]:
    observed = facts.get(ObservedNodes).nodes
    verdicts = {"a": Verdict.PASS, "b": Verdict.FAIL, "c": Verdict.UNKNOWN}
    for name, verdict in verdicts.items():
        if name in observed or verdict is not Verdict.PASS:
            yield Finding(check="node_ready", subject=Subject("Node", "", name), verdict=verdict)


CHECK = Check(
    id="node_ready",
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.CRITICAL,
    title='Nodes are "ready"',
    needs=(DeclaredNodes, ObservedNodes),
    subjects=lambda _: (Subject("Node", "", name) for name in NAMES),
    judge=judge,
    aspect="ready",
)
GROUP = NodeGroup(name="api", minimum=3, maximum=3, members=frozenset(NAMES))
DECLARED = DeclaredNodes(nodes={name: node(name) for name in NAMES}, groups={"api": GROUP})
OBSERVED = ObservedNodes(
    nodes={
        "a": ObservedNode(name="a", labels={}, ready=ConditionStatus.TRUE),
        "b": ObservedNode(name="b", labels={}, ready=ConditionStatus.FALSE),
    }
)


def item(
    kind: str, name: str, state: ItemState = ItemState.COMPARED, source: Source = Source.ANSIBLE
) -> Item:
    return Item(source=source, subject=Subject(kind, "", name), state=state, place=PLACE)


ITEMS = DeclaredItems(
    (
        item("Node", "a"),
        item("Node", "b"),
        item("Source", "shop/0", ItemState.NOT_RENDERED, Source.ARGOCD),
    )
)


def outcome(facts: Facts | None = None, *, history: History | None = None) -> Evaluation:
    made = evaluate(
        [CHECK],
        facts=facts
        or Facts({DeclaredNodes: DECLARED, ObservedNodes: OBSERVED, DeclaredItems: ITEMS}),
        decisions=Decisions(
            waivers=(Waiver(check="x", subject="y", reason="r", owner="o", expires=NOW),)
        ),
        sources=(
            SourceStatus(
                source=Source.ANSIBLE,
                up=True,
                last_success=NOW,
                items={"nodes": 3},
                errors={"timeout": 0},
            ),
        ),
        at=NOW,
        history=history,
    )
    return replace(made, seconds=0.25)


def lines(view: View) -> list[str]:
    """Return the samples of our own families, as text."""
    text, _ = map(b"".join, render(view))
    shown = text.decode().splitlines()
    return [line.removeprefix(PREFIX) for line in shown if line.startswith(PREFIX)]


@pytest.fixture
def view() -> View:
    return View(evaluation=outcome(), process=Process(evaluations=7, reloaded=NOW))


def test_the_exposition_is_what_was_found(view: View) -> None:
    shown = [one for one in lines(view) if not one.startswith("build_info")]

    assert shown == [
        (
            'check_info{check="node_ready",layer="infrastructure",severity="critical",'
            'title="Nodes are \\"ready\\""} 1.0'
        ),
        'check_subjects{check="node_ready",layer="infrastructure",verdict="pass"} 1.0',
        'check_subjects{check="node_ready",layer="infrastructure",verdict="fail"} 1.0',
        'check_subjects{check="node_ready",layer="infrastructure",verdict="unknown"} 1.0',
        'check_subjects{check="node_ready",layer="infrastructure",verdict="waived"} 0.0',
        'check_subjects{check="node_ready",layer="infrastructure",verdict="suppressed"} 0.0',
        "config_last_reload_success_timestamp_seconds 1.7629254e+09",
        "config_last_reload_successful 1.0",
        'declared_items{kind="Node",source="ansible",state="compared"} 2.0',
        'declared_items{kind="Source",source="argocd",state="not_rendered"} 1.0',
        "evaluation_duration_seconds 0.25",
        'evaluation_errors_total{check="node_ready"} 0.0',
        "evaluation_timestamp_seconds 1.7629254e+09",
        "evaluations_total 7.0",
        (
            'finding_since_timestamp_seconds{check="node_ready",layer="infrastructure",'
            'object_kind="Node",object_name="b",object_namespace="",severity="critical"} '
            "1.7629254e+09"
        ),
        "findings_truncated 0.0",
        'layer_coverage_ratio{layer="infrastructure"} 0.6666666666666666',
        'layer_ratio{layer="infrastructure"} 0.5',
        'node_match{aspect="ready",group="api",object_name="a"} 1.0',
        'node_match{aspect="ready",group="api",object_name="b"} 0.0',
        'nodes_expected{group="api"} 3.0',
        'nodes_expected_max{group="api"} 3.0',
        'nodes_observed{group="api"} 2.0',
        'nodes_ready{group="api"} 1.0',
        'scope_info{cluster_name="",declaration="e3b0c44298fc"} 1.0',
        'source_broken{source="ansible"} 0.0',
        'source_errors_total{reason="timeout",source="ansible"} 0.0',
        'source_last_success_timestamp_seconds{source="ansible"} 1.7629254e+09',
        'source_up{source="ansible"} 1.0',
        'waiver_expiry_timestamp_seconds{owner="o",waiver="x:y"} 1.7629254e+09',
        'waivers{state="active"} 0.0',
        'waivers{state="expiring"} 0.0',
        'waivers{state="expired"} 1.0',
        'waivers{state="unused"} 0.0',
    ]


def test_both_formats_say_the_same(view: View) -> None:
    text, metrics = map(b"".join, render(view))

    plain = {one.name for one in plain_text(text.decode())}
    other = {one.name for one in openmetrics(metrics.decode())}  # type: ignore[no-untyped-call]  # as it is
    assert plain == other
    assert metrics.endswith(b"# EOF\n")


def test_what_could_not_be_seen_has_no_series() -> None:
    blind = outcome(Facts({DeclaredNodes: DECLARED}))

    shown = lines(View(evaluation=blind, process=Process(reloaded=NOW)))

    assert not [one for one in shown if one.startswith(("nodes_observed", "node_match"))]
    assert 'nodes_expected{group="api"} 3.0' in shown
    assert 'layer_ratio{layer="infrastructure"} NaN' in shown
    assert 'layer_coverage_ratio{layer="infrastructure"} 0.0' in shown


def test_findings_beyond_the_limit_are_counted(view: View) -> None:
    shown = lines(replace(view, limit=0))

    assert "findings_truncated 1.0" in shown
    assert not [one for one in shown if one.startswith("finding_since")]


@pytest.mark.parametrize(
    ("detail", "kept"),
    [
        pytest.param("full", {"node_match", "finding_since_timestamp_seconds"}, id="full"),
        pytest.param("findings", {"finding_since_timestamp_seconds"}, id="findings"),
        pytest.param("summary", set(), id="summary"),
    ],
)
def test_the_detail_decides_which_subjects_have_series(
    view: View, detail: Literal["full", "findings", "summary"], kept: set[str]
) -> None:
    shown = {one.partition("{")[0] for one in lines(replace(view, detail=detail))}

    assert shown & {"node_match", "finding_since_timestamp_seconds"} == kept


def test_kinds_beyond_the_largest_of_a_source_are_one() -> None:
    small = [item(f"Kind{number:03}", "a") for number in range(MOST_KINDS + 1)]
    large = [item("Large", name) for name in "ab"]
    states = [item("Kind100", "b", ItemState.UNSUPPORTED), item("Zoo", "z", source=Source.ARGOCD)]
    facts = Facts({DeclaredItems: DeclaredItems((*small, *large, *states))})

    shown = [
        one
        for one in lines(View(evaluation=outcome(facts), process=Process(reloaded=NOW)))
        if one.startswith("declared_items")
    ]

    ansible = [one for one in shown if 'source="ansible"' in one]
    assert len({one.partition('",source')[0] for one in ansible}) == MOST_KINDS + 1
    assert 'declared_items{kind="other",source="ansible",state="compared"} 2.0' in shown
    assert 'declared_items{kind="Large",source="ansible",state="compared"} 2.0' in shown
    assert 'declared_items{kind="Kind100",source="ansible",state="unsupported"} 1.0' in shown
    assert 'declared_items{kind="Zoo",source="argocd",state="compared"} 1.0' in shown


def test_the_names_follow_the_conventions() -> None:
    for family in FAMILIES:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", family.name)
        assert family.name.endswith("_total") == (family.type == "counter")
        assert family.help.endswith((".", "1"))
        assert not {"namespace", "node", "pod", "service", "cluster", "job"} & set(family.labels)


def test_the_documentation_lists_exactly_the_families() -> None:
    page = Path(__file__).parents[2] / "docs" / "metrics.md"

    documented = re.findall(
        r"^\| `(cluster_conformance_\w+)(?:\{([\w, ]*)\})?`", page.read_text(), re.MULTILINE
    )

    assert documented == [(PREFIX + family.name, ", ".join(family.labels)) for family in FAMILIES]


def test_the_exposition_is_what_prometheus_client_would_write(view: View) -> None:
    class Families(Collector):
        def collect(self) -> Iterator[Metric]:
            for family in FAMILIES:
                kind = CounterMetricFamily if family.type == "counter" else GaugeMetricFamily
                metric = kind(PREFIX + family.name, family.help, labels=family.labels)
                for labels, value in family.samples(view):
                    metric.add_metric(labels, value)
                yield metric

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Families())

    text, metrics = map(b"".join, render(view))

    assert text.startswith(generate_latest(registry))
    written: bytes = generate_openmetrics(registry)  # type: ignore[no-untyped-call]  # as it is
    assert metrics.startswith(written.removesuffix(b"# EOF\n"))


def test_lines_of_last_time_change_nothing() -> None:
    """Whatever changes, what is rendered with remembered lines is what would be without."""
    gone = replace(OBSERVED, nodes={"b": OBSERVED.nodes["b"]})
    sides: list[dict[type, object]] = [
        {DeclaredNodes: DECLARED, ObservedNodes: OBSERVED},
        {DeclaredNodes: DECLARED, ObservedNodes: gone},
        {DeclaredNodes: replace(DECLARED, groups={}), ObservedNodes: gone},
        {DeclaredNodes: DECLARED},
        {DeclaredNodes: DECLARED, ObservedNodes: OBSERVED},
    ]
    history, remembered = History(), Lines()

    for at, facts in enumerate([*sides, *reversed(sides)]):
        made = replace(outcome(Facts(facts), history=history), seconds=at)
        shown = View(evaluation=made, process=Process(reloaded=NOW))

        text, metrics = map(b"".join, render(shown, remembered))

        plain, other = map(b"".join, render(shown))
        assert own(text) == own(plain)
        assert own(metrics) == own(other)


def test_what_a_check_found_again_is_not_written_again() -> None:
    history, remembered = History(), Lines()
    shown = [
        View(evaluation=outcome(history=history), process=Process(reloaded=NOW)) for _ in range(2)
    ]
    family = next(one for one in FAMILIES if one.name == "node_match")

    first, second = (remembered.of(family, one) for one in shown)

    assert first
    assert all(one is other for one, other in zip(first, second, strict=True))


def own(text: bytes) -> list[bytes]:
    """Return the lines but those of this process, which say something else each time."""
    return [line for line in text.splitlines() if b"process_" not in line]

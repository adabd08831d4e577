from collections.abc import Iterator
from datetime import UTC, datetime

from exporter.domain.check import Check
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.monitoring.alertmanager import AlertmanagerStatus
from exporter.domain.monitoring.prometheus.server import PrometheusRuntime
from exporter.domain.monitoring.stack import Component
from exporter.domain.provenance import Source
from exporter.metrics.exposition import render
from exporter.metrics.view import Process, View
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions

NOW = datetime(2025, 11, 12, tzinfo=UTC)
FOUND = (
    ("", "nodes", Verdict.FAIL),
    ("api", "pods", Verdict.PASS),
    ("web", "pods", Verdict.UNKNOWN),
)


def judge(_: Facts) -> Iterator[Finding]:
    for namespace, name, verdict in FOUND:
        subject = Subject("KubeStateMetrics", namespace, name)
        yield Finding(check="x", subject=subject, verdict=verdict)


def exposed(component: str) -> list[str]:
    check = Check(
        id="x",
        layer=Layer.OBSERVABILITY,
        severity=Severity.WARNING,
        title="x",
        needs=(),
        subjects=lambda _: (),
        judge=judge,
        aspect="agrees",
        component=component,
    )
    made = evaluate([check], facts=Facts(), decisions=Decisions(), sources=(), at=NOW)
    text, _ = map(b"".join, render(View(evaluation=made, process=Process(reloaded=NOW))))
    family = "cluster_conformance_monitoring_match{"
    return [line for line in text.decode().splitlines() if line.startswith(family)]


def test_a_part_of_the_stack_has_a_series_while_it_can_be_seen() -> None:
    labels = 'aspect="agrees",component="kube-state-metrics"'

    assert exposed(Component.KUBE_STATE_METRICS) == [
        f'cluster_conformance_monitoring_match{{{labels},object_name="nodes"}} 0.0',
        f'cluster_conformance_monitoring_match{{{labels},object_name="api/pods"}} 1.0',
    ]


def started(facts: Facts) -> list[str]:
    made = evaluate([], facts=facts, decisions=Decisions(), sources=(), at=NOW)
    text, _ = map(b"".join, render(View(evaluation=made, process=Process(reloaded=NOW))))
    family = "cluster_conformance_monitoring_start_timestamp_seconds"
    return [
        line.removeprefix(family) for line in text.decode().splitlines() if line.startswith(family)
    ]


def test_a_part_tells_since_when_it_runs_whatever_is_declared_of_it() -> None:
    since = datetime(2025, 11, 9, tzinfo=UTC)
    known: dict[type, object] = {
        PrometheusRuntime: PrometheusRuntime(started=since),
        AlertmanagerStatus: AlertmanagerStatus(version="0.28.1", cluster="ready"),
    }
    gaps: dict[type, tuple[Gap, ...]] = {PrometheusRuntime: (Gap(Source.PROMETHEUS, "too old"),)}

    assert started(Facts(known)) == ['{component="prometheus"} 1.7626464e+09']
    assert started(Facts(known, gaps)) == []


def test_a_check_of_no_component_has_none() -> None:
    assert exposed("") == []

"""The monitoring stack."""

from collections.abc import Iterator, Mapping
from functools import partial

from exporter.domain.check import Check
from exporter.domain.finding import Verdict
from exporter.domain.monitoring.alertmanager import AlertmanagerStatus
from exporter.domain.monitoring.prometheus.server import PrometheusRuntime
from exporter.domain.monitoring.stack import Component
from exporter.metrics.aspects import Findings
from exporter.metrics.chunks import Chunk, Chunked, Sample
from exporter.metrics.family import family
from exporter.metrics.view import View

_STARTED: Mapping[Component, type[PrometheusRuntime | AlertmanagerStatus]] = {
    Component.PROMETHEUS: PrometheusRuntime,
    Component.ALERTMANAGER: AlertmanagerStatus,
}
"""The parts of the monitoring stack that say since when they run, and in which fact."""


@family(
    name="monitoring_match",
    help="Whether a part of the monitoring stack conforms (1) or not (0); absent if unknown.",
    labels=("component", "object_name", "aspect"),
)
@Chunked
def monitoring_match(view: View) -> Iterator[Chunk]:
    if view.detail != "full":
        return
    for check in view.evaluation.checks:
        if check.component and check.aspect:
            findings = view.evaluation.by_check.get(check.id, ())
            yield Chunk((findings,), partial(_monitoring_match, check, findings))


def _monitoring_match(check: Check, findings: Findings) -> Iterator[Sample]:
    for finding in findings:
        if finding.verdict is not Verdict.UNKNOWN:
            labels = (check.component, str(finding.subject), check.aspect)
            yield labels, float(finding.verdict is Verdict.PASS)


@family(
    name="monitoring_start_timestamp_seconds",
    help="Since when a part of the monitoring stack runs, as it says; absent if unknown.",
    labels=("component",),
)
def monitoring_start(view: View) -> Iterator[Sample]:
    facts = view.evaluation.facts
    for component, kind in _STARTED.items():
        known = facts.find(kind)
        if known is not None and known.started is not None and not facts.gaps_in((kind,)):
            yield (component,), known.started.timestamp()

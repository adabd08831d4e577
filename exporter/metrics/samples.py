"""How an evaluation becomes the samples of each family."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from operator import attrgetter
from platform import python_version
from typing import TypeAlias

from exporter import __version__
from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredNode, WorkloadKey
from exporter.domain.evaluation import ItemCount, WaiverState
from exporter.domain.expectation import Bounds, Expectation
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.monitoring.alertmanager import AlertmanagerStatus
from exporter.domain.monitoring.prometheus.server import PrometheusRuntime
from exporter.domain.monitoring.stack import Component
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads
from exporter.metrics.chunks import Chunk, Chunked, Sample
from exporter.metrics.view import View

WORKLOAD_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
NODE = frozenset({"Node"})
APPLICATION = frozenset({"Application"})
MOST_KINDS = 100
"""Kinds of one source that have series of their own; the others are summed as one."""
OTHER_KINDS = "other"
_STARTED: Mapping[Component, type[PrometheusRuntime | AlertmanagerStatus]] = {
    Component.PROMETHEUS: PrometheusRuntime,
    Component.ALERTMANAGER: AlertmanagerStatus,
}
"""The parts of the monitoring stack that say since when they run, and in which fact."""
Findings: TypeAlias = Sequence[Finding]


def check_subjects(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        for layer in check.layers:
            counts = view.evaluation.count(check, layer)
            for verdict in Verdict:
                yield (layer, check.id, verdict), counts[verdict]


def check_info(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        for layer in check.layers:
            yield (layer, check.id, check.severity, check.title), 1


def layer_ratio(view: View) -> Iterator[Sample]:
    for layer, score in view.evaluation.layers.items():
        yield (layer,), float("nan") if score.ratio is None else score.ratio


def layer_coverage(view: View) -> Iterator[Sample]:
    for layer, score in view.evaluation.layers.items():
        if score.coverage is not None:
            yield (layer,), score.coverage


def nodes_expected(view: View) -> Iterator[Sample]:
    known = view.evaluation.facts.find(Expectation)
    for name, size in (known.groups if known else {}).items():
        yield (name,), size.minimum


@Chunked
def nodes_observed(view: View) -> Iterator[Chunk]:
    for declared, observed in _both_sides(view):
        yield Chunk((declared, observed), partial(_there_by_group, declared, observed))


@Chunked
def nodes_ready(view: View) -> Iterator[Chunk]:
    for declared, observed in _both_sides(view):
        yield Chunk((declared, observed), partial(_ready_by_group, declared, observed.nodes))


def _both_sides(view: View) -> Iterator[tuple[DeclaredNodes, ObservedNodes]]:
    """Yield the nodes of both sides; nothing while either side is unknown."""
    facts = view.evaluation.facts
    declared, observed = facts.find(DeclaredNodes), facts.find(ObservedNodes)
    if declared is not None and observed is not None and not facts.gaps_in((ObservedNodes,)):
        yield declared, observed


def _there_by_group(declared: DeclaredNodes, observed: ObservedNodes) -> Iterator[Sample]:
    """Count all nodes; those that cannot be read are there, too, as far as their names tell."""
    readable = {name: node.labels for name, node in observed.nodes.items()}
    return _by_group(declared, {**{name: {} for name in observed.unreadable}, **readable})


def _ready_by_group(declared: DeclaredNodes, nodes: Mapping[str, ObservedNode]) -> Iterator[Sample]:
    ready = {
        name: node.labels for name, node in nodes.items() if node.ready is ConditionStatus.TRUE
    }
    return _by_group(declared, ready)


def _by_group(declared: DeclaredNodes, nodes: Mapping[str, Mapping[str, str]]) -> Iterator[Sample]:
    """Count nodes, given with their labels, by the declared group that they belong to."""
    counts = dict.fromkeys(declared.groups, 0)
    for name, labels in nodes.items():
        group = declared.group_of(name, labels)
        if group in counts:
            counts[group] += 1
    for name, count in sorted(counts.items()):
        yield (name,), count


def nodes_unexpected(view: View) -> Iterator[Sample]:
    score = view.evaluation.scores.get("node_unexpected")
    if score is not None and not score.counts[Verdict.UNKNOWN]:
        yield (), sum(score.counts.values()) - score.counts[Verdict.PASS]


def applications_expected(view: View) -> Iterator[Sample]:
    declared = view.evaluation.facts.find(DeclaredApplications)
    if declared is not None:
        yield (), len(declared.applications)


def applications_observed(view: View) -> Iterator[Sample]:
    facts = view.evaluation.facts
    declared, observed = facts.find(DeclaredApplications), facts.find(ObservedApplications)
    if declared is not None and observed is not None:
        yield (), sum(key in observed for key in declared.applications)


@Chunked
def replicas_min(view: View) -> Iterator[Chunk]:
    for bounds in _replica_bounds(view):
        yield Chunk((bounds,), partial(_bound, bounds, attrgetter("minimum")))


@Chunked
def replicas_max(view: View) -> Iterator[Chunk]:
    for bounds in _replica_bounds(view):
        yield Chunk((bounds,), partial(_bound, bounds, attrgetter("maximum")))


def _replica_bounds(view: View) -> Iterator[Mapping[WorkloadKey, Bounds | None]]:
    """Yield what each declared workload may ask for; nothing where no workload has a series."""
    known = view.evaluation.facts.find(Expectation)
    if known is not None and view.detail == "full":
        yield known.replicas


def _bound(
    replicas: Mapping[WorkloadKey, Bounds | None], bound: Callable[[Bounds], int]
) -> Iterator[Sample]:
    for key, bounds in replicas.items():
        if bounds is not None:
            yield (key.namespace, key.kind, key.name), bound(bounds)


@Chunked
def replicas_ready(view: View) -> Iterator[Chunk]:
    """Say 0 for a declared workload that is not there; nothing where nobody could look."""
    facts = view.evaluation.facts
    declared, observed = facts.find(DeclaredWorkloads), facts.find(ObservedWorkloads)
    if declared is not None and observed is not None and view.detail == "full":
        yield Chunk((declared, observed), partial(_replicas_ready, declared, observed))


def _replicas_ready(declared: DeclaredWorkloads, observed: ObservedWorkloads) -> Iterator[Sample]:
    for key in declared.workloads:
        found = observed.workloads.get(key)
        if key not in observed.unreadable:
            yield (key.namespace, key.kind, key.name), found.ready if found else 0


def _matching(view: View) -> Iterator[tuple[str, Findings]]:
    """Yield the findings of each check that has an aspect, with that."""
    if view.detail == "full":
        for check in view.evaluation.checks:
            if check.aspect:
                yield check.aspect, view.evaluation.by_check.get(check.id, ())


def _judged(findings: Findings, kinds: frozenset[str]) -> Iterator[tuple[Subject, float]]:
    """Yield whether subjects of these *kinds* conform; while unknown, a series is withdrawn."""
    for one in findings:
        if one.verdict is not Verdict.UNKNOWN and one.subject.kind in kinds:
            yield one.subject, float(one.verdict is Verdict.PASS)


@Chunked
def node_match(view: View) -> Iterator[Chunk]:
    declared = view.evaluation.facts.find(DeclaredNodes)
    if declared is None:
        return
    for aspect, findings in _matching(view):
        yield Chunk((declared, findings), partial(_node_match, declared.nodes, aspect, findings))


def _node_match(
    nodes: Mapping[str, DeclaredNode], aspect: str, findings: Findings
) -> Iterator[Sample]:
    for one, conforms in _judged(findings, NODE):
        node = nodes.get(one.name)
        if node is not None:
            yield (node.name, node.group, aspect), conforms


@Chunked
def workload_match(view: View) -> Iterator[Chunk]:
    for aspect, findings in _matching(view):
        yield Chunk((findings,), partial(_workload_match, aspect, findings))


def _workload_match(aspect: str, findings: Findings) -> Iterator[Sample]:
    for one, conforms in _judged(findings, WORKLOAD_KINDS):
        yield (one.namespace, one.kind, one.name, aspect), conforms


@Chunked
def application_match(view: View) -> Iterator[Chunk]:
    for aspect, findings in _matching(view):
        yield Chunk((findings,), partial(_application_match, aspect, findings))


def _application_match(aspect: str, findings: Findings) -> Iterator[Sample]:
    for one, conforms in _judged(findings, APPLICATION):
        yield (one.namespace, one.name, aspect), conforms


@Chunked
def monitoring_match(view: View) -> Iterator[Chunk]:
    if view.detail != "full":
        return
    for check in view.evaluation.checks:
        if check.component and check.aspect:
            findings = view.evaluation.by_check.get(check.id, ())
            yield Chunk((findings,), partial(_monitoring_match, check, findings))


def _monitoring_match(check: Check, findings: Findings) -> Iterator[Sample]:
    for one in findings:
        if one.verdict is not Verdict.UNKNOWN:
            labels = (check.component, str(one.subject), check.aspect)
            yield labels, float(one.verdict is Verdict.PASS)


def monitoring_start(view: View) -> Iterator[Sample]:
    facts = view.evaluation.facts
    for component, kind in _STARTED.items():
        known = facts.find(kind)
        if known is not None and known.started is not None and not facts.gaps_in((kind,)):
            yield (component,), known.started.timestamp()


def _failing(view: View) -> Iterator[tuple[Check, Finding]]:
    """Yield the failures, the worst first and then in a stable order; remembered ones, too."""
    if view.detail == "summary":
        return
    found, remembered = view.evaluation.by_check, view.evaluation.remembered
    for check in sorted(view.evaluation.checks, key=lambda one: (one.severity.rank, one.id)):
        yield from ((check, one) for one in found.get(check.id, ()) if one.verdict is Verdict.FAIL)
        yield from ((check, one) for one in remembered if one.check == check.id)


def finding_since(view: View) -> Iterator[Sample]:
    for check, finding in islice(_failing(view), view.limit):
        one = finding.subject
        since = finding.was or finding.since or view.evaluation.at
        labels = (
            check.layer_of(finding),
            check.id,
            check.severity,
            one.kind,
            one.namespace,
            one.name,
        )
        yield labels, since.timestamp()


def findings_truncated(view: View) -> Iterator[Sample]:
    failing = 0 if view.detail == "summary" else _failures(view)
    yield (), max(0, failing - view.limit)


def _failures(view: View) -> int:
    failing = sum(one.counts[Verdict.FAIL] for one in view.evaluation.scores.values())
    return failing + len(view.evaluation.remembered)


def evaluation_seconds(view: View) -> Iterator[Sample]:
    yield (), view.evaluation.seconds


def evaluation_timestamp(view: View) -> Iterator[Sample]:
    yield (), view.evaluation.at.timestamp()


def source_up(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        yield (status.source,), float(status.up)


def source_success(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        if status.last_success is not None:
            yield (status.source,), status.last_success.timestamp()


def source_errors(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        for reason, count in sorted(status.errors.items()):
            yield (status.source, reason), count


def declared_items(view: View) -> Iterator[Sample]:
    """Say it by kind for the largest kinds of each source; foreign code can make any number."""
    items = view.evaluation.items
    shown = _largest_kinds(items)
    counts: Counter[ItemCount] = Counter()
    for one, count in items.items():
        counts[one if one[:2] in shown else one._replace(kind=OTHER_KINDS)] += count
    yield from sorted(counts.items())


def _largest_kinds(items: Mapping[ItemCount, int]) -> set[tuple[str, str]]:
    by_source: dict[str, Counter[str]] = {}
    for one, count in items.items():
        by_source.setdefault(one.source, Counter())[one.kind] += count
    return {
        (source, kind)
        for source, kinds in by_source.items()
        for kind in sorted(kinds, key=lambda one: (-kinds[one], one))[:MOST_KINDS]
    }


def source_revision(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        if status.revision_committed is not None:
            yield (status.source,), status.revision_committed.timestamp()


def watch_up(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        yield (watch.kind,), float(watch.up)


def watch_events(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        yield (watch.kind,), watch.events


def watch_lists(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        yield (watch.kind,), watch.lists


def watch_restarts(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        for reason, count in watch.restarts.items():
            yield (watch.kind, reason), count


def watch_last_event(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        if watch.last_event is not None:
            yield (watch.kind,), watch.last_event.timestamp()


def waivers(view: View) -> Iterator[Sample]:
    counts = dict.fromkeys(WaiverState, 0)
    for _, state in view.evaluation.waivers:
        counts[state] += 1
    for state, count in counts.items():
        yield (state,), count


def waiver_expiry(view: View) -> Iterator[Sample]:
    expiries: dict[tuple[str, ...], float] = {}
    for waiver, _ in view.evaluation.waivers:
        labels = (waiver.id, waiver.owner)
        instant = waiver.expires.timestamp()
        expiries[labels] = min(instant, expiries.get(labels, instant))
    yield from sorted(expiries.items())


def evaluations(view: View) -> Iterator[Sample]:
    yield (), view.process.evaluations


def evaluation_errors(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        yield (check.id,), view.process.failures.get(check.id, 0)


def reload_ok(view: View) -> Iterator[Sample]:
    yield (), float(view.process.reload_ok)


def reloaded(view: View) -> Iterator[Sample]:
    yield (), view.process.reloaded.timestamp()


def build_info(_: View) -> Iterator[Sample]:
    yield (__version__, python_version()), 1

"""How an evaluation becomes the samples of each family.

A sample is the label values, in the order of the family's labels, and the number.
"""

from collections.abc import Iterator
from platform import python_version
from typing import TypeAlias

from exporter import __version__
from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.check import Check
from exporter.domain.evaluation import WaiverState
from exporter.domain.finding import Finding, Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNodes
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads
from exporter.metrics.view import View

WORKLOAD_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
Sample: TypeAlias = tuple[tuple[str, ...], float]


def check_subjects(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        counts = view.evaluation.scores[check.id].counts
        for verdict in Verdict:
            yield (check.layer, check.id, verdict), counts[verdict]


def check_info(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        yield (check.layer, check.id, check.severity, check.title), 1


def layer_ratio(view: View) -> Iterator[Sample]:
    for layer, score in view.evaluation.layers.items():
        yield (layer,), float("nan") if score.ratio is None else score.ratio


def layer_coverage(view: View) -> Iterator[Sample]:
    for layer, score in view.evaluation.layers.items():
        yield (layer,), score.coverage


def nodes_expected(view: View) -> Iterator[Sample]:
    declared = view.evaluation.facts.find(DeclaredNodes)
    for name, group in sorted((declared.groups if declared else {}).items()):
        yield (name,), max(group.minimum, len(group.members))


def _by_group(view: View, *, ready: bool) -> Iterator[Sample]:
    """Count the observed nodes of each declared group; absent while either side is unknown."""
    facts = view.evaluation.facts
    declared, observed = facts.find(DeclaredNodes), facts.find(ObservedNodes)
    if declared is None or observed is None or facts.gaps_in((ObservedNodes,)):
        return
    counts = dict.fromkeys(declared.groups, 0)
    for name, node in observed.nodes.items():
        group = declared.group_of(name, node.labels)
        if group in counts and (not ready or node.ready is ConditionStatus.TRUE):
            counts[group] += 1
    for name, count in sorted(counts.items()):
        yield (name,), count


def nodes_observed(view: View) -> Iterator[Sample]:
    return _by_group(view, ready=False)


def nodes_ready(view: View) -> Iterator[Sample]:
    return _by_group(view, ready=True)


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
        yield (), len(declared.applications.keys() & observed.applications.keys())


def _replica_bounds(view: View) -> Iterator[tuple[tuple[str, str, str], int, int]]:
    """Yield each declared workload with replicas, and the fewest and most it may have."""
    declared = view.evaluation.facts.find(DeclaredWorkloads)
    if declared is None or view.detail != "full":
        return
    scaled = {one.target: (one.minimum, one.maximum) for one in declared.autoscalers}
    for key, workload in declared.workloads.items():
        bounds = scaled.get(key) or workload.replica_bounds()
        if bounds is not None:
            yield (key.namespace, key.kind, key.name), *bounds


def replicas_min(view: View) -> Iterator[Sample]:
    for labels, minimum, _ in _replica_bounds(view):
        yield labels, minimum


def replicas_max(view: View) -> Iterator[Sample]:
    for labels, _, maximum in _replica_bounds(view):
        yield labels, maximum


def replicas_ready(view: View) -> Iterator[Sample]:
    """Say 0 for a declared workload that is not there; nothing where nobody could look."""
    facts = view.evaluation.facts
    declared, observed = facts.find(DeclaredWorkloads), facts.find(ObservedWorkloads)
    if declared is None or observed is None or view.detail != "full":
        return
    for key in declared.workloads:
        found = observed.workloads.get(key)
        yield (key.namespace, key.kind, key.name), found.ready if found else 0


def _matches(view: View, *, kinds: frozenset[str]) -> Iterator[tuple[Check, Finding]]:
    """Yield what was seen of subjects of these *kinds*; while unknown, a series is withdrawn."""
    if view.detail != "full":
        return
    checks = {check.id: check for check in view.evaluation.checks if check.aspect}
    for finding in view.evaluation.findings:
        check = checks.get(finding.check)
        if check and finding.subject.kind in kinds and finding.verdict is not Verdict.UNKNOWN:
            yield check, finding


def _conforms(finding: Finding) -> float:
    return float(finding.verdict is Verdict.PASS)


def node_match(view: View) -> Iterator[Sample]:
    declared = view.evaluation.facts.find(DeclaredNodes)
    nodes = declared.nodes if declared else {}
    for check, finding in _matches(view, kinds=frozenset({"Node"})):
        node = nodes.get(finding.subject.name)
        if node is not None:
            yield (node.name, node.group, check.aspect), _conforms(finding)


def workload_match(view: View) -> Iterator[Sample]:
    for check, finding in _matches(view, kinds=WORKLOAD_KINDS):
        one = finding.subject
        yield (one.namespace, one.kind, one.name, check.aspect), _conforms(finding)


def application_match(view: View) -> Iterator[Sample]:
    for check, finding in _matches(view, kinds=frozenset({"Application"})):
        one = finding.subject
        yield (one.namespace, one.name, check.aspect), _conforms(finding)


def _failing(view: View) -> list[tuple[Check, Finding]]:
    """Return the failures, the worst first and then in a stable order."""
    if view.detail == "summary":
        return []
    checks = {check.id: check for check in view.evaluation.checks}
    failures = [
        (checks[one.check], one) for one in view.evaluation.findings if one.verdict is Verdict.FAIL
    ]
    return sorted(failures, key=lambda pair: (pair[0].severity.rank, pair[0].id, pair[1].subject))


def finding_since(view: View) -> Iterator[Sample]:
    for check, finding in _failing(view)[: view.limit]:
        one = finding.subject
        since = finding.since or view.evaluation.at
        labels = (check.layer, check.id, check.severity, one.kind, one.namespace, one.name)
        yield labels, since.timestamp()


def findings_truncated(view: View) -> Iterator[Sample]:
    yield (), max(0, len(_failing(view)) - view.limit)


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


def source_items(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        for kind, count in sorted(status.items.items()):
            yield (status.source, kind), count


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

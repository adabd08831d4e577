"""Every metric family that an evaluation becomes: name, help, labels, and its samples.

What a metric may be: a number of the last evaluation, in base units, with labels from closed sets
or of declared subjects. Never a pod, a commit, a message or a value. ``docs/metrics.md`` lists
the same families; a test compares the two.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from platform import python_version
from typing import Literal

from exporter import __version__
from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation, WaiverState
from exporter.domain.finding import Finding, Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNodes
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads

PREFIX = "cluster_conformance_"
WORKLOAD_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})

Sample = tuple[tuple[str, ...], float]
"""Label values in the order of the family's labels, and the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What this process did so far.

    *failures* counts the checks that failed by themselves, by their id; *reloaded* is when the
    settings were last read without an error, *reload_ok* whether the last try was one.
    """

    evaluations: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    reload_ok: bool = True
    reloaded: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the families are made from: an evaluation, and how much of it shall be shown.

    *detail* and *limit* are ``metrics.detail`` and ``metrics.findings_limit`` of the settings.
    """

    evaluation: Evaluation
    process: Process
    detail: Literal["full", "findings", "summary"] = "full"
    limit: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One gauge or counter: its identity, and how an evaluation becomes its samples."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    samples: Callable[[View], Iterator[Sample]]
    type: Literal["gauge", "counter"] = "gauge"


def _check_subjects(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        counts = view.evaluation.scores[check.id].counts
        for verdict in Verdict:
            yield (check.layer, check.id, verdict), counts[verdict]


def _check_info(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        yield (check.layer, check.id, check.severity, check.title), 1


def _layer_ratio(view: View) -> Iterator[Sample]:
    for layer, score in view.evaluation.layers.items():
        yield (layer,), float("nan") if score.ratio is None else score.ratio


def _layer_coverage(view: View) -> Iterator[Sample]:
    for layer, score in view.evaluation.layers.items():
        yield (layer,), score.coverage


def _nodes_expected(view: View) -> Iterator[Sample]:
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


def _nodes_observed(view: View) -> Iterator[Sample]:
    return _by_group(view, ready=False)


def _nodes_ready(view: View) -> Iterator[Sample]:
    return _by_group(view, ready=True)


def _nodes_unexpected(view: View) -> Iterator[Sample]:
    score = view.evaluation.scores.get("node_unexpected")
    if score is not None and not score.counts[Verdict.UNKNOWN]:
        yield (), sum(score.counts.values()) - score.counts[Verdict.PASS]


def _applications_expected(view: View) -> Iterator[Sample]:
    declared = view.evaluation.facts.find(DeclaredApplications)
    if declared is not None:
        yield (), len(declared.applications)


def _applications_observed(view: View) -> Iterator[Sample]:
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


def _replicas_min(view: View) -> Iterator[Sample]:
    for labels, minimum, _ in _replica_bounds(view):
        yield labels, minimum


def _replicas_max(view: View) -> Iterator[Sample]:
    for labels, _, maximum in _replica_bounds(view):
        yield labels, maximum


def _replicas_ready(view: View) -> Iterator[Sample]:
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


def _node_match(view: View) -> Iterator[Sample]:
    declared = view.evaluation.facts.find(DeclaredNodes)
    nodes = declared.nodes if declared else {}
    for check, finding in _matches(view, kinds=frozenset({"Node"})):
        node = nodes.get(finding.subject.name)
        if node is not None:
            yield (node.name, node.group, check.aspect), _conforms(finding)


def _workload_match(view: View) -> Iterator[Sample]:
    for check, finding in _matches(view, kinds=WORKLOAD_KINDS):
        one = finding.subject
        yield (one.namespace, one.kind, one.name, check.aspect), _conforms(finding)


def _application_match(view: View) -> Iterator[Sample]:
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


def _finding_since(view: View) -> Iterator[Sample]:
    for check, finding in _failing(view)[: view.limit]:
        one = finding.subject
        since = finding.since or view.evaluation.at
        labels = (check.layer, check.id, check.severity, one.kind, one.namespace, one.name)
        yield labels, since.timestamp()


def _findings_truncated(view: View) -> Iterator[Sample]:
    yield (), max(0, len(_failing(view)) - view.limit)


def _evaluation_seconds(view: View) -> Iterator[Sample]:
    yield (), view.evaluation.seconds


def _evaluation_timestamp(view: View) -> Iterator[Sample]:
    yield (), view.evaluation.at.timestamp()


def _source_up(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        yield (status.source,), float(status.up)


def _source_success(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        if status.last_success is not None:
            yield (status.source,), status.last_success.timestamp()


def _source_errors(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        for reason, count in sorted(status.errors.items()):
            yield (status.source, reason), count


def _source_items(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        for kind, count in sorted(status.items.items()):
            yield (status.source, kind), count


def _source_revision(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        if status.revision_committed is not None:
            yield (status.source,), status.revision_committed.timestamp()


def _waivers(view: View) -> Iterator[Sample]:
    counts = dict.fromkeys(WaiverState, 0)
    for _, state in view.evaluation.waivers:
        counts[state] += 1
    for state, count in counts.items():
        yield (state,), count


def _waiver_expiry(view: View) -> Iterator[Sample]:
    expiries: dict[tuple[str, ...], float] = {}
    for waiver, _ in view.evaluation.waivers:
        labels = (waiver.id, waiver.owner)
        instant = waiver.expires.timestamp()
        expiries[labels] = min(instant, expiries.get(labels, instant))
    yield from sorted(expiries.items())


def _evaluations(view: View) -> Iterator[Sample]:
    yield (), view.process.evaluations


def _evaluation_errors(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        yield (check.id,), view.process.failures.get(check.id, 0)


def _reload_ok(view: View) -> Iterator[Sample]:
    yield (), float(view.process.reload_ok)


def _reloaded(view: View) -> Iterator[Sample]:
    yield (), view.process.reloaded.timestamp()


def _build_info(_: View) -> Iterator[Sample]:
    yield (__version__, python_version()), 1


_CHECK = ("layer", "check")
_OBJECT = ("object_namespace", "object_kind", "object_name")

FAMILIES: tuple[Family, ...] = (
    Family(
        name="build_info",
        help="The version of this exporter and of the Python that runs it; always 1.",
        labels=("version", "python_version"),
        samples=_build_info,
    ),
    Family(
        name="check_subjects",
        help="Subjects of each check by verdict, at the last evaluation.",
        labels=(*_CHECK, "verdict"),
        samples=_check_subjects,
    ),
    Family(
        name="check_info",
        help="Severity and title of each check; always 1.",
        labels=(*_CHECK, "severity", "title"),
        samples=_check_info,
    ),
    Family(
        name="layer_ratio",
        help="Passing subjects of a layer per judged ones (pass and fail); NaN if none was judged.",
        labels=("layer",),
        samples=_layer_ratio,
    ),
    Family(
        name="layer_coverage_ratio",
        help="Subjects of a layer that could be looked at, per all subjects.",
        labels=("layer",),
        samples=_layer_coverage,
    ),
    Family(
        name="nodes_expected",
        help="Nodes that the code declares, by group; of an elastic group the fewest it may have.",
        labels=("group",),
        samples=_nodes_expected,
    ),
    Family(
        name="nodes_observed",
        help="Nodes of a declared group that the cluster has; absent while that is unknown.",
        labels=("group",),
        samples=_nodes_observed,
    ),
    Family(
        name="nodes_ready",
        help="Nodes of a declared group that are Ready; absent while that is unknown.",
        labels=("group",),
        samples=_nodes_ready,
    ),
    Family(
        name="nodes_unexpected",
        help="Nodes of the cluster that no code declares; absent while that is unknown.",
        samples=_nodes_unexpected,
    ),
    Family(
        name="applications_expected",
        help="Argo CD Applications that the code declares.",
        samples=_applications_expected,
    ),
    Family(
        name="applications_observed",
        help="Declared Applications that the cluster has; absent while that is unknown.",
        samples=_applications_observed,
    ),
    Family(
        name="workload_replicas_declared_min",
        help="Fewest replicas that a workload may have by its declaration or autoscaler.",
        labels=_OBJECT,
        samples=_replicas_min,
    ),
    Family(
        name="workload_replicas_declared_max",
        help="Most replicas that a workload may have by its declaration or autoscaler.",
        labels=_OBJECT,
        samples=_replicas_max,
    ),
    Family(
        name="workload_replicas_ready",
        help="Ready replicas of a declared workload, 0 if it is missing; absent while unknown.",
        labels=_OBJECT,
        samples=_replicas_ready,
    ),
    Family(
        name="node_match",
        help="Whether a declared node conforms (1) or not (0); absent while that is unknown.",
        labels=("object_name", "group", "aspect"),
        samples=_node_match,
    ),
    Family(
        name="workload_match",
        help="Whether a declared workload conforms (1) or not (0); absent while that is unknown.",
        labels=(*_OBJECT, "aspect"),
        samples=_workload_match,
    ),
    Family(
        name="application_match",
        help="Whether an Application conforms (1) or not (0); absent while that is unknown.",
        labels=("object_namespace", "object_name", "aspect"),
        samples=_application_match,
    ),
    Family(
        name="finding_since_timestamp_seconds",
        help="Since when a subject fails a check, as far as this process saw it.",
        labels=(*_CHECK, "severity", "object_kind", "object_namespace", "object_name"),
        samples=_finding_since,
    ),
    Family(
        name="findings_truncated",
        help="Failing subjects beyond metrics.findings_limit, which have no series of their own.",
        samples=_findings_truncated,
    ),
    Family(
        name="evaluation_duration_seconds",
        help="How long the last evaluation took.",
        samples=_evaluation_seconds,
    ),
    Family(
        name="evaluation_timestamp_seconds",
        help="When the last evaluation was made.",
        samples=_evaluation_timestamp,
    ),
    Family(
        name="evaluations_total",
        help="Evaluations made since start.",
        samples=_evaluations,
        type="counter",
    ),
    Family(
        name="evaluation_errors_total",
        help="Evaluations in which a check failed by itself; its subjects were unknown then.",
        labels=("check",),
        samples=_evaluation_errors,
        type="counter",
    ),
    Family(
        name="source_up",
        help="Whether the last reading of a source was without failures.",
        labels=("source",),
        samples=_source_up,
    ),
    Family(
        name="source_last_success_timestamp_seconds",
        help="When a source was last read without failures.",
        labels=("source",),
        samples=_source_success,
    ),
    Family(
        name="source_errors_total",
        help="Failures to read a source, by reason.",
        labels=("source", "reason"),
        samples=_source_errors,
        type="counter",
    ),
    Family(
        name="source_items",
        help="What the last reading of a source gave, by kind.",
        labels=("source", "kind"),
        samples=_source_items,
    ),
    Family(
        name="source_revision_timestamp_seconds",
        help="When the commit that a source was read at was made.",
        labels=("source",),
        samples=_source_revision,
    ),
    Family(
        name="waivers",
        help="Waivers by what became of them.",
        labels=("state",),
        samples=_waivers,
    ),
    Family(
        name="waiver_expiry_timestamp_seconds",
        help="When a waiver ends.",
        labels=("waiver", "owner"),
        samples=_waiver_expiry,
    ),
    Family(
        name="config_last_reload_successful",
        help="Whether the settings could be read at the last try.",
        samples=_reload_ok,
    ),
    Family(
        name="config_last_reload_success_timestamp_seconds",
        help="When the settings were last read successfully.",
        samples=_reloaded,
    ),
)

"""Every metric family that an evaluation becomes: name, help, labels, and its samples.

What a metric may be: a number of the last evaluation, in base units, with labels from closed sets
or of declared subjects. Never a pod, a commit, a message or a value. ``docs/metrics.md`` lists
the same families; a test compares the two.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from exporter.metrics import samples
from exporter.metrics.chunks import Sample
from exporter.metrics.view import View

PREFIX = "cluster_conformance_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One gauge or counter: its identity, and how an evaluation becomes its samples."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    samples: Callable[[View], Iterator[Sample]]
    type: Literal["gauge", "counter"] = "gauge"


_CHECK = ("layer", "check")
_OBJECT = ("object_namespace", "object_kind", "object_name")

FAMILIES: tuple[Family, ...] = (
    Family(
        name="build_info",
        help="The version of this exporter and of the Python that runs it; always 1.",
        labels=("version", "python_version"),
        samples=samples.build_info,
    ),
    Family(
        name="check_subjects",
        help="Subjects of each check by verdict, at the last evaluation.",
        labels=(*_CHECK, "verdict"),
        samples=samples.check_subjects,
    ),
    Family(
        name="check_info",
        help="Severity and title of each check; always 1.",
        labels=(*_CHECK, "severity", "title"),
        samples=samples.check_info,
    ),
    Family(
        name="layer_ratio",
        help="Passing subjects of a layer per judged ones (pass and fail); NaN if none was judged.",
        labels=("layer",),
        samples=samples.layer_ratio,
    ),
    Family(
        name="layer_coverage_ratio",
        help="How much of what a layer declares could be judged; absent if it declares nothing.",
        labels=("layer",),
        samples=samples.layer_coverage,
    ),
    Family(
        name="nodes_expected",
        help="Fewest nodes that a group must have: those declared by name, or min if that is more.",
        labels=("group",),
        samples=samples.nodes_expected,
    ),
    Family(
        name="nodes_observed",
        help="Nodes of a declared group that the cluster has; absent while that is unknown.",
        labels=("group",),
        samples=samples.nodes_observed,
    ),
    Family(
        name="nodes_ready",
        help="Nodes of a declared group that are Ready; absent while that is unknown.",
        labels=("group",),
        samples=samples.nodes_ready,
    ),
    Family(
        name="nodes_unexpected",
        help="Nodes of the cluster that no code declares; absent while that is unknown.",
        samples=samples.nodes_unexpected,
    ),
    Family(
        name="applications_expected",
        help="Argo CD Applications that the code declares.",
        samples=samples.applications_expected,
    ),
    Family(
        name="applications_observed",
        help="Declared Applications that the cluster has; absent while that is unknown.",
        samples=samples.applications_observed,
    ),
    Family(
        name="workload_replicas_declared_min",
        help="Fewest replicas that a workload may have by its declaration or autoscaler.",
        labels=_OBJECT,
        samples=samples.replicas_min,
    ),
    Family(
        name="workload_replicas_declared_max",
        help="Most replicas that a workload may have by its declaration or autoscaler.",
        labels=_OBJECT,
        samples=samples.replicas_max,
    ),
    Family(
        name="workload_replicas_ready",
        help="Ready replicas of a declared workload, 0 if it is missing; absent while unknown.",
        labels=_OBJECT,
        samples=samples.replicas_ready,
    ),
    Family(
        name="node_match",
        help="Whether a declared node conforms (1) or not (0); absent while that is unknown.",
        labels=("object_name", "group", "aspect"),
        samples=samples.node_match,
    ),
    Family(
        name="workload_match",
        help="Whether a declared workload conforms (1) or not (0); absent while that is unknown.",
        labels=(*_OBJECT, "aspect"),
        samples=samples.workload_match,
    ),
    Family(
        name="application_match",
        help="Whether an Application conforms (1) or not (0); absent while that is unknown.",
        labels=("object_namespace", "object_name", "aspect"),
        samples=samples.application_match,
    ),
    Family(
        name="monitoring_match",
        help="Whether a part of the monitoring stack conforms (1) or not (0); absent if unknown.",
        labels=("component", "object_name", "aspect"),
        samples=samples.monitoring_match,
    ),
    Family(
        name="monitoring_start_timestamp_seconds",
        help="Since when a part of the monitoring stack runs, as it says; absent if unknown.",
        labels=("component",),
        samples=samples.monitoring_start,
    ),
    Family(
        name="finding_since_timestamp_seconds",
        help="Since when a subject fails a check, as far as this process saw it.",
        labels=(*_CHECK, "severity", "object_kind", "object_namespace", "object_name"),
        samples=samples.finding_since,
    ),
    Family(
        name="findings_truncated",
        help="Failing subjects beyond metrics.findings_limit, which have no series of their own.",
        samples=samples.findings_truncated,
    ),
    Family(
        name="evaluation_duration_seconds",
        help="How long the last evaluation took.",
        samples=samples.evaluation_seconds,
    ),
    Family(
        name="evaluation_timestamp_seconds",
        help="When the last evaluation was made.",
        samples=samples.evaluation_timestamp,
    ),
    Family(
        name="evaluations_total",
        help="Evaluations made since start.",
        samples=samples.evaluations,
        type="counter",
    ),
    Family(
        name="evaluation_errors_total",
        help="Evaluations in which a check failed by itself; its subjects were unknown then.",
        labels=("check",),
        samples=samples.evaluation_errors,
        type="counter",
    ),
    Family(
        name="source_up",
        help="Whether the last reading of a source was without failures.",
        labels=("source",),
        samples=samples.source_up,
    ),
    Family(
        name="source_last_success_timestamp_seconds",
        help="When a source was last read without failures.",
        labels=("source",),
        samples=samples.source_success,
    ),
    Family(
        name="source_errors_total",
        help="Failures to read a source, by reason.",
        labels=("source", "reason"),
        samples=samples.source_errors,
        type="counter",
    ),
    Family(
        name="declared_items",
        help="Things that the code declares, by what became of them: compared, or why not.",
        labels=("source", "kind", "state"),
        samples=samples.declared_items,
    ),
    Family(
        name="source_revision_timestamp_seconds",
        help="When the commit that a source was read at was made.",
        labels=("source",),
        samples=samples.source_revision,
    ),
    Family(
        name="watch_up",
        help="Whether all of a kind is known and recent.",
        labels=("kind",),
        samples=samples.watch_up,
    ),
    Family(
        name="watch_events_total",
        help="Events that watches of a kind told, bookmarks included.",
        labels=("kind",),
        samples=samples.watch_events,
        type="counter",
    ),
    Family(
        name="watch_lists_total",
        help="Complete lists of a kind.",
        labels=("kind",),
        samples=samples.watch_lists,
        type="counter",
    ),
    Family(
        name="watch_restarts_total",
        help="Lists and watches of a kind that began anew, by reason.",
        labels=("kind", "reason"),
        samples=samples.watch_restarts,
        type="counter",
    ),
    Family(
        name="watch_last_event_timestamp_seconds",
        help="When the watch of a kind last told anything.",
        labels=("kind",),
        samples=samples.watch_last_event,
    ),
    Family(
        name="waivers",
        help="Waivers by what became of them.",
        labels=("state",),
        samples=samples.waivers,
    ),
    Family(
        name="waiver_expiry_timestamp_seconds",
        help="When a waiver ends.",
        labels=("waiver", "owner"),
        samples=samples.waiver_expiry,
    ),
    Family(
        name="config_last_reload_successful",
        help="Whether the settings could be taken over at the last try.",
        samples=samples.reload_ok,
    ),
    Family(
        name="config_last_reload_success_timestamp_seconds",
        help="When settings were last taken over.",
        samples=samples.reloaded,
    ),
)

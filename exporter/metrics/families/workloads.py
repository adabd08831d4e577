"""Workloads and their replicas."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from operator import attrgetter

from exporter.domain.availability import available, would_show
from exporter.domain.declaration import WorkloadKey
from exporter.domain.expectation import Bounds, Expectation
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads
from exporter.metrics.aspects import Findings, by_aspect, judged
from exporter.metrics.chunks import Chunk, Chunked, Sample
from exporter.metrics.family import OBJECT, family
from exporter.metrics.view import View

WORKLOAD_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Rollout"})


@family(
    name="workload_replicas_declared_min",
    help="Fewest replicas that a workload may have by its declaration or autoscaler.",
    labels=OBJECT,
)
@Chunked
def replicas_min(view: View) -> Iterator[Chunk]:
    for bounds in _replica_bounds(view):
        yield Chunk((bounds,), partial(_bound, bounds, attrgetter("minimum")))


@family(
    name="workload_replicas_declared_max",
    help="Most replicas that a workload may have by its declaration or autoscaler.",
    labels=OBJECT,
)
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


@family(
    name="workload_replicas_ready",
    help="Ready replicas of a declared workload, 0 if it is missing; absent while unknown.",
    labels=OBJECT,
)
@Chunked
def replicas_ready(view: View) -> Iterator[Chunk]:
    """Say 0 for a declared workload that is not there; nothing where nobody could look."""
    facts = view.evaluation.facts
    declared, observed = facts.find(DeclaredWorkloads), available(facts, ObservedWorkloads)
    if declared is not None and observed is not None and view.detail == "full":
        sources = declared, observed, facts.gaps.get(ObservedWorkloads)
        yield Chunk(sources, partial(_replicas_ready, declared, observed, facts))


def _replicas_ready(
    declared: DeclaredWorkloads, observed: ObservedWorkloads, facts: Facts
) -> Iterator[Sample]:
    for key in declared.workloads:
        found = observed.workloads.get(key)
        subject = Subject(key.kind, key.namespace, key.name)
        if found is not None:
            yield (key.namespace, key.kind, key.name), found.ready
        elif key not in observed.unreadable and would_show(facts, ObservedWorkloads, subject):
            yield (key.namespace, key.kind, key.name), 0


@family(
    name="workload_match",
    help="Whether a declared workload conforms (1) or not (0); absent while that is unknown.",
    labels=(*OBJECT, "aspect"),
)
@Chunked
def workload_match(view: View) -> Iterator[Chunk]:
    for aspect, findings in by_aspect(view):
        yield Chunk((findings,), partial(_workload_match, aspect, findings))


def _workload_match(aspect: str, findings: Findings) -> Iterator[Sample]:
    for subject, conforms in judged(findings, WORKLOAD_KINDS):
        yield (subject.namespace, subject.kind, subject.name, aspect), conforms

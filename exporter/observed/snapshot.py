"""A dump of a cluster, as ``kubectl get -A -o json`` writes it, read into an observation.

What a dump does not show is not taken for absent: see :mod:`exporter.observed.absence`.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from exporter.domain.applications import ObservedApplications
from exporter.domain.errors import ReadError, Reason
from exporter.domain.facts import Gap
from exporter.domain.nodes import ObservedNodes
from exporter.domain.observation import Observation
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads
from exporter.observed import facts
from exporter.observed.absence import Evidence
from exporter.observed.files import find_files
from exporter.observed.kinds import AUTOSCALERS, WORKLOADS, Kind
from exporter.observed.reading import ADVICE, Reading

_KINDS: Mapping[type, tuple[Kind, ...]] = {
    ObservedNodes: (Kind.NODE,),
    ObservedWorkloads: WORKLOADS,
    ObservedPods: (Kind.POD,),
    ObservedApplications: (Kind.APPLICATION,),
    ObservedAutoscalers: AUTOSCALERS,
}


def read(path: Path) -> Observation:
    """Return what the dump at *path*, a file or a folder of files, shows.

    What is broken becomes a failure, and the facts that it would have fed are absent; an object of
    which only the name can be read is one that is there, and no more is known of it. Takes
    seconds for a large dump: call it in a thread. Raises :exc:`ReadError` where nothing at all
    can be read.
    """
    files, errors = find_files(path)
    if not files:
        raise errors[0]
    reading = Reading()
    for error in errors:
        reading.fail(error, path=path.name, kinds=None)
    for file in files:
        reading.take(file)
    reading.close(path.name)
    if not reading.items and not reading.evidence.seen:
        raise _nothing(reading, path)
    return _observation(reading, at=max(file.modified for file in files))


def _nothing(reading: Reading, path: Path) -> ReadError:
    """Return why a dump gave nothing: what was wrong with it first."""
    if not reading.failures:
        return ReadError(
            "holds no Kubernetes object", reason=Reason.MALFORMED, path=str(path), advice=ADVICE
        )
    first = reading.failures[0]
    more = len(reading.failures) - 1
    return ReadError(
        f"{first.message}; {more} more failures" if more else first.message,
        reason=first.reason,
        path=first.place.path,
        line=first.place.line,
        advice=first.advice,
    )


def _observation(reading: Reading, *, at: datetime) -> Observation:
    clusters, evidence = (reading.cluster,), reading.evidence
    pods = facts.pods(clusters) if evidence.knows(Kind.POD) else None
    workloads = _workloads(reading, pods)
    return Observation(
        at=at,
        nodes=facts.nodes(clusters) if evidence.knows(Kind.NODE) else None,
        workloads=workloads,
        pods=pods,
        applications=facts.applications(clusters) if evidence.knows(Kind.APPLICATION) else None,
        application_sets=(
            facts.application_sets(clusters) if evidence.knows(Kind.APPLICATION_SET) else None
        ),
        autoscalers=_autoscalers(reading, workloads),
        items={**{kind.value: 0 for kind in evidence.seen}, **reading.items},
        failures=tuple(reading.failures),
        odd=tuple(reading.odd),
        gaps=_gaps(evidence, workloads),
    )


def _workloads(reading: Reading, pods: ObservedPods | None) -> ObservedWorkloads | None:
    """Return the workloads of the kinds that are known, or None where no kind is."""
    unseen = reading.evidence.unseen_workloads(pods)
    if unseen.issuperset(WORKLOADS):
        return None
    return facts.workloads((reading.cluster,), unseen=frozenset(kind.value for kind in unseen))


def _autoscalers(
    reading: Reading, workloads: ObservedWorkloads | None
) -> ObservedAutoscalers | None:
    if reading.evidence.losses(*AUTOSCALERS):
        return None
    if workloads is None and not reading.evidence.knows(*AUTOSCALERS):
        return None
    return facts.autoscalers((reading.cluster,))


def _gaps(evidence: Evidence, workloads: ObservedWorkloads | None) -> dict[type, tuple[Gap, ...]]:
    """Return why facts are absent, of those that something broken took with it."""
    gaps = {fact: evidence.gap(*kinds) for fact, kinds in _KINDS.items()}
    if workloads is not None:  # what is lost of them is named as unseen
        del gaps[ObservedWorkloads]
    return {fact: gap for fact, gap in gaps.items() if gap}

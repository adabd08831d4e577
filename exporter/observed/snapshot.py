"""A dump of a cluster, as ``kubectl get -A -o json`` writes it, read into an observation.

What a dump does not show is not taken for absent: see :mod:`exporter.observed.absence`.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from exporter.domain.errors import ReadError, Reason
from exporter.domain.gaps import Gap
from exporter.domain.objects import ObservedObjects
from exporter.domain.observation import Observation
from exporter.domain.platform import Platform
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads
from exporter.domain.writers import ObservedWriters
from exporter.observed.absence import Evidence
from exporter.observed.files import find_files
from exporter.observed.kinds import FACTS, KindSpec, kinds_of
from exporter.observed.reading import ADVICE, Reading


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
    evidence = reading.evidence
    facts = _facts(reading)
    return Observation(
        at=at,
        facts=facts,
        items={**{kind.kind: 0 for kind in evidence.seen}, **reading.items},
        failures=tuple(reading.failures),
        odd=tuple(reading.odd),
        gaps=_gaps(evidence, facts),
    )


def _facts(reading: Reading) -> dict[type, object]:
    """Return the facts that are known; of some, what is known tells of others."""
    evidence = reading.evidence
    facts = {
        fact: _built(reading, fact)
        for fact in FACTS
        if evidence.knows(*kinds_of(fact)) and not FACTS[fact].partial
    }
    pods = facts.get(ObservedPods)
    unseen = evidence.unseen_workloads(pods if isinstance(pods, ObservedPods) else None)
    if not unseen.issuperset(kinds_of(ObservedWorkloads)):
        facts[ObservedWorkloads] = _built(reading, ObservedWorkloads, unseen=unseen)
        if not evidence.losses(*kinds_of(ObservedAutoscalers)):
            facts[ObservedAutoscalers] = _built(reading, ObservedAutoscalers)
    facts[ObservedObjects] = reading.objects.fact()
    if reading.writers:
        facts[ObservedWriters] = reading.writers.fact()
    platform = reading.platform.fact()
    if platform != Platform():
        facts[Platform] = platform
    return facts


def _built(reading: Reading, fact: type, *, unseen: Iterable[KindSpec] = ()) -> object:
    seen = [kind for kind in kinds_of(fact) if kind not in unseen]
    contents = [reading.collections[kind].fold.contents() for kind in seen]
    return FACTS[fact].build(contents, frozenset(kind.kind for kind in unseen))


def _gaps(evidence: Evidence, facts: dict[type, object]) -> dict[type, tuple[Gap, ...]]:
    """Return why facts are absent, of those that something broken took with it."""
    gaps = {fact: evidence.gap(*kinds_of(fact)) for fact in FACTS}
    if ObservedWorkloads in facts:  # what is lost of them is named as unseen
        del gaps[ObservedWorkloads]
    return {fact: gap for fact, gap in gaps.items() if gap}

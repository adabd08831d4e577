"""What of the facts can be relied on, by what is known of the kinds that they are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from exporter.domain.clock import Instant
from exporter.domain.gaps import Extent, Gap
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedWorkloads
from exporter.observed.kinds import WORKLOADS, Kind
from exporter.observed.kubernetes.mirror import Mirror
from exporter.observed.kubernetes.resources import KINDS_OF


@dataclass(frozen=True, slots=True)
class Reliance:
    """Which facts cannot be relied on, and why.

    *absent* are those of which nothing is known; *gaps* says why of those and of all that are too
    old or lack something. *unseen* are kinds of workloads of which the same holds, where others
    are well.
    """

    absent: frozenset[type]
    gaps: Mapping[type, tuple[Gap, ...]] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()


def reliance(
    mirrors: Mapping[Kind, Sequence[Mirror]],
    facts: Iterable[type],
    *,
    at: Instant,
    max_age: timedelta,
) -> Reliance:
    """Return what of *facts* can be relied on at the instant *at*."""
    found = {
        kind: tuple(
            Gap(Source.KUBERNETES, why) for one in own if (why := one.gap(at=at, max_age=max_age))
        )
        for kind, own in mirrors.items()
    }
    unlisted = {kind for kind, own in mirrors.items() if any(one.content is None for one in own)}
    gaps: dict[type, tuple[Gap, ...]] = {}
    absent: set[type] = set()
    unseen: frozenset[str] = frozenset()
    for fact in facts:
        kinds = KINDS_OF[fact]
        wanting = [kind for kind in kinds if found[kind]]
        if fact is ObservedWorkloads and 0 < len(wanting) < len(WORKLOADS):
            gaps[fact] = tuple(
                replace(found[kind][0], extent=Extent(kinds=frozenset({kind.value})))
                for kind in wanting
            )
            unseen = frozenset(kind.value for kind in wanting)
        elif wanting:
            gaps[fact] = tuple(gap for kind in wanting for gap in found[kind])
            if unlisted.intersection(kinds):
                absent.add(fact)
    return Reliance(frozenset(absent), gaps, unseen)


def _of(kind: Kind) -> Extent:
    return Extent(kinds=frozenset({kind.value}))

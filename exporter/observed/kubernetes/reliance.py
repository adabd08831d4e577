"""What of the facts can be relied on, by what is known of the kinds that they are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from exporter.domain.clock import Instant
from exporter.domain.gaps import Extent, Gap
from exporter.domain.provenance import Source
from exporter.observed.kinds import FACTS, KindSpec
from exporter.observed.kubernetes.store import Store


@dataclass(frozen=True, slots=True)
class Reliance:
    """Which facts cannot be relied on, and why.

    *absent* are those of which nothing is known; *gaps* says why of those and of all that are too
    old or lack something. *unseen* are, of facts that can be partly known, the kinds of which the
    same holds, where others are well.
    """

    absent: frozenset[type]
    gaps: Mapping[type, tuple[Gap, ...]] = field(default_factory=dict)
    unseen: Mapping[type, frozenset[str]] = field(default_factory=dict)


def reliance(
    stores: Mapping[KindSpec, Sequence[Store]],
    facts: Iterable[type],
    *,
    at: Instant,
    max_age: timedelta,
) -> Reliance:
    """Return what of *facts* can be relied on at the instant *at*."""
    gaps: dict[type, tuple[Gap, ...]] = {}
    absent: set[type] = set()
    unseen: dict[type, frozenset[str]] = {}
    for fact in facts:
        own = {kind: known for kind, known in stores.items() if kind.fact.type is fact}
        found = {kind: _gaps(known, at=at, max_age=max_age) for kind, known in own.items()}
        lacking = [kind for kind in own if found[kind]]
        if FACTS[fact].partial and 0 < len(lacking) < len(own):
            gaps[fact] = tuple(
                replace(found[kind][0], extent=Extent(kinds=frozenset({kind.kind})))
                for kind in lacking
            )
            unseen[fact] = frozenset(kind.kind for kind in lacking)
        elif lacking:
            gaps[fact] = tuple(gap for kind in lacking for gap in found[kind])
            if any(store.content is None for known in own.values() for store in known):
                absent.add(fact)
    return Reliance(frozenset(absent), gaps, unseen)


def _gaps(stores: Sequence[Store], *, at: Instant, max_age: timedelta) -> tuple[Gap, ...]:
    """Return why nothing can be said of a kind, one gap for each namespace that has one."""
    reasons = (store.gap(at=at, max_age=max_age) for store in stores)
    return tuple(Gap(Source.KUBERNETES, reason) for reason in reasons if reason)

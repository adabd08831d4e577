"""Coverage: how much of what the code declares could be judged, by layer.

Each declared thing counts once in every layer in which anything is found of it, by the share of
its findings that could be judged. What nobody compares counts as not judged at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exporter.domain.check import Check
from exporter.domain.finding import Cause, Finding, Layer, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item


@dataclass(slots=True)
class Tally:
    """How many findings of one subject there are, and how many of them could be judged."""

    judged: int = 0
    found: int = 0

    def add(self, finding: Finding, excused: frozenset[Cause]) -> None:
        """Count one finding; one that is unknown for what is excused will be known again."""
        self.found += 1
        self.judged += finding.verdict is not Verdict.UNKNOWN or finding.cause in excused


@dataclass(slots=True)
class Share:
    """A part of a weight."""

    judged: float = 0.0
    total: float = 0.0

    def add(self, weight: float, *, judged: float) -> None:
        """Add a subject of this *weight*, of which the share *judged* could be."""
        self.total += weight
        self.judged += weight * judged

    @property
    def ratio(self) -> float | None:
        """The judged part, None where there is nothing."""
        return self.judged / self.total if self.total else None


@dataclass(slots=True)
class Coverage:
    """Works out the coverage of each layer; remembers it as long as nothing changed."""

    _known: dict[Layer, tuple[tuple[object, ...], Share]] = field(default_factory=dict)
    _excused: frozenset[Cause] = frozenset()

    def of(
        self,
        checks: Sequence[Check],
        found: Mapping[str, tuple[Finding, ...]],
        items: DeclaredItems,
        *,
        excused: frozenset[Cause] = frozenset(),
    ) -> dict[Layer, Share]:
        """Return how much of each layer could be judged, but for what is *excused*."""
        if excused != self._excused:
            self._known, self._excused = {}, excused
        return {layer: self._layer(layer, checks, found, items) for layer in Layer}

    def _layer(
        self,
        layer: Layer,
        checks: Sequence[Check],
        found: Mapping[str, tuple[Finding, ...]],
        items: DeclaredItems,
    ) -> Share:
        judging = [check for check in checks if check.layer is layer and check.covers]
        seen = (items, *(found[one.id] for one in judging))
        known = self._known.get(layer)
        if known is None or not _same(known[0], seen):
            unread = (item for item in items.items if layer in item.layers and item.state.is_unread)
            share = _share(
                [found[one.id] for one in judging],
                unread=unread,
                weights=items.weights,
                excused=self._excused,
            )
            known = self._known[layer] = (seen, share)
        return known[1]


def overall(shares: Iterable[Share]) -> float | None:
    """Return the coverage of all that is declared, None where nothing is."""
    known = tuple(shares)
    return Share(sum(one.judged for one in known), sum(one.total for one in known)).ratio


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _share(
    found: Iterable[tuple[Finding, ...]],
    *,
    unread: Iterable[Item],
    weights: Mapping[Subject, float],
    excused: frozenset[Cause],
) -> Share:
    tallies: dict[Subject, Tally] = {}
    for findings in found:
        for finding in findings:
            tally = tallies.get(finding.subject)
            if tally is None:
                tally = tallies[finding.subject] = Tally()
            tally.add(finding, excused)
    share = Share()
    for subject, tally in tallies.items():
        share.add(weights.get(subject, 1.0), judged=tally.judged / tally.found)
    counted: set[Subject] = set()
    for item in unread:
        # What several sources deliver weighs what it does in all of them, once.
        if item.subject not in tallies and item.subject not in counted:
            share.add(weights.get(item.subject, 1.0) * item.size, judged=0.0)
        if item.subject in weights:
            counted.add(item.subject)
    return share

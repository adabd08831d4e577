"""The account of what the code declares: how much is compared, and what is not, folded.

On the first day dozens of things may not be compared for one reason. Readers get one row for each
source and reason, with what would change it; single findings stay in the formats for programs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from exporter.domain.evaluation import Evaluation, ItemCount
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.provenance import Place, Source

COMPARED = "declaration_compared"
"""The check that finds what is not compared."""
NAMES = 3
"""How many subjects a folded row names."""


class BlindSpot(NamedTuple):
    """One thing that nobody compares, and why not; *accepted* where a waiver says so."""

    source: Source
    reason: ItemState
    subject: Subject
    message: str = ""
    advice: str = ""
    accepted: bool = False
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What would let *count* things be compared, of which *subjects* are the first.

    *advice* is empty where the reader of the source has none.
    """

    advice: str
    count: int
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared:
    """All that one source declares and nobody compares for one *reason*.

    *kinds* counts them by kind, *subjects* are the first, *remedies* stand with what opens most
    first. *message* is what was said, empty where that is not the same of all. *places* has where
    each is declared.
    """

    source: Source
    reason: ItemState
    accepted: bool
    count: int
    kinds: Mapping[str, int]
    subjects: tuple[Subject, ...]
    message: str
    remedies: tuple[Remedy, ...]
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """How many things of a *kind* a source declares: *total* in scope, and what became of them."""

    source: Source
    kind: str
    compared: int = 0
    accepted: int = 0
    not_compared: int = 0
    out_of_scope: int = 0

    @property
    def total(self) -> int:
        """How many there are in scope."""
        return self.compared + self.accepted + self.not_compared


@dataclass(frozen=True, slots=True)
class Scope:
    """How far it was looked: *compared* of *total* things of a *kind*, and *others* not compared.

    *kind* is "" for declared things of any kind; then there are no others.
    """

    kind: str
    compared: int
    total: int
    others: int = 0

    @property
    def missing(self) -> int:
        """How many of the kind are not compared."""
        return self.total - self.compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of everything that the code declares; *not_compared* has what counts most first.

    *blind* counts the findings of what is not compared, *accepted* those of them that a waiver
    accepts.
    """

    items: Mapping[ItemCount, int] = field(default_factory=dict)
    not_compared: tuple[NotCompared, ...] = ()
    blind: int = 0
    accepted: int = 0

    @property
    def kinds(self) -> tuple[KindRow, ...]:
        """What each source declares, by kind; a source with its largest kinds first."""
        found: dict[tuple[Source, str], Counter[str]] = {}
        for item, count in self.items.items():
            state = "not_compared" if item.state.is_reason else str(item.state)
            found.setdefault((item.source, item.kind), Counter())[state] += count
        rows = [KindRow(source=key[0], kind=key[1], **counts) for key, counts in found.items()]
        order = tuple(Source)
        return tuple(sorted(rows, key=lambda row: (order.index(row.source), -row.total, row.kind)))

    def scope(self, named: Iterable[str]) -> Scope:
        """Return how far it was looked, told of one of the *named* kinds where that tells most."""
        total, missing = Counter[str](), Counter[str]()
        for item, count in self.items.items():
            if item.state is not ItemState.OUT_OF_SCOPE:
                total[item.kind] += count
                missing[item.kind] += count * item.state.is_unread
        lacking = missing.total()
        kind = max(sorted(missing), key=missing.__getitem__, default="")
        if kind in named and missing[kind] * 2 > lacking:
            compared = total[kind] - missing[kind]
            return Scope(kind, compared, total[kind], others=lacking - missing[kind])
        return Scope("", total.total() - lacking, total.total())


def count_items(items: Iterable[Item]) -> dict[ItemCount, int]:
    """Count *items* by source, kind and what became of them, sorted by these."""
    found = Counter(ItemCount(item.source, item.subject.kind, item.state) for item in items)
    return dict(sorted(found.items()))


def account(outcome: Evaluation) -> Account:
    """Return the account of one evaluation."""
    found = [finding for finding in outcome.by_check.get(COMPARED, ()) if is_blind_spot(finding)]
    sources = sources_of(outcome)
    return Account(
        items=outcome.items,
        not_compared=fold(blind_spot(finding, sources) for finding in found),
        blind=len(found),
        accepted=sum(bool(finding.waiver) for finding in found),
    )


def is_blind_spot(finding: Finding) -> bool:
    """Tell whether a finding says why something is not compared, and can be folded with others."""
    known = finding.check == COMPARED and bool(finding.reason)
    return known and finding.verdict is Verdict.UNKNOWN


def sources_of(outcome: Evaluation) -> dict[Subject, Source]:
    """Return which source declares each thing that is not compared."""
    known = outcome.facts.find(DeclaredItems)
    return {
        item.subject: item.source
        for item in reversed(known.items if known else ())
        if item.state.is_reason
    }


def blind_spot(finding: Finding, sources: Mapping[Subject, Source]) -> BlindSpot:
    """Return what a finding says of something that is not compared."""
    places = finding.provenance
    fallback = places[0].source if places else Source.REPOSITORY
    return BlindSpot(
        source=sources.get(finding.subject, fallback),
        reason=ItemState(finding.reason),
        subject=finding.subject,
        message=finding.detail,
        advice=finding.advice,
        accepted=bool(finding.waiver),
        places=places,
    )


def blind_spots(items: Iterable[Item]) -> Iterable[BlindSpot]:
    """Yield those of all items that are not compared."""
    for item in items:
        if item.state.is_reason:
            yield BlindSpot(
                source=item.source,
                reason=item.state,
                subject=item.subject,
                message=item.message,
                advice=item.advice,
                places=(item.place,),
            )


def fold(some: Iterable[BlindSpot]) -> tuple[NotCompared, ...]:
    """Return a row for each source and reason, the largest first, what is accepted last."""
    groups: dict[tuple[Source, ItemState, bool], list[BlindSpot]] = {}
    for spot in some:
        groups.setdefault((spot.source, spot.reason, spot.accepted), []).append(spot)
    rows = [_row(group) for group in groups.values()]
    return tuple(sorted(rows, key=lambda row: (row.accepted, -row.count, row.source, row.reason)))


def _row(group: list[BlindSpot]) -> NotCompared:
    first = group[0]
    messages = {spot.message for spot in group}
    return NotCompared(
        source=first.source,
        reason=first.reason,
        accepted=first.accepted,
        count=len(group),
        kinds=dict(Counter(spot.subject.kind for spot in group).most_common()),
        subjects=_named(group),
        message=first.message if len(messages) == 1 else "",
        remedies=_remedies(group),
        places=tuple(dict.fromkeys(place for spot in group for place in spot.places)),
    )


def _remedies(group: list[BlindSpot]) -> tuple[Remedy, ...]:
    by_advice: dict[str, list[BlindSpot]] = {}
    for spot in group:
        by_advice.setdefault(spot.advice, []).append(spot)
    rows = [
        Remedy(advice=advice, count=len(some), subjects=_named(some))
        for advice, some in by_advice.items()
    ]
    return tuple(sorted(rows, key=lambda remedy: (not remedy.advice, -remedy.count, remedy.advice)))


def _named(some: list[BlindSpot]) -> tuple[Subject, ...]:
    return tuple(spot.subject for spot in some[:NAMES])

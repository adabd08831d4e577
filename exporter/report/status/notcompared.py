"""What is not compared, by what opens most of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from exporter.domain.items import ItemState
from exporter.domain.provenance import Source
from exporter.report.account import NotCompared, Remedy
from exporter.report.folded import remedy
from exporter.report.status.board import Board
from exporter.report.status.words import Words
from exporter.report.texts import mark
from exporter.report.wording import SOURCES, STATES, THINGS

STEPS: Final = 10
"""How many steps are shown."""
_KINDS: Final = {**THINGS, "Objects": mark("objects")}
"""What kinds of items are called where several are opened."""
_YOU: Final = mark("you")
WHO: Final[Mapping[ItemState, str]] = {
    ItemState.NOT_RENDERED: mark("you: allow its registry, or check it out"),
    ItemState.UNRESOLVED: mark("you: hand over a state file, or let Argo CD be asked"),
    ItemState.UNREADABLE: mark("you: mend the file"),
    ItemState.UNSUPPORTED: mark("us: not known yet"),
    ItemState.OTHER_CLUSTER: mark("nobody, or you: cluster.destinations"),
    ItemState.OTHER_REPOSITORY: mark("you: add the checkout"),
    ItemState.OTHER_REVISION: mark("you: check that revision out"),
    ItemState.NO_HOST: mark("you: add the inventory"),
    ItemState.REFUSED: mark("you: add the rule"),
}
"""Who can let an item be compared that is not for some reason."""


@dataclass(frozen=True, slots=True)
class Step:
    """A *remedy*, what it *opens*, *why* that is shut, and the names of the first."""

    opens: str
    remedy: str
    why: str
    names: str
    count: int


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """All that one source declares and nobody compares for one *reason*."""

    source: Source
    title: str
    reason: ItemState
    name: str
    count: str
    who: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Blindness:
    """What is not compared: *seen* thousandths are, as *scope* says in words."""

    scope: str
    seen: int
    steps: tuple[Step, ...]
    more: int
    rows: tuple[ReasonRow, ...]


def view(board: Board, words: Words) -> Blindness:
    """Return what is not compared, and what would change that, what opens most first."""
    scope = board.account.scope(THINGS)
    told = words.say(
        "{n} of {total} {things} compared",
        n=words.number(scope.compared),
        total=words.number(scope.total),
        things=words.say(THINGS[scope.kind]),
    )
    steps = sorted(_steps(board, words), key=lambda one: -one.count)
    return Blindness(
        scope=told,
        seen=1000 * scope.compared // scope.total if scope.total else 0,
        steps=tuple(steps[:STEPS]),
        more=max(0, len(steps) - STEPS),
        rows=tuple(_row(one, words) for one in board.account.not_compared),
    )


def _steps(board: Board, words: Words) -> Iterator[Step]:
    for row in board.account.not_compared:
        if row.accepted:
            continue
        for given in row.remedies:
            yield _step(row, given, words)


def _step(row: NotCompared, given: Remedy, words: Words) -> Step:
    kinds = list(row.kinds)
    kind = kinds[0] if len(kinds) == 1 else ""
    things = words.say(_KINDS[kind]) if kind in _KINDS and given.count > 1 else kind
    names = words.listed(map(str, given.subjects), most=len(given.subjects))
    more = given.count - len(given.subjects)
    return Step(
        opens=words.say("+{n} {things}", n=words.number(given.count), things=things),
        remedy=remedy(row, given, words),
        why=words.say(STATES[row.reason]),
        names=words.say("{names} and {n} more", names=names, n=more) if more else names,
        count=given.count,
    )


def _row(row: NotCompared, words: Words) -> ReasonRow:
    return ReasonRow(
        source=row.source,
        title=words.say(SOURCES[row.source]),
        reason=row.reason,
        name=words.say(STATES[row.reason]),
        count=words.number(row.count),
        who=words.say(WHO.get(row.reason, _YOU)),
        accepted=row.accepted,
    )

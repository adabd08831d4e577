"""What changed: transitions of the same moment and the same kind are one event."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from exporter.domain.check import Check
from exporter.domain.finding import Severity, Subject, Verdict
from exporter.domain.skyline import Level, level_of
from exporter.domain.transitions import Transition
from exporter.report.status.board import Board
from exporter.report.status.rows import Row
from exporter.report.status.titles import TITLES, counted, filled, subject, unanswered
from exporter.report.status.words import Words
from exporter.report.texts import mark

_TOGETHER: Final = timedelta(seconds=2)
_AMISS: Final = frozenset({Verdict.FAIL, Verdict.UNKNOWN})
SETTLED: Final = mark("settled")
_TELLING: Final = (
    None,
    Level.ACCEPTED,
    Level.UNKNOWN,
    Level.CONFORMS,
    Level.WARNING,
    Level.CRITICAL,
)
"""Of what comes together, the last of these is told by name."""
_SEVERITIES: Final = {
    Level.CRITICAL: mark("critical"),
    Level.WARNING: mark("warning"),
    Level.UNKNOWN: mark("unknown"),
    Level.ACCEPTED: mark("accepted"),
    Level.CONFORMS: SETTLED,
}


@dataclass(frozen=True, slots=True)
class Event:
    """What became of *subjects* at an instant: a *level*, its name and a sentence.

    *revision* is the commit of the declaration then. *level* is None for what is no verdict.
    *more* followed from it.
    """

    at: datetime
    text: str
    level: Level | None = None
    word: str = ""
    subjects: tuple[Subject, ...] = ()
    check: str = ""
    revision: str = ""
    more: "tuple[Event, ...]" = ()


def events(board: Board, words: Words, *, since: datetime) -> list[Event]:
    """Return what happened after an instant, the newest first, with how much else it brought."""
    return [_counted(one, words) for one in every(board, words) if one.at > since]


def every(board: Board, words: Words, *, about: Subject | None = None) -> list[Event]:
    """Return all that is remembered by cause, the newest first.

    What followed from something is :attr:`Event.more` of that. Of one subject, where that is asked
    *about*.
    """
    found = [one for one in board.outcome.transitions if about is None or one.subject == about]
    told = [one for some in _outages(found, board) for one in _by_cause(some, board, words)]
    moved = _moved(board, words, since=datetime.min.replace(tzinfo=board.at.tzinfo))
    return sorted((*told, *moved), key=lambda one: one.at, reverse=True)


def moments(found: Iterable[Transition]) -> Iterator[list[Transition]]:
    """Yield the transitions that came together, whatever they are of."""
    last: list[Transition] = []
    for one in found:
        if last and one.at - last[0].at > _TOGETHER:
            yield last
            last = []
        last.append(one)
    if last:
        yield last


def _outages(found: Sequence[Transition], board: Board) -> Iterator[list[Transition]]:
    """Yield what is unknown since a source went silent, one for each, then all else by moments.

    What such a source told grows too old at different moments.
    """
    silent: dict[str, list[Transition]] = {}
    rest: list[Transition] = []
    for one in found:
        source = _silent(one, board)
        (silent.setdefault(source, []) if source else rest).append(one)
    yield from silent.values()
    yield from moments(rest)


def _silent(change: Transition, board: Board) -> str:
    """Return the source whose silence led to a transition, or nothing."""
    row = _now(change, board)
    status = board.status_of(row.source) if row is not None and row.source else None
    if row is None or (status and status.last_success and change.at < status.last_success):
        return ""
    return row.source


def _now(change: Transition, board: Board) -> Row | None:
    """Return the deviation that a transition led to, as far as it still is so."""
    row = board.rows.by_key.get((change.check, change.subject))
    return row if row is not None and row.verdict is change.after else None


def _by_cause(some: Sequence[Transition], board: Board, words: Words) -> Iterator[Event]:
    """Yield the events of a moment, what follows folded under the worst that does not."""
    groups = list(together(some))
    if source := _silent(some[0], board):
        alike = tuple(_event(one, board, words) for one in groups)
        yield replace(alike[0], text=unanswered(source, words), subjects=(), more=alike)
        return
    told = [(_event(one, board, words), _follows(one, board)) for one in groups]
    leads = [event for event, follows in told if not follows] or [event for event, _ in told]
    lead = max(leads, key=lambda one: (_TELLING.index(one.level), len(one.subjects)))
    folded = tuple(event for event, follows in told if follows and event is not lead)
    for event in (one for one in leads if one is lead or one not in folded):
        yield replace(event, more=folded) if event is lead else event


def _follows(alike: Sequence[Transition], board: Board) -> bool:
    """Tell whether something else is why: so it is said now, or nobody could look at all."""
    first = alike[0]
    row = _now(first, board)
    if row is not None and row.root is not row:
        return True
    return first.after is Verdict.UNKNOWN or (
        first.before is Verdict.UNKNOWN and first.after in {Verdict.PASS, None}
    )


def _counted(event: Event, words: Words) -> Event:
    """Return an event that says how many changes it brought, without them."""
    others = sum(max(1, len(one.subjects)) for one in event.more)
    if not others:
        return event
    more = words.count(
        "{what}. {n} other changed.", "{what}. {n} others changed.", others, what=event.text
    )
    return replace(event, text=more, more=())


def together(found: Iterable[Transition]) -> Iterator[Sequence[Transition]]:
    """Yield the transitions that say the same of several subjects at the same moment."""
    groups: dict[tuple[str, Verdict | None, Verdict | None], list[Transition]] = {}
    for one in found:
        key = (one.check, one.before, one.after)
        known = groups.get(key)
        if known is not None and one.at - known[-1].at <= _TOGETHER:
            known.append(one)
            continue
        if known is not None:
            yield known
        groups[key] = [one]
    yield from groups.values()


def _moved(board: Board, words: Words, *, since: datetime) -> Iterator[Event]:
    """Yield when the code became what it is."""
    checkout = board.checkout
    if checkout.committed is not None and since < checkout.committed <= board.at:
        yield Event(
            checkout.committed, words.say("Code moved to {commit}", commit=checkout.revision[:8])
        )


def _event(some: Sequence[Transition], board: Board, words: Words) -> Event:
    first = some[0]
    check = board.rows.checks.get(first.check)
    severity = check.severity if check else Severity.INFO
    level = Level.CONFORMS if first.after is None else level_of(first.after, severity)
    return Event(
        at=some[-1].at,
        text=_told(some, words, check=check),
        level=level,
        word=words.say(_word(first, level)),
        subjects=tuple(one.subject for one in some),
        check=first.check,
        revision=first.revision,
    )


def _word(first: Transition, level: Level) -> str:
    if first.after is Verdict.SUPPRESSED:
        return mark("in progress")
    return mark("ended") if first.series and first.after is None else _SEVERITIES[level]


def _told(some: Sequence[Transition], words: Words, *, check: Check | None) -> str:
    first, named = some[0], _title(some, words, check=check)
    if first.after in _AMISS or first.after in {Verdict.WAIVED, Verdict.SUPPRESSED}:
        return named
    if first.after is None and first.series:
        return words.say("No longer, as Prometheus tells: {what}", what=named)
    if first.after is None:
        return words.say("No longer judged: {what}", what=named)
    return words.say("No longer: {what}", what=named)


def _title(some: Sequence[Transition], words: Words, *, check: Check | None) -> str:
    known = TITLES.get(some[0].check)
    subjects = list(dict.fromkeys(one.subject for one in some))
    kinds = {one.kind for one in subjects}
    things = (
        counted(kinds.pop(), len(subjects), words)
        if len(kinds) == 1
        else words.count("{n} object", "{n} objects", len(subjects))
    )
    if known is None or some[0].after is Verdict.UNKNOWN:
        named = subject(subjects[0]) if len(subjects) == 1 else things
        judged = words.say(check.title) if check else some[0].check
        return words.say("{subject} cannot be judged: {check}", subject=named, check=judged)
    message = known.one if len(subjects) == 1 else known.many
    return filled(message, words, first=subjects[0], number=len(subjects), things=things)

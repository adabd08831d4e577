"""What changed: transitions of the same moment and the same kind are one event."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from exporter.domain.finding import Severity, Subject, Verdict
from exporter.domain.skyline import Level, level_of
from exporter.domain.transitions import Transition
from exporter.report.status.board import Board
from exporter.report.status.titles import TITLES, counted, filled, subject
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
    """

    at: datetime
    text: str
    level: Level | None = None
    word: str = ""
    subjects: tuple[Subject, ...] = ()
    check: str = ""
    revision: str = ""


def events(board: Board, words: Words, *, since: datetime) -> list[Event]:
    """Return what happened after an instant, the newest first; of a moment one event."""
    found = [one for one in board.outcome.transitions if one.at > since]
    told = [_lead(some, board, words) for some in moments(found)]
    moved = _moved(board, words, since=since)
    return sorted((*told, *moved), key=lambda one: one.at, reverse=True)


def every(board: Board, words: Words, *, about: Subject | None = None) -> list[Event]:
    """Return all that is remembered, each kind of change by itself, the newest first.

    Of one subject, where that is asked *about*.
    """
    found = [one for one in board.outcome.transitions if about is None or one.subject == about]
    told = [_event(some, board, words) for some in together(found)]
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


def _lead(some: Sequence[Transition], board: Board, words: Words) -> Event:
    """Return the worst of what a moment brought as an event, and how much else it brought."""
    groups = [_event(alike, board, words) for alike in together(some)]
    lead = max(groups, key=lambda one: _TELLING.index(one.level))
    others = len(some) - len(lead.subjects)
    if not others:
        return lead
    more = words.count(
        "{what}. {n} other changed.", "{what}. {n} others changed.", others, what=lead.text
    )
    return replace(lead, text=more)


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
        text=_told(some, words),
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


def _told(some: Sequence[Transition], words: Words) -> str:
    first = some[0]
    if first.after in _AMISS or first.after in {Verdict.WAIVED, Verdict.SUPPRESSED}:
        return _title(some, words)
    if first.after is None and first.series:
        return words.say("No longer, as Prometheus tells: {what}", what=_title(some, words))
    if first.after is None:
        return words.say("No longer judged: {what}", what=_title(some, words))
    return words.say("No longer: {what}", what=_title(some, words))


def _title(some: Sequence[Transition], words: Words) -> str:
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
        return words.say("{subject} cannot be judged ({check})", subject=named, check=some[0].check)
    message = known.one if len(subjects) == 1 else known.many
    return filled(message, words, first=subjects[0], number=len(subjects), things=things)

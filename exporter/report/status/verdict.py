"""The verdict in one sentence, and what stands below it: how bad, what is new, since when."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from exporter.domain.finding import Severity, Verdict
from exporter.domain.skyline import Level
from exporter.report.account import Scope
from exporter.report.headline import silenced
from exporter.report.status.board import Board
from exporter.report.status.grouping import Entry
from exporter.report.status.outage import Outage
from exporter.report.status.titles import title
from exporter.report.status.words import Words
from exporter.report.wording import THINGS

_SETTLING: Final = frozenset({Verdict.FAIL})


@dataclass(frozen=True, slots=True)
class Banner:
    """The state of the cluster, in one *headline*, one paragraph and the *short* name of a tab."""

    level: Level
    headline: str
    below: str
    short: str


def banner(board: Board, words: Words, *, stale: bool = False) -> Banner:
    """Return what the page begins with."""
    level = level_of(board)
    return Banner(
        level=Level.UNKNOWN if stale else level,
        headline=_headline(board, words, level),
        below=_below(board, words),
        short=_short(board, words),
    )


def level_of(board: Board) -> Level:
    """Return how bad the worst is that nobody accepts."""
    if board.blinded or not board.outcome.complete or board.account.blind == board.total:
        return Level.UNKNOWN
    if board.failing.get(Severity.CRITICAL):
        return Level.CRITICAL
    if board.verdicts[Verdict.FAIL]:
        return Level.WARNING
    return Level.UNKNOWN if _unsettled(board) else Level.CONFORMS


def _unsettled(board: Board) -> bool:
    """Tell whether something could not be judged, and nothing that is accepted explains it."""
    blind = board.account.blind > board.account.accepted
    return blind or any(one.level is Level.UNKNOWN for one in board.to_settle)


def _headline(board: Board, words: Words, level: Level) -> str:
    if not board.outcome.complete:
        read = [one for one in board.outcome.sources if one.last_success]
        return words.say(
            "Looking for the first time: {read} of {all} sources read",
            read=len(read),
            all=len(board.outcome.sources),
        )
    if board.outage is not None:
        return _cannot_tell(board.outage, board, words)
    if board.account.blind == board.total:
        return words.say("Nothing that can be checked is declared")
    if level in {Level.CRITICAL, Level.WARNING}:
        told = _deviates(board, words)
    elif level is Level.UNKNOWN:
        return _unknown(board, words)
    else:
        return _conforms(board, words)
    told = words.say("First look: {what}", what=told) if board.first_look else told
    others = (
        words.say("All alerts are silenced") if silenced(board.outcome) else "",
        "" if level is Level.CRITICAL else blind_spots(board, words),
    )
    for other in filter(None, others):
        told = words.say("{one}. {other}", one=told, other=other)
    return told


def _cannot_tell(outage: Outage, board: Board, words: Words) -> str:
    """Say since when the cluster is not seen, and why."""
    seen = outage.source.last_success
    if outage.partly:
        told = words.say("Cannot tell: part of the cluster is not seen")
    elif seen is None:
        told = words.say("Cannot tell: the cluster has never been seen")
    else:
        told = words.say(
            "Cannot tell: the cluster has not been seen for {age}, since {when}",
            age=words.spelled(board.at - seen),
            when=words.when(seen),
        )
    if not outage.why:
        return told
    return words.say("{what}: {why}", what=told, why=words.detail(outage.why))


def _deviates(board: Board, words: Words) -> str:
    """Say how many deviations there are, worst first, what is new, and the only one by name."""
    critical = board.failing.get(Severity.CRITICAL, 0)
    worst = [one for one in board.to_settle if _fails(one)]
    if critical:
        told = _with_news(words.say("{n} critical", n=critical), worst, board, words)
        return _named(told, worst, words)
    warnings = board.failing.get(Severity.WARNING, 0)
    if warnings:
        told = words.count("{n} warning, none critical", "{n} warnings, none critical", warnings)
    else:
        told = words.count(
            "{n} deviation for information",
            "{n} deviations for information",
            board.verdicts[Verdict.FAIL],
        )
    told = _with_news(told, worst, board, words)
    return _named(told, worst, words) if len(worst) == 1 else told


def _named(told: str, worst: list[Entry], words: Words) -> str:
    named = title(worst[0], words)
    others = len([one for one in worst if one.level is worst[0].level]) - 1
    if others:
        named = words.count("{what} and {n} other", "{what} and {n} others", others, what=named)
    return words.say("{one}: {other}", one=told, other=named)


def _fails(entry: Entry) -> bool:
    return entry.level in {Level.CRITICAL, Level.WARNING}


def _with_news(told: str, worst: list[Entry], board: Board, words: Words) -> str:
    """Return *told* with what is new of it, where anybody remembers what was before."""
    if board.first_look or board.outcome.watching is None:
        return told
    return words.say("{what}, {new}", what=told, new=_news(worst, board, words))


def _news(worst: list[Entry], board: Board, words: Words) -> str:
    new = [row for row in board.new if row.verdict is Verdict.FAIL]
    if not new:
        return words.say("nothing new")
    since = max(row.since for row in new if row.since)
    if len(worst) == 1 or (len(new) == 1 and worst[0].first is new[0]):
        return words.say("new for {age}", age=words.spelled(board.at - since))
    return words.say("{n} new", n=words.number(len(new)))


def _unknown(board: Board, words: Words) -> str:
    unjudged = sum(
        row.verdict is Verdict.UNKNOWN and not row.blind
        for entry in board.to_settle
        for row in entry.all
    )
    missing = blind_spots(board, words)
    told = words.count(
        "Not known to conform: {n} thing could not be judged",
        "Not known to conform: {n} things could not be judged",
        unjudged,
    )
    if not unjudged:
        return words.say("Nothing deviates. {missing}", missing=missing)
    return words.say("{one}. {other}", one=told, other=missing) if missing else told


def _conforms(board: Board, words: Words) -> str:
    scope = board.account.scope(THINGS)
    if scope.missing or scope.others:
        return words.say(
            "Conforms as far as looked at: {n} of {total} {things}",
            n=words.number(scope.compared),
            total=words.number(scope.total),
            things=words.say(THINGS[scope.kind]),
        )
    lasting = settled_for(board)
    if lasting is None:
        return words.say("Conforms to its code")
    return words.say("Conforms to its code, for {age}", age=words.spelled(lasting))


def settled_for(board: Board) -> timedelta | None:
    """Return for how long nothing has deviated, None where nobody remembers a deviation."""
    ended = [one.at for one in board.outcome.transitions if one.before in _SETTLING]
    return board.at - max(ended) if ended else None


def blind_spots(board: Board, words: Words) -> str:
    """Return how much is not compared, as a sentence; nothing where all is."""
    scope: Scope = board.account.scope(THINGS)
    if not scope.missing:
        return ""
    return words.say(
        "{n} of {total} {things} are not compared",
        n=words.number(scope.missing),
        total=words.number(scope.total),
        things=words.say(THINGS[scope.kind]),
    )


def _below(board: Board, words: Words) -> str:
    """Return since when, what follows, what is accepted, and how much was compared."""
    if not board.outcome.complete:
        return words.say("Nothing is claimed before everything has been looked at once.")
    if board.outage is not None:
        return _held(board.outage, board, words)
    return words.sentence(
        _since(board, words), _follows(board, words), _accepted(board, words), _all(board, words)
    )


def _since(board: Board, words: Words) -> str:
    entries = [one for one in board.to_settle if one.since]
    dated = [one.since for one in entries if one.since]
    if not dated or board.first_look:
        return ""
    oldest, latest = min(dated), max(dated)
    causes = words.count("{n} cause", "{n} causes", len(entries))
    age = words.age(board.at - oldest)
    if latest - oldest < timedelta(minutes=1):
        return words.say(
            "{causes}, since {oldest} ({age}).", causes=causes, oldest=words.when(oldest), age=age
        )
    return words.say(
        "{causes}, the oldest since {oldest} ({age}), the latest since {latest}.",
        causes=causes,
        oldest=words.when(oldest),
        age=age,
        latest=words.when(latest),
    )


def _follows(board: Board, words: Words) -> str:
    follow = sum(len(one.consequences) for one in board.to_settle)
    if not follow:
        return ""
    return words.count(
        "{n} finding follows from them and is folded under its cause.",
        "{n} findings follow from them and are folded under their causes.",
        follow,
    )


def _accepted(board: Board, words: Words) -> str:
    waived = board.verdicts[Verdict.WAIVED]
    if not waived:
        return ""
    ends = [one.expires for one in board.outcome.accepting.values()]
    if not ends:
        return ""
    return words.count(
        "Besides, {n} is accepted until {date}.",
        "Besides, {n} are accepted, the first until {date}.",
        waived,
        date=words.date(min(ends)),
    )


def _all(board: Board, words: Words) -> str:
    scope = board.account.scope(THINGS)
    if not board.outcome.items:
        return ""
    if missing := blind_spots(board, words):
        if board.failing.get(Severity.CRITICAL):
            return words.say("{what}.", what=missing)
        return words.say("What is not compared may hide anything: nothing is claimed about it.")
    return words.count(
        "The only declared item was compared.", "All {n} declared items were compared.", scope.total
    )


def _held(outage: Outage, board: Board, words: Words) -> str:
    """Say how many verdicts are older, how many there are none of, and what the others tell."""
    if outage.partly:
        return ""
    found = _deviates(board, words) if board.verdicts[Verdict.FAIL] else words.say("no deviation")
    held, unknown = outage.held(*Verdict), outage.unknown
    current = board.total - held - unknown
    return words.sentence(
        words.say(
            "{n} of {total} verdicts are held from then until they are too old.",
            n=words.number(held),
            total=words.number(board.total),
        )
        if held
        else "",
        _lost(unknown, board, words, held=held),
        words.say("{n} rest on other sources and are still checked.", n=words.number(current))
        if current
        else "",
        words.say("Held and checked together: {what}.", what=found)
        if held
        else words.say("What is still checked: {what}.", what=found),
    )


def _lost(unknown: int, board: Board, words: Words, *, held: int) -> str:
    """Say how many verdicts there are none of, for want of the cluster."""
    if not unknown:
        return ""
    if held:
        return words.say("{n} more rest on it and are unknown.", n=words.number(unknown))
    return words.say(
        "{n} of {total} verdicts rest on it and are unknown.",
        n=words.number(unknown),
        total=words.number(board.total),
    )


def _short(board: Board, words: Words) -> str:
    critical = board.failing.get(Severity.CRITICAL, 0)
    if board.blinded is not None or not board.outcome.complete:
        return words.say("unknown")
    if critical:
        return words.say("{n} critical", n=critical)
    if board.verdicts[Verdict.FAIL]:
        return words.count("{n} warning", "{n} warnings", board.verdicts[Verdict.FAIL])
    return words.say("unknown") if _unsettled(board) else words.say("conforms")

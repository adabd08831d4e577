"""One entry as the page shows it: every word of it, and where it leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from urllib.parse import quote

from exporter.domain.finding import Severity, Subject, Verdict
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Place, Source
from exporter.domain.skyline import Level
from exporter.report.status.board import Board
from exporter.report.status.comparison import Line, Statement, compare, statements
from exporter.report.status.fixes import Fix, FixKind
from exporter.report.status.grouping import By, Entry
from exporter.report.status.looking import looks
from exporter.report.status.pieces import Piece, declared, differing, observed, places_of, sides
from exporter.report.status.rows import Row
from exporter.report.status.titles import subject, things, title
from exporter.report.status.tree import Branch, tree
from exporter.report.status.waivers import waiver
from exporter.report.status.words import Words
from exporter.report.texts import mark
from exporter.report.wording import SOURCES

MEMBERS: Final = 20
"""How many members of an entry are listed."""
_CHECKS: Final = 5
"""How many checks are named of those that an entry explains findings of."""
_YOUNG: Final = timedelta(hours=1)
CLASSES: Final = {
    Level.CRITICAL: "fail",
    Level.WARNING: "warn",
    Level.UNKNOWN: "unk",
    Level.ACCEPTED: "acc",
    Level.CONFORMS: "pass",
}
"""What style a level has."""
_TAGS: Final = {
    Level.CRITICAL: mark("critical"),
    Level.WARNING: mark("warning"),
    Level.UNKNOWN: mark("unknown"),
    Level.ACCEPTED: mark("accepted"),
    Level.CONFORMS: mark("conforms"),
}
_DOWN: Final = ("workload_ready", "application_healthy", "service_endpoints")
"""Checks that say of something that it does not work, the most telling first."""
_GONE: Final = frozenset(
    {"application_present", "node_present", "object_present", "workload_present"}
)
"""Checks that find something gone: it is brought back or taken out of the code, not accepted."""
_ASKED: Final = 100
"""Members that are asked who wrote what they are about."""
_SHORT: Final = 80
"""Characters of a detail that say no more than the values do."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of an entry: its *name*, what it says, and whether that is what to do."""

    name: str
    pieces: tuple[Piece, ...]
    next: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One subject of an entry, in a table."""

    subject: Subject
    cells: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry with its words; *style* is that of its level, *summary* says what is folded.

    *held* says as of when it is, where nobody can look any more.
    """

    entry: Entry
    style: str
    tag: str
    new: bool
    held: str
    title: str
    age: str
    facts: tuple[Fact, ...]
    summary: str
    open: bool
    branches: tuple[Branch, ...]
    heads: tuple[str, ...]
    members: tuple[Member, ...]
    more: int
    filters: Mapping[str, str]
    evidence: str
    looks: tuple[Fix, ...]
    fixes: tuple[Fix, ...]
    waiver: str
    waivers: tuple[Waiver, ...]
    reasons: tuple[str, ...]
    disputed: tuple[Statement, ...]
    lines: tuple[Line, ...]
    owner: str

    @property
    def anchor(self) -> str:
        """What it is called in addresses."""
        return self.entry.anchor


def view(entry: Entry, board: Board, words: Words, *, fixes: Sequence[Fix] = ()) -> EntryView:
    """Return what is shown of *entry*."""
    named = title(entry, words)
    members = tuple(_members(entry, words))
    branches = tree(entry, words) if entry.consequences else ()
    copied = _waiver(entry, board, words)
    shown = looks(entry, words)
    new = board.is_new(entry)
    since = entry.latest
    accepting = _accepting(entry, board) if entry.first.verdict is Verdict.WAIVED else ()
    young = since is not None and board.at - since < _YOUNG
    return EntryView(
        entry=entry,
        style=style(entry.level, entry.first.severity),
        tag=words.say(tag(entry.level, entry.first)),
        new=new,
        held=_held(entry, board, words),
        title=named,
        age=silent_since(board, entry.source, words) or _age(entry, board, words),
        facts=tuple(_facts(entry, board, words)),
        summary=_summary(entry, words, members=members, fixes=(*shown, *fixes), waiver=copied),
        open=new and young and entry.level is Level.CRITICAL,
        branches=branches,
        heads=_heads(entry, words),
        members=members[:MEMBERS],
        more=max(0, len(entry.members) - MEMBERS),
        filters=_filters(entry),
        evidence=words.detail(_evidence(entry)),
        looks=shown,
        fixes=tuple(fixes),
        waiver=copied,
        waivers=accepting,
        reasons=tuple(dict.fromkeys(one.reason for one in accepting)),
        disputed=tuple(statements(entry.first.finding)) if len(entry.members) == 1 else (),
        lines=tuple(differing(entry.first, words)) if len(entry.members) == 1 else (),
        owner=next(filter(None, map(board.owner_of, entry.members[:MEMBERS])), ""),
    )


def style(level: Level, severity: Severity) -> str:
    """Return the style of something that is so bad."""
    if level is Level.WARNING and severity is Severity.INFO:
        return "info"
    return CLASSES[level]


def tag(level: Level, row: Row) -> str:
    """Return what a level is called, before it is translated."""
    if level is Level.WARNING and row.severity is Severity.INFO:
        return mark("information")
    if row.verdict is Verdict.SUPPRESSED:
        return mark("in progress")
    return _TAGS[level]


def path(subject: Subject) -> str:
    """Return the address of the page of a subject, relative to the root."""
    parts = (subject.kind, subject.namespace, subject.name)
    return "/".join(("subject", *(quote(one, safe="", errors="replace") for one in parts if one)))


def since(row: Row) -> datetime | None:
    """Return since when a deviation has been there, by the best witness: who wrote it, or we."""
    return min(filter(None, (row.finding.set_at, row.since)), default=None)


def _held(entry: Entry, board: Board, words: Words) -> str:
    """Return as of when an entry is, while nobody can look whether it still is so."""
    seen = board.blinded.last_success if board.blinded else None
    if seen is None or not any(map(board.is_held, entry.members)):
        return ""
    return words.say("as of {when}", when=words.when(seen))


def _age(entry: Entry, board: Board, words: Words) -> str:
    if entry.first.verdict is Verdict.WAIVED:
        return _until(entry, board, words)
    excuse = entry.first.finding.excuse
    if excuse is not None:
        return words.say("until {when}", when=words.when(excuse.until))
    watching = board.outcome.watching
    if entry.since is None or entry.first.verdict is Verdict.PASS:
        return ""
    witnessed = [row for row in entry.members[:_ASKED] if row.finding.set_at]
    began = min(filter(None, (entry.since, *map(since, witnessed))))
    if watching is None or witnessed or began > watching:
        return words.say(
            "{age} · since {when}", age=words.age(board.at - began), when=words.when(began)
        )
    if board.first_look:
        return words.say("seen at first look")
    return words.say(
        "at least {age} · since {when}", age=words.age(board.at - began), when=words.when(began)
    )


def _accepting(entry: Entry, board: Board) -> tuple[Waiver, ...]:
    accepting = board.outcome.accepting
    named = dict.fromkeys(row.finding.waiver for row in entry.all if row.finding.waiver)
    return tuple(accepting[one] for one in named if one in accepting)


def _until(entry: Entry, board: Board, words: Words) -> str:
    accepting = _accepting(entry, board)
    waivers = words.count("{n} waiver", "{n} waivers", len(accepting))
    if not accepting:
        return ""
    date = words.date(min(one.expires for one in accepting))
    return words.say("until {date} · {waivers}", date=date, waivers=waivers)


def silent_since(board: Board, source: str, words: Words) -> str:
    """Return since when a source has not answered, and how long that is."""
    status = board.status_of(source)
    seen = status.last_success if status else None
    if seen is None:
        return ""
    return words.say("{age} · since {when}", age=words.age(board.at - seen), when=words.when(seen))


def silence(source: str, *, why: str, explains: str, words: Words) -> Iterator[Fact]:
    """Yield what there is to say of a source that does not answer."""
    if why:
        yield Fact(words.say("Observed"), (Piece(words.detail(why)),))
    if explains:
        yield Fact(words.say("Explains"), (Piece(explains),))
    if source == Source.KUBERNETES:
        advice = words.say(
            "Ask it yourself; if it answers you, look at the network policies and the credentials "
            "of the exporter."
        )
    else:
        advice = words.say(
            "Make {source} readable again; until then it proves nothing.",
            source=words.say(SOURCES[source]),
        )
    yield Fact(words.say("Next"), (Piece(advice),), next=True)


def held_verdicts(board: Board, words: Words) -> str:
    """Return how many verdicts are older than the others, while the cluster is not seen."""
    held = board.outage.held(*Verdict) if board.outage else 0
    return words.count("{n} held verdict", "{n} held verdicts", held) if held else ""


def _facts(entry: Entry, board: Board, words: Words) -> Iterator[Fact]:
    if entry.first.verdict is Verdict.WAIVED:
        yield from _acceptance(entry, words)
        return
    if entry.source:
        held = held_verdicts(board, words) if entry.source == Source.KUBERNETES else ""
        explains = "; ".join(filter(None, (held, _counted(entry, words))))
        why = entry.first.finding.detail
        yield from silence(entry.source, why=why, explains=explains, words=words)
        return
    if entry.by in {By.CHECK, By.OWNER}:
        return
    if says := declared(entry, words):
        yield Fact(words.say("Declared"), tuple(says))
    if shows := observed(entry, words):
        yield Fact(words.say("Observed"), tuple(shows))
    if down := _impact(entry, words):
        yield Fact(words.say("Impact"), (Piece(down),))
    if entry.first.verdict not in {Verdict.PASS, Verdict.SUPPRESSED} and entry.by is By.CAUSE:
        given = entry.first.finding.advice
        advice = words.detail(given) if given else words.say(entry.first.check.advice)
        yield Fact(words.say("Next"), (Piece(advice),), next=True)


def _acceptance(entry: Entry, words: Words) -> Iterator[Fact]:
    if entry.consequences:
        yield Fact(words.say("Explains"), (Piece(_counted(entry, words)),))
    elif shows := observed(entry, words):
        yield Fact(words.say("Observed"), tuple(shows))


def _counted(entry: Entry, words: Words) -> str:
    """Return how many findings an entry accounts for, by check."""
    found: dict[str, int] = {}
    for row in entry.all:
        found[row.check.id] = found.get(row.check.id, 0) + 1
    told = ", ".join(f"{number} {name}" for name, number in islice(found.items(), _CHECKS))
    if rest := sum(islice(found.values(), _CHECKS, None)):
        told = words.say("{names} and {n} more", names=told, n=words.number(rest))
    every = words.count("{n} finding", "{n} findings", len(entry.all))
    return words.say("{findings}: {checks}", findings=every, checks=told)


def _impact(entry: Entry, words: Words) -> str:
    """Return what is down because of the entry."""
    if entry.first.check.id in _DOWN:
        return ""
    for check in _DOWN:
        told = [
            f"{subject(row.finding.subject)}: {words.detail(row.finding.detail.partition(';')[0])}"
            for row in entry.consequences
            if row.check.id == check
        ]
        if told:
            return words.listed(told, most=2)
    return ""


def _heads(entry: Entry, words: Words) -> tuple[str, ...]:
    if len(entry.members) == 1 and statements(entry.first.finding):
        return (words.say("Attribute"), words.say("Value"), words.say("Declared at"))
    if entry.by is not By.CAUSE:
        return (words.say("Subject"), words.say("Result"), words.say("Detail"))
    both = (words.say("Declared"), words.say("Observed"))
    told = both if _has_sides(entry, words) else (words.say("Detail"),)
    return (words.say("Subject"), *told, words.say("Declared at"))


def _filters(entry: Entry) -> dict[str, str]:
    """Return by what all members of an entry are found."""
    row = entry.first
    match entry.by:
        case By.CAUSE:
            return {"check": row.check.id, "verdict": row.verdict}
        case By.SUBJECT:
            return {"q": row.finding.subject.name, "kind": row.finding.subject.kind}
        case By.CHECK:
            return {"check": entry.name}
        case By.OWNER:
            return {"owner": entry.name}


def _has_sides(entry: Entry, words: Words) -> bool:
    return any(differing(row, words) for row in entry.members[:MEMBERS])


def _members(entry: Entry, words: Words) -> Iterator[Member]:
    """Yield the rows of the table of an entry; none where it would say what stands above it."""
    if len(entry.members) == 1 and entry.by is By.CAUSE:
        return
    with_sides = _has_sides(entry, words)
    for row in entry.members[: MEMBERS + 1]:
        finding = row.finding
        if entry.by is not By.CAUSE:
            yield Member(finding.subject, _result(row, words), ())
        elif with_sides:
            yield Member(finding.subject, _both(row, words), places_of(finding)[:2])
        else:
            detail = (words.say("Detail"), words.detail(finding.detail))
            yield Member(finding.subject, (detail,), places_of(finding)[:2])


def _result(row: Row, words: Words) -> tuple[tuple[str, str], ...]:
    said = words.detail(row.finding.detail) or words.say(row.check.title)
    result = words.say(tag(row.level, row))
    return (words.say("Result"), result), (words.say("Detail"), said)


def _both(row: Row, words: Words) -> tuple[tuple[str, str], ...]:
    want, have = sides(row, words)
    return (
        (words.say("Declared"), _side(want, words)),
        (words.say("Observed"), _side(have, words)),
    )


def _side(values: list[str], words: Words) -> str:
    return words.listed([one for one in values if one]) or words.say("nothing")


def _evidence(entry: Entry) -> str:
    """Return what the check said of the only member, where that is more than both sides."""
    finding = entry.first.finding
    if len(entry.members) > 1 or entry.source or statements(finding) or not compare(finding):
        return ""
    return finding.detail if len(finding.detail) > _SHORT else ""


def _differs(entry: Entry, words: Words) -> bool:
    finding = entry.first.finding
    return bool(statements(finding) or _evidence(entry)) or len(differing(entry.first, words)) > 1


def _waiver(entry: Entry, board: Board, words: Words) -> str:
    if entry.first.verdict is not Verdict.FAIL or entry.by is not By.CAUSE:
        return ""
    if entry.first.check.id in _GONE:
        return ""
    return waiver(
        entry,
        board,
        reason=words.say("FILL IN: why this is accepted until then"),
        owner=words.say("FILL IN: who answers for it"),
        zone=words.zone,
    )


def _summary(
    entry: Entry,
    words: Words,
    *,
    members: Sequence[Member],
    fixes: Sequence[Fix],
    waiver: str,
) -> str:
    """Return what is folded below an entry."""
    kinds = {fix.kind for fix in fixes}
    follow = len(entry.consequences)
    parts = (
        things(entry, words) if members else "",
        words.count("{n} consequence", "{n} consequences", follow) if follow else "",
        words.say("difference") if not members and _differs(entry, words) else "",
        words.say("patch") if FixKind.PATCH in kinds else "",
        words.say("command") if FixKind.COMMAND in kinds else "",
        words.say("waiver") if waiver else "",
    )
    return ", ".join(part for part in parts if part)

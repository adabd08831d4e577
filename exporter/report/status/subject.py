"""The page of one subject: all that is declared, observed and checked about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from shlex import quote
from typing import Final

from exporter.domain.check import Check
from exporter.domain.finding import Subject, Verdict
from exporter.domain.provenance import Place
from exporter.domain.published import Answer, Asked
from exporter.domain.skyline import Level, level_of
from exporter.report.status.board import Board
from exporter.report.status.changes import every
from exporter.report.status.comparison import Line, compare
from exporter.report.status.entry_view import style, tag
from exporter.report.status.fixes import is_operand
from exporter.report.status.fixing import shown
from exporter.report.status.grouping import By, Entry, by_cause, worst_first
from exporter.report.status.page_query import PageQuery
from exporter.report.status.pieces import compared, places_of
from exporter.report.status.relations import relations
from exporter.report.status.rows import Row
from exporter.report.status.site import PageContext, render, site
from exporter.report.status.skyline import Span, skyline
from exporter.report.status.titles import subject as named
from exporter.report.status.way import way
from exporter.report.status.words import Words, words
from exporter.report.texts import Lang

WEEK: Final = timedelta(days=7)
EVENTS: Final = 20
_MENU: Final = {"Node": "nodes", "NodeGroup": "nodes", "Application": "applications"}


@dataclass(frozen=True, slots=True)
class Compared:
    """What one check compares of the subject, line by line."""

    row: Row
    style: str
    result: str
    lines: Sequence[Line]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check says of the subject."""

    check: Check
    style: str
    result: str
    since: str
    detail: str


def subject(board: Board, asked: Asked, *, context: PageContext) -> Answer:
    """Return the page of a subject by its ``kind``, ``namespace`` and ``name``; 404 for none."""
    given = dict(asked.parameters)
    about = Subject(given.get("kind", ""), given.get("namespace", ""), given.get("name", ""))
    query = PageQuery.of((("lang", given.get("lang", "")),))
    said = words(query.lang or Lang(asked.lang), now=board.at, zone=context.zone)
    rows = _rows(board, about)
    level = max((row.level for row in rows), key=lambda one: one.rank, default=None)
    entries = worst_first(_entries(board, rows), is_new=board.is_new)
    start = max(board.at - WEEK, board.outcome.watching or board.at)
    return render(
        "subject.html",
        words=said,
        query=query,
        root="../../../" if about.namespace else "../../",
        status=200 if rows else 404,
        site=site(board.cluster.name, said, context, level=level, here=_menu(about)),
        about=about,
        title=named(about),
        level=level,
        headline=_headline(about, rows, said),
        below=said.sentence(_as_of(rows, board, said), _below(rows, said)),
        owner=next(filter(None, map(board.owner_of, rows)), ""),
        entries=[shown(one, board, said) for one in entries],
        compared=[_compared(row, said) for row in rows if compare(row.finding)],
        checked=[_checked(row, said) for row in rows],
        way=way(about, board.outcome, said),
        relations=relations(about, board.outcome.facts, said),
        events_of=every(board, said, about=about)[:EVENTS],
        week=skyline(
            list(_spans(board, about, rows, start=start)), said, start=board.at - WEEK, end=board.at
        ),
        evaluated=f"{board.at.astimezone(context.zone):%H:%M:%S}",
        zone=board.at.astimezone(context.zone).tzname(),
        board=board,
        link=board.href,
        command=_command(about),
    )


def _rows(board: Board, about: Subject) -> list[Row]:
    """Return what every check says of the subject, the worst first."""
    found = [
        board.rows.by_key.get((finding.check, about)) or board.rows.of(finding)
        for finding in board.outcome.findings
        if finding.subject == about and finding.check in board.rows.checks
    ]
    return sorted(found, key=lambda row: (-row.level.rank, row.severity.rank, row.check.id))


def _entries(board: Board, rows: Sequence[Row]) -> Iterator[Entry]:
    """Yield an entry for each cause of a deviation, called as its check is.

    What follows from another finding, or from a source that does not answer, is folded under that;
    of a finding of the subject itself all is that follows from it, of another one only its own.
    """
    amiss = [row for row in rows if row.verdict is not Verdict.PASS]
    roots = {id(row.root): row.root for row in amiss if row.root is not None and not row.source}
    yield from by_cause(row for row in amiss if row.source)
    for root in roots.values():
        among = board.rows.by_key.values() if root in rows else amiss
        follow = [one for one in among if one.root is root and one is not root]
        yield Entry(root.check.id, By.CAUSE, [root], follow)


def _menu(about: Subject) -> str:
    if about.kind in _MENU:
        return _MENU[about.kind]
    return "workloads" if about.namespace else ""


def _headline(about: Subject, rows: Sequence[Row], said: Words) -> str:
    if not rows:
        return said.say("{subject}: nothing is known of it", subject=named(about))
    found: dict[str, int] = {}
    for row in rows:
        if row.verdict is not Verdict.PASS:
            told = said.say(tag(row.level, row))
            found[told] = found.get(told, 0) + 1
    if not found:
        return said.say("{subject} conforms", subject=named(about))
    counts = ", ".join(
        said.say("{n} {what}", n=number, what=what) for what, number in found.items()
    )
    return said.say("{subject}: {what}", subject=named(about), what=counts)


def _below(rows: Sequence[Row], said: Words) -> str:
    if not rows:
        return said.say("No code declares it, and no check speaks of it.")
    conform = sum(row.verdict is Verdict.PASS for row in rows)
    return said.count(
        "The only check about it says this.",
        "Of {n} checks about it {conform} conform.",
        len(rows),
        conform=conform,
    )


def _as_of(rows: Sequence[Row], board: Board, said: Words) -> str:
    """Return as of when the page is, while nobody can look at the cluster."""
    seen = board.blinded.last_success if board.blinded else None
    if seen is None or not any(map(board.is_held, rows)):
        return ""
    return said.say(
        "What follows is as of {when}: the cluster has not been seen since.", when=said.when(seen)
    )


def _compared(row: Row, said: Words) -> Compared:
    return Compared(
        row=row,
        style=style(row.level, row.severity),
        result=said.say(tag(row.level, row)),
        lines=compared(row, said),
        places=places_of(row.finding)[:3],
    )


def _checked(row: Row, said: Words) -> Checked:
    return Checked(
        check=row.check,
        style=style(row.level, row.severity),
        result=said.say(tag(row.level, row)),
        since=said.when(row.since) if row.since else "",
        detail=said.detail(row.finding.detail),
    )


def _spans(board: Board, about: Subject, rows: Sequence[Row], *, start: datetime) -> Iterator[Span]:
    """Yield how the subject was from *start* on, as far as its transitions tell."""
    changes = [one for one in board.outcome.transitions if one.subject == about]
    checks = board.rows.checks
    now: dict[str, Verdict | None] = {row.check.id: row.verdict for row in rows}
    for change in reversed(changes):
        now[change.check] = change.before
    since = start
    for change in changes:
        at = min(max(change.at, start), board.at)
        level = _worst(now, checks)
        if level is not None and at > since:
            yield Span(level, since, at)
        now[change.check], since = change.after, at
    level = _worst(now, checks)
    if level is not None and board.at > since:
        yield Span(level, since, board.at)


def _worst(now: Mapping[str, Verdict | None], checks: Mapping[str, Check]) -> Level | None:
    found = [
        level_of(verdict, checks[name].severity)
        for name, verdict in now.items()
        if verdict is not None and name in checks
    ]
    return max(found, key=lambda one: one.rank, default=None)


def _command(about: Subject) -> str:
    """Return how to look at it in a terminal; only for what the API server has by that kind."""
    if not is_operand(about.name):
        return ""
    if about.kind == "Node":
        return f"kubectl get node {quote(about.name)} -o yaml --show-managed-fields"
    if not about.namespace or not about.kind.isalnum():
        return ""
    namespace, name = quote(about.namespace), quote(about.name)
    kind = about.kind.lower()
    return f"kubectl -n {namespace} get {kind} {name} -o yaml --show-managed-fields"

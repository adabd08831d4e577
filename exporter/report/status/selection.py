"""The part of what was found that is asked for: filtered, searched, grouped, one page of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.provenance import Source
from exporter.report.account import blind_spot, sources_of
from exporter.report.status.board import Board
from exporter.report.status.grouping import By, Entry, grouped, worst_first
from exporter.report.status.page_query import PageQuery
from exporter.report.status.rows import Row

SIZE: Final = 50
"""Entries on one page."""
_SUBJECTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """One page of *entries*: those from the one at *first* (from 0) on, out of *total*.

    *findings* are all that they account for. *subjects* are those whose name was searched for, out
    of *known*.
    """

    entries: Sequence[Entry]
    first: int
    total: int
    findings: int
    subjects: tuple[Subject, ...] = ()
    known: int = 0

    @property
    def number(self) -> int:
        """Which page this is, from 1."""
        return self.first // SIZE + 1

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // SIZE))


def select(board: Board, query: PageQuery) -> Selection:
    """Return what the *query* asks of a board.

    Without a filter that are the causes that nobody accepts; with one, all that it lets through,
    what conforms only where that is asked for.
    """
    if not query.narrowed and query.by is By.CAUSE:
        return _page(board.to_settle, query)
    rows = list(_rows(board, query))
    found = grouped(rows, query.by, owner_of=board.owner_of)
    entries = worst_first(found, is_new=board.is_new)
    subjects = _subjects(board, query.words) if query.search else []
    return _page(entries, query, subjects=subjects)


def _page(
    entries: Sequence[Entry], query: PageQuery, *, subjects: Sequence[Subject] = ()
) -> Selection:
    """Return a page of *entries*; the last where there are not so many."""
    last = max(0, len(entries) - 1) // SIZE
    first = min(query.page - 1, last) * SIZE
    return Selection(
        entries=entries[first : first + SIZE],
        first=first,
        total=len(entries),
        findings=sum(len(one.members) + len(one.consequences) for one in entries),
        subjects=tuple(subjects[:_SUBJECTS]),
        known=len(subjects),
    )


def _rows(board: Board, query: PageQuery) -> Iterator[Row]:
    """Yield the rows that the filters and the search let through."""
    rows: Iterable[Row] = board.rows.by_key.values()
    if not query.narrowed:
        rows = (row for one in board.to_settle for row in one.all)
    elif query.filters.get("verdict") == Verdict.PASS:
        rows = board.rows.passes()
    sources = sources_of(board.outcome) if "source" in query.filters else {}
    for name, value in query.filters.items():
        value_of = _filter(name, board, sources)
        rows = [row for row in rows if value_of(row) == value]
    words = query.words
    for row in rows:
        if not words or _has(_text(row.finding, row), words):
            yield row


def _filter(name: str, board: Board, sources: Mapping[Subject, Source]) -> Callable[[Row], str]:
    """Return what a filter compares of a row."""
    if name == "owner":
        return board.owner_of
    if name == "new":
        return lambda row: "24h" if board.row_is_new(row) else ""
    if name == "source":
        return lambda row: str(blind_spot(row.finding, sources).source) if row.blind else row.source
    return _FILTERED_BY[name]


_FILTERED_BY: Final[dict[str, Callable[[Row], str]]] = {
    "verdict": lambda row: row.verdict,
    "severity": lambda row: row.severity,
    "layer": lambda row: row.layer,
    "check": lambda row: row.check.id,
    "kind": lambda row: row.finding.subject.kind,
    "namespace": lambda row: row.finding.subject.namespace,
    "reason": lambda row: row.finding.reason,
}


def _has(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def _text(finding: Finding, row: Row) -> str:
    places = " ".join(place.where for place in finding.provenance[:3])
    subject = finding.subject
    return f"{row.check.id} {subject.kind} {subject} {finding.detail} {places}".casefold()


def _subjects(board: Board, words: Sequence[str]) -> list[Subject]:
    """Return everything that was judged whose name has all *words*, sorted."""
    known = dict.fromkeys(finding.subject for finding in board.outcome.findings)
    return sorted(one for one in known if _has(f"{one.kind} {one}".casefold(), words))

"""What follows from a cause, as a tree of sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from exporter.domain.finding import Subject, Verdict
from exporter.report.status.grouping import By, Entry
from exporter.report.status.rows import Key, Row
from exporter.report.status.titles import subject, title
from exporter.report.status.words import Words

_DEEPEST: Final = 6
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Branch:
    """One step: *text*, *more* about it, the verdict that it has in common, and what follows."""

    text: str
    more: str
    row: Row
    branches: tuple["Branch", ...] = ()


def tree(entry: Entry, words: Words) -> tuple[Branch, ...]:
    """Return what follows from the members of *entry*; what hangs on nothing shown stands first."""
    waiting = {_key(row): row for row in entry.consequences}
    parents = frozenset(_key(row) for row in entry.members)
    return _below(parents, waiting, words, depth=0) + _rest(waiting, words)


def _below(
    parents: frozenset[Key], waiting: dict[Key, Row], words: Words, *, depth: int
) -> tuple[Branch, ...]:
    if depth >= _DEEPEST:
        return ()
    subjects = {subject for _, subject in parents}
    rows = [row for row in waiting.values() if _cause(row) in parents]
    rows.sort(key=lambda row: row.finding.subject not in subjects)
    for row in rows:
        del waiting[_key(row)]
    blind = [row for row in rows if row.verdict is Verdict.UNKNOWN]
    told = [row for row in rows if row.verdict is not Verdict.UNKNOWN]
    found = [
        Branch(
            title(_entry(some), words),
            some[0].finding.detail if len(some) == 1 else "",
            some[0],
            _below(frozenset(map(_key, some)), waiting, words, depth=depth + 1),
        )
        for some in _by_check(told)
    ]
    return (*found, *_unseen(blind, waiting, words, depth=depth))


def _unseen(
    blind: Sequence[Row], waiting: dict[Key, Row], words: Words, *, depth: int
) -> tuple[Branch, ...]:
    """Return for each subject, or kind of them, which checks cannot look."""
    subjects = {row.finding.subject for row in blind}
    few = len(subjects) <= _NAMED
    groups: dict[Subject | str, list[Row]] = {}
    for row in blind:
        key: Subject | str = row.finding.subject if few else row.finding.subject.kind
        groups.setdefault(key, []).append(row)
    return tuple(
        Branch(
            words.count(
                "{subject}: {n} check cannot look",
                "{subject}: {n} checks cannot look",
                len({row.check.id for row in some}),
                subject=subject(key) if isinstance(key, Subject) else key,
            ),
            words.listed(sorted({row.check.id for row in some}), most=_NAMED),
            some[0],
            _below(frozenset(map(_key, some)), waiting, words, depth=depth + 1),
        )
        for key, some in groups.items()
    )


def _rest(waiting: dict[Key, Row], words: Words) -> tuple[Branch, ...]:
    """Return what is left, as its chain is broken or too long."""
    return tuple(
        Branch(title(_entry(some), words), "", some[0]) for some in _by_check(waiting.values())
    )


def _by_check(rows: Iterable[Row]) -> list[list[Row]]:
    groups: dict[tuple[str, Verdict], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.check.id, row.verdict), []).append(row)
    return list(groups.values())


def _entry(rows: list[Row]) -> Entry:
    return Entry("", By.CAUSE, rows)


def _key(row: Row) -> Key:
    return row.check.id, row.finding.subject


def _cause(row: Row) -> Key | None:
    cause = row.finding.cause
    return (cause.id, cause.subject) if cause is not None and cause.subject is not None else None

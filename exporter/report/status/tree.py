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
    """Return what follows from the members of *entry*; what hangs on nothing shown stands last."""
    waiting: dict[Key | None, list[Row]] = {}
    for row in entry.consequences:
        waiting.setdefault(_cause(row), []).append(row)
    found = _below(entry.members, waiting, words, depth=0)
    rest = [row for rows in waiting.values() for row in rows]
    return (*found, *(Branch(title(_entry(some), words), "", some[0]) for some in _by_check(rest)))


def _below(
    parents: Sequence[Row], waiting: dict[Key | None, list[Row]], words: Words, *, depth: int
) -> tuple[Branch, ...]:
    """Return what follows from *parents*; of a single one that of its own subject first."""
    if depth >= _DEEPEST:
        return ()
    rows = [row for parent in parents for row in waiting.pop(parent.key, ())]
    if len(parents) == 1:
        rows.sort(key=lambda row: row.finding.subject != parents[0].finding.subject)
    blind = [row for row in rows if row.verdict is Verdict.UNKNOWN]
    told = [row for row in rows if row.verdict is not Verdict.UNKNOWN]
    found = [
        Branch(
            title(_entry(some), words),
            words.detail(some[0].finding.detail) if len(some) == 1 else "",
            some[0],
            _below(some, waiting, words, depth=depth + 1),
        )
        for some in _by_check(told)
    ]
    return (*found, *_unseen(blind, waiting, words, depth=depth))


def _unseen(
    blind: Sequence[Row], waiting: dict[Key | None, list[Row]], words: Words, *, depth: int
) -> tuple[Branch, ...]:
    """Return for each subject, or kind of them, which checks cannot look."""
    few = len({row.finding.subject for row in blind}) <= _NAMED
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
            words.listed(sorted({words.say(row.check.title) for row in some}), most=_NAMED),
            some[0],
            _below(some, waiting, words, depth=depth + 1),
        )
        for key, some in groups.items()
    )


def _by_check(rows: Iterable[Row]) -> list[list[Row]]:
    groups: dict[tuple[str, Verdict], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.check.id, row.verdict), []).append(row)
    return list(groups.values())


def _entry(rows: list[Row]) -> Entry:
    return Entry("", By.CAUSE, rows)


def _cause(row: Row) -> Key | None:
    cause = row.finding.cause
    return (cause.id, cause.subject) if cause is not None and cause.subject is not None else None

"""One cause, one entry: findings that differ in nothing but their subjects stand together."""

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from exporter.domain.finding import INTERNAL, Verdict
from exporter.domain.provenance import Source
from exporter.domain.skyline import Level
from exporter.report.status.rows import Row


class By(StrEnum):
    """What entries are made of. The values stand in addresses."""

    CAUSE = "cause"
    SUBJECT = "subject"
    CHECK = "check"
    OWNER = "owner"


@dataclass(eq=False)
class Entry:
    """Findings that are told together: *members*, and the *consequences* that follow from them.

    *source* is the one that did not answer, where that is the cause. *name* is what its members
    have in common where it is no cause: a subject, a check, an owner.
    """

    anchor: str
    by: By
    members: list[Row]
    consequences: list[Row] = field(default_factory=list)
    source: str = ""
    name: str = ""

    @property
    def first(self) -> Row:
        """The finding that stands for all."""
        return self.members[0]

    @property
    def all(self) -> list[Row]:
        """All findings that it accounts for."""
        return [*self.members, *self.consequences]

    @cached_property
    def level(self) -> Level:
        """How bad the worst of it is."""
        found = {row.level for row in self.members}
        if self.by is By.CAUSE:
            found |= {row.level for row in self.consequences if row.verdict is Verdict.FAIL}
        return max(found, key=lambda level: level.rank)

    @cached_property
    def subjects(self) -> Counter[str]:
        """How many subjects its members have, by kind."""
        found = {row.finding.subject for row in self.members}
        return Counter(subject.kind for subject in found)

    @cached_property
    def since(self) -> datetime | None:
        """Since when the first of it has been so."""
        return min((row.since for row in self.members if row.since), default=None)

    @cached_property
    def latest(self) -> datetime | None:
        """Since when the last of it has been so."""
        return max((row.since for row in self.members if row.since), default=None)


_RANKS: Final = {
    Level.CRITICAL: 0,
    Level.WARNING: 2,
    Level.UNKNOWN: 3,
    Level.ACCEPTED: 4,
    Level.CONFORMS: 5,
}
_SILENT: Final = 1
"""The rank of a source that does not answer."""


def by_cause(rows: Iterable[Row]) -> list[Entry]:
    """Return the entries of *rows*, each finding with what it follows from if that is there."""
    every = list(rows)
    shown = set(map(id, every))
    roots: dict[Hashable, Entry] = {}
    of_row: dict[int, Entry] = {}
    for row in every:
        if row.root is row or row.root is None or id(row.root) not in shown:
            of_row[id(row)] = _put(roots, _cause(row), row)
    for row in every:
        if id(row) not in of_row:
            of_row[id(row.root)].consequences.append(row)
    return list(roots.values())


def grouped(rows: Iterable[Row], by: By, *, owner_of: Callable[[Row], str]) -> list[Entry]:
    """Return the entries of *rows* by what is asked for."""
    if by is By.CAUSE:
        return by_cause(rows)
    names: Mapping[By, Callable[[Row], str]] = {
        By.SUBJECT: lambda row: f"{row.finding.subject.kind} {row.finding.subject}",
        By.CHECK: lambda row: row.check.id,
        By.OWNER: owner_of,
    }
    found: dict[str, Entry] = {}
    for row in rows:
        name = names[by](row)
        if name not in found:
            found[name] = Entry(_anchor(by, name), by, [], name=name)
        found[name].members.append(row)
    return list(found.values())


def worst_first(entries: Iterable[Entry], *, is_new: Callable[[Entry], bool]) -> list[Entry]:
    """Return *entries* by severity, the new ones first, then by the number of findings and name.

    A source that does not answer stands before what is no worse than a warning, and the cluster
    before all: without it what the others say is old.
    """
    return sorted(
        entries,
        key=lambda one: (
            one.source != Source.KUBERNETES,
            _SILENT if one.source else _RANKS[one.level],
            one.first.severity.rank,
            not is_new(one),
            -len(one.members) - len(one.consequences),
            one.first.check.id,
            one.first.finding.subject,
        ),
    )


def _cause(row: Row) -> tuple[str, ...]:
    """Return what a finding has in common with those that are told together with it."""
    finding = row.finding
    if row.source:
        return ("source", row.source)
    if finding.cause is not None and finding.cause.id == INTERNAL:
        return (row.check.id, INTERNAL)
    if row.verdict is Verdict.PASS:
        return (row.check.id, row.verdict)
    if row.verdict is Verdict.WAIVED:
        return (row.check.id, row.verdict, finding.waiver)
    if row.blind:
        return (row.check.id, finding.reason, finding.waiver, finding.advice)
    return row.likeness


def _put(found: dict[Hashable, Entry], key: tuple[str, ...], row: Row) -> Entry:
    entry = found.get(key)
    if entry is None:
        source = key[1] if key[0] == "source" else ""
        entry = Entry(
            _anchor(row.check.id if not source else key[0], *key), By.CAUSE, [], source=source
        )
        found[key] = entry
    entry.members.append(row)
    return entry


def _anchor(name: str, *key: str) -> str:
    """Return what an entry is called in addresses; the same for the same cause every time."""
    digest = hashlib.blake2b("\0".join(key).encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{name}-{digest}"

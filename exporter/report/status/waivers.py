"""The text of a waiver for what an entry is about, to be copied into the settings."""

from datetime import UTC, timedelta, tzinfo
from typing import Final

import msgspec

from exporter.domain.finding import Finding
from exporter.report.status.board import Board
from exporter.report.status.grouping import Entry

LASTING: Final = timedelta(days=30)
"""For how long the proposed waiver accepts."""
MOST: Final = 20
"""How many subjects it names one by one."""
_SHORTEST: Final = 4


def waiver(entry: Entry, board: Board, *, reason: str, owner: str, zone: tzinfo = UTC) -> str:
    """Return the waivers that accept all members of *entry*, and nothing else that is known now.

    Empty where there are too many for that. *reason* and *owner* stand where nobody says them. It
    ends with a day of the *zone*.
    """
    patterns = _patterns(entry, board)
    if not patterns:
        return ""
    there = (board.at + LASTING).astimezone(zone)
    expires = there.replace(hour=0, minute=0, second=0, microsecond=0)
    owner = next(filter(None, map(board.owner_of, entry.members[:MOST])), owner)
    lines = ["waivers:"]
    for pattern in patterns:
        lines += [
            f"  - check: {entry.first.check.id}",
            f"    subject: {_quoted(pattern)}",
            *([f"    state: {entry.first.finding.reason}"] if entry.first.blind else []),
            f"    reason: {_quoted(reason)}",
            f"    owner: {_quoted(owner)}",
            f"    expires: {expires.isoformat()}",
        ]
    return "\n".join(lines)


def _patterns(entry: Entry, board: Board) -> list[str]:
    """Return patterns that match the subjects of the members, and no other of the check."""
    named = [str(row.finding.subject) for row in entry.members]
    if len(named) > 1 and (common := _common(named)):
        others = board.outcome.by_check.get(entry.first.check.id, ())
        mine = {row.finding.subject for row in entry.members}
        if not any(_matched(common, one) for one in others if one.subject not in mine):
            return [f"{_escaped(common)}*"]
    return list(map(_escaped, named)) if len(named) <= MOST else []


def _common(names: list[str]) -> str:
    """Return what all *names* begin with, up to a separator; nothing where that is too little."""
    first, last = min(names), max(names)
    length = next(
        (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other),
        min(len(first), len(last)),
    )
    prefix = first[:length]
    cut = max(prefix.rfind(mark) for mark in "-./")
    prefix = prefix[: cut + 1]
    return prefix if len(prefix) >= _SHORTEST else ""


def _matched(prefix: str, finding: Finding) -> bool:
    return str(finding.subject).startswith(prefix) or finding.subject.name.startswith(prefix)


def _escaped(name: str) -> str:
    """Return *name* as a pattern of :mod:`fnmatch` that matches nothing else."""
    return "".join(f"[{one}]" if one in "*?[" else one for one in name)


def _quoted(text: str) -> str:
    """Return a scalar as JSON writes it, which YAML reads, too."""
    return msgspec.json.encode(text.encode("utf-8", "replace").decode()).decode()

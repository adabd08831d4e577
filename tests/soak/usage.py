"""What an exporter uses of a machine: it and all processes that it has started."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from exporter.app.garbage import GROWTH
from tests.processes import below


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What is used at one instant; *memory* in KiB, *blocks* as Python counts what it allocated.

    *hidden* is the largest part of what stays that was spared garbage beside it so far.
    """

    memory: int
    blocks: int
    descriptors: int
    threads: int
    children: int
    hidden: float

    def __str__(self) -> str:
        return ", ".join(f"{field.name} {getattr(self, field.name):,}" for field in fields(self))


ROOM = {
    "memory": (1.1, 4096),
    "blocks": (1.03, 5000),
    "descriptors": (1.0, 3),
    "threads": (1.0, 4),
    "children": (1.0, 0),
}
"""By how much each may grow: a factor, and so much on top.

Threads are those of one pool, which has a few more than the machine has cores.
"""

COMMIT = 0.05
"""The part of what stays that a commit may add to the garbage that is spared already."""


def usage(pid: int, *, blocks: int, hidden: float) -> Usage:
    """Return what the process *pid* and those below it use; *blocks* are the main one's."""
    pids = (pid, *below(pid))
    return Usage(
        memory=sum(_status(one, "VmRSS") for one in pids),
        blocks=blocks,
        descriptors=sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in pids),
        threads=sum(_status(one, "Threads") for one in pids),
        children=len(pids) - 1,
        hidden=hidden,
    )


def grown(before: Usage, after: Usage) -> Iterator[str]:
    """Yield in words what has grown by more than it may, and garbage that nobody looked for."""
    if after.hidden > GROWTH - 1 + COMMIT:
        yield f"hidden: {after.hidden:.1%}"
    for name, (factor, more) in ROOM.items():
        first, last = getattr(before, name), getattr(after, name)
        if last > first * factor + more:
            yield f"{name}: {first:,} before, {last:,} after"


def _status(pid: int, name: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition(f"{name}:")[2].split()[0])

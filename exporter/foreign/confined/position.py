"""Where a worker is: a page that it shares with the process that looks after it.

A worker that hangs, or is killed, cannot say any more what it was at.
"""

import mmap
import os
import struct

SIZE = 4096
_HEAD = struct.Struct("=IH")
_MOST = SIZE - _HEAD.size

_page: mmap.mmap | None = None


def create() -> int:
    """Return the descriptor of a new page."""
    descriptor = os.memfd_create("position", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, SIZE)
    return descriptor


def share(descriptor: int) -> None:
    """Let :func:`at` write to a page from now on."""
    global _page  # noqa: PLW0603 - a process is at one place
    _page = mmap.mmap(descriptor, SIZE)


def at(path: str, line: int = 0) -> None:
    """Note that what follows is about a *line* of the file *path*, 0 for all of it."""
    if _page is None:
        return
    name = path.encode("utf-8", "replace")[:_MOST]
    _page[: _HEAD.size + len(name)] = _HEAD.pack(line & 0xFFFF_FFFF, len(name)) + name


def read(descriptor: int) -> tuple[str, int]:
    """Return the path and the line that were noted last; whoever wrote them may have lied."""
    content = os.pread(descriptor, SIZE, 0).ljust(SIZE, b"\0")
    line, length = _HEAD.unpack_from(content)
    name = content[_HEAD.size : _HEAD.size + min(length, _MOST)]
    return name.decode("utf-8", "replace"), line

"""What a parser does beside parsing: files written, programs started, connections, time, memory."""

import contextlib
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

from tests.cost import at_most

UNITS = 2_000
"""Of `tests.cost` that any document may take; the slowest take a tenth of it."""

SECONDS = 120
"""Processor time after which one is ended."""

MEMORY_KIB = 400 << 10
"""By how much a document may raise the most memory that the process ever had."""

_FORBIDDEN = (
    *("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty."),
    *("socket.connect", "socket.bind", "socket.sendto", "os.remove", "os.rename", "os.mkdir"),
    *("os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate", "shutil.", "ctypes.dlopen"),
    *("urllib.", "http.client", "ftplib", "smtplib"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_watched = threading.local()


class TooSlowError(BaseException):
    """A parser took too long; no handler of its own shall catch that."""


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    found: list[str] | None = getattr(_watched, "found", None)
    if found is None:
        return
    written = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
    if written or event.startswith(_FORBIDDEN):
        found.append(f"{event} {arguments!r}"[:300])


sys.addaudithook(_note)


def _stop(*_: object) -> None:
    raise TooSlowError


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Fail where the body writes, starts or connects anything, or takes too much of the machine."""
    found: list[str] = []
    _watched.found = found
    before = signal.signal(signal.SIGPROF, _stop)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with at_most(UNITS):
            yield
    except TooSlowError:
        raise AssertionError(f"took more than {SECONDS} s") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        _watched.found = None
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    assert found == []
    assert grown < MEMORY_KIB, f"took {grown >> 10} MiB"

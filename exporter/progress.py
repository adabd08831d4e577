"""What is being done, told on a terminal's standard error as long as it takes."""

import sys
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TextIO

GRACE = 1.0
"""Seconds for which nobody needs to be told anything."""
EVERY = 0.2
_ERASE = "\r\x1b[K"


@dataclass(slots=True)
class Progress:
    """Between entering and leaving, keeps one line that says what is done, and for how long.

    Nothing is written where *stream* is no terminal, nor to one that is done within *grace*
    seconds. The line is gone afterwards.
    """

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    grace: float = GRACE
    _doing: str = ""
    _began: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def tell(self, doing: str) -> None:
        """Say what is being done from now on."""
        self._doing = doing

    def __enter__(self) -> Self:
        if self.stream.isatty():
            self._began = time.monotonic()
            self._thread = threading.Thread(target=self._write, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def _write(self) -> None:
        if self._done.wait(self.grace):
            return
        while not self._done.wait(EVERY):
            seconds = int(time.monotonic() - self._began)
            self.stream.write(f"{_ERASE}{self._doing} ({seconds} s)")
            self.stream.flush()
        self.stream.write(_ERASE)
        self.stream.flush()

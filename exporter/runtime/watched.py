"""A source of files that is read again only when they changed, or when it failed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from exporter.domain.clock import Instant
from exporter.domain.evaluation import SourceStatus
from exporter.domain.state import State

FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=10)


class Reader(Protocol):
    """What reads one side, declared or observed."""

    async def read(self, *, at: Instant) -> State:
        """Return the state; failures are in it."""

    def confirm(self, *, at: Instant) -> None:
        """Note that nothing had changed at the instant *at*."""

    def sources(self, *, at: Instant) -> tuple[SourceStatus, ...]:
        """Return how each source is doing at the instant *at*."""


@dataclass(slots=True)
class Watched:
    """Reads through *reader* when *fingerprint* of *path* changes.

    That is asked at most once in *every*. What failed is tried again after half a minute, then
    less and less often. *asked* and *retry* are instants of the boot clock.
    """

    reader: Reader
    path: Path
    fingerprint: Callable[[Path], str]
    every: timedelta = timedelta(0)
    asked: float | None = None
    seen: str = ""
    state: State | None = None
    retry: float | None = None
    pause: timedelta = FIRST_RETRY

    async def look(self, *, at: Instant) -> State:
        """Return the state at the instant *at*."""
        state = self.state
        if state is None or self.asked is None or at.age(self.asked) >= self.every:
            state = await self._ask(state, at=at)
        self.state = replace(state, sources=self.reader.sources(at=at))
        return self.state

    def invalidate(self) -> None:
        """Let the next look ask for changes, however short ago that was done."""
        self.asked = None

    def forget(self) -> None:
        """Let the next look read again, changed or not."""
        self.asked, self.seen = None, ""

    async def _ask(self, last: State | None, *, at: Instant) -> State:
        """Return the *last* state where nothing has changed since, else another one."""
        self.asked = at.boot
        now = await asyncio.to_thread(self.fingerprint, self.path)
        due = self.retry is not None and at.boot >= self.retry
        if last is not None and now == self.seen and not due:
            self.reader.confirm(at=at)
            return last
        self.pause = FIRST_RETRY if now != self.seen else min(2 * self.pause, LAST_RETRY)
        state = await self.reader.read(at=at)
        self.seen = now
        self.retry = at.boot + self.pause.total_seconds() if state.failures else None
        return state

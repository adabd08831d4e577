"""A source of files that is read again only when they changed, or when it failed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from exporter.domain.state import State

FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=10)


class Reader(Protocol):
    """What reads one side, declared or observed."""

    async def read(self, *, at: datetime) -> State:
        """Return the state; failures are in it."""

    def confirm(self, *, at: datetime) -> None:
        """Note that nothing had changed at the instant *at*."""


@dataclass(slots=True)
class Watched:
    """Reads through *reader* when *fingerprint* of *path* changes.

    That is asked at most once in *every*. What failed is tried again after half a minute, then
    less and less often.
    """

    reader: Reader
    path: Path
    fingerprint: Callable[[Path], str]
    every: timedelta = timedelta(0)
    asked: datetime | None = None
    seen: str = ""
    state: State | None = None
    retry: datetime | None = None
    pause: timedelta = FIRST_RETRY

    async def look(self, *, at: datetime) -> State:
        """Return the state at the instant *at*."""
        if self.state is not None and self.asked is not None and at - self.asked < self.every:
            return self.state
        self.asked = at
        now = await asyncio.to_thread(self.fingerprint, self.path)
        due = self.retry is not None and at >= self.retry
        if self.state is not None and now == self.seen and not due:
            return self._confirmed(self.state, at=at)
        self.pause = FIRST_RETRY if now != self.seen else min(2 * self.pause, LAST_RETRY)
        self.state = await self.reader.read(at=at)
        self.seen = now
        self.retry = at + self.pause if self.state.failures else None
        return self.state

    def hurry(self) -> None:
        """Let the next look ask for changes, however short ago that was done."""
        self.asked = None

    def forget(self) -> None:
        """Let the next look read again, changed or not."""
        self.asked, self.seen = None, ""

    def _confirmed(self, state: State, *, at: datetime) -> State:
        """Return *state* with its good sources seen anew."""
        self.reader.confirm(at=at)
        fresh = (replace(one, last_success=at) if one.up else one for one in state.sources)
        self.state = replace(state, sources=tuple(fresh))
        return self.state

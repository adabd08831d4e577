"""Instants by two clocks: one that is shown and may be set, and one that tells ages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Instant:
    """One instant by both clocks.

    *wall* is shown, and compared with instants that others name. *boot* is seconds since some
    start; nobody sets that clock, and it counts while the machine sleeps. What is remembered of
    our own looks is remembered by it.
    """

    wall: datetime
    boot: float

    def __add__(self, later: timedelta) -> "Instant":
        return Instant(self.wall + later, self.boot + later.total_seconds())

    def age(self, boot: float) -> timedelta:
        """Return how long ago the instant *boot* was."""
        return timedelta(seconds=self.boot - boot)

    def shown(self, boot: float) -> datetime:
        """Return what the wall clock, as it is set now, would have shown at the instant *boot*."""
        return self.wall - self.age(boot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Tells the time: *wall* in UTC, *boot* in seconds."""

    wall: Callable[[], datetime]
    boot: Callable[[], float]

    def now(self) -> Instant:
        """Return this instant."""
        return Instant(self.wall(), self.boot())

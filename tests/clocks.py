"""A clock that goes on, and is set, as a test says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st

from exporter.domain.clock import Clock, Instant

START = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)


@dataclass(slots=True)
class Time:
    """What both clocks show."""

    wall: datetime = START
    boot: float = 1000.0

    @property
    def clock(self) -> Clock:
        """Return a clock that shows it."""
        return Clock(wall=lambda: self.wall, boot=lambda: self.boot)

    @property
    def now(self) -> Instant:
        """Return this instant."""
        return self.clock.now()

    def go_on(self, by: timedelta) -> None:
        """Let time pass."""
        self.wall += by
        self.boot += by.total_seconds()

    def set_wall(self, by: timedelta) -> None:
        """Set the wall clock *by* so much forward, or back."""
        self.wall += by


@dataclass(frozen=True, slots=True)
class Step:
    """Time that passes, and by how much the wall clock is set then."""

    passing: timedelta
    setting: timedelta


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds)),
        st.integers(-12, 12).map(lambda hours: timedelta(hours=hours)),
    ),
    max_size=20,
)
"""Any course of time, with a wall clock that is set back and forward by hours."""
SETTINGS = pytest.mark.parametrize(
    "setting",
    [
        pytest.param(timedelta(hours=-6), id="set back"),
        pytest.param(timedelta(0), id="left alone"),
        pytest.param(timedelta(hours=6), id="set forward"),
    ],
)


def course(steps: list[Step]) -> Iterator[Time]:
    """Yield what both clocks show after each step."""
    time = Time()
    for step in steps:
        time.go_on(step.passing)
        time.set_wall(step.setting)
        yield time

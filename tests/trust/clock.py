"""A clock that goes on in steps, for a cluster, its exporter and what they remember."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from exporter.domain.clock import Clock

_AHEAD = timedelta(days=1)
"""What is replayed later must not look old to who replays it."""


@dataclass(slots=True)
class StepClock:
    """Shows how much was *passed*; *setting* is by how much its wall is set otherwise."""

    passed: timedelta = timedelta(0)
    setting: timedelta = timedelta(0)
    _start: datetime = field(default_factory=lambda: datetime.now(UTC) + _AHEAD)

    @property
    def time(self) -> datetime:
        """What a right clock shows."""
        return self._start + self.passed

    @property
    def minute(self) -> float:
        """How many minutes have passed."""
        return self.passed.total_seconds() / 60

    @property
    def clock(self) -> Clock:
        """Return it as the exporter takes one."""
        return Clock(wall=self._wall, boot=self._boot)

    def _wall(self) -> datetime:
        return self.time + self.setting

    def _boot(self) -> float:
        return self.passed.total_seconds()

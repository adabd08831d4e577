"""A clock on which time passes faster, for a cluster, its exporter and what they remember."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from exporter.domain.clock import Clock


@dataclass(slots=True)
class FastClock:
    """Shows *factor* seconds for each that passes; *setting* is by how much its wall is set."""

    factor: float
    setting: timedelta = timedelta(0)
    _start: datetime = field(default_factory=lambda: datetime.now(UTC))
    _began: float = field(default_factory=time.monotonic)

    def boot(self) -> float:
        """Return seconds since some start."""
        return (time.monotonic() - self._began) * self.factor

    def wall(self) -> datetime:
        """Return what is shown."""
        return self._start + timedelta(seconds=self.boot()) + self.setting

    @property
    def clock(self) -> Clock:
        """Return it as the exporter takes one."""
        return Clock(wall=self.wall, boot=self.boot)

"""What a server's clock shows, by the dates of its answers: ours may be wrong, or its own.

Instants that a server names are older or younger than they look by that.

Source: RFC 9110, ``Date``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from exporter.domain.clock import Clock, Instant
from exporter.foreign.clock import SYSTEM

TOLERATED = timedelta(seconds=60)
"""So much is no difference: answers take a while, and their dates have no fractions."""
STEADY = timedelta(seconds=5)
"""By less than this, an estimate does not change: else no two evaluations would be alike."""

_YEARS = range(1970, 9000)


@dataclass(slots=True)
class ServerClock:
    """The clock of one server: its last date, and when that came by our boot clock."""

    clock: Clock = SYSTEM
    _date: datetime | None = None
    _came: float = 0.0
    _ahead: timedelta = timedelta()

    def note(self, date: str | None) -> None:
        """Take note of the ``Date`` of an answer that has just come, if it has one."""
        try:
            shown = parsedate_to_datetime(date or "")
        except ValueError:
            return
        if shown.year in _YEARS:
            self._date = shown if shown.tzinfo else shown.replace(tzinfo=UTC)
            self._came = self.clock.boot()

    def ahead(self, at: Instant) -> timedelta:
        """Return by how much it is ahead of our wall clock at the instant *at*; 0 where little."""
        if self._date is None:
            return timedelta()
        now = self._date + at.age(self._came)
        found = now - at.wall
        if abs(found) <= TOLERATED:
            self._ahead = timedelta()
        elif abs(found - self._ahead) > STEADY:
            self._ahead = found
        return self._ahead


def wording(ahead: timedelta) -> str:
    """Return in words by how much a server's clock differs from ours."""
    minutes = round(abs(ahead).total_seconds() / 60)
    return f"its clock is {minutes:,} min {'ahead of' if ahead > timedelta() else 'behind'} ours"

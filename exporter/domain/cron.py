"""When a schedule of a CronJob was due last.

Source: Kubernetes API reference (batch/v1, ``schedule`` and ``timeZone``) and
``github.com/robfig/cron/v3``, which its controller parses schedules with: five fields, names of
months and weekdays, ``?`` for ``*``, and that either day counts where both are given.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from exporter.domain.errors import ParseError

MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS: Final = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
FIELDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""The bounds of minute, hour, day, month and weekday; Sunday is 0 and 7."""
MAX_DAYS: Final = 366 * 8
"""So far back a day is looked for: from one 29 February to the last there may be eight years."""
LONGEST: Final = 200
_ANY: Final = frozenset({"*", "?"})
_EVERY_DAY: Final = 7


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule; *either* tells that one of day and weekday is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def runs_on(self, day: date) -> bool:
        """Tell whether it is due on *day*."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % _EVERY_DAY in self.weekdays
        return of_month or of_week if self.either else of_month and of_week


@lru_cache(maxsize=4096)
def parse_schedule(text: str) -> Schedule:
    """Return the schedule that *text* is; raises :exc:`ParseError` for what Kubernetes refuses."""
    fields = MACROS.get(text.strip(), text[:LONGEST]).lower().split()
    if len(fields) != len(FIELDS):
        raise ParseError(f"{text[:LONGEST]!r} is no schedule of five fields")
    names = ((), (), (), (*enumerate(MONTHS, 1),), (*enumerate(WEEKDAYS),))
    parsed = [
        _field(field, bounds, {name: number for number, name in known})
        for field, bounds, known in zip(fields, FIELDS, names, strict=True)
    ]
    minutes, hours, days, months, weekdays = parsed
    return Schedule(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(day % _EVERY_DAY for day in weekdays),
        either=not _starts_any(fields[2]) and not _starts_any(fields[4]),
    )


def _starts_any(field: str) -> bool:
    return field[:1] in _ANY


def _field(text: str, bounds: tuple[int, int], names: dict[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        low, high = _span(span, bounds, names, steps=bool(slash))
        width = _number(step, {}) if slash else 1
        if not (bounds[0] <= low <= high <= bounds[1]) or not width:
            raise ParseError(f"{part!r} is none of {bounds[0]} to {bounds[1]}")
        found.update(range(low, high + 1, width))
    return frozenset(found)


def _span(
    text: str, bounds: tuple[int, int], names: dict[str, int], *, steps: bool
) -> tuple[int, int]:
    if text in _ANY:
        return bounds
    first, dash, last = text.partition("-")
    low = _number(first, names)
    if dash:
        return low, _number(last, names)
    return low, bounds[1] if steps else low


def _number(text: str, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not (text.isascii() and text.isdigit()) or len(text) > 4:  # noqa: PLR2004 - no bound is longer
        raise ParseError(f"{text!r} is no number")
    return int(text)


def parse_zone(name: str) -> tzinfo:
    """Return a time zone, UTC for none; raises :exc:`ParseError` where it is not known here."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ParseError(f"the time zone {name[:LONGEST]!r} is not known here") from None


@lru_cache(maxsize=8192)
def last_due(text: str, zone: str, at: datetime) -> datetime | None:
    """Return when the schedule *text* was due last, at the instant *at* or before; None for never.

    Raises :exc:`ParseError` where schedule or zone make no sense. Instants that a change of clocks
    leaves out or repeats are those that the zone makes of them.
    """
    schedule, known = parse_schedule(text), parse_zone(zone)
    local = at.astimezone(known)
    for back in range(MAX_DAYS):
        day = local.date() - timedelta(days=back)
        if not schedule.runs_on(day):
            continue
        for hour in sorted(schedule.hours, reverse=True):
            for minute in sorted(schedule.minutes, reverse=True):
                found = datetime.combine(day, time(hour, minute), known)
                if found <= at:
                    return found.astimezone(UTC)
    return None

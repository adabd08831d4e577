"""Schedules of cron, as Kubernetes' and Argo CD's Go library reads them.

Source: ``github.com/robfig/cron/v3``, "CRON Expression Format". When each is due, cronsim tells.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from exporter.domain.errors import ParseError

_FIELD: Final = re.compile(r"[0-9A-Za-z*/,?-]{1,100}", re.ASCII)
_STEPS: Final = re.compile(r"(?<![^,])[*?]/(?!1(?:,|$))")
"""``*/2``: a restriction like any other, where cron would take it for none."""
_RANGES: Final = ("0-59", "0-23", "1-31", "1-12", "0-6")
_DAY_OF_WEEK: Final = 4
_MONTHS: Final = (
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
)
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NAMES: Final = frozenset((*_MONTHS, *_DAYS))
"""All letters that there may be: ``L`` is no part of this library's format."""
_DESCRIPTORS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A second and five fields of cron, in the time zone *zone*.

    What falls into the hour that summer time leaves out is not due on that day.
    """

    fields: str
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, *, zone: str = "", descriptors: bool = False) -> "Schedule":
        """Read a schedule; an empty *zone* is UTC, *descriptors* allow ``@daily`` and the like.

        Raises :exc:`ParseError` for what is none, or has a zone that this machine does not know.
        """
        if descriptors:
            text = _DESCRIPTORS.get(text.strip(), text)
        fields = text.split()
        if len(fields) != len(_RANGES) or not all(map(_FIELD.fullmatch, fields)):
            raise ParseError(f"{text[:100]!r} is no schedule of five fields")
        if not _NAMES.issuperset(re.findall("[A-Z]+", text.upper())):
            raise ParseError(f"{text[:100]!r} has a name that is neither of a month nor of a day")
        if "7" in re.findall(r"\d+", fields[_DAY_OF_WEEK]):
            raise ParseError(f"{text[:100]!r} has 7 for a day of the week; Sunday is 0")
        plain = [
            _STEPS.sub(f"{whole}/", field).replace("?", "*")
            for field, whole in zip(fields, _RANGES, strict=True)
        ]
        schedule = cls(
            " ".join(("0", *plain)), parse_zone(zone)
        )  # seconds: else cron's own summer time
        try:
            CronSim(schedule.fields, datetime(2000, 1, 1, tzinfo=schedule.zone))
        except CronSimError as error:
            raise ParseError(f"{text[:100]!r} is no schedule: {error}") from None
        return schedule

    def after(self, instant: datetime) -> datetime | None:
        """Return when it is due next after an *instant*; None where that is never."""
        return _utc(CronSim(self.fields, instant.astimezone(self.zone)))

    def until(self, instant: datetime) -> datetime | None:
        """Return when it was due last, at an *instant* or before; None where that was never."""
        later = instant.astimezone(self.zone) + timedelta(microseconds=1)
        return _utc(CronSim(self.fields, later, reverse=True))


def _utc(due: CronSim) -> datetime | None:
    found = next(due, None)
    return None if found is None else found.astimezone(UTC)


def parse_zone(name: str) -> ZoneInfo:
    """Return a time zone, UTC for an empty *name*; raises :exc:`ParseError` for an unknown one."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        raise ParseError(f"the time zone {name[:100]!r} is not known here") from None


@lru_cache(maxsize=8192)
def last_due(text: str, zone: str, at: datetime) -> datetime | None:
    """Return when a CronJob's schedule was due last, at the instant *at* or before.

    None where that was never; raises :exc:`ParseError` as :meth:`Schedule.parse` does.
    """
    return Schedule.parse(text, zone=zone, descriptors=True).until(at)

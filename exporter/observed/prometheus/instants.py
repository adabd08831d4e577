"""Instants and intervals as Prometheus tells them."""

from datetime import datetime, timedelta

from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_duration, parse_instant

GRACE = timedelta(minutes=1)
"""What is late by less than this is not told as late."""
INTERVALS = 3


def instant(text: str) -> datetime | None:
    """Return an instant; None for none, and for the year 1, which Go writes for never."""
    try:
        found = parse_instant(text)
    except ParseError:
        return None
    return found if found.year > 1 else None


def interval(text: str) -> timedelta | None:
    """Return an interval; None where it is none, as Thanos does not tell that of a target."""
    try:
        return parse_duration(text)
    except ParseError:
        return None


def late(last: datetime | None, *, every: timedelta | None, now: datetime) -> bool:
    """Tell whether what is done *every* interval was last done several of them ago.

    Where either is not known nothing is late.
    """
    if last is None or every is None:
        return False
    return now - last > max(INTERVALS * every, GRACE)

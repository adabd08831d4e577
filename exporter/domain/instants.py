"""Durations and instants: the one place that parses each."""

import re
from datetime import UTC, datetime, timedelta

from exporter.domain.errors import ParseError

_UNITS = {
    "y": timedelta(days=365),
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_DURATION = re.compile(r"(?:(\d{1,9})(ms|[ywdhms]))", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """Return a duration written as Prometheus writes it (``15d``, ``1h30m``, ``500ms``, ``0``).

    Units stand from long to short, each at most once. Raises :exc:`ParseError` otherwise.
    """
    parts = _DURATION.findall(text)
    order = [list(_UNITS).index(unit) for _, unit in parts]
    whole = "".join(number + unit for number, unit in parts) == text
    if text == "0":
        return timedelta(0)
    if not parts or not whole or order != sorted(set(order)):
        raise ParseError(f"{text!r} is no duration; write it as 30s, 5m, 1h30m or 15d")
    try:
        return sum((int(number) * _UNITS[unit] for number, unit in parts), timedelta())
    except OverflowError:
        raise ParseError(f"{text!r} is out of range") from None


def known_instant(text: str | None) -> datetime | None:
    """Return an instant as :func:`parse_instant` does, None where there is none to be read."""
    try:
        return parse_instant(text) if text else None
    except ParseError:
        return None


def parse_instant(text: str) -> datetime:
    """Return an instant written as RFC 3339 with a time zone, in UTC.

    Raises :exc:`ParseError` where the text is none, or has no zone.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ParseError(
            f"{text!r} is no instant with a time zone; write 2025-12-01T00:00:00+09:00"
        )
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ParseError(f"{text!r} is out of range") from None

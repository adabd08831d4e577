"""Functions over instants; none of them asks what time it is.

Source: go-cty, ``datetime.go``; Go, package ``time``.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Final

from exporter.declared.terraform.language.values import Data, Function, Value, failed, text, unknown

_INSTANT: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_TOKEN: Final = re.compile(r"''|'(?:[^']|'')*'|'.*|([A-Za-z])\1*|[^A-Za-z']+", re.DOTALL)
_DURATION: Final = re.compile(r"[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_LETTERS: Final = 1_000
"""So long is a duration at the most: a number that says more is none that Go could hold."""
_PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS: Final = {
    "h": Fraction(3600),
    "m": Fraction(60),
    "s": Fraction(1),
    "ms": Fraction(1, 1000),
    **dict.fromkeys(("us", "µs", "μs"), Fraction(1, 10**6)),
    "ns": Fraction(1, 10**9),
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST: Final = Fraction(2**63, 10**9)
"""So many seconds are too many for a duration."""
_NOON: Final = 12


def _instant(value: Value) -> tuple[datetime, Fraction]:
    """Return an instant of RFC 3339 to the second, and its fraction of one."""
    found = _INSTANT.fullmatch(text(value))
    if found is None:
        raise failed("a text", "is no instant of RFC 3339")
    try:
        hours, minutes = int(found[9] or 0), int(found[10] or 0)
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if found[8] == "-" else 1)
        zone = timezone(offset) if minutes < 60 else None  # noqa: PLR2004 - an hour
        parts = [int(part) for part in found.groups()[:6]]
        return datetime(*parts, tzinfo=zone), Fraction(found[7] or 0)  # type: ignore[arg-type,misc]  # six parts
    except (ValueError, OverflowError):
        raise failed("a text", "is no instant of RFC 3339") from None


def _zone(instant: datetime, separator: str) -> str:
    minutes = int((instant.utcoffset() or timedelta()).total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}{separator}{abs(minutes) % 60:02d}"


def _zulu(instant: datetime) -> str:
    return _zone(instant, ":") if instant.utcoffset() else "Z"


def _numbered(of: Callable[[datetime], int]) -> Mapping[int, Callable[[datetime], str]]:
    return {1: lambda at: str(of(at)), 2: lambda at: f"{of(at):02d}"}


_VERBS: Final[Mapping[str, Mapping[int, Callable[[datetime], str]]]] = {
    "Y": {2: lambda at: f"{at.year % 100:02d}", 4: lambda at: f"{at.year:04d}"},
    "M": {
        **_numbered(lambda at: at.month),
        3: lambda at: _MONTHS[at.month - 1][:3],
        4: lambda at: _MONTHS[at.month - 1],
    },
    "D": _numbered(lambda at: at.day),
    "E": {3: lambda at: _DAYS[at.weekday()][:3], 4: lambda at: _DAYS[at.weekday()]},
    "h": _numbered(lambda at: at.hour),
    "H": _numbered(lambda at: at.hour % _NOON or _NOON),
    "A": {2: lambda at: "AM" if at.hour < _NOON else "PM"},
    "a": {2: lambda at: "am" if at.hour < _NOON else "pm"},
    "m": _numbered(lambda at: at.minute),
    "s": _numbered(lambda at: at.second),
    "Z": {
        1: _zulu,
        3: lambda at: _zone(at, "") if at.utcoffset() else "UTC",
        4: lambda at: _zone(at, ""),
        5: lambda at: _zone(at, ":"),
    },
}


def formatdate(template: Value, value: Value) -> Data:
    """Write an instant as a template of verbs (``YYYY-MM-DD``) has it."""
    source = text(template)
    instant, _ = _instant(value)
    return "".join(_written(found[0], instant) for found in _TOKEN.finditer(source))


def _written(part: str, instant: datetime) -> str:
    if part == "''":
        return "'"
    if part[0] == "'":
        if len(part) == 1 or part[-1] != "'" or part.count("'") % 2:
            raise failed("formatdate()", "has a ' that is not closed")
        return part[1:-1].replace("''", "'")
    if not (part[0].isascii() and part[0].isalpha()):
        return part
    verb = _VERBS.get(part[0], {}).get(len(part))
    if verb is None:
        raise failed("formatdate()", f"has no verb {part[:20]!r}")
    return verb(instant)


def timeadd(value: Value, duration: Value) -> Data:
    """Return an instant so much later."""
    (instant, fraction), source = _instant(value), text(duration)
    if len(source) > _LETTERS or not _DURATION.fullmatch(source):
        raise failed("a text", "is no duration")
    seconds = sum(
        (Fraction(found[1]) * _SECONDS[found[2]] for found in _PART.finditer(source)), Fraction(0)
    )
    if seconds >= _LONGEST:
        raise failed("a duration", "is too long")
    seconds = fraction + (-seconds if source.startswith("-") else seconds)
    try:
        later = instant + timedelta(seconds=seconds.numerator // seconds.denominator)
    except OverflowError:
        raise unknown("an instant", "is beyond the calendar") from None
    return f"{later.year:04d}-{later:%m-%dT%H:%M:%S}{_zulu(later)}"


def timecmp(left: Value, right: Value) -> Data:
    """Return -1, 0 or 1: which of two instants is earlier."""
    (first, part), (second, other) = _instant(left), _instant(right)
    earlier = (first.astimezone(UTC), part) < (second.astimezone(UTC), other)
    later = (first.astimezone(UTC), part) > (second.astimezone(UTC), other)
    return Fraction(later - earlier)


FUNCTIONS: Mapping[str, Function] = {
    "formatdate": formatdate,
    "timeadd": timeadd,
    "timecmp": timecmp,
}

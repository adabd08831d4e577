"""Functions of numbers and versions.

Source: sprig v3 (``numeric.go``, ``semver.go``) and Masterminds/semver v3.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from exporter.declared.argocd.gotemplate.arguments import (
    as_int64,
    as_integer,
    bounded,
    text,
    whole,
)
from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.domain.errors import ParseError

MAX_COUNTED: Final = 10_000
MAX_PLACES: Final = 12
_DECIMAL: Final = re.compile(r"[-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})")
_VERSION: Final = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?")
_CONSTRAINT: Final = re.compile(
    r"(?P<sign>=|!=|>=|<=|>|<|~|\^|)\s*v?(?P<parts>(?:\d{1,9}|[xX*])(?:\.(?:\d{1,9}|[xX*])){0,2})"
)


def product(first: Any, *others: Any) -> int:
    """Return ``mul``."""
    found = as_integer(first)
    for other in others:
        found = as_int64(found * as_integer(other))
    return as_int64(found)


def quotient(one: Any, other: Any) -> int:
    """Return ``div``, which cuts towards nothing."""
    whole_part, _ = _divided(one, other)
    return as_int64(whole_part)


def remainder(one: Any, other: Any) -> int:
    """Return ``mod``, whose sign is that of what is divided."""
    _, rest = _divided(one, other)
    return as_int64(rest)


def _divided(one: Any, other: Any) -> tuple[int, int]:
    dividend, divisor = as_integer(one), as_integer(other)
    if divisor == 0:
        raise ParseError("a template divides by zero")
    size = abs(dividend) // abs(divisor)
    whole_part = size if (dividend < 0) == (divisor < 0) else -size
    return whole_part, dividend - whole_part * divisor


def chosen(choose: Callable[..., int]) -> Callable[..., int]:
    """Return ``max`` or ``min``."""
    return lambda first, *others: as_int64(choose(map(as_integer, (first, *others))))


def as_float(value: Any) -> float:
    """Return ``float64``: what is no number is 0."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        if value[:1].isalpha() and value.lower() not in {"inf", "infinity", "nan"}:
            return 0.0
        raise UnsupportedError(f"taking {value[:20]!r} for a number")
    return float(value) if isinstance(value, str) else 0.0


def rounded(value: Any, places: Any) -> float:
    """Return ``round``: halves away from nothing above it, and down below it."""
    if not -MAX_PLACES <= whole(places) <= MAX_PLACES:
        raise UnsupportedError("rounding to so many places")
    power = math.pow(10, places)
    digits = power * as_float(value)
    if not math.isfinite(digits):
        raise UnsupportedError("rounding a number that large")
    up = math.modf(digits)[0] >= 0.5  # noqa: PLR2004 - a half
    return (math.ceil(digits) if up else math.floor(digits)) / power


def to_whole(rounding: Callable[[float], int]) -> Callable[[Any], float]:
    """Return ``floor`` or ``ceil``; what is infinite or no number stays so."""

    def function(value: Any) -> float:
        number = as_float(value)
        return float(rounding(number)) if math.isfinite(number) else number

    return function


def parsed(value: Any) -> int:
    """Return ``atoi``."""
    return as_integer(value) if re.fullmatch(r"[-+]?\d{1,18}", text(value)) else 0


def until(count: Any) -> list[int]:
    """Return ``until``."""
    end = whole(count)
    return until_step(0, end, -1 if end < 0 else 1)


def until_step(start: Any, stop: Any, step: Any) -> list[int]:
    """Return ``untilStep``."""
    low, high, by = whole(start), whole(stop), whole(step)
    if by == 0 or (high < low) is not (by < 0):
        return []
    found = list(islice(range(low, high, by), MAX_COUNTED + 1))
    if len(found) > MAX_COUNTED:
        raise UnsupportedError(f"counting over {MAX_COUNTED:,}")
    return found


def sequence(*bounds: Any) -> str:
    """Return ``seq``."""
    match [whole(bound) for bound in bounds]:
        case [end]:
            start, step = 1, 1 if end >= 1 else -1
            return _counted(start, end + step, step)
        case [start, end]:
            step = 1 if end >= start else -1
            return _counted(start, end + step, step)
        case [start, step, end]:
            if end < start and step > 0:
                return ""
            return _counted(start, end + (1 if end >= start else -1), step)
        case _:
            return ""


def _counted(start: int, stop: int, step: int) -> str:
    found = " ".join(map(str, until_step(start, stop, step)))
    bounded(len(found))
    return found


class Version(Mapping[str, int]):
    """What ``semver`` gives: its parts by their names."""

    def __init__(self, parts: tuple[int, int, int]) -> None:
        self._parts = dict(zip(("Major", "Minor", "Patch"), parts, strict=True))

    def __getitem__(self, name: str) -> int:
        return self._parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


def version(value: Any) -> Version:
    """Return ``semver``."""
    return Version(_version(text(value)))


def compares(constraint: Any, value: Any) -> bool:
    """Return ``semverCompare``: whether a version satisfies a constraint."""
    found = _version(text(value))
    alternatives = text(constraint).split("||")
    satisfied = [_satisfies(alternative.strip(), found) for alternative in alternatives]
    return any(satisfied)


def _version(written: str) -> tuple[int, int, int]:
    match = _VERSION.fullmatch(written)
    if match is None:
        raise UnsupportedError(f"the version {written[:40]!r}")
    major, minor, patch = (int(part or 0) for part in match.groups())
    return major, minor, patch


def _satisfies(constraints: str, found: tuple[int, int, int]) -> bool:
    at, results = 0, []
    while at < len(constraints):
        match = _CONSTRAINT.match(constraints, at)
        if match is None:
            raise UnsupportedError(f"the constraint {constraints[:40]!r}")
        results.append(_holds(match["sign"], match["parts"].split("."), found))
        rest = constraints[match.end() :]
        if rest and not re.match(r"\s*,\s*\S|\s+(?=[=!<>~^])", rest):
            raise UnsupportedError(f"the constraint {constraints[:40]!r}")
        at = len(constraints) - len(rest.lstrip(", "))
    if not results:
        raise UnsupportedError("an empty constraint")
    return all(results)


def _holds(sign: str, parts: list[str], found: tuple[int, int, int]) -> bool:
    """Tell whether a version satisfies one comparison, whose parts may be left out."""
    given = [int(part) for part in parts if part.isdigit()]
    if any(part.isdigit() for part in parts[len(given) :]):
        raise UnsupportedError("a constraint with a gap")
    if not given and sign not in {"", "="}:
        raise UnsupportedError("a comparison with any version")
    low = (*given, 0, 0, 0)[:3]
    same = found[: len(given)] == tuple(given)
    held = {"~": min(len(given), 2), "^": _fixed(given)}.get(sign, 0)
    return {
        "": same,
        "=": same,
        "!=": not same,
        ">": found > low and not same,
        ">=": found >= low,
        "<": found < low,
        "<=": found <= low or same,
    }.get(sign, found >= low and found[:held] == tuple(given[:held]))


def _fixed(given: list[int]) -> int:
    """Return how many parts ``^`` holds: up to the first that is not 0."""
    return next((at + 1 for at, part in enumerate(given) if part), len(given))

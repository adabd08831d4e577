"""The values of Terraform's language, each with its origin, and what stands where none is known."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import NamedTuple, TypeAlias

MAX_DEPTH = 100
MAX_TEXT = 1 << 20
MAX_ITEMS = 100_000
MAX_DIGITS = 60
_MAX_DECIMALS = 30
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
_PLACE = re.compile(r"[0-9]{1,9}")


class Origin(NamedTuple):
    """Where a value is written: a file of the checkout and a line, which is 0 where unknown."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why there is no value: *subject* names what is not known, *why* completes the sentence.

    *failed* marks what would be an error when it is run, so that ``try`` goes on to its next
    argument. The attributes of something *traversable* are unknown under their own names.
    *partial* is the text of a template with ``${...}`` where its unknown parts stand.
    """

    subject: str
    why: str
    failed: bool = False
    traversable: bool = False
    partial: str = ""

    def __str__(self) -> str:
        return f"{self.subject} {self.why}"


class Items(tuple["Value", ...]):
    """A list or tuple."""

    __slots__ = ()


class Distinct(Items):
    """A set, sorted and free of duplicates."""

    __slots__ = ()


class Object(dict[str, "Value"]):
    """A map or object; *rest* is set where it may have more keys than are known."""

    __slots__ = ("rest",)

    def __init__(self, pairs: Mapping[str, "Value"], rest: Unknown | None = None) -> None:
        super().__init__(pairs)
        self.rest = rest


@dataclass(slots=True)
class Overlaid:
    """Pairs laid one over the other; what is unknown hides all that was there before."""

    _pairs: dict[str, tuple["Value", int]] = field(default_factory=dict)
    _hidden: int = 0
    _rest: Unknown | None = None

    def add(self, key: str, value: "Value") -> None:
        """Lay a pair over all others."""
        self._pairs[key] = value, self._hidden

    def hide(self, unknown: Unknown) -> None:
        """Lay something over all pairs that may overwrite any of them, and have more."""
        self._hidden += 1
        self._rest = unknown

    def object(self) -> Object:
        """Return what shows in the end."""
        rest = self._rest
        return Object(
            {
                key: value if rest is None or at == self._hidden else Value(rest, value.at)
                for key, (value, at) in self._pairs.items()
            },
            rest,
        )


@dataclass(frozen=True, slots=True)
class Lazy:
    """Named things that are evaluated when they are asked for: ``var``, ``local``."""

    get: Callable[[str], "Value"]


Data: TypeAlias = bool | Fraction | str | Items | Object | Lazy | Unknown | None


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A value, known or not, and where it is written."""

    data: Data
    at: Origin


Function: TypeAlias = Callable[..., Data | Value]
"""A function over values: gives data, or one of its arguments with that one's origin."""


class NotKnownError(Exception):
    """Raised on the way through an evaluation; becomes a value where an expression ends."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__()
        self.unknown = unknown


def unknown(subject: str, why: str) -> NotKnownError:
    """Return the error for a value that a run might know."""
    return NotKnownError(Unknown(subject, why))


def failed(subject: str, why: str) -> NotKnownError:
    """Return the error for a value that a run would not know either."""
    return NotKnownError(Unknown(subject, why, failed=True))


def known(value: Value) -> Data:
    """Return the data of a value; raises :exc:`NotKnownError` where it is unknown.

    What is made of it then is no text that is known in part.
    """
    if isinstance(value.data, Unknown):
        raise NotKnownError(replace(value.data, partial=""))
    return value.data


def text(value: Value) -> str:
    """Return a value as a string, converted as Terraform converts."""
    match known(value):
        case str(data):
            return data
        case bool(data):
            return "true" if data else "false"
        case Fraction() as data:
            return number_text(data)
        case _:
            raise failed("a value", "is no string")


def number_text(number: Fraction) -> str:
    """Return the decimal form of a number; one that has no finite form is not known."""
    scale = 0
    while number.denominator != 1 and scale < _MAX_DECIMALS:
        number *= 10
        scale += 1
    if number.denominator != 1:
        raise unknown("a number", "has no finite decimal form")
    digits = str(abs(number.numerator)).rjust(scale + 1, "0")
    sign = "-" if number < 0 else ""
    return sign + (f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits)


def number(value: Value) -> Fraction:
    """Return a value as a number; a string that holds one counts."""
    match known(value):
        case Fraction() as data:
            return data
        case str(data):
            return parse_number(data)
        case _:
            raise failed("a value", "is no number")


def parse_number(digits: str) -> Fraction:
    """Read a decimal number of modest size."""
    if len(digits) > MAX_DIGITS or not _NUMBER.fullmatch(digits):
        raise failed("a text", "is no number of modest size")
    return Fraction(digits)


def bounded(result: Fraction) -> Fraction:
    """Return the result of a calculation, unless it has grown out of all proportion."""
    if max(abs(result.numerator), result.denominator) > 10**MAX_DIGITS:
        raise unknown("a number", "is too large")
    return result


def whole(value: Value) -> int:
    """Return a value as a whole number."""
    result = number(value)
    if result.denominator != 1:
        raise failed("a number", "is not whole")
    return result.numerator


def truth(value: Value) -> bool:
    """Return a value as a bool; the strings ``true`` and ``false`` count."""
    match known(value):
        case bool(data):
            return data
        case "true":
            return True
        case "false":
            return False
        case _:
            raise failed("a value", "is neither true nor false")


def items(value: Value) -> Items:
    """Return the elements of a list, set or tuple."""
    data = known(value)
    if not isinstance(data, Items):
        raise failed("a value", "is no list")
    return data


def mapping(value: Value) -> Object:
    """Return a map or object of which all keys are known."""
    data = known(value)
    if not isinstance(data, Object):
        raise failed("a value", "is no map")
    if data.rest is not None:
        raise NotKnownError(data.rest)
    return data


def attribute(value: Value, name: str) -> Value:
    """Return the attribute or element *name* of a value."""
    match value.data:
        case Lazy() as lazy:
            return lazy.get(name)
        case Unknown(traversable=True) as data:
            return Value(replace(data, subject=f"{data.subject}.{name}"), value.at)
        case Unknown():
            return value
        case Object() as data if name in data:
            return data[name]
        case Object(rest=Unknown() as rest):
            raise NotKnownError(rest)
        case Items() as data if _PLACE.fullmatch(name) and int(name) < len(data):
            return data[int(name)]
        case _:
            raise failed("a value", f"has no element {name[:60]!r}")


def collect(values: Iterable[Value]) -> Items:
    """Return *values* as a list, unless they are too many."""
    result = Items(islice(values, MAX_ITEMS + 1))
    if len(result) > MAX_ITEMS:
        raise unknown("a list", f"has more than {MAX_ITEMS:,} elements")
    return result


def short(result: str) -> str:
    """Return a text, unless it is too long."""
    if len(result) > MAX_TEXT:
        raise unknown("a text", "is longer than 1 MiB")
    return result


@dataclass(slots=True)
class Letters:
    """Counts letters before they are written, as one text may stand in many places."""

    left: int = MAX_TEXT

    def write(self, text: str) -> str:
        """Count a *text*, and return it; raises :exc:`NotKnownError` where it is too much."""
        self.left -= len(text)
        if self.left < 0:
            raise unknown("a text", "is longer than 1 MiB")
        return text


def from_plain(
    data: object, at: Origin, lines: Callable[[object, str], int] | None = None
) -> Value:
    """Return plain JSON or YAML data as a value; *lines* tells on which line a key stands."""
    match data:
        case None | bool() | str():
            return Value(data, at)
        case int():
            return Value(bounded(Fraction(data)), at)
        case float():
            return Value(parse_number(repr(data)), at)
        case Mapping():
            pairs = {}
            for key, value in data.items():
                line = lines(data, str(key)) if lines else at.line
                pairs[str(key)] = from_plain(value, Origin(at.path, line), lines)
            return Value(Object(pairs), at)
        case list() | tuple():
            return Value(Items(from_plain(element, at, lines) for element in data), at)
        case _:
            raise unknown("a value", "is not plain data")

"""The values of Terraform's language, each with its origin, and what stands where none is known."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import NamedTuple, Self, TypeAlias

from exporter.declared.terraform.language import decimals
from exporter.declared.terraform.language.value_types import (
    ANY,
    CollectionType,
    Kind,
    ObjectType,
    Primitive,
    Type,
)

MAX_DEPTH = 100
MAX_TEXT = 1 << 20
MAX_ITEMS = 100_000


class Origin(NamedTuple):
    """Where a value is written: a file of the checkout and a line, which is 0 where unknown."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why there is no value: *subject* names what is not known, *why* completes the sentence.

    *failed* marks what would be an error when it is run, so that ``try`` goes on to its next
    argument. The attributes of something *traversable* are unknown under their own names.
    *partial* is the text of a template with ``${...}`` where its unknown parts stand, *line* that
    of a text that nobody can read. What differs *by_version* fails in some, so that nothing may be
    told of what it is part of.
    """

    subject: str
    why: str
    failed: bool = False
    traversable: bool = False
    partial: str = ""
    line: int = 0
    by_version: bool = False

    def __str__(self) -> str:
        return f"{self.subject} {self.why}"


class Items(tuple["Value", ...]):  # noqa: SLOT001 - a tuple cannot have slots with values
    """A tuple, or what is more than that; *type* is remembered once it was worked out."""

    type: Type | None = None


class TypedItems(Items):
    """A list or set, all elements of which have the type *element*."""

    element: Type

    def __new__(cls, values: Iterable["Value"], element: Type) -> Self:
        """Take elements that have the type already."""
        self = super().__new__(cls, values)
        self.element = element
        return self


class TypedList(TypedItems):
    """A list."""


class Distinct(TypedItems):
    """A set, in its order and free of duplicates."""


class Object(dict[str, "Value"]):
    """An object, or a map; *rest* is set where it may have more keys than are known."""

    __slots__ = ("rest", "type")

    def __init__(self, pairs: Mapping[str, "Value"], rest: Unknown | None = None) -> None:
        super().__init__(pairs)
        self.rest = rest
        self.type: Type | None = None


class TypedMap(Object):
    """A map, all elements of which have the type *element*."""

    __slots__ = ("element",)

    def __init__(
        self, pairs: Mapping[str, "Value"], element: Type, rest: Unknown | None = None
    ) -> None:
        super().__init__(pairs, rest)
        self.element = element


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
    """Named things that are evaluated when they are asked for: ``var``, ``local``.

    Where all *names* are known, they make an object.
    """

    get: Callable[[str], "Value"]
    names: tuple[str, ...] | None = None

    def object(self) -> "Object | None":
        """Return them all, where their names are known."""
        return None if self.names is None else Object({name: self.get(name) for name in self.names})


Data: TypeAlias = bool | Fraction | str | Items | Object | Lazy | Unknown | None


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A value, known or not, and where it is written.

    *type* is that of ``null`` and of what is unknown; all others have it in their data.
    """

    data: Data
    at: Origin
    type: Type = ANY


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


def differing(subject: str, why: str) -> NotKnownError:
    """Return the error for a value that some versions have, and others refuse."""
    return NotKnownError(Unknown(subject, why, by_version=True))


def known(value: Value) -> Data:
    """Return the data of a value; raises :exc:`NotKnownError` where it is unknown.

    What is made of it then is no text that is known in part.
    """
    match value.data:
        case Unknown() as data:
            raise NotKnownError(replace(data, partial=""))
        case Lazy() as data:
            if (found := data.object()) is None:
                raise unknown("a value", "is only known in parts")
            return found
        case data:
            return data


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
    """Return the decimal form of a number, as short as tells it from its neighbours."""
    return decimals.shortest(number)


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
    try:
        found = decimals.parse(digits)
    except OverflowError:
        raise unknown("a number", "is too large") from None
    if found is None:
        raise failed("a text", "is no number")
    return found


def bounded(result: Fraction) -> Fraction:
    """Return the result of a calculation as precisely as Terraform knows it.

    Raises :exc:`NotKnownError` where it has grown out of all proportion.
    """
    try:
        return decimals.rounded(result)
    except OverflowError:
        raise unknown("a number", "is too large") from None


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
        case "true" | "1":
            return True
        case "false" | "0":
            return False
        case _:
            raise failed("a value", "is neither true nor false")


def items(value: Value) -> Items:
    """Return the elements of a list, set or tuple; ``null`` is none of these."""
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
        case Lazy() as lazy if lazy.names is None or name in lazy.names:
            return _met(lazy.get(name))
        case Unknown(traversable=True) as data:
            return Value(replace(data, subject=f"{data.subject}.{name}"), value.at)
        case Unknown():
            return Value(value.data, value.at, _type_within(value.type, name))
        case Object() as data if name in data:
            return data[name]
        case Object(rest=Unknown() as rest):
            raise NotKnownError(rest)
        case _:
            raise failed("a value", f"has no element {name[:60]!r}")


def _type_within(of: Type, name: str) -> Type:
    """Return the type of an attribute of what is unknown; raises where there is none."""
    match of:
        case CollectionType(kind=Kind.MAP):
            return of.element
        case ObjectType():
            found = of.get(name)
            if found is None:
                raise failed("a value", f"has no element {name[:60]!r}")
            return found
        case Primitive() if of is not ANY:
            raise failed("a value", f"has no element {name[:60]!r}")
        case _:
            return ANY


def _met(value: Value) -> Value:
    """Return a value, unless it is what a failure left behind."""
    if isinstance(value.data, Unknown) and value.data.failed:
        raise NotKnownError(value.data)
    return value


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


def normalised(text: str) -> str:
    """Return a text as Terraform keeps all of them, in Unicode's normal form C."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def from_plain(
    data: object, at: Origin, lines: Callable[[object, str], int] | None = None
) -> Value:
    """Return plain JSON or YAML data as a value; *lines* tells on which line a key stands."""
    match data:
        case str():
            return Value(normalised(data), at)
        case None | bool():
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

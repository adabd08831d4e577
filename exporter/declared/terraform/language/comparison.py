"""Compares values: equality, and the making and order of sets.

Source: go-cty, ``Value.Equals`` and the rules of sets (``set_internals.go``).
"""

from collections.abc import Hashable, Iterable
from fractions import Fraction
from operator import itemgetter
from typing import TypeAlias

from exporter.declared.terraform.language import decimals
from exporter.declared.terraform.language.go_text import quoted
from exporter.declared.terraform.language.kinds import type_of
from exporter.declared.terraform.language.value_types import ANY, Type
from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    Distinct,
    Items,
    Lazy,
    Object,
    TypedItems,
    TypedMap,
    Value,
    failed,
    known,
    mapping,
    unknown,
)

_Place: TypeAlias = tuple[bool, Fraction, str]
_DIGITS = 10
"""So many digits of a number count where values are put in order that have no order."""


def distinct(values: Iterable[Value], element: Type = ANY) -> Distinct:
    """Return a set of values of one type: without duplicates, in Terraform's order."""
    found: dict[Hashable, Value] = {}
    freezer = Freezer()
    for value in values:
        found.setdefault(freezer.freeze(value), value)
    order = _Order()
    return Distinct(sorted(found.values(), key=order.of), element)


class _Order:
    """Places values of one type: simple ones by themselves, others by how they are written."""

    def __init__(self) -> None:
        self._steps = 0

    def of(self, value: Value) -> _Place:
        match value.data:
            case None:
                return True, Fraction(0), ""
            case bool() | Fraction() as data:
                return False, Fraction(data), ""
            case str(data):
                return False, Fraction(0), data
            case _:
                return False, Fraction(0), self._written(value, 0)

    def _written(self, value: Value, depth: int) -> str:
        """Return what go-cty hashes, and orders by."""
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_ITEMS:
            raise unknown("a value", "is too large to compare")
        match known(value):
            case None:
                return "~"
            case bool(data):
                return "T" if data else "F"
            case Fraction() as data:
                return _in_ten_digits(data)
            case str(data):
                return quoted(data)
            case Items() as data:
                opening, closing = "[]" if isinstance(data, TypedItems) else "<>"
                inner = "".join(f"{self._written(one, depth + 1)};" for one in data)
                return f"{opening}{inner}{closing}"
            case Object() as data:
                return self._written_object(data, depth)
            case _:
                raise failed("a value", "cannot be compared")

    def _written_object(self, data: Object, depth: int) -> str:
        pairs = [(name, self._written(data[name], depth + 1)) for name in sorted(data)]
        if isinstance(data, TypedMap):
            return "{" + "".join(f"{quoted(name)}:{one};" for name, one in pairs) + "}"
        return "<" + "".join(f"{one};" for _, one in pairs) + ">"


def _in_ten_digits(number: Fraction) -> str:
    """Return a number as Go's ``%.10g`` has it."""
    digits, point = decimals.digits_of(abs(number))
    if len(digits) > _DIGITS:
        shown = str(round(Fraction(int(digits), 10 ** (len(digits) - _DIGITS))))
        point += len(shown) - _DIGITS
        digits = shown.rstrip("0")
    return ("-" if number < 0 else "") + decimals.general(digits, point, limit=_DIGITS)


def equal(left: Value, right: Value) -> bool:
    """Tell whether two values are equal, as ``==`` has it: of one type, and alike; or both null."""
    freezer = Freezer()
    return freezer.typed(left) == freezer.typed(right)


class Freezer:
    """Makes hashable stand-ins, equal for equal values, in a bounded number of steps."""

    def __init__(self) -> None:
        self._steps = 0

    def typed(self, value: Value) -> Hashable:
        """Return the stand-in of a value among those of other types."""
        frozen = self.freeze(value)
        return None if value.data is None else (type_of(value), frozen)

    def freeze(self, value: Value, depth: int = 0) -> Hashable:
        """Return the stand-in of a value among those of its type; all of it must be known."""
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_ITEMS:
            raise unknown("a value", "is too large to compare")
        match known(value):
            case Items() as data:
                return ("list", tuple(self.freeze(element, depth + 1) for element in data))
            case Object():
                pairs = sorted(mapping(value).items(), key=itemgetter(0))
                return ("map", tuple((key, self.freeze(pair, depth + 1)) for key, pair in pairs))
            case Fraction() as data:
                return ("number", decimals.as_written(data))
            case None | bool() | str() as data:
                return (type(data).__name__, data)
            case Lazy():
                raise unknown("a value", "is not known as a whole")
            case _:
                raise failed("a value", "cannot be compared")

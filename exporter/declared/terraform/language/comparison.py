"""Compares values: equality, order and the making of sets."""

from collections.abc import Hashable, Iterable
from fractions import Fraction
from operator import itemgetter

from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    Distinct,
    Items,
    Object,
    Value,
    failed,
    known,
    mapping,
    unknown,
)


def distinct(values: Iterable[Value]) -> Distinct:
    """Return a set: without duplicates, strings in their order."""
    found: dict[Hashable, Value] = {}
    freezer = Freezer()
    for value in values:
        found.setdefault(freezer.freeze(value), value)
    return Distinct(sorted(found.values(), key=_order))


def _order(value: Value) -> tuple[int, Fraction, str]:
    match value.data:
        case bool(data):
            return 0, Fraction(data), ""
        case Fraction() as data:
            return 1, data, ""
        case str(data):
            return 2, Fraction(0), data
        case _:
            return 3, Fraction(0), ""


def equal(left: Value, right: Value) -> bool:
    """Tell whether two values are equal, as ``==`` has it: no string equals a number."""
    return Freezer().freeze(left) == Freezer().freeze(right)


class Freezer:
    """Makes hashable stand-ins, equal for equal values, in a bounded number of steps."""

    def __init__(self) -> None:
        self._steps = 0

    def freeze(self, value: Value, depth: int = 0) -> Hashable:
        """Return the stand-in of a value, all of which must be known."""
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_ITEMS:
            raise unknown("a value", "is too large to compare")
        match known(value):
            case Items() as data:
                return ("list", tuple(self.freeze(element, depth + 1) for element in data))
            case Object():
                pairs = sorted(mapping(value).items(), key=itemgetter(0))
                return ("map", tuple((key, self.freeze(pair, depth + 1)) for key, pair in pairs))
            case None | bool() | Fraction() | str() as data:
                return (type(data).__name__, data)
            case _:
                raise failed("a value", "cannot be compared")

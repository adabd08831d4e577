"""Values as Go has them: text and field access; any JSON number is a ``float64``.

What is true in Go is true in Python: all but zero, nil and what is empty.

Source: Go's ``text/template`` (``exec.go``) and ``fmt``; ``encoding/json`` for numbers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.domain.errors import ParseError


class _Missing:
    """What a key that a map lacks evaluates to, where that is allowed."""

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


class Int64(int):
    """An ``int64``, which functions that take an ``int`` refuse."""


class Nil(list[Any]):
    """A list that is nil: empty as any other, but ``null`` where it is encoded."""


class Unordered(list[Any]):
    """The keys or values of a map, in an order that Go does not promise."""

    def bound_order(self) -> None:
        """Raise :exc:`UnsupportedError` where something would depend on the order."""
        if len(self) > 1:
            raise UnsupportedError("the order of a map's keys or values")


MAX_TEXT = 256 * 1024
MAX_DEPTH = 100
_PLAIN = range(-4, 6)
"""The exponents that strconv's shortest ``g`` writes without one: 100000, but 1e+06."""


def from_json(value: Any) -> Any:
    """Return a JSON value with its numbers as ``float64``."""
    if isinstance(value, Mapping):
        return {str(key): from_json(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [from_json(part) for part in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return to_float(value)
    return value


def to_float(value: float) -> float:
    """Return an integer as ``float64``; raises :exc:`ParseError` where it is out of range."""
    try:
        return float(value)
    except OverflowError:
        raise ParseError("a number is out of range") from None


def to_text(value: Any) -> str:
    """Return *value* as ``fmt`` prints it with ``%v``."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float_text(value)
        case None | _Missing():
            return "<no value>"
        case _:
            return _Printer().of(value, 0)


@dataclass(slots=True)
class _Printer:
    """Prints a list or map as ``fmt`` does, keys sorted, of so many letters at the most."""

    letters: int = 0

    def of(self, value: Any, depth: int) -> str:
        """Return the text of a value that stands in another one."""
        if depth > MAX_DEPTH:
            raise ParseError("a template prints a value that is nested too deeply")
        if isinstance(value, Unordered):
            value.bound_order()
        if isinstance(value, list):
            return f"[{' '.join(self._counted(self.of(item, depth + 1)) for item in value)}]"
        if isinstance(value, dict):
            pairs = (
                f"{self._counted(key)}:{self._counted(self.of(value[key], depth + 1))}"
                for key in sorted(value)
            )
            return f"map[{' '.join(pairs)}]"
        if value is None or value is MISSING:
            return "<nil>"
        if isinstance(value, Mapping):
            raise UnsupportedError("printing a version")
        return self._counted(to_text(value))

    def _counted(self, text: str) -> str:
        self.letters += len(text) + 1
        if self.letters > MAX_TEXT:
            raise ParseError(f"a template grows over {MAX_TEXT // 1024} KiB")
        return text


def _float_text(value: float) -> str:
    """Return a float as ``strconv`` formats it with ``g`` and the fewest digits."""
    if not isfinite(value):
        return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"  # noqa: PLR0124 - NaN
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + int(exponent)
    if value and point - 1 not in _PLAIN:
        head = text[0] + (f".{text[1:]}" if len(text) > 1 else "")
        shown = f"{head}e{point - 1:+03d}"
    elif point <= 0:
        shown = "0" if text == "0" else f"0.{'0' * -point}{text}"
    else:
        whole = text[:point].ljust(point, "0")
        shown = f"{whole}.{text[point:]}" if text[point:] else whole
    return f"-{shown}" if sign else shown


def size(value: Any) -> int:
    """Return how many values a value holds, in the maps of it."""
    count, pending = 0, [value]
    while pending and count < MAX_TEXT:
        found = pending.pop()
        count += 1
        if isinstance(found, Mapping):
            pending += found.values()
    return count


def reach(value: Any, names: Sequence[str], *, strict: bool) -> Any:
    """Follow fields; with *strict* (``missingkey=error``) a missing key is an error."""
    for name in names:
        if value is MISSING:
            continue
        if not isinstance(value, Mapping):
            raise ParseError(f"{name!r} is asked of a value that has no fields")
        if name not in value and strict:
            raise ParseError(f"there is no parameter {name!r}")
        value = value.get(name, MISSING)
    return value


_NAME = re.compile(r"[^-a-z0-9.]")
_MAX_NAME = 253


def normalise_name(name: str) -> str:
    """Return *name* as Argo CD's ``normalize`` (``SanitizeName``) has it."""
    return _NAME.sub("-", name.lower())[:_MAX_NAME].strip("-.")

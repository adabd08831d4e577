"""How much a value holds, its parts counted as often as they stand in it.

A list may hold another one many times over, and that one a third: small in memory, and without end
for whoever compares, prints or encodes it. So it is weighed first, in time linear to what it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final, TypeVar

from jinja2 import Undefined

from exporter.declared.ansible.bounded_values import Unordered, bounded_list
from exporter.declared.ansible.errors import UnresolvedError

MAX_WEIGHT: Final = 500_000
_LETTERS: Final = 16
"""So many letters, or bits of a number, weigh as much as a value."""
_A_STEP: Final = 1000
"""So much may be gone through for one step."""
_SMALL: Final = 16
_MOST_KNOWN: Final = 20_000

_TAKE_UNDEFINED: Final = frozenset(
    {
        *("default", "d", "mandatory", "ternary", "type_debug", "is defined", "is undefined"),
        *("ansible.builtin.ternary", "ansible.builtin.mandatory", "ansible.builtin.default"),
    }
)
"""Filters and tests that see what is undefined; for all others it is an error."""

_COMPARING: Final = frozenset({"sort", "min", "max"})
"""Filters that give the order, where no two items are the same to them."""

_LAZY: Final = frozenset({"map", "select", "reject", "selectattr", "rejectattr"})
"""Filters that may be given items that are undefined by others of them."""

_KEEP_ORDER: Final = frozenset(
    {
        *("list", "map", "select", "reject", "selectattr", "rejectattr", "unique", "default", "d"),
        *("reverse", "product", "flatten", "random", "shuffle"),
    }
)
_NEED_NO_ORDER: Final = frozenset(
    {
        *("length", "count", "sum", "union", "difference", "intersect"),
        *("symmetric_difference", "bool", "ternary", "items2dict", "type_debug"),
    }
)
"""Filters for which the order of their items does not matter: these give none either, or need none.

Every test is of the second kind.
"""

T = TypeVar("T")


@dataclass(slots=True)
class Weights:
    """Weighs values; the larger ones, which nobody changes, once."""

    spend: Callable[[int], None]
    _known: dict[int, tuple[Any, int]] = field(default_factory=dict)

    def bound(self, value: T) -> T:
        """Return *value*, its steps paid; raises :exc:`UnresolvedError` where it is too much."""
        if isinstance(value, str | list | tuple | dict | set | int):
            weight = self.of(value)
            if weight > MAX_WEIGHT:
                raise UnresolvedError(f"a template gives more than {MAX_WEIGHT:,} values")
            if weight >= _A_STEP:
                self.spend(weight // _A_STEP)
        return value

    def of(self, value: Any) -> int:
        """Return how much *value* weighs."""
        return self._of(value, {})

    def bounding(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """Return a filter, test or method with its arguments bounded before it is called.

        One that is given what is undefined, or a set where the order matters, is not called.
        """
        short = name.removeprefix("ansible.builtin.")
        undefined = name in _TAKE_UNDEFINED
        lazy = short in _LAZY
        orderless = short in _NEED_NO_ORDER or name.startswith("is ")

        @wraps(function)
        def bounded(*args: Any, **kwargs: Any) -> Any:
            given = [self.bound(_listed(argument, lazy=lazy)) for argument in args]
            named = {key: self.bound(_listed(value, lazy=lazy)) for key, value in kwargs.items()}
            unordered = False
            for argument in (*given, *named.values()):
                if isinstance(argument, Undefined) and not undefined:
                    str(argument)
                unordered = unordered or isinstance(argument, Unordered)
            if not unordered or orderless:
                return function(*given, **named)
            if short == "unique":
                _bound_order(argument for argument in given if not _differs(argument))
            if short in _KEEP_ORDER:
                found = function(*given, **named)
                return Unordered(bounded_list(found)) if _is_list(found) else found
            _bound_order(
                argument
                for argument in (*given, *named.values())
                if not (short in _COMPARING and _differs(argument))
            )
            return function(*given, **named)

        return bounded

    def _of(self, value: Any, seen: dict[int, int]) -> int:
        if isinstance(value, str):
            return 1 + len(value) // _LETTERS
        if isinstance(value, int):
            return 1 + value.bit_length() // _LETTERS
        if not isinstance(value, list | tuple | dict | set):
            return 1
        key = id(value)
        known = self._known.get(key)
        if known is not None:
            return known[1]
        if key not in seen:
            seen[key] = 0  # what holds itself is left to others
            parts: Any = value
            if isinstance(value, dict):
                parts = (part for pair in value.items() for part in pair)
            seen[key] = 1 + sum(self._of(part, seen) for part in parts)
            self._remember(key, value, seen[key])
        return seen[key]

    def _remember(self, key: int, value: Any, weight: int) -> None:
        if weight >= _SMALL:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = value, weight


def _bound_order(arguments: Iterable[Any]) -> None:
    for argument in arguments:
        if isinstance(argument, Unordered):
            argument.bound_order()


def _differs(items: Any) -> bool:
    """Tell whether no two of *items*, those of a set, differ by case alone."""
    if not isinstance(items, Unordered):
        return False
    return len({item.lower() if isinstance(item, str) else item for item in items}) == len(items)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) or (
        isinstance(value, Iterator) and not isinstance(value, Mapping)
    )


def _listed(value: Any, *, lazy: bool) -> Any:
    """Return what is given piece by piece as a list, as nobody can weigh it otherwise."""
    if not isinstance(value, Iterator) or isinstance(value, Mapping):
        return value
    found = bounded_list(value)
    for item in () if lazy else found:
        if isinstance(item, Undefined):
            str(item)
    return found

"""How much a value holds, its parts counted as often as they stand in it.

A list may hold another one many times over, and that one a third: small in memory, and without end
for whoever compares, prints or encodes it. So it is weighed first, in time linear to what it is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final, TypeVar

from exporter.declared.ansible.bounded_values import bounded_list
from exporter.declared.ansible.errors import UnresolvedError

MAX_WEIGHT: Final = 500_000
_LETTERS: Final = 16
"""So many letters, or bits of a number, weigh as much as a value."""
_A_STEP: Final = 1000
"""So much may be gone through for one step."""
_SMALL: Final = 16
_MOST_KNOWN: Final = 20_000

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

    def bounding(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return *function* with its arguments bounded before it is called."""

        @wraps(function)
        def bounded(*args: Any, **kwargs: Any) -> Any:
            given = [self.bound(_listed(one)) for one in args]
            named = {name: self.bound(_listed(one)) for name, one in kwargs.items()}
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


def _listed(value: Any) -> Any:
    """Return what is given piece by piece as a list, as nobody can weigh it otherwise."""
    if isinstance(value, Iterator) and not isinstance(value, Mapping):
        return bounded_list(value)
    return value

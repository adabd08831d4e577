"""What was worked out before, which holds as long as what it was worked out from does."""

from collections.abc import Callable, Hashable
from operator import is_
from typing import TypeVar, cast

T = TypeVar("T")


class Memory:
    """Values by key, each with its sources; forgets what was not asked for in a whole round."""

    __slots__ = ("_before", "_now")

    def __init__(self) -> None:
        self._before: dict[Hashable, tuple[tuple[object, ...], object]] = {}
        self._now: dict[Hashable, tuple[tuple[object, ...], object]] = {}

    def once(self, key: Hashable, sources: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return what *make* gives, or gave for this *key* if all *sources* are the very same.

        *make* must use nothing else that may change. A key stands for one type of value.
        """
        known = self._now.get(key) or self._before.get(key)
        if known is None or not _are_same(known[0], sources):
            known = (sources, make())
        self._now[key] = known
        return cast("T", known[1])

    def next_round(self) -> None:
        """Forget what was not asked for since the last round began."""
        self._before, self._now = self._now, {}


def _are_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))

"""How long to wait before the next try."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from exporter.observed.kubernetes.limits import Limits


def between(shortest: float, longest: float) -> float:
    """Return seconds at random, so that many watches do not act at the same instant."""
    return random.uniform(shortest, longest)  # noqa: S311 - spreads load, hides nothing


@dataclass(slots=True)
class Backoff:
    """Backoff that double up to a bound, less a random part of up to a half.

    *among* picks the seconds between two bounds.
    """

    limits: Limits
    among: Callable[[float, float], float] = between
    tries: int = 0

    def next(self, asked: float | None = None) -> float:
        """Return the seconds to wait; at least as long as the server *asked* for, within reason."""
        whole = min(self.limits.last_pause, self.limits.first_pause * 2.0 ** min(self.tries, 30))
        self.tries += 1
        return max(self.among(whole / 2, whole), min(asked or 0.0, self.limits.longest_wait))

    def reset(self) -> None:
        """Begin with the shortest pause again."""
        self.tries = 0

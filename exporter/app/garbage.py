"""When the garbage collector looks through what stays: seldom, and where that does least harm.

What is known of a cluster and its declaration are millions of values in no cycle. Looking through
them again and again took a third of an evaluation, and held the event loop for up to 0.4 s
(docs/performance.md).
"""

import gc
from dataclasses import dataclass
from datetime import timedelta

from exporter.domain.clock import Instant

EVERY = timedelta(hours=1)
"""How often what came since the last time is looked through where nothing was replaced."""
GROWTH = 1.1
"""By how much what is spared may grow before all of it is looked through again."""

_YOUNG, _ONCE_MORE, _NEVER = 2_000, 5, 1 << 30
_YOUNGER, _OLDEST = 1, 2
"""Generations: what was looked through once at the most, and all."""


def ease() -> None:
    """Let the collector look through young values only, by itself."""
    gc.set_threshold(_YOUNG, _ONCE_MORE, _NEVER)


def spare() -> None:
    """Take it that what there is now stays."""
    gc.freeze()


@dataclass(slots=True)
class Sweeper:
    """Spares what stays, and looks through all of it where that has grown by a tenth.

    What is replaced is in no cycle, so it is gone without that, and what was lost while it was
    young is found at once. But what is lost after it was spared is hidden from the collector for
    ever: with each commit some thousand values more. That shows as growth.
    """

    last: float | None = None
    """When anything was looked through last, an instant of the boot clock."""
    spared: int = 0
    """How many values were left when all was looked through last."""

    def sweep(self, *, at: Instant, replaced: bool) -> None:
        """Look through what is young if much was *replaced*, through more of it if it is time.

        The first time nothing was there to be replaced: what was spared before stays so.
        """
        first = self.last is None
        if self.last is not None and not replaced and at.age(self.last) < EVERY:
            return
        gc.collect(_YOUNGER if replaced else _OLDEST)
        gc.freeze()
        self.last = at.boot
        if first:
            self.spared = gc.get_freeze_count()
        elif gc.get_freeze_count() > self.spared * GROWTH:
            self._sweep_all()

    def _sweep_all(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self.spared = gc.get_freeze_count()

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
"""How often what came since the last time is looked through, and all at the most."""

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
    """Spares what stays, and looks through it once in :data:`EVERY` at the most.

    What is replaced is in no cycle, so it is gone without that. Of the rest, what was lost while
    it was young is found at once. What was lost later has time: looking for it holds the event
    loop for a third of a second with a large cluster.
    """

    last: float | None = None
    """An instant of the boot clock, as the next one."""
    whole: float | None = None
    """When all was looked through, not only what came since."""

    def sweep(self, *, at: Instant, replaced: bool) -> None:
        """Look through what is young if much was *replaced*, through more of it if it is time.

        The first time nothing was there to be replaced: what was spared before stays so.
        """
        if self.last is None or self.whole is None:
            self.whole = at.boot
        elif not replaced and at.age(self.last) < EVERY:
            return
        if replaced and at.age(self.whole) >= EVERY:
            self.whole = at.boot
            gc.unfreeze()
            gc.collect()
        else:
            gc.collect(_YOUNGER if replaced else _OLDEST)
        gc.freeze()
        self.last = at.boot

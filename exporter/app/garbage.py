"""When the garbage collector looks through what stays: seldom, and where that does least harm.

What is known of a cluster and its declaration are millions of values in no cycle. Looking through
them again and again took a third of an evaluation, and held the event loop for up to 0.4 s
(docs/performance.md).
"""

import gc
from dataclasses import dataclass
from datetime import datetime, timedelta

EVERY = timedelta(hours=1)
"""How often what came since the last time is looked through."""

_YOUNG, _ONCE_MORE, _NEVER = 2_000, 5, 1 << 30


def ease() -> None:
    """Let the collector look through young values only, by itself."""
    gc.set_threshold(_YOUNG, _ONCE_MORE, _NEVER)


def spare() -> None:
    """Take it that what there is now stays."""
    gc.freeze()


@dataclass(slots=True)
class Sweeper:
    """Looks through what stays when much of it was replaced, else once in :data:`EVERY`."""

    last: datetime | None = None

    def sweep(self, *, at: datetime, replaced: bool) -> None:
        """Look through all that was *replaced*, or through what came since, if it is time.

        The first time nothing was there to be replaced: what was spared before stays so.
        """
        if replaced and self.last is not None:
            gc.unfreeze()
        elif self.last is not None and at - self.last < EVERY:
            return
        gc.collect()
        gc.freeze()
        self.last = at

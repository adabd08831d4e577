"""The loop: look again, evaluate, publish; and read the settings again when they change."""

import asyncio
import contextlib
import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from exporter.domain.clock import Clock, Instant
from exporter.domain.evaluation import Evaluation
from exporter.domain.published import Published
from exporter.foreign.clock import SYSTEM

logger = logging.getLogger(__name__)

SHARE = 4
"""Evaluations take at most one part in so many of a core's time."""
SHORTEST = 1.0
"""Seconds from the beginning of an evaluation to that of the next at least."""


@dataclass(slots=True)
class Loop:
    """Evaluates again and again, and holds what was found last.

    *look* reads what changed, judges it and returns the outcome; *prepare* makes the bodies of it
    (in a thread: it must not touch what changes). A pass of either that fails is logged and
    counted; what was published before stays, and its age shows that nothing new came. *again*
    is set by whoever wants another look before *interval* (in seconds) has passed; it is granted
    *shortest* after the last began, and later where evaluations take too much of a core. *timer*
    counts the seconds of work: those that the machine sleeps are none. Where no pass came to an
    end for *watchdog* seconds of that, something hangs.
    """

    look: Callable[[Instant], Awaitable[Evaluation]]
    prepare: Callable[[Evaluation], Published]
    interval: float
    shortest: float = SHORTEST
    watchdog: float = math.inf
    published: Published | None = None
    evaluations: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    again: asyncio.Event = field(default_factory=asyncio.Event)
    clock: Clock = SYSTEM
    timer: Callable[[], float] = time.monotonic
    _at: float = 0.0
    _moved: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to watch."""
        self._moved = self.timer()

    @property
    def stands_still(self) -> bool:
        """Whether no pass has come to an end for too long."""
        return self.timer() - self._moved > self.watchdog

    @property
    def stale(self) -> bool:
        """Whether what is published is older than it should become."""
        shown = self.published
        return shown is not None and self.clock.now().age(self._at) > shown.lasting

    async def run(self) -> None:
        """Evaluate until cancelled."""
        while True:
            pause = await self.step()
            await asyncio.sleep(pause)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self.interval - pause)):
                    await self.again.wait()
            self.again.clear()

    async def step(self) -> float:
        """Evaluate once and publish; return the seconds to wait before that is done again.

        Reading files, which only their changes make necessary, defers nothing.
        """
        began = self.timer()
        try:
            spent = await self._evaluate()
        except Exception:
            logger.exception("evaluation failed")
            spent = self.timer() - began
        self._moved = self.timer()
        return max(self.shortest - (self.timer() - began), (SHARE - 1) * spent)

    async def _evaluate(self) -> float:
        """Evaluate once and publish; return the seconds that judging and rendering took."""
        at = self.clock.now()
        outcome = await self.look(at)
        self.evaluations += 1
        self.failures.update(outcome.errors)
        started = self.timer()
        self.published = await asyncio.to_thread(self.prepare, outcome)
        judged_later = (outcome.at - at.wall).total_seconds()  # where reading took long
        self._at = at.boot + judged_later
        return outcome.seconds + self.timer() - started

"""The loop: look again, evaluate, publish; and read the settings again when they change."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from exporter.domain.evaluation import Evaluation
from exporter.domain.published import Published

logger = logging.getLogger(__name__)

SHARE = 4
"""Evaluations take at most one part in so many of a core's time."""
SHORTEST = 1.0
"""Seconds between two evaluations at least, however much changes."""


@dataclass(slots=True)
class Loop:
    """Evaluates again and again, and holds what was found last.

    *look* reads what changed, judges it and returns the outcome; *prepare* makes the bodies of it
    (in a thread: it must not touch what changes). A pass of either that fails is logged and
    counted; what was published before stays, and its age shows that nothing new came. *again*
    is set by whoever wants another look before *interval* (in seconds) has passed; it is granted
    after *shortest*.
    """

    look: Callable[[datetime], Awaitable[Evaluation]]
    prepare: Callable[[Evaluation], Published]
    interval: float
    shortest: float = SHORTEST
    published: Published | None = None
    evaluations: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    again: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Evaluate until cancelled."""
        while True:
            pause = max(self.shortest, (SHARE - 1) * await self.step())
            await asyncio.sleep(pause)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self.interval - pause)):
                    await self.again.wait()
            self.again.clear()

    async def step(self) -> float:
        """Evaluate once and publish; return the seconds that judging and rendering took.

        Reading files, which only their changes make necessary, defers nothing.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            outcome = await self.look(datetime.now(UTC))
            self.evaluations += 1
            self.failures.update(outcome.errors)
            started = clock()
            self.published = await asyncio.to_thread(self.prepare, outcome)
        except Exception:
            logger.exception("evaluation failed")
            return clock() - began
        return outcome.seconds + clock() - started

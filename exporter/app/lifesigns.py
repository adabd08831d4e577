"""What the service manager is told of a service that runs: that it lives, and what it found."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict
from exporter.domain.published import Published
from exporter.foreign.systemd import ServiceManager

EVERY = 10.0
"""Seconds after which the status is told again, if it changed."""


class Running(Protocol):
    """Whoever evaluates again and again."""

    @property
    def published(self) -> Published | None:
        """Return the last evaluation."""

    @property
    def stands_still(self) -> bool:
        """Return whether no newer one will come."""


@dataclass(slots=True)
class LifeSigns:
    """Tells *manager* how *running* is, until cancelled.

    Signs of life come twice as often as is asked for, and only while evaluations come to an end:
    an event loop that is blocked gives none, either.
    """

    manager: ServiceManager
    running: Running
    last: str = ""

    @property
    def pause(self) -> float:
        """How many seconds to wait between two signs."""
        return min(EVERY, self.manager.watchdog / 2) if self.manager.watchdog else EVERY

    async def run(self) -> None:
        """Tell again and again."""
        while True:
            self.step()
            await asyncio.sleep(self.pause)

    def step(self) -> None:
        """Tell once."""
        if self.manager.watchdog and not self.running.stands_still:
            self.manager.alive()
        status = _status(self.running)
        if status != self.last:
            self.last = status
            self.manager.status(status)


def _status(running: Running) -> str:
    if running.stands_still:
        return "no evaluation comes to an end any more"
    if running.published is None:
        return "the first evaluation is under way"
    return summary(running.published.evaluation)


def summary(evaluation: Evaluation) -> str:
    """Return in one line what an evaluation found."""
    counts = Counter(finding.verdict for finding in evaluation.findings)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    complete = "" if evaluation.complete else " (not all has been looked at yet)"
    return f"evaluated at {evaluation.at.isoformat(timespec='seconds')}: {told}{complete}"

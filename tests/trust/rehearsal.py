"""Operations go on in their clusters, and what each exporter says meanwhile is recorded.

Time is a number here, so that nothing depends on how busy the machine is.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from exporter.foreign.supervisor import supervised
from tests.trust.lab import Lab, Steps
from tests.trust.operation import Operation

QUIET = 4.0
"""Minutes before anything happens, in which nobody may be notified either."""
MINUTE = timedelta(minutes=1)
LOOK = 2
"""Every how many minutes exporters look: what is gone at the next look was there until then."""
_DELIVERY, _TURNS = 0.01, 3
"""Seconds, so many times, in which watches deliver within this process."""
_PACE = 0.2
"""Seconds that pass for a look at least: those who wait for a connection count real ones."""


@dataclass(slots=True)
class Trial:
    """An operation that goes on in a lab; *said* is what the exporter said from which minute on."""

    operation: Operation
    lab: Lab
    said: list[tuple[float, bytes | None]] = field(default_factory=list)
    due: float = QUIET
    _steps: Steps | None = None

    @property
    def name(self) -> str:
        """How it is called, as a cluster."""
        return self.lab.name

    @property
    def goes_on(self) -> bool:
        """Whether its time is not over."""
        return self.lab.clock.minute < QUIET + self.operation.minutes

    def act(self) -> None:
        """Do what is due by now."""
        if self._steps is None:
            self._steps = self.operation.run(self.lab)
        while self.due <= self.lab.clock.minute:
            self.due += next(self._steps, float("inf"))

    def at(self, minute: float) -> bytes | None:
        """Return what the exporter had said last at a *minute*."""
        known = [said for when, said in self.said if when <= minute]
        return known[-1] if known else None


def trials(
    operations: Sequence[Operation], folder: Path, *, broken: Sequence[bool] = (False, True)
) -> list[Trial]:
    """Build a lab for each operation, with and without its fault."""
    found = []
    for one in operations:
        for fault in broken:
            name = f"{one.id}{'-broken' if fault else ''}"
            lab = Lab(name, folder / name, broken=fault)
            one.prepare(lab)
            lab.build()
            found.append(Trial(one, lab))
    return found


async def rehearse(found: Sequence[Trial]) -> None:
    """Let all operations go on, each for its minutes."""
    minutes = max(trial.operation.minutes for trial in found)
    async with supervised() as supervisor, AsyncExitStack() as exits:
        for trial in found:
            exits.push_async_callback(trial.lab.stop)
        await asyncio.gather(*(trial.lab.start(supervisor) for trial in found))
        for _ in range(int((QUIET + minutes) / LOOK)):
            pace = asyncio.create_task(asyncio.sleep(_PACE))
            await _look([trial for trial in found if trial.goes_on])
            await pace


async def _look(found: Sequence[Trial]) -> None:
    for trial in found:
        for _ in range(LOOK):
            await trial.lab.go_on(MINUTE)
            trial.act()
        await trial.lab.go_on(timedelta(0))
    for _ in range(_TURNS):
        await asyncio.sleep(_DELIVERY)
    said = await asyncio.gather(*(trial.lab.look() for trial in found))
    for trial, text in zip(found, said, strict=True):
        trial.said.append((trial.lab.clock.minute, text))

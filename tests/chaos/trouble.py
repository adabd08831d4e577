"""What goes wrong with a simulated cluster, one thing after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeAlias

from tests.apiserver.faults import Answer, Cut, ErrorEvent, Garbage, Reset, Silence, Slow, Stall
from tests.apiserver.load import BURST, Load
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.objects import application, node, workload

Trouble: TypeAlias = Callable[["Chaos"], Awaitable[None]]
EVENTS = 10_000


@dataclass(slots=True)
class Chaos:
    """Disturbs a server, and changes the cluster meanwhile.

    *cut_off* is since when nothing of the cluster can have been heard, None where something can.
    """

    api: ApiServer
    load: Load
    max_age: timedelta
    cut_off: datetime | None = None
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - the same in every run

    async def run(self, seconds: float) -> None:
        """Let everything go wrong in turn, in a new order each time, for so many seconds."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while True:
            for trouble in self.random.sample(list(TROUBLES.values()), len(TROUBLES)):
                if clock() >= end:
                    return
                await trouble(self)
                self.api.faults.clear()
                self.change()
                await self.some_time()

    async def some_time(self, most: float = 0.5) -> None:
        """Let up to so many seconds pass."""
        await asyncio.sleep(self.random.uniform(0, most))

    def change(self) -> None:
        """Let nodes, workloads and Applications come, change and go."""
        i = self.random.randrange(9)
        self.api.put(node(f"extra-{i}", status={"nodeInfo": {"kubeletVersion": f"v1.{i}.0"}}))
        self.api.put(workload("StatefulSet", f"extra-{i}", replicas=self.random.randrange(5)))
        self.api.put(application(f"extra-{i}"))
        gone = f"extra-{(i + 3) % 9}"
        for what, namespace in (("nodes", ""), ("statefulsets", "api")):
            if self.api.get(what, gone, namespace) is not None:
                self.api.delete(what, gone, namespace)

    def touch(self, pods: int) -> None:
        """Change so many pods at once."""
        for _ in range(pods):
            self.load.touch()


async def restart(chaos: Chaos) -> None:
    """Stop the server for a moment; the cluster changes while it is gone."""
    chaos.cut_off = datetime.now(UTC)
    await chaos.api.stop()
    chaos.touch(50)
    await chaos.some_time(1)
    await chaos.api.start()
    chaos.cut_off = None


async def part(chaos: Chaos) -> None:
    """Let nothing through for longer than what is known may be used; no connection breaks."""
    chaos.cut_off = datetime.now(UTC)
    partition = chaos.api.faults.inject(Stall(), Silence())
    chaos.touch(50)
    await asyncio.sleep(chaos.max_age.total_seconds() * chaos.random.uniform(1.5, 2))
    partition.clear()
    chaos.cut_off = None


async def slow_down(chaos: Chaos) -> None:
    """Send everything slowly."""
    chaos.api.faults.inject(Slow(rate=200_000))
    for _ in range(10):
        chaos.touch(20)
        await asyncio.sleep(0.1)


async def expire(chaos: Chaos) -> None:
    """Let every version be too old, again and again."""
    for _ in range(10):
        chaos.api.faults.inject(ErrorEvent(), Answer(410), verb="watch", times=3)
        chaos.touch(20)
        chaos.api.compact()
        chaos.api.drop_connections()
        await chaos.some_time(0.1)


async def burst(chaos: Chaos) -> None:
    """Change 10,000 pods as fast as can be."""
    for _ in range(EVENTS // BURST):
        chaos.touch(BURST)
        await asyncio.sleep(0)


async def break_off(chaos: Chaos) -> None:
    """Break connections, some in the middle of a line."""
    chaos.api.faults.inject(Cut(after=5000), times=3)
    chaos.api.faults.inject(Reset(after=3000), times=3)
    chaos.api.drop_connections()
    chaos.touch(100)
    await chaos.some_time()


async def talk_nonsense(chaos: Chaos) -> None:
    """Answer with errors, and with what is no answer."""
    for fault in (Answer(500), Answer(429, retry_after=1), Answer(503), Garbage()):
        chaos.api.faults.inject(fault, times=2)
    chaos.api.drop_connections()
    chaos.touch(100)
    await chaos.some_time()


TROUBLES: Mapping[str, Trouble] = {
    one.__name__: one for one in (restart, part, slow_down, expire, burst, break_off, talk_nonsense)
}

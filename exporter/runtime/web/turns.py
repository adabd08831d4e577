"""Work that is done for one client at a time, and waits that grow with a client's failures."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class BusyError(Exception):
    """Too many of one client wait for their turn."""


@dataclass(slots=True)
class Turns:
    """Lets one in at a time, the clients by turns: who asks much waits for himself only.

    Raises :exc:`BusyError` where *most* of the same client wait already.
    """

    most: int
    _lanes: OrderedDict[str, deque[asyncio.Future[None]]] = field(default_factory=OrderedDict)
    _busy: bool = False

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for a turn of *client*, and hold it for as long as the block runs."""
        if self._busy:
            await self._wait(client)
        self._busy = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, client: str) -> None:
        lane = self._lanes.setdefault(client, deque())
        if len(lane) >= self.most:
            raise BusyError
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.append(granted)
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Let the next one in: the first of the client whose turn was longest ago."""
        while self._lanes:
            client, lane = self._lanes.popitem(last=False)
            granted = lane.popleft()
            if lane:
                self._lanes[client] = lane
            if not granted.done():
                granted.set_result(None)
                return
        self._busy = False


@dataclass(slots=True)
class Delays:
    """How long a client waits after a failure: from *first* seconds, doubling, up to *last*.

    A client that has not failed for *forgotten* seconds begins anew; only the *most* clients that
    failed last are remembered.
    """

    first: float = 1.0
    last: float = 16.0
    forgotten: float = 60.0
    most: int = 1024
    _failures: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)

    def next(self, client: str, *, now: float) -> float:
        """Note a failure at the instant *now* of any steady clock; return the seconds to wait."""
        count, at = self._failures.pop(client, (0, now))
        if now - at > self.forgotten:
            count = 0
        self._failures[client] = (count + 1, now)
        if len(self._failures) > self.most:
            self._failures.popitem(last=False)
        return min(self.last, self.first * 2.0 ** min(count, 30))

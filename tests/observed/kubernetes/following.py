"""Following a simulated server, quickly, and waiting for what is to be seen."""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from exporter.domain.applications import ObservedApplications
from exporter.domain.nodes import ObservedNodes
from exporter.domain.state import State
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads
from exporter.foreign.clock import SYSTEM
from exporter.observed.kubernetes.limits import Limits
from exporter.observed.kubernetes.live import Live
from exporter.observed.kubernetes.login import Login

ALL = frozenset(
    {ObservedNodes, ObservedPods, ObservedWorkloads, ObservedAutoscalers, ObservedApplications}
)
FAST = Limits(
    connect=2,
    page=2,
    stall=0.3,
    quiet=0.3,
    first_pause=0.01,
    last_pause=0.04,
    longest_wait=0.1,
    steady=0.2,
    absent=0.02,
    forbidden=0.02,
)
GRACE = 8
BEARER = "some-token"


class As:
    """Logins with a token that a test may change."""

    def __init__(self, server: str, token: str = "") -> None:
        self.server = server
        self.token = token
        self.rejected: list[Login] = []

    async def current(self) -> Login:
        return Login(server=self.server, authorization=f"Bearer {self.token}" if self.token else "")

    def reject(self, login: Login) -> None:
        self.rejected.append(login)


class Following(Protocol):
    def __call__(
        self,
        *,
        needed: frozenset[type] = ...,
        logins: As | None = ...,
        **changes: Any,
    ) -> AbstractAsyncContextManager[Live]: ...


async def when(live: Live, condition: Callable[[State], object], *, grace: float = GRACE) -> State:
    """Return the first state for which *condition* holds."""
    async with asyncio.timeout(grace):
        while True:
            live.changed.clear()
            state = await live.read(at=SYSTEM.now())
            if condition(state):
                return state
            with contextlib.suppress(TimeoutError):  # signs of life wake nobody
                async with asyncio.timeout(0.05):
                    await live.changed.wait()


async def when_complete(live: Live, *, grace: float = GRACE) -> State:
    """Return the state once all has been listed or refused; read after that was so."""
    await when(live, lambda _: live.complete, grace=grace)
    return await live.read(at=SYSTEM.now())


def names(state: State) -> set[str]:
    """Return the names of all nodes; none where nodes are not known."""
    nodes = state.facts.find(ObservedNodes)
    return set(nodes.nodes) if nodes else set()

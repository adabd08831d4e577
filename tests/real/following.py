"""Following a cluster that is perhaps real, so not as quick as a simulated one."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from exporter.domain.state import State
from exporter.domain.watches import Restart, WatchStatus
from exporter.observed.kinds import KindSpec
from exporter.observed.kubernetes.limits import Limits
from exporter.observed.kubernetes.live import Live
from tests.apiserver.rbac import Rule, allow
from tests.observed.kubernetes import following
from tests.real.clusters import Cluster

LIMITS = Limits(
    connect=5,
    page=10,
    stall=10,
    quiet=30,
    watch=(10, 15),
    first_pause=0.1,
    last_pause=0.4,
    longest_wait=1,
    steady=0.5,
    absent=0.2,
    forbidden=0.2,
)
GRACE = 60


class Following(Protocol):
    def __call__(
        self,
        cluster: Cluster,
        *,
        needed: frozenset[type] = ...,
        token: str | Path = ...,
        **changes: Any,
    ) -> AbstractAsyncContextManager[Live]: ...


async def when(live: Live, condition: Callable[[State], object]) -> State:
    """Return the first state for which *condition* holds."""
    return await following.when(live, condition, grace=GRACE)


def sound(state: State) -> bool:
    """Tell whether everything is known that shall be."""
    return not state.facts.gaps and not state.failures


def watch(state: State, kind: KindSpec) -> WatchStatus:
    """Return how the watch of a kind is doing."""
    return next(one for one in state.watches if one.kind == kind.kind)


def restarts(state: State, kind: KindSpec) -> dict[Restart, int]:
    """Return why the watch of a kind began anew, without what never happened."""
    return {reason: count for reason, count in watch(state, kind).restarts.items() if count}


def to_follow(*kinds: KindSpec, verbs: str = "list watch", namespace: str = "") -> list[Rule]:
    """Return the rules of a role that just suffices to follow *kinds*, one for each."""
    return [allow(verbs, one.plural, group=one.group, namespace=namespace) for one in kinds]

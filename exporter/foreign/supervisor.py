"""The tasks that the process is there for; none of them ends unseen.

::

    serve -+- evaluations              looks and judges again and again
           +- watch <kind>             one for each kind and namespace; what breaks it is counted
           +- poll <source>            one for each part of the monitoring stack; likewise
           +- charts                  fetches what lacks of registries
           +- accepting <address>      one for each socket
           +- signs of life            what a service manager is told
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from exporter.domain.errors import TaskError

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class RootTask:
    """A task that runs until it is stopped; its end before that ends all."""

    name: str
    expected: bool = True  # to run
    task: asyncio.Task[None] = field(init=False)

    def cancel(self) -> None:
        """Let the task end."""
        self.expected = False
        self.task.cancel()

    async def stop(self) -> None:
        """Let the task end, and wait until it has."""
        self.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@dataclass(slots=True)
class Supervisor:
    """Starts root tasks; made by :func:`supervised`."""

    group: asyncio.TaskGroup
    _roots: set[RootTask] = field(default_factory=set)

    def start(self, run: Callable[[], Awaitable[None]], *, name: str) -> RootTask:
        """Start a root task that awaits *run*."""
        root = RootTask(name)
        root.task = self.group.create_task(self._watch(root, run), name=name)
        self._roots.add(root)
        root.task.add_done_callback(lambda _: self._roots.discard(root))
        return root

    def cancel(self) -> None:
        """Let all root tasks end."""
        for root in self._roots:
            root.cancel()

    async def _watch(self, root: RootTask, run: Callable[[], Awaitable[None]]) -> None:
        """Await *run*; raises :exc:`TaskError` where that ends though nobody stopped it."""
        reason, error = "it returned", None
        try:
            await run()
        except asyncio.CancelledError:
            if not root.expected:
                raise
            reason = "it was cancelled"
        except Exception as failed:  # noqa: BLE001 - it is logged
            reason, error = f"{type(failed).__name__}: {failed}", failed
        if root.expected or error:
            logger.error("the task %s ended: %s", root.name, reason, exc_info=error)
        if root.expected:
            self._roots.discard(root)
            self.cancel()
            raise TaskError(f"the task {root.name} ended; see the log")


@asynccontextmanager
async def supervised() -> AsyncIterator[Supervisor]:
    """Supervise root tasks for as long as the block runs; its end stops them.

    A root task that ends by itself is logged, and ends the block and all others: that raises
    :exc:`TaskError`. What the block raises comes out as it is.
    """
    try:
        async with asyncio.TaskGroup() as group:
            supervisor = Supervisor(group)
            try:
                yield supervisor
            finally:
                supervisor.cancel()
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None

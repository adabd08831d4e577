"""The state of a simulated server: what clients see, who they are, and what goes wrong."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.apiserver import edits
from tests.apiserver.creations import Admission
from tests.apiserver.faults import Faults
from tests.apiserver.options import StreamingLists
from tests.apiserver.rbac import Access
from tests.apiserver.resources import Resource
from tests.apiserver.store import Object, Store
from tests.apiserver.watches import Watch

STALLED = 0
"""The status in the log of a request that waits for a fault to be cleared."""


class Entry(NamedTuple):
    """A line of the access log."""

    verb: str
    group: str
    resource: str
    namespace: str
    status: int


class Simulation:
    """Everything that answers are made of, and that tests change and look at."""

    def __init__(
        self,
        *,
        store: Store | None = None,
        streaming: StreamingLists = StreamingLists.SERVED,
        bookmark_period: float = 60,
        second: float = 1,
    ) -> None:
        self.store = store or Store()
        self.streaming = streaming
        self.bookmark_period = bookmark_period
        self.second = second
        self.access = Access()
        self.faults = Faults()
        self.admission: Admission = lambda _: ""
        self.log: list[Entry] = []
        self.accepted: dict[tuple[str, str], str] = {}
        """What was accepted last, by verb and resource."""
        self.watches: set[Watch] = set()
        self._changed = asyncio.Event()

    def put(self, content: Mapping[str, Any]) -> int:
        """Create or replace an object."""
        return self.store.put(content)

    def change(
        self, what: str, name: str, namespace: str = "", *, edit: Callable[[Object], object]
    ) -> int:
        """Let *edit* change an object in place; raises :exc:`LookupError` where there is none."""
        content = self.store.get(what, name, namespace)
        if content is None:
            raise LookupError(f"there is no {what} {namespace}/{name}")
        edit(content)
        return self.store.put(content)

    def delete(self, what: str, name: str, namespace: str = "") -> int:
        """Delete an object; raises :exc:`LookupError` where there is none."""
        return self.store.delete(what, name, namespace)

    def replace_all(self, what: str, contents: Iterable[Mapping[str, Any]]) -> int:
        """Make *contents* the only objects of a kind."""
        return self.store.replace_all(what, contents)

    def get(self, what: str, name: str, namespace: str = "") -> Object | None:
        """Return an object, or None where there is none."""
        return self.store.get(what, name, namespace)

    def objects(self, what: str) -> list[Object]:
        """Return all objects of a kind."""
        return self.store.objects(what)

    def compact(self) -> None:
        """Forget all versions before the current ones, so that older ones are expired."""
        self.store.compact()

    def install(self, resource: Resource) -> None:
        """Serve a kind from now on."""
        self.store.install(resource)

    def remove(self, what: str) -> None:
        """Delete all objects of a kind or group, end its watches, and serve it no more."""
        self.store.remove(what)

    def load_snapshot(self, folder: Path) -> None:
        """Take over the lists in a folder, as ``kubectl get -o json`` wrote them.

        Argo CD goes on comparing the Applications in them.

        Raises :exc:`LookupError` where there are none, or one of a kind that is not served.
        """
        paths = sorted(folder.glob("*.json"))
        if not paths:
            raise LookupError(f"there are no lists (*.json) in {folder}")
        for path in paths:
            for item in json.loads(path.read_bytes())["items"]:
                if item["kind"] == "Application":
                    edits.compared(item)
                self.put(item)

    async def until(self, condition: Callable[[], bool], *, seconds: float = 10) -> None:
        """Wait until a condition on the log or on the watches holds; else raise TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self._changed.wait()

    def opened(self, watch: Watch) -> None:
        """Take note of a watch; faults that are injected or cleared wake it."""
        self.watches.add(watch)
        self.faults.changed.add(watch.wake.set)

    def closed(self, watch: Watch) -> None:
        """Take note that a watch is no more."""
        watch.close()
        self.watches.discard(watch)
        self.faults.changed.discard(watch.wake.set)
        self._note()

    def note(self, entry: Entry) -> None:
        """Add to the log."""
        self.log.append(entry)
        self._note()

    def _note(self) -> None:
        """Let those who wait look again."""
        self._changed.set()
        self._changed = asyncio.Event()

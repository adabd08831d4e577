"""WATCH: a stream of what changes, from a resource version on."""

import asyncio
from collections import deque
from collections.abc import Iterable
from itertools import count, islice

from tests.apiserver.faults import (
    DropBookmarks,
    Duplicate,
    Endless,
    ErrorEvent,
    Line,
    Reorder,
    Trouble,
)
from tests.apiserver.options import Options
from tests.apiserver.status import StatusError, expired, too_large
from tests.apiserver.store import Collection, Event, Store, Version
from tests.apiserver.wire import Wire

BATCH = 64
"""How many events are written at once."""

MAX_PENDING = 200_000
"""How many events may wait for a slow client before the server ends its watch."""

DEFAULT_TIMEOUT = 1800


class Watch:
    """A watch that is open; it is told of changes and passes them on."""

    def __init__(
        self, store: Store, collection: Collection, options: Options, *, namespace: str = ""
    ) -> None:
        asked = options.version or 0
        if options.initial_events and asked > store.number:
            raise too_large(asked, store.number)
        self.collection = collection
        self.namespace = namespace
        self.wake = asyncio.Event()
        self.ended = False
        self._store = store
        self._options = options
        self._sent = 0
        fields = collection.resource.type_fields
        self._openings = {
            kind: b'{"type":"%b","object":{%b' % (kind.encode(), fields)
            for kind in ("ADDED", "MODIFIED", "DELETED", "BOOKMARK")
        }
        self._initial = options.initial_events or (options.initial_events is None and not asked)
        self._after = asked if asked and not self._initial else max(asked, store.number)
        self._too_old = self._after < collection.oldest
        self._objects, self._pending = self._backlog()
        collection.listeners.add(self)

    def close(self) -> None:
        """Be told of changes no more."""
        self.collection.listeners.discard(self)

    def notice(self, event: Event) -> None:
        """Take note of a change, if it is one of those asked for."""
        if event.version.number <= self._after or not self._is_ours(event) or self.ended:
            return
        self._pending.append(event)
        self.wake.set()
        self.ended = len(self._pending) >= MAX_PENDING

    def end(self) -> None:
        """End the stream."""
        self.ended = True
        self.wake.set()

    async def run(self, wire: Wire, trouble: Trouble, *, period: float, second: float) -> None:
        """Send what there is and what comes, until the time is up or something goes wrong.

        A bookmark is due each *period* seconds; a second of ``timeoutSeconds`` takes *second*.
        """
        loop = asyncio.get_running_loop()
        if self._too_old:
            message = f"too old resource version: {self._after} ({self.collection.oldest})"
            await wire.write(_error(expired(message)))
            return
        end = loop.time() + (self._options.timeout or DEFAULT_TIMEOUT) * second
        due = loop.time() + period
        await self._send_initial(wire, trouble)
        while True:
            if await self._pass_on(wire, trouble):
                return
            if self.ended:
                return
            now = loop.time()
            if now >= min(due, end) and not self._pending:
                await self._bookmark(wire, trouble)
                due = now + period
            if now >= end:
                return
            await self._wait(min(due, end))

    def _backlog(self) -> tuple[list[Version], deque[Event]]:
        """Return the objects to begin with, and the changes that came before the stream."""
        if self._too_old:
            return [], deque()
        if not self._initial:
            events = self.collection.since(self._after)
            return [], deque(one for one in events if self._is_ours(one))
        prefix = f"{self.namespace}/" if self.namespace else ""
        objects = self.collection.at(self._store.number, prefix=prefix)
        return [one for one in objects if self._options.selector.matches(one)], deque()

    def _is_ours(self, event: Event) -> bool:
        return self.namespace in {"", event.version.namespace}

    async def _send_initial(self, wire: Wire, trouble: Trouble) -> None:
        remaining, self._objects = iter(self._objects), []
        while batch := list(islice(remaining, BATCH)):
            await wire.write(b"".join(self._line("ADDED", one) for one in batch))
        if self._initial and (endless := trouble.find(Endless)):
            await self._send_on(wire, endless, trouble)
        if self._options.initial_events:
            await self._bookmark(wire, trouble, number=self._after, last_initial=True)

    async def _send_on(self, wire: Wire, endless: Endless, trouble: Trouble) -> None:
        """Go on telling of objects until the fault is cleared."""
        for number in count():
            if trouble.find(Endless) is None:
                return
            name = b"endless-%d" % (number if endless.growing else 0)
            parts = (b'"metadata":{"name":"%b","resourceVersion":"' % name, b'"}}')
            version = Version(self._after, "", name.decode(), parts)
            await wire.write(self._line("ADDED", version))
            await asyncio.sleep(0)  # or nobody else would ever have a turn

    async def _pass_on(self, wire: Wire, trouble: Trouble) -> bool:
        """Send what waits; tell whether that ended the stream."""
        while True:
            self.wake.clear()
            error = trouble.find(ErrorEvent)
            room = BATCH if error is None else max(0, min(BATCH, error.after - self._sent))
            events = [self._pending.popleft() for _ in range(min(room, len(self._pending)))]
            lines = [line for event in events if (line := self._event(event))]
            self._sent += len(lines)
            if lines:
                await wire.write(b"".join(_troubled(lines, trouble)))
            if error is not None and self._sent >= error.after:
                await wire.write(_error(StatusError(error.code, error.reason, error.message)))
                return True
            if not self._pending:
                return False

    def _event(self, event: Event) -> bytes | None:
        """Return the line of a change, as it looks through the selector."""
        version, previous = event
        selects = self._options.selector.matches
        now = not version.deleted and selects(version)
        before = previous is not None and selects(previous)
        if now:
            return self._line("MODIFIED" if before else "ADDED", version)
        if before and previous is not None:
            return self._line("DELETED", previous._replace(number=version.number))
        return None

    def _line(self, kind: str, version: Version) -> bytes:
        return version.write(self._openings[kind]) + b"}\n"

    async def _bookmark(
        self, wire: Wire, trouble: Trouble, *, number: int = 0, last_initial: bool = False
    ) -> None:
        number = number or self._store.number
        if not self._options.bookmarks or trouble.has(DropBookmarks) or number < self._after:
            return
        mark = ',"annotations":{"k8s.io/initial-events-end":"true"}' if last_initial else ""
        resource = self.collection.resource
        zero = f",{resource.zero}" if resource.zero else ""
        text = f'"metadata":{{"resourceVersion":"{number}"{mark}}}{zero}}}}}\n'
        await wire.write(self._openings["BOOKMARK"] + text.encode())

    async def _wait(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self.wake.wait()
        except TimeoutError:
            return


def _troubled(lines: list[bytes], trouble: Trouble) -> Iterable[bytes]:
    if trouble.has(Reorder):
        lines.reverse()
    if trouble.has(Duplicate):
        lines = [line for line in lines for _ in range(2)]
    if line := trouble.find(Line):
        lines = [line.content, *lines]
    return lines


def _error(status: StatusError) -> bytes:
    return b'{"type":"ERROR","object":%b}\n' % status.body

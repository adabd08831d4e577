"""Keeps the store of one kind equal to what the server has: lists, watches, and begins anew."""

import asyncio
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NoReturn

from exporter.domain.clock import Clock
from exporter.domain.errors import Reason
from exporter.domain.watches import Restart
from exporter.foreign.clock import SYSTEM
from exporter.observed.kubernetes.api import Api, Stream
from exporter.observed.kubernetes.backoff import Backoff, between
from exporter.observed.kubernetes.content import Content
from exporter.observed.kubernetes.errors import TooManyError, WatchError, interruption
from exporter.observed.kubernetes.listing import read_list
from exporter.observed.kubernetes.messages import (
    AnyEvent,
    AnyObject,
    Deleted,
    Event,
    EventType,
    event_reader,
    parse_bookmark,
)
from exporter.observed.kubernetes.permissions import forbidden, review
from exporter.observed.kubernetes.slicing import sliced
from exporter.observed.kubernetes.store import Store

CHANCES = 3
"""How often a streaming list may break off before lists are read page by page."""
CONFIRMATIONS = 3
"""How often a server must say that a kind is gone of which it had objects."""

_NO_STREAMING = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
_PROMPT = frozenset({Restart.ENDED, Restart.EXPIRED, Restart.QUIET, Restart.CUT})
"""What a connection that held for a while ends by; it is followed by another one at once."""


@dataclass(slots=True)
class Reflector:
    """Follows one kind, in one namespace or in all, into *store*; calls *changed* at each change.

    It asks whether it may list and watch, gets a complete list (as a stream where the server can,
    else page by page), then watches from there. The version up to which all is known outlives a
    connection. It is given up, and another list is read, where the server says that it is too
    old, where what came makes no sense, and where a watch brought nothing at all: a watch from a
    version that the server has not reached, as after its backup was restored, is silent.
    """

    api: Api
    store: Store
    changed: Callable[[], None]
    clock: Clock = SYSTEM
    backoff: Backoff = field(init=False)
    _version: str = ""
    _chances: int = CHANCES
    _page_items: int = field(init=False)
    _reviewed: bool = False
    _silent: bool = False
    _since: float = math.inf
    _absences: int = 0

    def __post_init__(self) -> None:
        """Begin with the shortest pause and the largest pages."""
        self.backoff = Backoff(self.api.limits)
        self._page_items = self.api.limits.page_items

    async def run(self) -> NoReturn:
        """List and watch until cancelled; what goes wrong is told by the store."""
        while True:
            pause = await self.step()
            await asyncio.sleep(pause)

    async def step(self) -> float:
        """List and watch until that is interrupted; return the seconds to wait before the next."""
        self._silent, self._since = False, math.inf
        try:
            await self._follow()
            error = WatchError("ended", restart=Restart.ENDED, reason=Reason.TIMEOUT)
        except WatchError as interrupted:
            error = interrupted
        held = self.clock.boot() - self._since >= self.api.limits.steady
        if held:
            self.backoff.reset()
        return self._after(error, held=held)

    async def _follow(self) -> None:
        if not self._reviewed:
            self._reviewed = await review(self.api, self.store)
        if self._version:
            await self._watch()
        elif self._chances > 0:
            await self._stream()
        else:
            content, version = await read_list(self.api, self.store, page_items=self._page_items)
            self._complete(content, version=version)
            await self._watch()

    async def _stream(self) -> None:
        """Get the list as a stream of events, and go on watching by the same stream."""
        listing = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
        async with self.api.stream(
            self._path, self._watching(listing), kind=self.store.kind
        ) as stream:
            self._chances -= 1
            await self._read(stream, Content(self.store.kind))

    async def _watch(self) -> None:
        """Watch from the version up to which all is known."""
        from_here = {"resourceVersion": self._version}
        async with self.api.stream(
            self._path, self._watching(from_here), kind=self.store.kind
        ) as stream:
            self._silent, self._since = True, self.clock.boot()
            if self.store.answered():
                self.changed()
            await self._read(stream, None)

    async def _read(self, stream: Stream, filling: Content | None) -> None:
        """Take in what *stream* brings until the server ends it.

        *filling* is what a list that is not yet complete goes into.
        """
        limits = self.api.limits
        while True:
            within = limits.quiet if filling is None else limits.stall
            lines = await stream.next(within=within)
            if lines is None:
                break
            self._silent = False
            filling = await self._take(lines, filling)
            self._bound(filling)
            del lines  # a quiet watch need not keep what it brought last
        if filling is not None:
            raise WatchError(
                "a list ended before it was complete", restart=Restart.CUT, reason=Reason.TIMEOUT
            )

    async def _take(self, lines: Iterable[bytes], filling: Content | None) -> Content | None:
        """Take in events; return the list that is still incomplete, if it is.

        The version of the last one stands for all of them: they come in order, and taking one in
        twice is harmless.
        """
        read = event_reader(self.store.kind)
        events, changed, event = 0, False, None
        try:
            async for line in sliced(lines, seconds=self.api.limits.slice):
                event = read(line)
                if filling is not None and event.type is EventType.BOOKMARK:
                    self._end(event.object, filling)
                    filling, events, changed = None, 0, False
                else:
                    changed |= self._apply(event, filling or self.store.content)
                events += 1
        finally:
            if filling is None and events:
                recovered = self.store.trouble is not None
                self.store.note_events(events=events, at=self.clock.boot(), changed=changed)
                if changed or recovered:
                    self.changed()
        if filling is None and event is not None:
            self._version = parse_bookmark(event.object).version
        return filling

    def _bound(self, filling: Content | None) -> None:
        """Raise :exc:`TooManyError` where a list or what is known grows without end."""
        content = filling or self.store.content
        if content is not None:
            content.check_size()
        if filling is not None and filling.told > 2 * filling.kind.most:
            raise TooManyError("a list goes on and on without another object")

    def _end(self, item: AnyObject, filling: Content) -> None:
        """Take over a list that a bookmark ends."""
        bookmark = parse_bookmark(item)
        if not bookmark.end:
            self._chances = 0
            raise WatchError(
                "the server streams no lists",
                restart=Restart.REFUSED,
                reason=Reason.UNSUPPORTED,
                code=HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        self._chances = CHANCES
        self._complete(filling, version=bookmark.version)

    def _complete(self, filling: Content, *, version: str) -> None:
        self._version, self._since = version, self.clock.boot()
        self._absences = 0
        self.store.replace(filling, at=self.clock.boot())
        self.changed()

    def _apply(self, event: AnyEvent, content: Content | None) -> bool:
        """Take one event in; tell whether it changed anything."""
        match event:
            case Event(type=EventType.ERROR):
                raise interruption(event.object)
            case Event(type=EventType.BOOKMARK):
                return False
            case Deleted() | Event(type=EventType.DELETED):
                return content is not None and content.remove(event.object)
            case _:
                return content is not None and content.put(event.object)

    def _after(self, error: WatchError, *, held: bool) -> float:
        """Take note of what ended a step; return how many seconds to wait."""
        if error.code in _NO_STREAMING and not self._version and self._chances > 0:
            self._chances = 0
            self.store.restarts[error.restart] += 1
            return 0.0
        if error.code == HTTPStatus.FORBIDDEN:
            error = forbidden(self.store)
        self.store.interrupted(error)
        self.changed()
        silent = self._silent and error.restart in {Restart.ENDED, Restart.QUIET}
        if silent or error.restart in {Restart.EXPIRED, Restart.MALFORMED, Restart.ABSENT}:
            self._version = ""
        if isinstance(error, TooManyError):
            return self.api.limits.longest_wait
        if error.reason is Reason.TOO_LARGE:
            self._chances, self._page_items = 0, max(1, self._page_items // 10)
        match error.restart:
            case Restart.ABSENT:
                return self._absent()
            case Restart.FORBIDDEN:
                self._reviewed = False
                return between(0.75, 1.0) * self.api.limits.forbidden
            case restart if held and restart in _PROMPT:
                return 0.0
            case _:
                return self.backoff.next(error.retry_after)

    def _absent(self) -> float:
        """Take it that there is none of a kind that is not installed, once that is sure.

        A server that starts may deny for a moment what it has.
        """
        store = self.store
        if not store.kind.optional:
            return self.backoff.next()
        self._absences += 1
        had = store.content is not None and len(store.content.collection) > 0
        if had and self._absences < CONFIRMATIONS:
            return self.backoff.next()
        store.mark_absent(at=self.clock.boot())
        return self.api.limits.absent

    @property
    def _path(self) -> str:
        return self.store.kind.path(self.store.namespace)

    def _watching(self, more: dict[str, str]) -> dict[str, str]:
        seconds = max(1, round(between(*self.api.limits.watch)))
        return {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(seconds),
            **more,
        }

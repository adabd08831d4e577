"""Asks who wrote the fields that findings are about: once for each finding that is new."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from exporter.domain.clock import Clock
from exporter.domain.errors import Reason
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.writers import ObservedWriters, Writer, WriterOf
from exporter.observed.kinds import KindSpec
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.backoff import Backoff
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.managedfields import entries_of_list, writers

PER_MINUTE: Final = 60
"""How many objects are asked for within a minute at most."""
MAX_OBJECTS: Final = 500
"""Of how many objects it is known at most; a finding beyond them names nobody."""

_PASSING: Final = frozenset({Reason.UNAVAILABLE, Reason.TIMEOUT})
_MINUTE: Final = 60.0


class Asked(NamedTuple):
    """What was asked of an object, and what the server said; nothing is what it says of nobody."""

    pointers: frozenset[str]
    writer_of: WriterOf


@dataclass(slots=True, kw_only=True)
class Writers:
    """Knows who wrote fields of the objects that :meth:`want` names last.

    Whoever may list a kind may list one object of it, so this takes no further permission; only
    metadata come back. *kind_of* returns how the kind of an object is served, None where nobody
    knows or may look.
    """

    api: Api
    clock: Clock
    changed: Callable[[], None]
    kind_of: Callable[[ObjectKey], KindSpec | None]
    fact: ObservedWriters = field(default_factory=ObservedWriters)
    _wanted: dict[ObjectKey, frozenset[str]] = field(default_factory=dict)
    _known: dict[ObjectKey, Asked] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: deque[float] = field(default_factory=deque)

    def want(self, pointers: Mapping[ObjectKey, frozenset[str]]) -> None:
        """Ask for the objects of *pointers*, and of no others, as soon as that may be."""
        self._wanted = dict(list(pointers.items())[:MAX_OBJECTS])
        for key in self._known.keys() - self._wanted.keys():
            del self._known[key]
        self._publish()
        if self.pending:
            self._settled.clear()
            self._news.set()

    @property
    def pending(self) -> bool:
        """Whether anything is still to be asked for."""
        return self._next() is not None

    async def settled(self) -> None:
        """Wait until all has been asked for that is wanted."""
        if self.pending:
            await self._settled.wait()

    async def run(self) -> None:
        """Ask until cancelled."""
        backoff = Backoff(self.api.limits)
        while True:
            key = self._next()
            if key is None:
                self._news.clear()
                self._settled.set()
                await self._news.wait()
            elif (pause := self._pause()) > 0:
                await asyncio.sleep(pause)
            else:
                await self._ask(key, backoff)

    def _next(self) -> ObjectKey | None:
        """Return an object of which not all that is wanted was asked for yet."""
        for key, pointers in self._wanted.items():
            known = self._known.get(key)
            if known is None or known.pointers != pointers:
                return key
        return None

    def _pause(self) -> float:
        """Return for how many seconds nothing may be asked for."""
        now = self.clock.boot()
        while self._asked and now - self._asked[0] >= _MINUTE:
            self._asked.popleft()
        return 0.0 if len(self._asked) < PER_MINUTE else _MINUTE - (now - self._asked[0])

    async def _ask(self, key: ObjectKey, backoff: Backoff) -> None:
        pointers = self._wanted[key]
        kind = self.kind_of(key)
        found: WriterOf = _nobody
        if kind is not None:
            self._asked.append(self.clock.boot())
            try:
                body = await self.api.metadata(kind, namespace=key.namespace, name=key.name)
                if named := writers(entries_of_list(body), pointers):
                    found = partial(_among, named)
                backoff.reset()
            except WatchError as error:
                if error.reason in _PASSING:
                    await asyncio.sleep(backoff.next(error.retry_after))
                    return
        self._known[key] = Asked(pointers, found)
        self._publish()

    def _publish(self) -> None:
        """Let be known who wrote what; that somebody is not known is no news."""
        named = {
            key: asked.writer_of
            for key, asked in self._known.items()
            if asked.writer_of is not _nobody
        }
        if named != self.fact.by_object:
            self.fact = ObservedWriters(named)
            self.changed()


def _among(by_pointer: Mapping[str, Writer], pointer: str) -> Writer | None:
    return by_pointer.get(pointer)


def _nobody(pointer: str) -> Writer | None:
    """Return None, as nobody may be asked, or nobody says that he wrote it."""
    del pointer
    return None

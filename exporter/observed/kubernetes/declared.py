"""The kinds that are followed because code declares objects of them."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

from exporter.domain.clock import Clock, Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.gaps import Gap
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import (
    DeclaredObjects,
    Objects,
    ObservedObjects,
)
from exporter.domain.provenance import Place, Source
from exporter.foreign.guard import unfailing
from exporter.foreign.supervisor import Supervisor
from exporter.observed.kinds import KindSpec
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.backoff import Backoff
from exporter.observed.kubernetes.discovery import Served, discover
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.followed import Followed, by_kind, spec_of
from exporter.observed.kubernetes.reflector import Reflector
from exporter.observed.kubernetes.store import Store

_NOT_LISTED: Final = "the server lists no objects of this kind"


class _GoneError(Exception):
    """The kind is no longer served as it was."""


@dataclass(slots=True, kw_only=True)
class DeclaredKinds:
    """Follows each kind of which code declares objects, between :meth:`follow` and :meth:`stop`.

    Where other objects of a kind are declared than before, it is listed anew, as nothing but names
    was kept of what was not declared; what is known counts until the new list is complete.
    """

    api: Api
    namespaces: tuple[str, ...]
    clock: Clock
    changed: Callable[[], None]
    _followed: dict[GroupKind, Followed] = field(default_factory=dict)
    _successors: dict[GroupKind, Followed] = field(default_factory=dict)
    _last: tuple[tuple[object, ...], ObservedObjects] | None = None

    @property
    def complete(self) -> bool:
        """Whether every kind has been listed, or been refused."""
        return all(followed.settled for followed in self._followed.values())

    @property
    def stores(self) -> Iterator[Store]:
        """The stores of all kinds."""
        return (store for followed in self._followed.values() for store in followed.stores)

    @property
    def watched(self) -> Iterator[tuple[str, tuple[Store, ...]]]:
        """The stores of each kind that we may look at, by the name of its resource."""
        for followed in self._followed.values():
            if followed.stores and not followed.refusal:
                yield followed.stores[0].kind.resource, followed.stores

    def kind_of(self, kind: GroupKind) -> KindSpec | None:
        """Return how a *kind* is served, None where that is not known or nobody lets us look."""
        followed = self._followed.get(kind)
        if followed is None or not followed.stores or followed.refusal:
            return None
        return followed.stores[0].kind

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is wrong now, apart from what nobody lets us look at."""
        troubles = (one.trouble for one in self._followed.values() if not one.refusal)
        within = (
            failure
            for followed in self._followed.values()
            if not followed.refusal
            for store in followed.stores
            for failure in store.failures
        )
        return (*filter(None, troubles), *within)

    async def follow(self, objects: DeclaredObjects, supervisor: Supervisor) -> None:
        """Follow the kinds of *objects*, and no others."""
        wanted = by_kind(objects)
        for kind, declared in wanted.items():
            latest = self._successors.get(kind) or self._followed.get(kind)
            if latest is None or latest.declared != declared:
                await self._begin(Followed(kind=kind, declared=declared), supervisor)
        for kind in self._followed.keys() - wanted.keys():
            await _end(self._successors.pop(kind, None))
            await _end(self._followed.pop(kind))

    async def stop(self) -> None:
        """End all tasks."""
        every = (*self._followed.values(), *self._successors.values())
        self._followed, self._successors = {}, {}
        for followed in every:
            await _end(followed)

    async def read(self, *, at: Instant, max_age: timedelta) -> ObservedObjects:
        """Return what is known; the same value as last time where nothing changed."""
        await self._promote()
        kinds: dict[GroupKind, Objects] = {}
        gaps: dict[GroupKind, Gap] = {}
        refused: dict[GroupKind, str] = {}
        for kind, followed in sorted(self._followed.items()):
            if why := followed.refusal:
                refused[kind] = why
            elif why := followed.gap(at=at, max_age=max_age):
                gaps[kind] = Gap(Source.KUBERNETES, why)
            else:
                kinds[kind] = followed.objects()
        state = (tuple(kinds), tuple(map(id, kinds.values())), gaps, refused)
        if self._last is None or self._last[0] != state:
            self._last = (state, ObservedObjects(kinds=kinds, gaps=gaps, refused=refused))
        return self._last[1]

    async def _begin(self, followed: Followed, supervisor: Supervisor) -> None:
        kind = followed.kind
        if kind in self._followed:
            await _end(self._successors.get(kind))
            self._successors[kind] = followed
        else:
            self._followed[kind] = followed
        followed.root = supervisor.start(partial(self._run, followed), name=f"watch {kind}")

    async def _promote(self) -> None:
        """Let a list of what is declared now take the place of the last one once it is complete."""
        for kind, successor in list(self._successors.items()):
            if successor.settled:
                await _end(self._followed[kind])
                self._followed[kind] = self._successors.pop(kind)

    async def _run(self, followed: Followed) -> None:
        def broke() -> None:
            message = "the watch itself failed; see the log"
            self._trouble(followed, Reason.INTERNAL, message)

        backoff = Backoff(self.api.limits)
        await unfailing(
            lambda: self._follow(followed, backoff),
            name=f"watch of {followed.kind}",
            pause=backoff.next,
            broke=broke,
        )

    async def _follow(self, followed: Followed, backoff: Backoff) -> None:
        """Find out how a kind is served, and follow it so until it no longer is."""
        while True:
            try:
                versions = followed.declared.versions
                served = await discover(self.api, followed.kind, declared=versions)
            except WatchError as error:
                self._trouble(followed, error.reason, error.message)
                await asyncio.sleep(backoff.next(error.retry_after))
                continue
            backoff.reset()
            if served is None or not served.listed:
                self._note_absence(followed, served)
                await asyncio.sleep(self.api.limits.absent)
                continue
            followed.trouble, followed.absent = None, False
            followed.stores = self._stores(followed, served)
            await self._watch(followed)

    async def _watch(self, followed: Followed) -> None:
        """Follow all namespaces until the kind is gone; it may be served otherwise then."""
        try:
            async with asyncio.TaskGroup() as group:
                for store in followed.stores:
                    group.create_task(self._until_gone(store))
        except* _GoneError:
            pass

    async def _until_gone(self, store: Store) -> None:
        reflector = Reflector(self.api, store, changed=self.changed, clock=self.clock)
        while store.installed:
            pause = await reflector.step()
            if store.installed:
                await asyncio.sleep(pause)
        raise _GoneError

    def _stores(self, followed: Followed, served: Served) -> tuple[Store, ...]:
        spec = spec_of(followed, served)
        if not served.namespaced or not self.namespaces:
            return (Store(spec),)
        return tuple(Store(spec, namespace) for namespace in sorted(set(self.namespaces)))

    def _note_absence(self, followed: Followed, served: Served | None) -> None:
        followed.stores, followed.absent = (), served is None
        followed.told, followed.trouble = self.clock.boot(), None
        if served is not None:
            self._trouble(followed, Reason.FORBIDDEN, _NOT_LISTED)
        self.changed()

    def _trouble(self, followed: Followed, reason: Reason, message: str) -> None:
        followed.trouble = Failure(Place(Source.KUBERNETES, str(followed.kind)), reason, message)
        self.changed()


async def _end(followed: Followed | None) -> None:
    if followed is not None and followed.root is not None:
        await followed.root.stop()

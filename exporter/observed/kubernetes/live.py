"""A live cluster as one of the two sides of an evaluation: watches that run, and what they know."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from exporter.domain.clock import Clock, Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason, UnreachableError
from exporter.domain.evaluation import SourceStatus
from exporter.domain.facts import Facts
from exporter.domain.instants import parse_duration
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObjects
from exporter.domain.platform import Platform
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.domain.watches import Restart, WatchStatus
from exporter.domain.writers import ObservedWriters
from exporter.foreign.clock import SYSTEM
from exporter.foreign.guard import unfailing
from exporter.foreign.supervisor import RootTask, Supervisor
from exporter.observed.kinds import FACTS, KindSpec, kinds_for
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.backoff import Backoff
from exporter.observed.kubernetes.declared import DeclaredKinds
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.facts import FactBuilder
from exporter.observed.kubernetes.limits import Limits, limits_for
from exporter.observed.kubernetes.login import Configured, Logins
from exporter.observed.kubernetes.platform import PlatformPoller
from exporter.observed.kubernetes.reflector import Reflector
from exporter.observed.kubernetes.reliance import Reliance, reliance
from exporter.observed.kubernetes.store import Store
from exporter.observed.kubernetes.writers import Writers
from exporter.observed.serverclock import ServerClock, wording
from exporter.settings.observed import KubernetesSettings

_PATIENCE = 5.0
"""Seconds to wait for a sign of life."""
_MOMENT = 0.01
"""Seconds by which what is too old is older than it may be."""


class Live:
    """Follows the kinds that the *needed* facts are made of; a reader of the observed side.

    Between :meth:`start` and :meth:`stop` a task for each kind (and namespace, where namespaces
    are set) follows it. :attr:`changed` is set at every change; whoever waits for it clears it.
    Use it within one event loop.
    """

    def __init__(
        self,
        settings: KubernetesSettings,
        *,
        needed: frozenset[type],
        limits: Limits | None = None,
        logins: Logins | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self.changed = asyncio.Event()
        self.max_age = parse_duration(settings.max_age)
        self._namespaces = frozenset(settings.namespaces)
        self._facts = tuple(fact for fact in FACTS if fact in needed)
        self._stores = {kind: _stores(kind, settings.namespaces) for kind in kinds_for(self._facts)}
        path = Path(settings.kubeconfig) if settings.kubeconfig else None
        self._api = Api(
            logins or Configured(path, clock),
            limits or limits_for(self.max_age),
            ServerClock(clock),
        )
        self._clock = clock
        self._builder = FactBuilder(self._stores)
        self._declared = DeclaredKinds(
            api=self._api,
            namespaces=settings.namespaces,
            clock=clock,
            changed=self.changed.set,
        )
        self._writers = Writers(
            api=self._api,
            clock=clock,
            changed=self.changed.set,
            kind_of=self._kind_of,
        )
        self._platform = PlatformPoller(
            api=self._api, namespaces=settings.namespaces, changed=self.changed.set
        )
        self._looks_at_platform = Platform in needed
        self._looks_for_objects = ObservedObjects in needed
        self._supervisor: Supervisor | None = None
        self._roots: list[RootTask] = []
        self._expiry: asyncio.TimerHandle | None = None
        self._last = State()

    @property
    def complete(self) -> bool:
        """Whether every kind has been listed, or been refused: there is no more to wait for."""
        seen = self._platform.settled or not self._looks_at_platform
        return seen and self._declared.complete and all(one.settled for one in self._all_stores)

    def start(self, supervisor: Supervisor) -> None:
        """Begin to follow."""
        self._supervisor = supervisor
        if not self._roots:
            self._roots = [
                supervisor.start(partial(self._follow, store), name=f"watch {store.name}")
                for store in self._all_stores
            ]
            self._roots.append(supervisor.start(self._ask, name="writers of fields"))
            if self._looks_at_platform:
                run = self._platform.run
                self._roots.append(supervisor.start(run, name="look at the platform"))

    async def reach(self) -> None:
        """Ask for anything at all; raises :exc:`UnreachableError` where nobody answers."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._api.get("/version")
        except WatchError as error:
            if error.restart is Restart.UNREACHABLE:
                raise UnreachableError(error.message) from None
        except TimeoutError:
            return  # it may be slow: its watches have time

    async def stop(self) -> None:
        """End all tasks and connections."""
        roots, self._roots = self._roots, []
        if self._expiry is not None:
            self._expiry.cancel()
        await asyncio.gather(*(root.stop() for root in roots))
        await self._declared.stop()
        await self._api.close()

    async def follow(self, objects: DeclaredObjects) -> None:
        """Follow the kinds of declared *objects*, too, where anybody asks for them."""
        if self._looks_for_objects and self._supervisor is not None:
            await self._declared.follow(objects, self._supervisor)

    def attribute(self, pointers: Mapping[ObjectKey, frozenset[str]]) -> None:
        """Ask who wrote the fields at *pointers* of these objects; what comes is a change."""
        self._writers.want(pointers)

    @property
    def attributed(self) -> bool:
        """Whether there is nothing more to learn of who wrote fields."""
        return not self._writers.pending

    async def until_attributed(self) -> bool:
        """Wait until there is no more to learn of who wrote fields; tell if anything was learnt."""
        before = self._writers.fact
        await self._writers.settled()
        return self._writers.fact is not before

    async def read(self, *, at: Instant) -> State:
        """Return what is known at the instant *at*; quick where little changed since last time."""
        trust = reliance(self._stores, self._facts, at=at, max_age=self.max_age)
        facts = await self._known(trust, at=at)
        found = (failure for store in self._all_stores for failure in store.failures)
        failures = tuple(dict.fromkeys(found))  # credentials that are not accepted fail all alike
        failures += self._declared.failures
        watches = tuple(
            self._watch(name, own, at=at)
            for name, own in (
                *((kind.kind, own) for kind, own in self._stores.items()),
                *self._declared.watched,
            )
        )
        ahead = self._api.server.ahead(at)
        if ahead:
            failures += (_skewed(ahead),)
        status = self._status(watches, failures, at=at)
        self._last = State(
            facts=facts, sources=(status,), failures=failures, watches=watches, ahead=ahead
        )
        self._wake_at_expiry(at)
        return self._last

    async def _known(self, trust: Reliance, *, at: Instant) -> Facts:
        """Return the facts; the same value as last time where nothing changed."""
        known = {
            fact: await self._builder.fact(fact, unseen=trust.unseen.get(fact, frozenset()))
            for fact in self._facts
            if fact not in trust.absent
        }
        if self._looks_for_objects:
            known[ObservedObjects] = await self._declared.read(at=at, max_age=self.max_age)
        if self._writers.fact.by_object:
            known[ObservedWriters] = self._writers.fact
        if self._looks_at_platform:
            known[Platform] = self._platform.known
        facts = Facts(known, dict(trust.gaps), self._namespaces)
        last = self._last.facts
        same = last.known.keys() == known.keys() and all(
            last.known[fact] is value for fact, value in known.items()
        )
        return last if same and last.gaps == facts.gaps else facts

    def _wake_at_expiry(self, at: Instant) -> None:
        """Let what is known now be looked at again when the first part of it becomes too old."""
        if self._expiry is not None:
            self._expiry.cancel()
        stores = (*self._all_stores, *self._declared.stores)
        ages = [at.age(store.seen) for store in stores if store.seen is not None]
        left = [(self.max_age - age).total_seconds() for age in ages if age <= self.max_age]
        if left:
            running = asyncio.get_running_loop()
            self._expiry = running.call_later(min(left) + _MOMENT, self.changed.set)

    def _kind_of(self, key: ObjectKey) -> KindSpec | None:
        """Return how the kind of an object is served, None where it is not followed."""
        for kind in self._stores:
            if (kind.group, kind.kind) == (key.group, key.kind):
                return kind
        return self._declared.kind_of(key.group_kind)

    async def _ask(self) -> None:
        await unfailing(
            self._writers.run,
            name="writers of fields",
            pause=Backoff(self._api.limits).next,
            broke=lambda: None,
        )

    async def _follow(self, store: Store) -> None:
        def broke() -> None:
            store.interrupted(
                WatchError(
                    "the watch itself failed; see the log",
                    restart=Restart.INTERNAL,
                    reason=Reason.INTERNAL,
                )
            )
            self.changed.set()

        backoff = Backoff(self._api.limits)
        await unfailing(
            lambda: Reflector(self._api, store, changed=self.changed.set, clock=self._clock).run(),
            name=f"watch of {store.name}",
            pause=backoff.next,
            broke=broke,
        )

    def _status(
        self, watches: tuple[WatchStatus, ...], failures: tuple[Failure, ...], *, at: Instant
    ) -> SourceStatus:
        errors: Counter[Reason] = Counter()
        for store in self._all_stores:
            errors.update(store.count_errors())
        seen = [store.seen for store in self._all_stores]
        return SourceStatus(
            source=Source.KUBERNETES,
            up=all(watch.up for watch in watches),
            last_success=None if None in seen else _oldest(seen, at=at),
            items={watch.kind: watch.items for watch in watches},
            errors={reason: errors[reason] for reason in Reason},
            failures=failures,
        )

    def _watch(self, name: str, own: tuple[Store, ...], *, at: Instant) -> WatchStatus:
        restarts: Counter[Restart] = Counter()
        for store in own:
            restarts.update(store.restarts)
        return WatchStatus(
            kind=name,
            up=all(store.is_up(at=at, max_age=self.max_age) for store in own),
            events=sum(store.events for store in own),
            lists=sum(store.lists for store in own),
            restarts={restart: restarts[restart] for restart in Restart},
            last_event=_oldest((store.last_event for store in own), at=at),
            last_list=_oldest((store.last_list for store in own), at=at),
            items=sum(len(store.content.collection) for store in own if store.content),
        )

    @property
    def _all_stores(self) -> Iterator[Store]:
        return (store for own in self._stores.values() for store in own)


def _skewed(ahead: timedelta) -> Failure:
    return Failure(
        Place(Source.KUBERNETES, "the API server"),
        Reason.MALFORMED,
        f"{wording(ahead)}; what it dates is dated by its own",
        advice="set both by NTP",
    )


def _oldest(instants: Iterable[float | None], *, at: Instant) -> datetime | None:
    known = [instant for instant in instants if instant is not None]
    return at.shown(min(known)) if known else None


def _stores(kind: KindSpec, namespaces: tuple[str, ...]) -> tuple[Store, ...]:
    if not kind.namespaced or not namespaces:
        return (Store(kind),)
    return tuple(Store(kind, namespace) for namespace in sorted(set(namespaces)))

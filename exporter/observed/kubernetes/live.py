"""A live cluster as one of the two sides of an evaluation: watches that run, and what they know."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from exporter.domain.clock import Clock, Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.facts import Facts
from exporter.domain.instants import parse_duration
from exporter.domain.provenance import Source
from exporter.domain.state import State
from exporter.domain.watches import Restart, WatchStatus
from exporter.domain.workloads import ObservedWorkloads
from exporter.foreign.clock import SYSTEM
from exporter.foreign.guard import unfailing
from exporter.foreign.supervisor import RootTask, Supervisor
from exporter.observed.kinds import Kind
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.freeze import Freezer
from exporter.observed.kubernetes.gaps import Reliance, reliance
from exporter.observed.kubernetes.limits import Limits, limits_for
from exporter.observed.kubernetes.login import Configured, Logins
from exporter.observed.kubernetes.mirror import Mirror
from exporter.observed.kubernetes.pauses import Pauses
from exporter.observed.kubernetes.reflector import Reflector
from exporter.observed.kubernetes.resources import KINDS_OF, RESOURCES, kinds_for
from exporter.observed.kubernetes.trouble import WatchError
from exporter.settings.model import KubernetesSettings

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
        self._facts = tuple(fact for fact in KINDS_OF if fact in needed)
        self._mirrors = {
            kind: _mirrors(kind, settings.namespaces) for kind in kinds_for(self._facts)
        }
        path = Path(settings.kubeconfig) if settings.kubeconfig else None
        self._api = Api(logins or Configured(path, clock), limits or limits_for(self.max_age))
        self._clock = clock
        self._freezer = Freezer(self._mirrors)
        self._roots: list[RootTask] = []
        self._reminder: asyncio.TimerHandle | None = None
        self._last = State()

    @property
    def complete(self) -> bool:
        """Whether every kind has been listed, or been refused: there is no more to wait for."""
        return all(one.settled for one in self._every)

    def start(self, supervisor: Supervisor) -> None:
        """Begin to follow."""
        if not self._roots:
            self._roots = [
                supervisor.start(partial(self._follow, one), name=f"watch {one.name}")
                for one in self._every
            ]

    async def stop(self) -> None:
        """End all tasks and connections."""
        roots, self._roots = self._roots, []
        if self._reminder is not None:
            self._reminder.cancel()
        await asyncio.gather(*(root.stop() for root in roots))
        await self._api.close()

    async def read(self, *, at: Instant) -> State:
        """Return what is known at the instant *at*; quick where little changed since last time."""
        trust = reliance(self._mirrors, self._facts, at=at, max_age=self.max_age)
        facts = await self._known(trust)
        failures = tuple(failure for one in self._every for failure in one.failures)
        watches = tuple(self._watch(kind, own, at=at) for kind, own in self._mirrors.items())
        status = self._status(watches, failures, at=at)
        self._last = State(facts=facts, sources=(status,), failures=failures, watches=watches)
        self._remind(at)
        return self._last

    async def _known(self, trust: Reliance) -> Facts:
        """Return the facts; the same value as last time where nothing changed."""
        unseen = frozenset(trust.unseen)
        known: dict[type, object] = {}
        for fact in self._facts:
            if fact not in trust.absent:
                left_out = unseen if fact is ObservedWorkloads else frozenset()
                known[fact] = await self._freezer.fact(fact, unseen=left_out)
        facts = Facts(known, dict(trust.gaps), self._namespaces)
        last = self._last.facts
        same = last.known.keys() == known.keys() and all(
            last.known[fact] is value for fact, value in known.items()
        )
        return last if same and last.gaps == facts.gaps else facts

    def _remind(self, at: Instant) -> None:
        """Let what is known now be looked at again when the first part of it becomes too old."""
        if self._reminder is not None:
            self._reminder.cancel()
        ages = [at.age(one.seen) for one in self._every if one.seen is not None]
        left = [(self.max_age - age).total_seconds() for age in ages if age <= self.max_age]
        if left:
            running = asyncio.get_running_loop()
            self._reminder = running.call_later(min(left) + _MOMENT, self.changed.set)

    async def _follow(self, mirror: Mirror) -> None:
        def broke() -> None:
            mirror.interrupted(
                WatchError(
                    "the watch itself failed; see the log",
                    restart=Restart.INTERNAL,
                    reason=Reason.INTERNAL,
                )
            )
            self.changed.set()

        pauses = Pauses(self._api.limits)
        await unfailing(
            lambda: Reflector(self._api, mirror, changed=self.changed.set, clock=self._clock).run(),
            name=f"watch of {mirror.name}",
            pause=pauses.next,
            broke=broke,
        )

    def _status(
        self, watches: tuple[WatchStatus, ...], failures: tuple[Failure, ...], *, at: Instant
    ) -> SourceStatus:
        errors: Counter[Reason] = Counter()
        for one in self._every:
            errors.update(one.count_errors())
        seen = [one.seen for one in self._every]
        return SourceStatus(
            source=Source.KUBERNETES,
            up=all(one.up for one in watches),
            last_success=None if None in seen else _oldest(seen, at=at),
            items={one.kind: one.items for one in watches},
            errors={reason: errors[reason] for reason in Reason},
            failures=failures,
        )

    def _watch(self, kind: Kind, own: tuple[Mirror, ...], *, at: Instant) -> WatchStatus:
        restarts: Counter[Restart] = Counter()
        for one in own:
            restarts.update(one.restarts)
        return WatchStatus(
            kind=kind.value,
            up=not any(one.gap(at=at, max_age=self.max_age) for one in own),
            events=sum(one.events for one in own),
            lists=sum(one.lists for one in own),
            restarts={restart: restarts[restart] for restart in Restart},
            last_event=_oldest((one.last_event for one in own), at=at),
            last_list=_oldest((one.last_list for one in own), at=at),
            items=sum(len(one.content.cluster) for one in own if one.content),
        )

    @property
    def _every(self) -> Iterator[Mirror]:
        return (one for own in self._mirrors.values() for one in own)


def _oldest(instants: Iterable[float | None], *, at: Instant) -> datetime | None:
    known = [one for one in instants if one is not None]
    return at.shown(min(known)) if known else None


def _mirrors(kind: Kind, namespaces: tuple[str, ...]) -> tuple[Mirror, ...]:
    resource = RESOURCES[kind]
    if not resource.namespaced or not namespaces:
        return (Mirror(resource),)
    return tuple(Mirror(resource, namespace) for namespace in sorted(set(namespaces)))

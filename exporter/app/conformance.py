"""Looking at both sides and judging, for one set of settings."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

import msgspec

from exporter.app import garbage
from exporter.app.choices import decisions, enabled, looked_at, owners, policy
from exporter.app.flows import Flows
from exporter.checks.flow import FlowLook
from exporter.declared.declare import Declarations, Run, here
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplications,
    ObservedApplicationSets,
    ObservedImageUpdaters,
)
from exporter.domain.clock import Clock, Instant
from exporter.domain.cloud import DeclaredCloud
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.declaration import ApplicationKey
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.instants import parse_duration
from exporter.domain.items import DeclaredItems, ItemState
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.objects import DeclaredObjects
from exporter.domain.platform import Platform, argocd_version
from exporter.domain.policy import AsOf, Policy
from exporter.domain.renderings import ArgocdRendering, ArgocdRenderings
from exporter.domain.state import State
from exporter.domain.watches import WatchStatus
from exporter.domain.workloads import ObservedWorkloads
from exporter.foreign.clock import SYSTEM
from exporter.foreign.files import fingerprint
from exporter.foreign.supervisor import RootTask, Supervisor, supervised
from exporter.observed.kubernetes.live import Live
from exporter.observed.monitoring import Monitoring, monitoring
from exporter.observed.observe import Snapshots
from exporter.registries import ChartFetcher
from exporter.runtime.attribution import unattributed, untraced
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import History
from exporter.runtime.watched import Watched
from exporter.settings.load import Loaded
from exporter.settings.observed import KubernetesSettings

GRACE = 30.0
"""Seconds to wait for a first picture of a live cluster before judging without."""
GRACE_OF_WRITERS = 5.0
"""Seconds for which who looks once waits to learn who wrote what failures are about."""


def say_nothing(_: str) -> None:
    """Tell nobody what is being done."""


@dataclass(slots=True)
class Conformance:
    """Everything that one set of settings needs to look and to judge.

    Between :meth:`start` and :meth:`stop` a live cluster is followed; a snapshot needs neither.
    *tell* is told what is being done, for who waits for it; *run* lets a reader read. A snapshot is
    as old as what it shows, unless it is *dated*: then it is of the instant as of which it is
    judged.
    """

    loaded: Loaded
    history: History | None = None
    tell: Callable[[str], None] = say_nothing
    clock: Clock = SYSTEM
    dated: bool = False
    run: Run = here
    registries: ChartFetcher | None = field(init=False)
    declarations: Declarations = field(init=False)
    declared: Watched = field(init=False)
    observed: Watched | Live = field(init=False)
    changed: asyncio.Event = field(init=False)
    monitoring: Monitoring = field(init=False)
    policy: Policy = field(init=False)
    fetching: RootTask | None = None
    asked: bool = False
    settled: tuple[Facts, ...] = ()
    rendered_of: Facts | None = None
    flows: Flows = field(default_factory=Flows)
    sweeper: garbage.Sweeper = field(default_factory=garbage.Sweeper)

    def __post_init__(self) -> None:
        """Make the readers; raises :exc:`SettingsError` where both sides cannot be had."""
        self.registries = ChartFetcher.of(self.loaded, clock=self.clock)
        self.declarations = Declarations(self.loaded, run=self.run, registries=self.registries)
        self.declared = Watched(
            reader=self.declarations,
            path=self.loaded.path(self.loaded.repository.path),
            fingerprint=_with_those_beside(self.loaded),
            every=parse_duration(self.loaded.settings.interval),
        )
        self.policy = policy(self.loaded)
        self.observed = _observed(self.loaded, self.clock)
        self.changed = self.observed.changed if isinstance(self.observed, Live) else asyncio.Event()
        self.monitoring = monitoring(
            self.loaded.settings.observed,
            folder=self.loaded.folder,
            changed=self.changed,
            clock=self.clock,
        )

    @property
    def complete(self) -> bool:
        """Whether all that is live has been looked at once."""
        seen = not isinstance(self.observed, Live) or self.observed.complete
        return seen and self.monitoring.complete

    @property
    def interval(self) -> float:
        """How many seconds lie between two looks at the most."""
        return parse_duration(self.loaded.settings.interval).total_seconds()

    @property
    def watchdog(self) -> float:
        """After how many seconds without an evaluation that ended something hangs."""
        return parse_duration(self.loaded.settings.watchdog).total_seconds()

    async def start(self, supervisor: Supervisor) -> None:
        """Begin to follow what is live, and wait a while for a first picture of it.

        Where that fails, or is cancelled, nothing is followed.
        """
        self.tell("looking at the cluster")
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(self.stop)
            self.monitoring.start(supervisor)
            if self.registries is not None:
                self.fetching = supervisor.start(self.registries.run, name="charts")
            if isinstance(self.observed, Live):
                self.observed.start(supervisor)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self._completed()
            undo.pop_all()
        if isinstance(self.observed, Live):
            garbage.spare()  # it is looked through once, when all else is there, too

    async def _completed(self) -> None:
        while not self.complete:
            await self.changed.wait()
            self.changed.clear()

    async def stop(self) -> None:
        """End what :meth:`start` began."""
        await self.monitoring.stop()
        fetching, self.fetching = self.fetching, None
        if fetching is not None:
            await fetching.stop()
        if isinstance(self.observed, Live):
            await self.observed.stop()

    def invalidate(self) -> None:
        """Let the next look ask for changed files, however short ago that was done."""
        self.declared.invalidate()
        if isinstance(self.observed, Watched):
            self.observed.invalidate()

    async def look(self, at: Instant) -> Evaluation:
        """Read what changed, and judge everything at the instant *at*, or later.

        Reading a declaration may take long: what is live is judged by what is known after it.
        """
        cluster = await self._observe(at)
        self._tell(cluster.facts)
        self.tell("reading the repository")
        declared = await self._with_argocds_word(await self.declared.look(at=at), at)
        await self._ask_cloud(declared.facts.find(DeclaredCloud))
        live = isinstance(self.observed, Live)
        lasting = (declared.facts, *([] if live else [cluster.facts]))
        changed = any(mine is not other for mine, other in zip_longest(lasting, self.settled))
        self.settled = lasting
        self.sweeper.sweep(at=at, replaced=changed)
        if changed and isinstance(self.observed, Live):
            await self._follow(self.observed, declared.facts.find(DeclaredObjects))
            at += self.clock.now().age(at.boot)
            cluster = await self._observe(at)
        self.tell("judging")
        outcome = await asyncio.to_thread(self._judge, declared, self._with_stack(cluster, at), at)
        failing = unattributed(outcome)
        if isinstance(self.observed, Live):
            self.observed.attribute(failing)
        self.asked = self.declarations.learn_questions(untraced(outcome, failing))
        if self.asked:
            self.declared.forget()
        return outcome

    async def look_for_writers(self, at: Instant) -> Evaluation | None:
        """Judge once more, as of *at*, when it is known who wrote what failures are about.

        Return None where nobody is to be asked, or nobody says that he wrote it.
        """
        live = self.observed
        if not isinstance(live, Live) or live.attributed:
            return None
        learnt = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_OF_WRITERS):
                learnt = await live.until_attributed()
        return await self.look(at) if learnt else None

    async def _follow(self, live: Live, objects: DeclaredObjects | None) -> None:
        """Follow the kinds of what is declared, and wait a while for a first picture of them."""
        if objects is None:
            return
        reachable = live.complete
        await live.follow(objects)
        if reachable:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self._completed()

    async def _ask_cloud(self, declared: DeclaredCloud | None) -> None:
        """Let the cloud be asked for what costs a request for each thing that is declared."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self.monitoring.ask_cloud(CloudQuestions.of(declared))

    async def _with_argocds_word(self, declared: State, at: Instant) -> State:
        """Let Argo CD be asked for what nobody else can render, and read again what it told."""
        if not self.monitoring.asks_argocd:
            return declared
        if declared.facts is not self.rendered_of:
            self.rendered_of = declared.facts
            wanted = unrendered(declared.facts, known=self.declarations.renderings)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self.monitoring.ask_argocd(wanted)
        told = self.monitoring.read(at=at).facts
        found = None if told.gaps_in((ArgocdRenderings,)) else told.find(ArgocdRenderings)
        if not self.declarations.learn_renderings(found.applications if found else {}):
            return declared
        self.declared.forget()
        declared = await self.declared.look(at=at)
        self.rendered_of = declared.facts
        return declared

    def _tell(self, facts: Facts) -> None:
        """Let the declarations be read again where what runs says something else than before."""
        running = facts.find(ObservedApplicationSets)
        applications = facts.find(ObservedApplications)
        updaters = facts.find(ObservedImageUpdaters) or ObservedImageUpdaters({})
        learnt = running is not None and self.declarations.learn(running, updaters)
        if applications is not None:
            learnt = self.declarations.learn_overrides(applications) or learnt
        learnt = self.declarations.learn_platform(self._platform(facts)) or learnt
        if learnt:
            self.declared.forget()

    def _platform(self, facts: Facts) -> Platform:
        """Return what Argo CD renders for; its version is as last seen while nobody tells."""
        found, workloads = facts.find(Platform) or Platform(), facts.find(ObservedWorkloads)
        version = self.declarations.platform.argocd_version
        if workloads is not None:
            version = argocd_version(workloads.workloads.values())
        return replace(found, argocd_version=version)

    async def _observe(self, at: Instant) -> State:
        """Return what is known of the cluster."""
        if isinstance(self.observed, Live):
            return await self.observed.read(at=at)
        return await self.observed.look(at=at)

    def _with_stack(self, cluster: State, at: Instant) -> State:
        """Return what is known of the cluster and of its monitoring stack."""
        if not self.monitoring.polls:
            return cluster
        stack = self.monitoring.read(at=at)
        return replace(
            cluster,
            facts=cluster.facts.and_those(stack.facts),
            sources=(*cluster.sources, *stack.sources),
            failures=(*cluster.failures, *stack.failures),
        )

    def _rules(self, at: datetime, observed: State) -> Facts:
        dated, ahead = self.dated or isinstance(self.observed, Live), observed.ahead
        heard = _last_heard(observed.watches, at=at)
        as_of = AsOf(at, witnesses=heard + ahead if dated else None, ahead=ahead)
        return Facts({Policy: self.policy, AsOf: as_of})

    def _judge(self, declared: State, observed: State, at: Instant) -> Evaluation:
        outcome = evaluate(
            enabled(self.loaded.settings),
            facts=declared.facts.and_those(observed.facts).and_those(
                self._rules(at.wall, observed)
            ),
            decisions=replace(decisions(self.loaded), ahead=observed.ahead),
            sources=(*declared.sources, *observed.sources),
            at=at.wall,
            history=self.history,
        )
        if self.history is not None:
            self.history.complete = self.complete
            outcome = _remembered(outcome, self.history)
        look = FlowLook(outcome.facts, outcome.by_check, self.flows.memory)
        return replace(
            outcome,
            watches=observed.watches,
            complete=self.complete,
            flows=self.flows.follow(look, at=at.wall),
            owners=owners(self.loaded, outcome.facts),
        )


def _last_heard(watches: Iterable[WatchStatus], *, at: datetime) -> datetime:
    """Return when Argo CD could last be heard at the instant *at*.

    While the API server does not tell what it says, its word grows no older than it was.
    """
    for watch in watches:
        if watch.kind == "Application" and not watch.up:
            return max(filter(None, (watch.last_event, watch.last_list)), default=at)
    return at


def _remembered(outcome: Evaluation, history: History) -> Evaluation:
    """Return *outcome* with how the layers did until now; that begins when all was looked at."""
    levels = history.levels
    if history.complete:
        levels.note(outcome.checks, history.judged, at=outcome.at)
    return replace(
        outcome,
        levels=tuple(levels.changes),
        watching=levels.began,
        memory=history.past.origin,
    )


def unrendered(
    facts: Facts, *, known: Mapping[ApplicationKey, ArgocdRendering]
) -> frozenset[ApplicationKey]:
    """Return the Applications of which nobody here renders a source; *known* ones stay."""
    items, declared = facts.find(DeclaredItems), facts.find(DeclaredApplications)
    if items is None or declared is None:
        return frozenset()
    named = {
        ApplicationKey(item.subject.namespace, item.subject.name.rpartition("/")[0])
        for item in items.items
        if item.state is ItemState.NOT_RENDERED and item.subject.kind == "Source"
    }
    return frozenset((named | known.keys()) & declared.applications.keys())


def _with_those_beside(loaded: Loaded) -> Callable[[Path], str]:
    """Return what tells whether the repository changed, further ones, or the folder of charts."""
    declared = loaded.settings.declared
    named = [*(repository.path for repository in declared.repositories), declared.charts.cache]
    beside = [loaded.path(path) for path in named if path]
    return lambda path: "-".join(map(fingerprint, (path, *beside)))


def _observed(loaded: Loaded, clock: Clock) -> Watched | Live:
    """Return the reader of the observed side."""
    observed = loaded.settings.observed
    if observed.snapshot is None:
        kubernetes = observed.kubernetes or KubernetesSettings()
        if kubernetes.kubeconfig is not None:
            kubeconfig = str(loaded.path(kubernetes.kubeconfig))
            kubernetes = msgspec.structs.replace(kubernetes, kubeconfig=kubeconfig)
        needs = set(looked_at(loaded.settings))
        if loaded.settings.declared.argocd:
            needs |= {ObservedApplicationSets, ObservedImageUpdaters, Platform}
        return Live(kubernetes, needed=frozenset(needs), clock=clock)
    path = loaded.path(observed.snapshot)
    every = parse_duration(loaded.settings.interval)
    return Watched(reader=Snapshots(path), path=path, fingerprint=fingerprint, every=every)


async def check_once(
    loaded: Loaded,
    *,
    at: datetime | None,
    tell: Callable[[str], None] = say_nothing,
    run: Run = here,
) -> Evaluation:
    """Look and judge once, and *tell* what is being done; raises :exc:`SettingsError`.

    Raises :exc:`UnreachableError` where there is no cluster, rather than find all of it unknown.
    What is judged is judged as of *at*, else as of now; what is too old is told by the boot clock
    all the same.
    """
    began = Instant(at or SYSTEM.wall(), SYSTEM.boot())
    conformance = Conformance(loaded, tell=tell, dated=at is not None, run=run)
    return await _looked_once(conformance, began)


async def _looked_once(conformance: "Conformance", began: Instant) -> Evaluation:
    """Start, look until nothing further is asked for, and stop."""
    async with supervised() as supervisor:
        try:
            if isinstance(conformance.observed, Live):
                await conformance.observed.reach()
            await conformance.start(supervisor)
            outcome = await conformance.look(began)
            if conformance.asked:
                outcome = await conformance.look(began)
            return await conformance.look_for_writers(began) or outcome
        finally:
            await conformance.stop()


async def join_once(
    loaded: Loaded, *, tell: Callable[[str], None] = say_nothing, run: Run = here
) -> tuple[State, DeclaredNodes | None]:
    """Read the declarations once, and find their nodes in the cluster.

    Raises :exc:`SettingsError`, and :exc:`UnreachableError` where there is no cluster.
    """
    conformance = Conformance(loaded, tell=tell, dated=False, run=run)
    outcome = await _looked_once(conformance, SYSTEM.now())
    return conformance.declared.state or State(), outcome.facts.find(DeclaredNodes)


async def declare_once(loaded: Loaded, *, run: Run = here) -> State:
    """Read the declarations once."""
    return await Declarations(loaded, run=run, registries=ChartFetcher.of(loaded)).read(
        at=SYSTEM.now()
    )

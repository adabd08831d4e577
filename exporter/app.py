"""The composition root: settings become readers, checks, a loop and a server."""

import asyncio
import gc
import logging
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from exporter.checks import ALL
from exporter.declared.declare import Declarations
from exporter.domain.applications import DeclaredApplications
from exporter.domain.check import Check
from exporter.domain.errors import SettingsError
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.instants import parse_duration, parse_instant
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.policy import Maintenance, Policy, Waiver
from exporter.domain.published import Body, Published
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads
from exporter.foreign.files import fingerprint
from exporter.metrics.exposition import render
from exporter.metrics.view import Process, View
from exporter.observed.observe import Snapshots
from exporter.report.page import page, style
from exporter.runtime.evaluate import Decisions, History, evaluate
from exporter.runtime.loop import Loop
from exporter.runtime.server import application, listen
from exporter.runtime.watched import Watched
from exporter.settings.load import Loaded, load
from exporter.settings.model import DeclaredSettings

logger = logging.getLogger(__name__)


def enabled(declared: DeclaredSettings) -> tuple[Check, ...]:
    """Return the checks for which the settings name any declaration."""
    inventory = declared.inventory
    named = {
        DeclaredNodes: bool(declared.terraform or declared.ansible or inventory.nodes),
        DeclaredWorkloads: bool(declared.argocd or declared.kustomize or inventory.workloads),
        DeclaredApplications: bool(declared.argocd or inventory.applications),
    }
    return tuple(check for check in ALL if all(named.get(kind, True) for kind in check.needs))


def decisions(loaded: Loaded) -> Decisions:
    """Return what the owners decided about failures."""
    settings = loaded.settings
    return Decisions(
        waivers=tuple(
            Waiver(
                check=one.check,
                subject=one.subject,
                reason=one.reason,
                owner=one.owner,
                expires=parse_instant(one.expires),
            )
            for one in settings.waivers
        ),
        maintenance=tuple(
            Maintenance(nodes=one.nodes, start=parse_instant(one.start), end=parse_instant(one.end))
            for one in settings.maintenance
        ),
    )


def policy(loaded: Loaded, *, at: datetime) -> Policy:
    """Return the decisions that checks need."""
    nodes = loaded.settings.nodes
    return Policy(
        now=at,
        consistent_labels=nodes.consistent_labels,
        unmanaged_labels=nodes.unmanaged_labels,
        unmanaged_taints=nodes.unmanaged_taints,
        rollout_deadline=parse_duration(loaded.settings.rollout_deadline),
    )


@dataclass(slots=True)
class Conformance:
    """Everything that one set of settings needs to look and to judge."""

    loaded: Loaded
    history: History | None = None
    settled: tuple[Facts, Facts] = field(default=(Facts(), Facts()))
    declared: Watched = field(init=False)
    observed: Watched = field(init=False)

    def __post_init__(self) -> None:
        """Make the readers; raises :exc:`SettingsError` where nothing is to be observed."""
        snapshot = self.loaded.settings.observed.snapshot
        if snapshot is None:
            raise SettingsError(["observed.snapshot: is required, as long as nothing is watched"])
        self.declared = Watched(
            reader=Declarations(self.loaded),
            path=self.loaded.path(self.loaded.repository.path),
            fingerprint=fingerprint,
        )
        path = self.loaded.path(snapshot)
        self.observed = Watched(reader=Snapshots(path), path=path, fingerprint=fingerprint)

    @property
    def interval(self) -> float:
        """How many seconds lie between two looks."""
        return parse_duration(self.loaded.settings.interval).total_seconds()

    async def look(self, at: datetime) -> Evaluation:
        """Read what changed, and judge everything at the instant *at*."""
        declared, observed = await asyncio.gather(
            self.declared.look(at=at), self.observed.look(at=at)
        )
        if declared.facts is not self.settled[0] or observed.facts is not self.settled[1]:
            self.settled = (declared.facts, observed.facts)
            _settle()
        return await asyncio.to_thread(self._judge, declared, observed, at)

    def _judge(self, declared: State, observed: State, at: datetime) -> Evaluation:
        return evaluate(
            enabled(self.loaded.settings.declared),
            facts=_together(declared.facts, observed.facts, policy(self.loaded, at=at)),
            decisions=decisions(self.loaded),
            sources=(*declared.sources, *observed.sources),
            at=at,
            history=self.history,
        )


def _settle() -> None:
    """Tell the garbage collector that the facts just read will stay.

    They are millions of values in no cycle; looking through them again and again took a third of
    an evaluation's time (docs/performance.md).
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _together(declared: Facts, observed: Facts, rules: Policy) -> Facts:
    return Facts(
        known={**declared.known, **observed.known, Policy: rules},
        gaps={**declared.gaps, **observed.gaps},
        unseen={**declared.unseen, **observed.unseen},
    )


async def check_once(loaded: Loaded, *, at: datetime) -> Evaluation:
    """Look and judge once."""
    return await Conformance(loaded).look(at)


async def declare_once(loaded: Loaded) -> State:
    """Read the declarations once."""
    return await Declarations(loaded).read(at=datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """The command line of ``serve``."""

    settings: Path
    addresses: tuple[tuple[str, int], ...]
    telemetry_path: str = "/metrics"


@dataclass(slots=True)
class Service:
    """The long-running exporter: settings that may change, a loop and a server."""

    options: ServeOptions
    current: Conformance = field(init=False)
    loop: Loop = field(init=False)
    reloaded: datetime = field(init=False)
    reload_ok: bool = True
    seen: str = ""

    def __post_init__(self) -> None:
        """Read the settings and make everything; raises :exc:`SettingsError`."""
        self.seen = fingerprint(self.options.settings)
        self.current = Conformance(load(self.options.settings), history=History())
        self.reloaded = datetime.now(UTC)
        self.loop = Loop(look=self.look, prepare=self.prepare, interval=self.current.interval)

    async def look(self, at: datetime) -> Evaluation:
        """Read the settings again if they changed; then look and judge."""
        self.reload(at=at)
        return await self.current.look(at)

    def reload(self, *, at: datetime) -> None:
        """Take new settings over; broken ones change nothing but show as failed reload."""
        now = fingerprint(self.options.settings)
        if now == self.seen:
            return
        self.seen = now
        try:
            self.current = Conformance(load(self.options.settings), history=self.current.history)
        except SettingsError as error:
            self.reload_ok = False
            logger.error("settings not reloaded: %s", "; ".join(error.problems))  # noqa: TRY400 - the problems say all
            return
        self.reload_ok, self.reloaded = True, at
        self.loop.interval = self.current.interval
        logger.info("settings reloaded")

    def prepare(self, outcome: Evaluation) -> Published:
        """Render one evaluation; reads nothing that changes while it runs."""
        metrics = self.current.loaded.settings.metrics
        process = Process(
            evaluations=self.loop.evaluations,
            failures=dict(self.loop.failures),
            reload_ok=self.reload_ok,
            reloaded=self.reloaded,
        )
        text, openmetrics = render(
            View(
                evaluation=outcome,
                process=process,
                detail=metrics.detail,
                limit=metrics.findings_limit,
            )
        )
        shown = page(outcome, telemetry_path=self.options.telemetry_path)
        return Published(
            evaluation=outcome,
            text=Body.of(text),
            openmetrics=Body.of(openmetrics),
            page=Body.of(shown),
        )


async def serve(options: ServeOptions) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP looks at everything again at once.

    Raises :exc:`SettingsError` where the settings are wrong at the start, and :exc:`OSError`
    where an address cannot be listened on.
    """
    service = Service(options)
    app = application(service.loop, telemetry_path=options.telemetry_path, style=style())
    runner = await listen(app, addresses=options.addresses)
    for host, port, *_ in runner.addresses:
        logger.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
    running = asyncio.create_task(service.loop.run(), name="evaluations")
    try:
        await _until_told_to_stop(service.loop)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runner.cleanup()


async def _until_told_to_stop(loop: Loop) -> None:
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, stop.set)
    running.add_signal_handler(signal.SIGHUP, loop.again.set)
    await stop.wait()

"""The long-running exporter: settings that may change, a loop and a server."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType

from exporter.app import garbage
from exporter.app.conformance import Conformance
from exporter.app.flows import Flows
from exporter.app.lifesigns import LifeSigns
from exporter.app.memory import MemoryFile
from exporter.app.recall import newer, recalled
from exporter.app.suspicions import read_validated
from exporter.app.views import PATHS, Readers, Seen, files, views, waiting
from exporter.app.web import WebOptions, allow_reload, open_servers
from exporter.declared.confined import Workers
from exporter.declared.declare import Run, here
from exporter.domain.clock import Clock, Instant
from exporter.domain.errors import SettingsError
from exporter.domain.evaluation import Evaluation
from exporter.domain.published import Body, Published
from exporter.domain.recollection import Scope
from exporter.domain.state import State
from exporter.foreign.clock import SYSTEM
from exporter.foreign.files import fingerprint
from exporter.foreign.supervisor import Supervisor, supervised
from exporter.foreign.systemd import ServiceManager
from exporter.metrics.exposition import Lines, render
from exporter.metrics.view import Process, View
from exporter.runtime.history import History
from exporter.runtime.loop import Loop
from exporter.runtime.past import Past
from exporter.runtime.server import application, probes
from exporter.runtime.web.protection import Guard
from exporter.settings.load import Loaded

logger = logging.getLogger(__name__)

TURN = 0.001
"""Seconds after which an evaluation lets others run; a scrape waits for several such turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """The command line of ``serve``.

    Once told to stop, the process has *grace* seconds for that; 0 for as many as it takes. *strict*
    refuses settings that are only suspicious, too.
    """

    settings: Path
    addresses: tuple[tuple[str, int], ...]
    telemetry_path: str = "/metrics"
    web: WebOptions = field(default_factory=WebOptions)
    grace: int = 0
    strict: bool = False


@dataclass(slots=True)
class Service:
    """The long-running exporter: settings that may change, a loop and a server.

    *reloaded* is when settings were last taken over, by the boot clock. *manager* is told when
    they are read again.
    """

    options: ServeOptions
    clock: Clock = SYSTEM
    run_reader: Run = here
    manager: ServiceManager = field(default_factory=ServiceManager)
    supervisor: Supervisor = field(init=False)
    current: Conformance = field(init=False)
    loop: Loop = field(init=False)
    reloaded: float = field(init=False)
    guard: Guard = field(init=False)
    memory: MemoryFile | None = field(init=False)
    coming: Conformance | None = None
    readers: Readers = field(default_factory=Readers)
    lines: Lines = field(default_factory=Lines)
    reload_ok: bool = True
    asked: bool = False  # to reload
    seen: str = ""

    def __post_init__(self) -> None:
        """Read the settings and make everything; raises :exc:`SettingsError`."""
        self.seen = fingerprint(self.options.settings)
        self.guard = Guard(self.options.web.config)
        loaded = self.settings()
        self.memory = _memory(loaded)
        now = self.clock.now().wall
        past = self.memory.load(now=now) if self.memory else Past()
        self.current = Conformance(
            loaded,
            history=History(started=now, past=past),
            flows=Flows.recalled(past.steps),
            clock=self.clock,
            run=self.run_reader,
        )
        self.reloaded = self.clock.boot()
        self.loop = Loop(
            look=self.look,
            prepare=self.prepare,
            interval=self.current.interval,
            watchdog=self.current.watchdog,
            clock=self.clock,
        )

    def settings(self) -> Loaded:
        """Read the settings, and log what is suspicious; raises :exc:`SettingsError`."""
        options = self.options
        loaded, suspicions = read_validated(
            options.settings, at=self.clock.wall(), strict=options.strict
        )
        for line in suspicions:
            logger.warning("%s", line)
        return loaded

    async def run(self, supervisor: Supervisor) -> None:
        """Follow what is live, and evaluate until cancelled."""
        self.supervisor = supervisor
        self.loop.again = self.current.changed
        await asyncio.gather(self.current.start(supervisor), self.recall())
        await self.loop.run()

    async def recall(self) -> None:
        """Begin with what Prometheus tells of earlier processes, where that is newer."""
        history = self.current.history
        now = self.clock.now().wall
        series = await recalled(self.current.loaded, _scope(self.current.loaded), now=now)
        if history is not None:
            history.remember(newer(history.past, series))

    async def look(self, at: Instant) -> Evaluation:
        """Keep what the last look found, read the settings again if they changed; look and judge.

        A slow disk delays nothing that is published.
        """
        await asyncio.to_thread(self.remember)
        await self.reload()
        return await self.current.look(at)

    def invalidate(self) -> None:
        """Look at everything again as soon as may be."""
        self.current.invalidate()
        self.loop.again.set()

    async def reload(self) -> None:
        """Take new settings over; broken ones change nothing but show as failed reload."""
        if fingerprint(self.options.settings) != self.seen:
            self.read()
        coming, self.coming = self.coming, None
        if coming is not None:
            await self.take_over(coming)
        if self.asked:
            self.asked = False
            self.manager.ready()

    async def take_over(self, coming: Conformance) -> None:
        """Start *coming*, and stop what ran before; where it does not start, that goes on."""
        try:
            await coming.start(self.supervisor)
        except Exception:
            self.reload_ok = False
            logger.exception("settings not reloaded: what they ask for does not start")
            return
        last, self.current = self.current, coming
        coming.history, coming.sweeper, coming.flows = last.history, last.sweeper, last.flows
        self.memory = _memory(coming.loaded)
        self.loop.interval, self.loop.again = coming.interval, coming.changed
        self.loop.watchdog = coming.watchdog
        self.reload_ok, self.reloaded = True, self.clock.boot()
        logger.info("settings reloaded")
        await last.stop()

    def read(self) -> tuple[str, ...]:
        """Read the settings for the next look to take over; return what is wrong with them."""
        self.seen = fingerprint(self.options.settings)
        self.coming = None
        try:
            self.coming = Conformance(self.settings(), clock=self.clock, run=self.run_reader)
        except SettingsError as error:
            self.reload_ok = False
            logger.error("settings not reloaded: %s", "; ".join(error.problems))  # noqa: TRY400 - the problems say all
            return error.problems
        return ()

    def read_all(self) -> tuple[str, ...]:
        """Read all that is configured, if it changed, and look again; return what is wrong."""
        self.asked = True
        self.manager.reloading()
        changed = fingerprint(self.options.settings) != self.seen
        problems = self.read() if changed or not self.reload_ok else ()
        problems += self.guard.reload()
        self.invalidate()
        return problems

    def remember(self, *, force: bool = False) -> None:
        """Keep what has to outlive this process, where the settings name a file for it."""
        history = self.current.history
        if self.memory is not None and history is not None and history.judged:
            steps = self.current.flows.taken()
            self.memory.save(history, at=self.clock.now(), steps=steps, force=force)

    def prepare(self, outcome: Evaluation) -> Published:
        """Render one evaluation; reads nothing that changes while it runs."""
        metrics = self.current.loaded.settings.metrics
        process = Process(
            evaluations=self.loop.evaluations,
            failures=dict(self.loop.failures),
            reload_ok=self.reload_ok,
            reloaded=self.clock.now().shown(self.reloaded),
            scope=_scope(self.current.loaded),
        )
        text, openmetrics = render(
            View(
                evaluation=outcome,
                process=process,
                detail=metrics.detail,
                limit=metrics.findings_limit,
            ),
            self.lines,
        )
        lasting = timedelta(seconds=3 * self.current.interval + 10 * outcome.seconds)
        return Published(
            evaluation=outcome,
            text=Body.of(*text),
            openmetrics=Body.of(*openmetrics),
            views=views(
                Seen(outcome, self.current.loaded),
                declared=self.current.declared.state or State(),
                telemetry_path=self.options.telemetry_path,
                lasting=lasting,
                readers=self.readers,
            ),
            lasting=lasting,
        )


async def serve(options: ServeOptions, *, workers: Workers) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP reads and looks at everything again at once.

    Raises :exc:`SettingsError` where the settings are wrong at the start, :exc:`OSError` where an
    address cannot be listened on, and :exc:`TaskError` where a task ended that must not.
    """
    manager = ServiceManager.of(os.environ)
    service = Service(options, run_reader=workers.read, manager=manager)
    await serve_as(service, beside={"template of workers": workers.template.lasts})


async def serve_as(
    service: Service, *, beside: Mapping[str, Callable[[], Awaitable[None]]] = MappingProxyType({})
) -> None:
    """Serve as :func:`serve` does, by a *service* that was made before, and tasks *beside* it."""
    options = service.options
    garbage.ease()
    sys.setswitchinterval(TURN)
    stop = _told_to_stop(service)  # before anybody learns that it listens
    app = application(
        service.loop,
        telemetry_path=options.telemetry_path,
        views=PATHS,
        files=files(),
        waiting=waiting(service.current.loaded),
    )
    allow_reload(app, options=options.web, call=service.read_all)
    async with supervised() as supervisor:
        for name, run in beside.items():
            supervisor.start(run, name=name)
        servers = await open_servers(
            app,
            probes=probes(service.loop),
            addresses=options.addresses,
            options=options.web,
            guard=service.guard,
            supervisor=supervisor,
        )
        evaluations = supervisor.start(partial(service.run, supervisor), name="evaluations")
        service.manager.ready()
        signs = LifeSigns(service.manager, service.loop)
        supervisor.start(signs.run, name="signs of life")
        try:
            await stop.wait()
        finally:
            service.manager.stopping()
            await servers.close()
            await evaluations.stop()
            service.remember(force=True)
            await service.current.stop()


def _memory(loaded: Loaded) -> MemoryFile | None:
    """Return the file that remembers, if the settings name one."""
    if not loaded.settings.memory:
        return None
    return MemoryFile(path=loaded.path(loaded.settings.memory), scope=_scope(loaded))


def _scope(loaded: Loaded) -> Scope:
    """Return whose memory is of use: that of the same cluster and repository."""
    repository = loaded.repository
    return Scope(loaded.cluster.name, repository.url or repository.path)


def _told_to_stop(service: Service) -> asyncio.Event:
    """Heed signals, which would end the process at once; return what those to stop set."""
    stop = asyncio.Event()
    running = asyncio.get_running_loop()

    def end() -> None:
        # By the kernel, as a thread that never gives up the interpreter would let none of ours run.
        signal.alarm(service.options.grace)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, end)
    running.add_signal_handler(signal.SIGHUP, service.read_all)
    return stop

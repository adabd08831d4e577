"""The long-running exporter: settings that may change, a loop and a server."""

import asyncio
import logging
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from exporter.app.conformance import Conformance
from exporter.domain.errors import SettingsError
from exporter.domain.evaluation import Evaluation
from exporter.domain.published import Body, Published
from exporter.foreign.files import fingerprint
from exporter.metrics.exposition import render
from exporter.metrics.view import Process, View
from exporter.observed.kubernetes.live import Live
from exporter.report.page import page, style
from exporter.runtime.evaluate import History
from exporter.runtime.loop import Loop
from exporter.runtime.server import application, listen
from exporter.settings.load import load

logger = logging.getLogger(__name__)


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
        await self.reload(at=at)
        return await self.current.look(at)

    def hurry(self) -> None:
        """Look at everything again as soon as may be."""
        self.current.hurry()
        self.loop.again.set()

    async def start(self) -> None:
        """Begin to follow a live cluster, whose changes ask for another look."""
        if isinstance(self.current.observed, Live):
            self.loop.again = self.current.observed.changed
        await self.current.start()

    async def reload(self, *, at: datetime) -> None:
        """Take new settings over; broken ones change nothing but show as failed reload."""
        now = fingerprint(self.options.settings)
        if now == self.seen:
            return
        self.seen = now
        last = self.current
        try:
            self.current = Conformance(load(self.options.settings), history=last.history)
        except SettingsError as error:
            self.reload_ok = False
            logger.error("settings not reloaded: %s", "; ".join(error.problems))  # noqa: TRY400 - the problems say all
            return
        await last.stop()
        await self.start()
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
    await serve_as(Service(options))


async def serve_as(service: Service) -> None:
    """Serve as :func:`serve` does, by a *service* that was made before."""
    options = service.options
    app = application(service.loop, telemetry_path=options.telemetry_path, style=style())
    runner = await listen(app, addresses=options.addresses)
    for host, port, *_ in runner.addresses:
        logger.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
    running = asyncio.create_task(_run(service), name="evaluations")
    try:
        await _until_told_to_stop(service)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await service.current.stop()
        await runner.cleanup()


async def _run(service: Service) -> None:
    await service.start()
    await service.loop.run()


async def _until_told_to_stop(service: Service) -> None:
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, stop.set)
    running.add_signal_handler(signal.SIGHUP, service.hurry)
    await stop.wait()

"""All clusters side by side, in one Prometheus and one Alertmanager, and who was notified."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from exporter.foreign.supervisor import supervised
from tests.e2e.alerting import faster
from tests.e2e.alerting.surroundings import Served
from tests.monitoring.alertmanager import Alertmanager
from tests.monitoring.prometheus import Prometheus
from tests.programs import tool
from tests.trust.clock import FastClock
from tests.trust.lab import Lab, passing
from tests.trust.operation import Operation

PREFIX = "ClusterConformance"
QUIET = 4.0
"""Minutes before anything happens, in which nobody may be notified either."""
_OFTEN = "500ms"


@dataclass(frozen=True, slots=True)
class Heard:
    """A notification: the alert without its first word, what it is about, and when it came."""

    alert: str
    about: str
    minute: float


@dataclass(slots=True)
class Ears:
    """Hears what Alertmanager sends; *heard* has each alert of each cluster once."""

    factor: float
    began: float = field(default_factory=time.monotonic)
    heard: dict[str, dict[tuple[str, str], Heard]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Return what to serve."""
        return [web.post("/{receiver}", self._hear)]

    async def _hear(self, request: web.Request) -> web.Response:
        document: dict[str, Any] = await request.json()
        minute = (time.monotonic() - self.began) * self.factor / 60
        for alert in document["alerts"]:
            labels: dict[str, str] = alert["labels"]
            if alert["status"] == "firing" and labels["alertname"] != "Watchdog":
                name, about = named(labels)
                own = self.heard.setdefault(labels.get("cluster", ""), {})
                own.setdefault((name, about), Heard(name, about, minute))
        return web.Response()


def named(labels: dict[str, str]) -> tuple[str, str]:
    """Return an alert and what it is about."""
    about = ("object_name", "source", "waiver", "layer", "kind")
    name = next((labels[one] for one in about if labels.get(one)), "")
    return labels["alertname"].removeprefix(PREFIX), name


@dataclass(frozen=True, slots=True)
class Trial:
    """An operation that went on in a lab, and the notifications of it."""

    operation: Operation
    lab: Lab
    heard: tuple[Heard, ...] = ()


@asynccontextmanager
async def observed(labs: Sequence[Lab], *, factor: float) -> AsyncIterator[Ears]:
    """Let Prometheus look at all labs, and Alertmanager tell."""
    ears = Ears(factor)
    by_name = {lab.name: lab for lab in labs}

    async def metrics(request: web.Request) -> web.Response:
        body = by_name[request.match_info["cluster"]].metrics
        return web.Response(status=503) if body is None else web.Response(body=body)

    async with AsyncExitStack() as exits:
        hearing = await exits.enter_async_context(Served(ears.routes()))
        telling = await exits.enter_async_context(Served([web.get("/{cluster}", metrics)]))
        alertmanager = Alertmanager(
            faster.alertmanager(hearing.url, factor=factor), program=tool("prometheus-alertmanager")
        )
        await exits.enter_async_context(alertmanager)
        prometheus = Prometheus(
            _scraping(telling.url, by_name, alertmanager.address),
            faster.rules(factor=factor),
            program=tool("prometheus"),
            flags=("--rules.alert.resend-delay=1s",),
        )
        await exits.enter_async_context(prometheus)
        ears.began = time.monotonic()
        yield ears


def _scraping(url: str, names: Sequence[str], alertmanager: str) -> dict[str, Any]:
    host = url.removeprefix("http://")
    return {
        "global": {
            "scrape_interval": _OFTEN,
            "scrape_timeout": _OFTEN,
            "evaluation_interval": _OFTEN,
        },
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [
            {
                "job_name": "conformance",
                "static_configs": [
                    {
                        "targets": [host],
                        "labels": {
                            "__metrics_path__": f"/{name}",
                            "cluster": name,
                            "instance": name,
                        },
                    }
                    for name in names
                ],
            }
        ],
    }


async def conduct(
    operations: Sequence[Operation],
    folder: Path,
    *,
    factor: float,
    minutes: float,
    broken: Sequence[bool] = (False, True),
) -> list[Trial]:
    """Let all operations go on, with and without their faults, for so many *minutes*."""
    clocks = {(one.id, fault): FastClock(factor) for one in operations for fault in broken}
    trials = []
    for one in operations:
        for fault in broken:
            name = f"{one.id}{'-broken' if fault else ''}"
            lab = Lab(name, folder / name, clocks[one.id, fault], broken=fault)
            one.prepare(lab)
            lab.build()
            trials.append(Trial(one, lab))
    labs = [one.lab for one in trials]
    async with supervised() as supervisor, AsyncExitStack() as exits:
        for lab in labs:
            exits.push_async_callback(lab.stop)
            await lab.start(supervisor)
        ticking = asyncio.create_task(_tick(labs))
        exits.push_async_callback(_end, ticking)
        while any(lab.metrics is None for lab in labs):
            await asyncio.sleep(0.1)
        async with observed(labs, factor=factor) as ears:
            runs = [asyncio.create_task(_run(one, factor)) for one in trials]
            await asyncio.sleep((QUIET + minutes) * 60 / factor)
            await asyncio.gather(*runs)
    return [_judged(one, ears) for one in trials]


def _judged(trial: Trial, ears: Ears) -> Trial:
    heard = ears.heard.get(trial.lab.name, {}).values()
    return Trial(trial.operation, trial.lab, tuple(sorted(heard, key=lambda one: one.minute)))


async def _run(trial: Trial, factor: float) -> None:
    await asyncio.sleep(QUIET * 60 / factor)
    await passing(trial.lab, trial.operation.run(trial.lab))


async def _tick(labs: Sequence[Lab]) -> None:
    while True:
        for lab in labs:
            lab.tick()
            await asyncio.sleep(0)
        await asyncio.sleep(0.25)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

"""What exporters said is told to one Prometheus and one Alertmanager, faster, and who heard it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.e2e.alerting import faster
from tests.e2e.alerting.surroundings import Served
from tests.monitoring.alertmanager import Alertmanager
from tests.monitoring.prometheus import Prometheus
from tests.programs import tool
from tests.trust.rehearsal import Trial

PREFIX = "ClusterConformance"
_SCRAPED, _EVALUATED = "1s", "1s"
_GZIP = {"Content-Encoding": "gzip", "Content-Type": "text/plain; version=0.0.4"}


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

    @property
    def minute(self) -> float:
        """How many minutes have passed."""
        return (time.monotonic() - self.began) * self.factor / 60

    def routes(self) -> list[web.RouteDef]:
        """Return what to serve."""
        return [web.post("/{receiver}", self._hear)]

    async def _hear(self, request: web.Request) -> web.Response:
        document: dict[str, Any] = await request.json()
        for alert in document["alerts"]:
            labels: dict[str, str] = alert["labels"]
            if alert["status"] == "firing" and labels["alertname"] != "Watchdog":
                name, about = named(labels)
                own = self.heard.setdefault(labels.get("cluster", ""), {})
                own.setdefault((name, about), Heard(name, about, self.minute))
        return web.Response()

    def of(self, cluster: str) -> list[Heard]:
        """Return what was heard of a cluster, in order."""
        return sorted(self.heard.get(cluster, {}).values(), key=lambda one: one.minute)


def named(labels: Mapping[str, str]) -> tuple[str, str]:
    """Return an alert and what it is about."""
    about = ("object_name", "source", "waiver", "layer", "kind")
    name = next((labels[one] for one in about if labels.get(one)), "")
    return labels["alertname"].removeprefix(PREFIX), name


async def hear(trials: Sequence[Trial], *, factor: float) -> Ears:
    """Return what is heard where all that was said is said again, *factor* times as fast."""
    async with _listening(trials, factor=factor) as ears:
        last = max(trial.said[-1][0] for trial in trials)
        await asyncio.sleep(last * 60 / factor)
    return ears


@asynccontextmanager
async def _listening(trials: Sequence[Trial], *, factor: float) -> AsyncIterator[Ears]:
    ears, by_name = Ears(factor), {trial.name: trial for trial in trials}

    async def metrics(request: web.Request) -> web.Response:
        said = by_name[request.match_info["cluster"]].at(max(ears.minute, 1))
        return web.Response(status=503) if said is None else web.Response(body=said, headers=_GZIP)

    async with AsyncExitStack() as exits:
        hearing = await exits.enter_async_context(Served(ears.routes()))
        telling = await exits.enter_async_context(Served([web.get("/{cluster}", metrics)]))
        alertmanager = Alertmanager(
            faster.alertmanager(hearing.url, factor=factor), program=tool("prometheus-alertmanager")
        )
        await exits.enter_async_context(alertmanager)
        prometheus = Prometheus(
            _scraping(telling.url, list(by_name), alertmanager.address),
            faster.rules(factor=factor),
            program=tool("prometheus"),
            flags=("--rules.alert.resend-delay=1s",),
        )
        ears.began = time.monotonic()
        await exits.enter_async_context(prometheus)
        ears.began = time.monotonic()
        yield ears


def _scraping(url: str, names: Sequence[str], alertmanager: str) -> dict[str, Any]:
    host = url.removeprefix("http://")
    targets = [
        {
            "targets": [host],
            "labels": {"__metrics_path__": f"/{name}", "cluster": name, "instance": name},
        }
        for name in names
    ]
    return {
        "global": {
            "scrape_interval": _SCRAPED,
            "scrape_timeout": _SCRAPED,
            "evaluation_interval": _EVALUATED,
        },
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [{"job_name": "conformance", "static_configs": targets}],
    }

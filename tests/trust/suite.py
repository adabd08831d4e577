"""What exporters said is told to one Prometheus and one Alertmanager, faster, and who heard it."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from exporter.domain.instants import parse_duration
from tests.e2e.alerting import faster
from tests.e2e.alerting.surroundings import Served
from tests.monitoring.alertmanager import Alertmanager
from tests.monitoring.prometheus import Prometheus, answering
from tests.programs import tool
from tests.rules.shipped import ALERTS
from tests.trust.rehearsal import Trial

PREFIX = "ClusterConformance"
_SCRAPED, _EVALUATED = "1s", "1s"
_NOTIFIED = 3.0
"""Seconds in which Alertmanager notifies of what fires."""
SLOW = frozenset(
    name for name, rule in ALERTS.items() if parse_duration(rule["for"]) >= timedelta(hours=1)
)
"""Alerts that wait for longer than most operations take."""
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
    began: float = math.inf
    prometheus: str = ""
    heard: dict[str, dict[tuple[str, str], Heard]] = field(default_factory=dict)

    @property
    def minute(self) -> float:
        """How many minutes have passed; none before everybody listens."""
        return max(0.0, time.monotonic() - self.began) * self.factor / 60

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
        await answering(f"{ears.prometheus}/api/v1/alerts", _is_settled)
        await asyncio.sleep(_NOTIFIED)
    return ears


def _is_settled(answer: Any) -> bool:
    """Tell whether nothing is about to fire: a busy machine is late with that."""
    alerts = answer["data"]["alerts"]
    return not any(_is_pending(one) for one in alerts)


def _is_pending(alert: Mapping[str, Any]) -> bool:
    return alert["state"] == "pending" and alert["labels"]["alertname"] not in SLOW


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
        ears.prometheus = await exits.enter_async_context(prometheus)
        await answering(
            f"{ears.prometheus}/api/v1/query?query=count(up==1)",
            lambda answer: _value(answer) == len(by_name),
        )
        ears.began = time.monotonic()
        yield ears


def _value(answer: Any) -> float:
    return sum(float(one["value"][1]) for one in answer["data"]["result"])


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

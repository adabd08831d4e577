"""What exporters said is told to one Prometheus and one Alertmanager, faster, and who heard it.

On a busy machine Prometheus is late. It says so itself: then all is told again, half as fast.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from exporter.domain.instants import parse_duration
from tests.e2e.alerting import faster
from tests.e2e.alerting.surroundings import Served
from tests.monitoring.alertmanager import Alertmanager
from tests.monitoring.prometheus import Prometheus, answering
from tests.programs import tool
from tests.rules.shipped import ALERTS
from tests.trust.rehearsal import LOOK, Trial

PREFIX = "ClusterConformance"
FASTEST = 60.0
"""How fast time passes for Prometheus and Alertmanager at the most: a minute in a second."""
_LATE = 0.05
"""Which part of the evaluations may be missed; one that is late delays what it finds by itself."""
_SLOWEST = 3
"""How often it is told again, half as fast, before that is a failure."""
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
    """Hears what Alertmanager sends; *heard* has each alert of each cluster once.

    *silent* is how often an exporter did not answer.
    """

    factor: float = FASTEST
    began: float = math.inf
    prometheus: str = ""
    alertmanager: str = ""
    silent: int = 0
    heard: dict[str, dict[tuple[str, str], Heard]] = field(default_factory=dict)

    @property
    def minute(self) -> float:
        """How many minutes have passed; none before everybody listens."""
        return max(0.0, time.monotonic() - self.began) * self.factor / 60

    @property
    def step(self) -> str:
        """A minute, as it passes here."""
        return f"{60_000 / self.factor:.0f}ms"

    @property
    def grace(self) -> float:
        """Seconds in which what is pending fires, with as much again for a busy machine."""
        return 2 * 3600 / self.factor

    def routes(self) -> list[web.RouteDef]:
        """Return what to serve."""
        return [web.post("/{receiver}", self._hear)]

    async def _hear(self, request: web.Request) -> web.Response:
        document: dict[str, Any] = await request.json()
        for alert in document["alerts"]:
            if alert["status"] == "firing":
                self.hear(alert["labels"])
        return web.Response()

    def hear(self, labels: Mapping[str, str]) -> None:
        """Hear of an alert."""
        if labels["alertname"] != "Watchdog":
            name, about = named(labels)
            own = self.heard.setdefault(labels.get("cluster", ""), {})
            own.setdefault((name, about), Heard(name, about, self.minute))

    def of(self, cluster: str) -> list[Heard]:
        """Return what was heard of a cluster, in order."""
        return sorted(self.heard.get(cluster, {}).values(), key=lambda one: one.minute)


def named(labels: Mapping[str, str]) -> tuple[str, str]:
    """Return an alert and what it is about."""
    about = ("object_name", "source", "waiver", "layer", "kind")
    name = next((labels[one] for one in about if labels.get(one)), "")
    return labels["alertname"].removeprefix(PREFIX), name


async def hear(trials: Sequence[Trial], *, factor: float) -> Ears:
    """Return what is heard where all that was said is said again, *factor* times as fast.

    Slower where Prometheus could not keep up. Whatever is due for a notification in the end, and
    waits for its group, is heard, too.
    """
    last = max(trial.said[-1][0] for trial in trials)
    for slower in range(_SLOWEST + 1):
        async with _listening(trials, factor=factor / 2**slower) as ears:
            await asyncio.sleep(last * 60 / ears.factor)
            await answering(f"{ears.prometheus}/api/v1/alerts", _is_settled, grace=ears.grace)
            if await _kept_up(ears):
                await _due(ears)
                return ears
    pytest.fail("Prometheus cannot keep up on this machine")


async def _kept_up(ears: Ears) -> bool:
    """Tell whether Prometheus scraped all that was told, and was late for few evaluations only."""
    span = f"[{(time.monotonic() - ears.began) * 1000:.0f}ms]"
    failed = f"sum(count_over_time(up{span}) - sum_over_time(up{span}))"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{ears.prometheus}/metrics") as answer:
            text = await answer.text()
        url, query = f"{ears.prometheus}/api/v1/query", {"query": failed}
        async with session.get(url, params=query) as answer:
            down = _value(await answer.json())
    missed = _total(text, "prometheus_rule_group_iterations_missed_total")
    done = _total(text, "prometheus_rule_group_iterations_total")
    return missed <= _LATE * done and down <= ears.silent


def _total(text: str, name: str) -> float:
    lines = (line for line in text.splitlines() if line.startswith(name))
    return sum(float(line.rpartition(" ")[2]) for line in lines)


async def _due(ears: Ears) -> None:
    """Hear what Alertmanager has yet to notify of, as soon as it knows all that fires."""
    alerts = f"{ears.prometheus}/api/v1/alerts"
    answer = await answering(alerts, _is_settled, grace=ears.grace)
    firing = {
        frozenset(one["labels"].items())
        for one in answer["data"]["alerts"]
        if one["state"] == "firing"
    }

    def knows(active: Any) -> bool:
        there = {frozenset(one["labels"].items()) for one in active}
        return firing <= there and all(one["status"]["state"] != "unprocessed" for one in active)

    active = f"{ears.alertmanager}/api/v2/alerts"
    for alert in await answering(active, knows, grace=ears.grace):
        if alert["status"]["state"] == "active":
            ears.hear(alert["labels"])


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
        said = by_name[request.match_info["cluster"]].at(max(ears.minute, LOOK))
        if said is None:
            ears.silent += 1
            return web.Response(status=503)
        return web.Response(body=said, headers=_GZIP)

    async with AsyncExitStack() as exits:
        hearing = await exits.enter_async_context(Served(ears.routes()))
        telling = await exits.enter_async_context(Served([web.get("/{cluster}", metrics)]))
        alertmanager = Alertmanager(
            faster.alertmanager(hearing.url, factor=factor), program=tool("prometheus-alertmanager")
        )
        ears.alertmanager = await exits.enter_async_context(alertmanager)
        prometheus = Prometheus(
            _scraping(telling.url, list(by_name), alertmanager.address, step=ears.step),
            faster.rules(factor=factor),
            program=tool("prometheus"),
            flags=("--rules.alert.resend-delay=1s",),
        )
        ears.prometheus = await exits.enter_async_context(prometheus)
        await answering(
            f"{ears.prometheus}/api/v1/query?query=count(up==1)",
            lambda answer: _value(answer) == len(by_name),
            grace=ears.grace,
        )
        ears.began = time.monotonic()
        yield ears


def _value(answer: Any) -> float:
    return sum(float(one["value"][1]) for one in answer["data"]["result"])


def _scraping(url: str, names: Sequence[str], alertmanager: str, *, step: str) -> dict[str, Any]:
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
            "scrape_interval": step,
            "scrape_timeout": step,
            "evaluation_interval": step,
        },
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [{"job_name": "conformance", "static_configs": targets}],
    }

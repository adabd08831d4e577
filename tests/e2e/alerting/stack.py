"""The whole stack: cluster, exporter, Prometheus, Alertmanager and whoever it notifies."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.scenarios import run
from tests.apiserver.server import ApiServer
from tests.cloud import moto
from tests.e2e.alerting import faster
from tests.e2e.alerting.surroundings import Receiver, Served, Targets
from tests.e2e.reference import Reference
from tests.grafana.server import GrafanaServer
from tests.monitoring.alertmanager import Alertmanager
from tests.monitoring.prometheus import Prometheus
from tests.programs import tool
from tests.real.processes import free_port

GRACE = 90.0
"""Seconds until what is expected must have been heard; the longest ``for`` takes twelve."""
STARTING = 300.0
"""Seconds that an exporter may take to start, on a machine that does much else."""
_CHECK = 0.1
_SLOW = frozenset({"ClusterConformanceWaiverUnused"})
"""Alerts that wait for a day, which are minutes here."""

Named = tuple[str, str]
"""An alert, without its first word, and what it is about: an object, a source, a waiver."""


@dataclass(slots=True, kw_only=True)
class Stack:
    """What runs, and what was heard of it."""

    api: ApiServer
    reference: Reference
    targets: Targets
    receiver: Receiver
    prometheus: Prometheus
    alertmanager: Alertmanager
    address: str
    _exporter: asyncio.subprocess.Process | None = None
    _mark: int = 0

    async def start_exporter(self) -> None:
        """Start the exporter as a user does, and wait for its first metrics."""
        self._exporter = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "exporter", "serve"),
            *("--config.file", str(self.reference.settings)),
            *("--web.listen-address", self.address, "--log.level", "error"),
            env={**os.environ, **moto.KEYS},
        )
        async with asyncio.timeout(STARTING):
            while True:
                if await self._answers():
                    return
                await asyncio.sleep(_CHECK)

    async def _answers(self) -> bool:
        with contextlib.suppress(aiohttp.ClientError):
            url = f"http://{self.address}/metrics"
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                return answer.status == HTTPStatus.OK
        return False

    async def kill_exporter(self) -> None:
        """Kill it, as a node that dies does."""
        if self._exporter is not None:
            with contextlib.suppress(ProcessLookupError):
                self._exporter.send_signal(signal.SIGKILL)
            await self._exporter.wait()

    async def hears(self, *expected: Named) -> None:
        """Wait until exactly *expected* fires, and nothing else is about to.

        Then see that nothing else was notified since the last time.
        """
        await self._until(lambda: self._settled(set(expected)), set(expected))
        heard = {_named(one) for _, status, one in self.news if status == "firing"}
        assert heard == set(expected), sorted(heard ^ set(expected))
        self._mark = len(self.receiver.heard)

    async def quiet(self) -> None:
        """Wait until all sources are seen, nothing fires and all that was heard has resolved.

        What is heard from then on is new. A Prometheus takes 5 s to find its first targets, which
        is longer than the rules are patient here: what they say of that is over by then.
        """
        await self._until(self._is_quiet, set())
        self._mark = len(self.receiver.heard)

    async def shows(self, query: str) -> None:
        """Wait until Prometheus answers *query* with any sample."""
        await self._until(lambda: self._has(query), set())

    async def _has(self, query: str) -> bool:
        return bool(await self.ask(query))

    async def ask(self, query: str) -> list[dict[str, Any]]:
        """Return the samples that Prometheus answers *query* with."""
        params = {"query": query}
        document = await _get(f"{self.prometheus.url}/api/v1/query", params)
        found: list[dict[str, Any]] = document["data"]["result"]
        return found

    @property
    def news(self) -> list[tuple[str, str, dict[str, str]]]:
        """What was heard since the last time: receiver, status and labels."""
        return self.receiver.heard[self._mark :]

    async def _is_quiet(self) -> bool:
        seen = await self.ask("min(cluster_conformance_source_up) == 1")
        return bool(seen) and await self._settled(set())

    async def _settled(self, expected: set[Named]) -> bool:
        """Tell whether *expected* is all that fires, has been notified, and stays all."""
        alerts = (await _get(f"{self.prometheus.url}/api/v1/alerts"))["data"]["alerts"]
        waiting = [one["labels"]["alertname"] for one in alerts if one["state"] == "pending"]
        url = f"{self.alertmanager.url}/api/v2/alerts?inhibited=false&silenced=false"
        active = [one["labels"] for one in await _get(url)]
        loud = {_named(one) for one in active if one["alertname"] != "Watchdog"}
        now: dict[Named, str] = {}
        for _, status, labels in self.receiver.heard:
            now[_named(labels)] = status
        notified = {name for name, status in now.items() if status == "firing"}
        return not set(waiting) - _SLOW and loud == expected == notified

    async def _until(self, settled: Callable[[], Awaitable[bool]], expected: set[Named]) -> None:
        """Wait until *settled* holds through two evaluations of everything."""
        held = 0.0
        try:
            async with asyncio.timeout(GRACE):
                while held < 1.0:
                    held = held + _CHECK if await settled() else 0.0
                    await asyncio.sleep(_CHECK)
        except TimeoutError:
            pytest.fail(f"expected {sorted(expected)}; {await self._state()}")

    async def _state(self) -> str:
        alerts = (await _get(f"{self.prometheus.url}/api/v1/alerts"))["data"]["alerts"]
        known = sorted((one["state"], *_named(one["labels"])) for one in alerts)
        heard = [(status, *_named(one)) for _, status, one in self.news]
        return f"Prometheus has {known}, heard was {heard}"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Stack]:
    """Run everything on the reference cluster, whose images are there and whose drift is waived."""
    async with AsyncExitStack() as exits:
        api = await exits.enter_async_context(ApiServer())
        reference = Reference.copy(folder / "reference")
        api.load_snapshot(reference.root / "snapshot")
        await run("image-fixed", api, _at_once)
        targets, receiver = Targets(api), Receiver()
        scraped = await exits.enter_async_context(Served(targets.routes()))
        hearing = await exits.enter_async_context(Served(receiver.routes()))
        grafana = await exits.enter_async_context(GrafanaServer())
        grafana.add_datasource("Prometheus", default=True)
        alertmanager = Alertmanager(
            faster.alertmanager(hearing.url), program=tool("prometheus-alertmanager")
        )
        await exits.enter_async_context(alertmanager)
        address = f"127.0.0.1:{free_port()}"
        own = f"127.0.0.1:{free_port()}"
        names = [one["metadata"]["name"] for one in api.objects("nodes")]
        prometheus = Prometheus(
            _scraping(address, scraped.url, names, alertmanager.address, own=own),
            faster.rules(),
            program=tool("prometheus"),
            address=own,
            flags=("--storage.tsdb.retention.time=7d", "--rules.alert.resend-delay=1s"),
        )
        _write_settings(reference, api.url, prometheus.url, alertmanager.url, grafana.url)
        # What no check compares would come and go with the declaration, and coverage with it.
        reference.edit("repository/k8s/base/kustomization.yaml", "  - service.yaml\n", "")
        stack = Stack(
            api=api,
            reference=reference,
            targets=targets,
            receiver=receiver,
            prometheus=prometheus,
            alertmanager=alertmanager,
            address=address,
        )
        exits.push_async_callback(stack.kill_exporter)
        await stack.start_exporter()
        await exits.enter_async_context(prometheus)
        yield stack


async def _at_once(_: float) -> None:
    """Let no time pass."""


def _named(labels: dict[str, str]) -> Named:
    about = ("object_name", "source", "waiver", "layer", "kind")
    name = next((labels[one] for one in about if labels.get(one)), "")
    return labels["alertname"].removeprefix("ClusterConformance"), name


async def _get(url: str, params: dict[str, str] | None = None) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url, params=params) as answer:
        return await answer.json()


def _scraping(
    exporter: str, scraped: str, nodes: list[str], alertmanager: str, *, own: str
) -> dict[str, Any]:
    host = scraped.removeprefix("http://")
    return {
        "global": {
            "external_labels": {"cluster": "reference"},
            "scrape_interval": "500ms",
            "scrape_timeout": "500ms",
            "evaluation_interval": "500ms",
        },
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [
            {"job_name": "conformance", "static_configs": [{"targets": [exporter]}]},
            {"job_name": "prometheus", "static_configs": [{"targets": [own]}]},
            {
                "job_name": "kube-state-metrics",
                "metrics_path": "/kube-state-metrics",
                "static_configs": [{"targets": [host]}],
            },
            {
                "job_name": "node-exporter",
                "static_configs": [
                    {
                        "targets": [host],
                        "labels": {
                            "__metrics_path__": f"/node/{name}",
                            "instance": name,
                            "node": name,
                        },
                    }
                    for name in nodes
                ],
            },
        ],
    }


def _write_settings(
    reference: Reference, api: str, prometheus: str, alertmanager: str, grafana: str
) -> None:
    """Write the example's settings with everything live, quick, and what it shows accepted."""
    write_kubeconfig(reference.root / "kubeconfig", url=api)
    settings = yaml.safe_load(reference.settings.read_text())
    often = {"interval": "1s", "timeout": "2s", "max_age": "5s"}
    settings["observed"] = {
        "kubernetes": {"kubeconfig": "kubeconfig", "max_age": "12s"},
        "prometheus": {
            "url": prometheus,
            "targets": [{"job": "node-exporter", "per": "node"}],
            "settle": "4s",
            **often,
        },
        "alertmanager": {"url": alertmanager, **often},
        "grafana": {"url": grafana, "datasources": [{"name": "Prometheus"}], **often},
    }
    settings["interval"] = "1s"
    settings["rollout_deadline"] = "12s"
    why = {"reason": "found in the demo", "owner": "tests", "expires": "2100-01-01T00:00:00Z"}
    settings["waivers"] = [
        {"check": "node_taints", "subject": "k8s-api-*", **why},
        {"check": "declaration_conflict", "subject": "*", **why},
        {"check": "declaration_compared", "subject": "*", "state": "unsupported", **why},
        {"check": "workload_pods", "subject": "*-api", **why},
    ]
    reference.settings.write_text(yaml.safe_dump(settings))

"""The monitoring stack of the reference cluster, answering as it did when it was looked at.

::

    async with RecordedStack() as stack:
        settings["observed"] |= stack.settings()
        await stack.play("target-down")

Nodes and pods are those of the example's snapshot, or of a simulated API server, so what
Prometheus says agrees with it. It answers the questions that the exporter asks, and no others.
That the rules of this project are loaded is an addition; the stack itself knew nothing of them.
"""

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import yaml
from aiohttp import web

from exporter.domain.monitoring.prometheus.levels import STATE
from tests.grafana.server import GrafanaServer

ROOT = Path(__file__).parents[2]
SNAPSHOT = ROOT / "examples" / "reference-cluster" / "snapshot"
RULES = ROOT / "rules"
UP = timedelta(days=2, hours=21)
RETENTION = "15d"
CLAIM = (
    "prometheus-kube-prometheus-stack-prometheus-db-prometheus-kube-prometheus-stack-prometheus-0"
)
CLAIMED = 80 * 2**30
DOWN = "k8s-api-scan"
ALERTMANAGER = "http://kube-prometheus-stack-alertmanager.monitoring:9093"
"""As Prometheus knows it."""
STATES = {
    "infrastructure": 0,
    "configuration": 3,
    "applications": 1,
    "gitops": 1,
    "observability": 3,
}
LOST = 5
DASHBOARDS = {
    "efa86fd1d0c121a26444b636a3f509a8": "Kubernetes / Compute Resources / Cluster",
    "85a562078cdf77779eaa1add43ccec1e": "Kubernetes / Compute Resources / Namespace (Pods)",
    "200ac8fdbfbb74b39aff88118e4d1c2c": "Kubernetes / Compute Resources / Node (Pods)",
    "7d57716318ee0dddbac5a7f451fb7753": "Node Exporter / Nodes",
}

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Listening:
    """A server on loopback with a few routes, on the same port each time it is started."""

    def __init__(self, routes: Mapping[str, Handler]) -> None:
        self._routes = routes
        self._port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens, once it was started."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        for path, handler in self._routes.items():
            app.router.add_get(path, handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Refuse connections."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


def _recorded(kind: str) -> list[Json]:
    """Return the objects of the example's snapshot."""
    items: list[Json] = json.loads((SNAPSHOT / f"{kind}.json").read_text())["items"]
    return items


def _layers(times: list[float]) -> list[Json]:
    """Return how the layers were: a node was lost for a while, the others as they are."""
    return [
        {
            "metric": {"layer": layer},
            "values": [
                [at, str(LOST if layer == "infrastructure" and part == len(times) // 3 else state)]
                for part, at in enumerate(times)
            ],
        }
        for layer, state in STATES.items()
    ]


def _now() -> datetime:
    return datetime.now(UTC)


class RecordedStack:
    """Prometheus, Alertmanager and Grafana of the reference cluster.

    *objects* gives the cluster's nodes and pods as they are; by default those of the snapshot.
    *clock* tells the time that their answers speak of.
    """

    def __init__(
        self,
        objects: Callable[[str], list[Json]] = _recorded,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._objects = objects
        self._clock = clock
        self._started = clock() - UP
        self._down: set[str] = set()
        self.grafana = GrafanaServer()
        self.alertmanager = Listening(
            {
                "/-/ready": _text("OK"),
                "/api/v2/status": self._alertmanager_status,
                "/api/v2/silences": _document([]),
                "/api/v2/alerts": self._alerts,
            }
        )
        self.prometheus = Listening(
            {
                "/api/v1/query": self._query,
                "/api/v1/query_range": self._query_range,
                "/api/v1/targets": self._targets,
                "/api/v1/rules": self._rules,
                "/api/v1/alertmanagers": self._alertmanagers,
                "/api/v1/status/runtimeinfo": self._runtime,
            }
        )
        self.grafana.add_datasource("Prometheus", uid="prometheus", default=True)
        self.grafana.add_datasource("Alertmanager", uid="alertmanager", implementation="prometheus")
        for uid, title in DASHBOARDS.items():
            self.grafana.add_dashboard(title, uid=uid)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Let all three listen."""
        for one in (self.prometheus, self.alertmanager, self.grafana):
            await one.start()

    async def stop(self) -> None:
        """Let all three go."""
        for one in (self.prometheus, self.alertmanager, self.grafana):
            await one.stop()

    def settings(self) -> Json:
        """Return what to put below ``observed`` in the settings."""
        return {
            "prometheus": {
                "url": self.prometheus.url,
                "targets": [{"job": "node-exporter", "per": "node"}],
            },
            "alertmanager": {
                "url": self.alertmanager.url,
                "replicas": 1,  # the playbook gives Helm a file of values that is on the master
                "receivers": ["slack"],
            },
            "grafana": {
                "url": self.grafana.url,
                "datasources": [
                    {"name": "Prometheus", "type": "prometheus", "default": True},
                    {"name": "Alertmanager", "type": "alertmanager"},
                ],
                "dashboards": [{"title": title} for title in DASHBOARDS.values()],
            },
        }

    async def play(self, scenario: str) -> str:
        """Let something happen, and return what; see ``SCENARIOS``."""
        await SCENARIOS[scenario](self)
        return f"monitoring: {(SCENARIOS[scenario].__doc__ or scenario).rstrip('.')}"

    def _addresses(self) -> dict[str, str]:
        """Return the address of each node by its name."""
        return {
            one["metadata"]["name"]: one["status"]["addresses"][0]["address"]
            for one in self._objects("nodes")
        }

    def _pods(self) -> Counter[str]:
        """Return how many pods each namespace has, as kube-state-metrics counts them."""
        return Counter(one["metadata"]["namespace"] for one in self._objects("pods"))

    async def target_down(self) -> None:
        """The node-exporter of k8s-api-scan is not reached any more."""
        self._down.add(DOWN)

    async def datasource_broken(self) -> None:
        """Grafana reaches Prometheus no more."""
        self.grafana.break_datasource("Prometheus", error="dial tcp: connection refused")

    async def prometheus_gone(self) -> None:
        """Prometheus is gone, for everybody."""
        await self.prometheus.stop()
        await self.datasource_broken()

    async def _query(self, request: web.Request) -> web.Response:
        """Answer by the metric that a query speaks of."""
        query = request.query["query"]
        now = self._clock().timestamp()
        if query == "time()":
            return _success({"resultType": "scalar", "result": [now, str(now)]})
        samples: list[tuple[Json, str]] = [({}, "1")]
        for metric, known in self._told().items():
            if metric in query:
                samples = known
                break
        result = [{"metric": labels, "value": [now, value]} for labels, value in samples]
        return _success({"resultType": "vector", "result": result})

    def _told(self) -> dict[str, list[tuple[Json, str]]]:
        claim = {"namespace": "monitoring", "persistentvolumeclaim": CLAIM}
        requested = "kube_persistentvolumeclaim_resource_requests_storage_bytes"
        phase = "kube_persistentvolumeclaim_status_phase"
        return {
            "kube_node_info": [({"node": name}, "1") for name in self._addresses()],
            "notifications_errors": [],
            "notifications_dropped": [({}, "0")],
            requested: [
                ({"__name__": requested, **claim}, str(CLAIMED)),
                ({"__name__": phase, **claim, "phase": "Bound"}, "1"),
            ],
        }

    async def _query_range(self, request: web.Request) -> web.Response:
        """Answer how many pods each namespace has, or how the layers were."""
        start, end, step = (float(request.query[name]) for name in ("start", "end", "step"))
        times = [start + number * step for number in range(int((end - start) / step) + 1)]
        if STATE in request.query["query"]:
            return _success({"resultType": "matrix", "result": _layers(times)})
        result = [
            {"metric": {"namespace": name}, "values": [[one, str(count)] for one in times]}
            for name, count in sorted(self._pods().items())
        ]
        return _success({"resultType": "matrix", "result": result})

    async def _targets(self, _: web.Request) -> web.Response:
        now = self._clock().isoformat()
        active = [
            {
                "discoveredLabels": {"__meta_kubernetes_endpoint_node_name": name},
                "labels": {"job": "node-exporter", "instance": f"{address}:9100"},
                "health": "down" if name in self._down else "up",
                "lastError": "context deadline exceeded" if name in self._down else "",
                "lastScrape": now,
                "scrapeInterval": "30s",
            }
            for name, address in sorted(self._addresses().items())
        ]
        return _success({"activeTargets": active, "droppedTargets": []})

    async def _rules(self, _: web.Request) -> web.Response:
        now = self._clock().isoformat()
        groups = [
            {
                "name": group["name"],
                "file": path.name,
                "interval": 30,
                "evaluationTime": 0.01,
                "lastEvaluation": now,
                "rules": [_rule(one) for one in group["rules"]],
            }
            for path in sorted(RULES.glob("*.yaml"))
            for group in yaml.safe_load(path.read_text()).get("groups", ())
        ]
        return _success({"groups": groups})

    async def _alertmanagers(self, _: web.Request) -> web.Response:
        active = [{"url": f"{ALERTMANAGER}/api/v2/alerts"}]
        return _success({"activeAlertmanagers": active, "droppedAlertmanagers": []})

    async def _runtime(self, _: web.Request) -> web.Response:
        started = self._started.isoformat()
        return _success({"startTime": started, "storageRetention": RETENTION})

    async def _alertmanager_status(self, _: web.Request) -> web.Response:
        receiver = {
            "name": "slack",
            "slack_configs": [{"channel": "alerts", "api_url": "<secret>"}],
        }
        config = {"route": {"receiver": "slack"}, "receivers": [receiver, {"name": "null"}]}
        document = {
            "cluster": {"name": "01K9", "status": "ready", "peers": [{"name": "01K9"}]},
            "config": {"original": yaml.safe_dump(config)},
            "uptime": self._started.isoformat(),
            "versionInfo": {"version": "0.27.0"},
        }
        return web.json_response(document)

    async def _alerts(self, _: web.Request) -> web.Response:
        status = {"state": "active", "silencedBy": [], "inhibitedBy": []}
        return web.json_response([{"labels": {"alertname": "Watchdog"}, "status": status}])


SCENARIOS: Mapping[str, Callable[[RecordedStack], Awaitable[None]]] = {
    "target-down": RecordedStack.target_down,
    "datasource-broken": RecordedStack.datasource_broken,
    "prometheus-gone": RecordedStack.prometheus_gone,
}


def _rule(rule: Json) -> Json:
    kind = "alerting" if "alert" in rule else "recording"
    name = rule.get("alert") or rule["record"]
    query = re.sub(r"\s+", " ", rule["expr"]).strip()
    return {"name": name, "query": query, "type": kind, "health": "ok", "lastError": ""}


def _success(data: Json) -> web.Response:
    return web.json_response({"status": "success", "data": data})


def _text(text: str) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=text)

    return answer


def _document(document: Any) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(document)

    return answer

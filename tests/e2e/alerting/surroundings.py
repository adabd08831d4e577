"""What stands around the exporter: what Prometheus scrapes, and who hears from Alertmanager."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.apiserver.server import ApiServer

Handler = Callable[[web.Request], Awaitable[web.Response]]
GIB = 1 << 30


@dataclass(slots=True)
class Served:
    """An application on a free port of loopback, inside of ``async with``."""

    routes: list[web.RouteDef]
    url: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.routes)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


@dataclass(slots=True)
class Targets:
    """Node exporters and a kube-state-metrics of the cluster of *api*.

    *broken* are the nodes whose exporter does not answer; *hidden* those that kube-state-metrics
    does not tell.
    """

    api: ApiServer
    broken: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        """Return what to serve."""
        return [
            web.get("/node/{name}", self._node),
            web.get("/kube-state-metrics", self._kube_state_metrics),
        ]

    async def _node(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        there = any(one["metadata"]["name"] == name for one in self.api.objects("nodes"))
        if name in self.broken or not there:
            return web.Response(status=500)
        return web.Response(text='node_uname_info{sysname="Linux"} 1\n')

    async def _kube_state_metrics(self, _: web.Request) -> web.Response:
        return web.Response(text="".join(f"{line}\n" for line in self._lines()))

    def _lines(self) -> Iterator[str]:
        for node in self.api.objects("nodes"):
            name = node["metadata"]["name"]
            if name not in self.hidden:
                yield f'kube_node_info{{node="{name}"}} 1'
        for pod in self.api.objects("pods"):
            metadata = pod["metadata"]
            of = f'namespace="{metadata["namespace"]}",pod="{metadata["name"]}"'
            node = pod["spec"].get("nodeName", "")
            yield f'kube_pod_info{{{of},node="{node}"}} 1'
            phase = pod.get("status", {}).get("phase", "Pending")
            yield f'kube_pod_status_phase{{{of},phase="{phase}"}} 1'
        claim = 'namespace="monitoring",persistentvolumeclaim="prometheus-main-0"'
        yield f"kube_persistentvolumeclaim_resource_requests_storage_bytes{{{claim}}} {80 * GIB}"
        yield f'kube_persistentvolumeclaim_status_phase{{{claim},phase="Bound"}} 1'


@dataclass(slots=True)
class Receiver:
    """Hears what Alertmanager sends; *heard* keeps each alert by its labels, in order."""

    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    annotations: dict[str, dict[str, str]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Return what to serve."""
        return [web.post("/{receiver}", self._hear)]

    async def _hear(self, request: web.Request) -> web.Response:
        notification: dict[str, Any] = await request.json()
        for alert in notification["alerts"]:
            labels: dict[str, str] = alert["labels"]
            if labels["alertname"] != "Watchdog":
                self.heard.append((request.match_info["receiver"], alert["status"], labels))
                self.annotations[labels["alertname"]] = alert["annotations"]
        return web.Response()

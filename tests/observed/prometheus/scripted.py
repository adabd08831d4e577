"""A server that answers as it is told to, for what no real Prometheus can be made to do."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from exporter.observed.endpoint import Endpoint
from exporter.observed.prometheus.poller import PrometheusPoller
from exporter.settings.monitoring import PrometheusSettings, RulesSettings, TargetSettings
from tests.observed.prometheus.told import success

NOW = 1_762_925_400.0
"""Prometheus' clock: 2025-11-12T05:30:00Z."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """One answer; one that *hangs* comes when the server ends."""

    body: bytes = b""
    status: int = 200
    hangs: bool = False


Script = Mapping[str, Scripted | Callable[[web.Request], Scripted]]


def told(data: Any, **more: Any) -> Scripted:
    """Return an answer with this *data*."""
    return Scripted(body=success(data, **more))


def vector(*samples: tuple[dict[str, str], float]) -> Scripted:
    """Return the answer to an instant query."""
    result = [{"metric": metric, "value": [NOW, str(value)]} for metric, value in samples]
    return told({"resultType": "vector", "result": result})


def by_query(answers: Mapping[str, Scripted]) -> Callable[[web.Request], Scripted]:
    """Answer a query by the first text that it contains; an empty vector where none does."""

    def answer(request: web.Request) -> Scripted:
        expression = request.query["query"]
        if expression == "time()":
            return told({"resultType": "scalar", "result": [NOW, str(NOW)]})
        return next((one for part, one in answers.items() if part in expression), vector())

    return answer


@dataclass(slots=True)
class Server:
    """The server; 404 for what is in no *script*. *asked* are path and query of each request."""

    script: Script
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close."""
        assert self._runner is not None
        self._over.set()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(request.query)))
        answer = self.script.get(request.path, Scripted(body=b"404 page not found\n", status=404))
        one = answer if isinstance(answer, Scripted) else answer(request)
        if one.hangs:
            await self._over.wait()
        return web.Response(body=one.body, status=one.status)


def questions(url: str, **settings: Any) -> PrometheusPoller:
    """Return who asks the server at *url*."""
    given: dict[str, Any] = {
        "targets": (TargetSettings(job="node-exporter"),),
        "rules": RulesSettings(groups=("g",)),
        "timeout": "5s",
        **settings,
    }
    asked = PrometheusSettings(url=url, **given)
    return PrometheusPoller(Endpoint(asked, folder=Path()), asked)

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

TOKEN = "read-only"


@dataclass(slots=True)
class ArgocdApi:
    """Argo CD's API on loopback, as its swagger document has it; *answers* are by ``ns/name``.

    An answer is what ``manifests`` has, or the status of a refusal.
    """

    answers: dict[str, dict[str, object] | int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        namespace = request.query.get("appNamespace", "argocd")
        name = f"{namespace}/{request.match_info['name']}"
        self.asked.append(name)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "no session", "code": 16}, status=401)
        found = self.answers.get(name, 403)
        if isinstance(found, int):
            body = {"error": "permission denied", "code": 7, "message": "permission denied"}
            return web.json_response(body, status=found)
        return web.json_response(found)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_get("/api/v1/applications/{name}/manifests", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()


@pytest.fixture
async def argocd() -> AsyncIterator[ArgocdApi]:
    api = ArgocdApi()
    async with api.served():
        yield api

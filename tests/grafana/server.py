"""A Grafana on loopback that answers as the documentation of its HTTP API shows, faults included.

The shapes are those of Grafana 10 to 12: health, data sources, their queries, proxy and health
check, dashboards, folders and the search.

::

    async with GrafanaServer() as grafana:
        grafana.add_datasource("Prometheus", default=True)
        grafana.add_dashboard("Nodes", uid="nodes", folder="Cluster")
        ...                                     # a client works with grafana.url
        grafana.break_datasource("Prometheus")  # its queries fail from now on
        grafana.mend()                          # all is well again

- Faults: ``break_datasource``, ``deny(permission)``, ``fail_database``, ``fail(status)``,
  ``hang(part of a path)``, ``ask_for_login(status)``, ``forget_plugin(type)``.
- ``token``: where it is set, requests need it; without it everybody is let in.
- ``asked`` lists the requests, ``queries`` the documents that were sent to ``/api/ds/query``.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import web

from tests.grafana.shapes import Datasource, datasource, message, result

VERSION = "12.0.2"
NEEDS = (
    ("/api/datasources/proxy/", "datasources:query"),
    ("/api/datasources/uid/{uid}/health", "datasources:query"),
    ("/api/datasources/", "datasources:read"),
    ("/api/ds/query", "datasources:query"),
    ("/api/dashboards/", "dashboards:read"),
    ("/api/folders/", "folders:read"),
)
LOGIN = "<!DOCTYPE html>\n<html><head><title>Grafana</title></head><body>Log in</body></html>"


@dataclass(slots=True)
class _Faults:
    denied: set[str] = field(default_factory=set)
    hanging: set[str] = field(default_factory=set)
    plugins: set[str] = field(default_factory=set)
    status: int = 0
    login: int = 0
    database: str = "ok"


class GrafanaServer:
    """A Grafana on loopback, listening on a port of its own between ``start`` and ``stop``."""

    def __init__(self, *, token: str = "") -> None:
        self.token = token
        self.port = 0
        self.asked: list[tuple[str, str]] = []
        self.queries: list[dict[str, Any]] = []
        self.datasources: dict[str, Datasource] = {}
        self.dashboards: dict[str, tuple[str, str]] = {}
        """Titles and folders by uid."""
        self.page_limit = 5000
        self._faults = _Faults()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens, once it was started."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/api/health", self._health)
        app.router.add_get("/api/datasources/uid/{uid}", self._by_uid)
        app.router.add_get("/api/datasources/name/{name:.+}", self._by_name)
        app.router.add_get("/api/datasources/uid/{uid}/health", self._check)
        app.router.add_get("/api/datasources/proxy/uid/{uid}/{path:.+}", self._proxy)
        app.router.add_post("/api/ds/query", self._query)
        app.router.add_get("/api/dashboards/uid/{uid}", self._dashboard)
        app.router.add_get("/api/folders/{uid}", self._folder)
        app.router.add_get("/api/search", self._search)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Refuse connections; what it holds stays."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def add_datasource(self, name: str, *, uid: str = "", kind: str = "", **more: Any) -> str:
        """Add a datasource and return its uid; by default its type is its name in small letters."""
        uid = uid or f"uid-{len(self.datasources) + 1}"
        self.datasources[uid] = Datasource(name, uid, kind or name.casefold(), **more)
        return uid

    def add_dashboard(self, title: str, *, uid: str, folder: str = "") -> None:
        """Add a dashboard; the uid of its *folder* is its title with ``folder-`` before it."""
        self.dashboards[uid] = (title, folder)

    def break_datasource(
        self, name: str, *, error: str = "connection refused", gently: bool = False
    ) -> None:
        """Let the queries of a datasource fail; *gently*, within a 200."""
        for one in self.datasources.values():
            if one.name == name:
                one.trouble, one.gently = error, gently

    def deny(self, permission: str) -> None:
        """Answer 403 to what needs this *permission*."""
        self._faults.denied.add(permission)

    def fail_database(self) -> None:
        """Lose the database."""
        self._faults.database = "failing"

    def fail(self, status: int) -> None:
        """Answer everything but the health with *status*."""
        self._faults.status = status

    def hang(self, part: str) -> None:
        """Never answer a request whose path holds *part*."""
        self._faults.hanging.add(part)

    def ask_for_login(self, status: int = 200) -> None:
        """Answer everything with a login page (200), a redirection to one (302), or a 404."""
        self._faults.login = status

    def forget_plugin(self, kind: str) -> None:
        """Lose the plugin of a type of datasources."""
        self._faults.plugins.add(kind)

    def mend(self) -> None:
        """End all faults."""
        self._faults = _Faults()
        for one in self.datasources.values():
            one.trouble = ""

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        path = request.path
        self.asked.append((request.method, request.raw_path))
        if any(part in path for part in self._faults.hanging):
            await asyncio.Event().wait()
        if self._faults.login:
            headers = {"Location": "/login"} if self._faults.login == 302 else {}
            return web.Response(
                text=LOGIN, content_type="text/html", status=self._faults.login, headers=headers
            )
        if path == "/api/health":
            response: web.StreamResponse = await handler(request)
            return response
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            response = await handler(request)
        except web.HTTPNotFound:
            response = message(404, "Not found")
        return response

    def _refusal(self, request: web.Request) -> web.Response | None:
        if self._faults.status:
            return message(self._faults.status, "Internal server error")
        shown = request.headers.get("Authorization", "")
        if self.token and shown != f"Bearer {self.token}":
            document = {
                "message": "Invalid API key" if shown else "Unauthorized",
                "messageId": "api-key.invalid" if shown else "auth.unauthorized",
                "statusCode": 401,
                "traceID": "",
            }
            return web.json_response(document, status=401)
        needed = next((needs for path, needs in NEEDS if _begins(request.path, path)), "")
        if needed in self._faults.denied:
            denial = (
                "You'll need additional permissions to perform this action. Permissions needed: "
            )
            return web.json_response(
                {
                    "accessErrorId": "ACE0000000001",
                    "message": denial + needed,
                    "title": "Access denied",
                },
                status=403,
            )
        return None

    async def _health(self, _: web.Request) -> web.Response:
        database = self._faults.database
        document = {"commit": "0000000", "database": database, "version": VERSION}
        return web.json_response(document, status=200 if database == "ok" else 503)

    async def _by_uid(self, request: web.Request) -> web.Response:
        return datasource(self.datasources.get(request.match_info["uid"]))

    async def _by_name(self, request: web.Request) -> web.Response:
        name = unquote(request.raw_path.partition("/api/datasources/name/")[2])
        found = [one for one in self.datasources.values() if one.name == name]
        return datasource(found[0] if found else None)

    async def _check(self, request: web.Request) -> web.Response:
        found = self.datasources.get(request.match_info["uid"])
        if found is None:
            return message(404, "Data source not found")
        if found.type in self._faults.plugins:
            return message(404, "Plugin not found")
        if found.trouble:
            return web.json_response({"message": found.trouble, "status": "ERROR"}, status=400)
        return web.json_response({"message": "Data source is working", "status": "OK"})

    async def _proxy(self, request: web.Request) -> web.Response:
        found = self.datasources.get(request.match_info["uid"])
        if found is None:
            return message(404, "Data source not found")
        prefix = "alertmanager/" if found.implementation == "mimir" else ""
        if found.trouble:
            return web.Response(status=502, text="Bad Gateway")
        if request.match_info["path"] != f"{prefix}api/v2/status":
            return web.Response(status=404, text="404 page not found")
        status = {"cluster": {"status": "ready", "peers": []}, "versionInfo": {"version": "0.28.1"}}
        return web.json_response({**status, "config": {"original": ""}})

    async def _query(self, request: web.Request) -> web.Response:
        document = await request.json()
        self.queries.append(document)
        (query,) = document["queries"]
        found = self.datasources.get(query["datasource"]["uid"])
        if found is None:
            return message(404, "Data source not found")
        if found.type in self._faults.plugins:
            return message(404, "Plugin not found")
        if found.trouble:
            error = {"error": found.trouble, "errorSource": "downstream", "status": 500}
            status = 200 if found.gently else 400
            return web.json_response({"results": {query["refId"]: error}}, status=status)
        return web.json_response({"results": {query["refId"]: result(found.values)}})

    async def _dashboard(self, request: web.Request) -> web.Response:
        uid = request.match_info["uid"]
        if uid not in self.dashboards:
            return message(404, "Dashboard not found")
        title, folder = self.dashboards[uid]
        shown = "" if "folders:read" in self._faults.denied else folder
        meta = {"folderUid": f"folder-{folder}", "folderTitle": shown} if folder else {}
        document = {
            "dashboard": {"id": 1, "uid": uid, "title": title, "schemaVersion": 41, "panels": []},
            "meta": {"isStarred": False, "url": f"/d/{uid}", "folderId": 0, **meta},
        }
        return web.json_response(document)

    async def _folder(self, request: web.Request) -> web.Response:
        uid = request.match_info["uid"]
        return web.json_response({"id": 1, "uid": uid, "title": uid.removeprefix("folder-")})

    async def _search(self, request: web.Request) -> web.Response:
        """Give a page of what the token may read, which without permission is nothing."""
        limit = min(int(request.query.get("limit", "1000")), self.page_limit)
        start = (int(request.query.get("page", "1")) - 1) * limit
        known = [] if "dashboards:read" in self._faults.denied else sorted(self.dashboards.items())
        hits = [
            {
                "id": number,
                "uid": uid,
                "title": title,
                "url": f"/d/{uid}",
                "type": "dash-db",
                "tags": [],
                "isStarred": False,
                **({"folderUid": f"folder-{folder}", "folderTitle": folder} if folder else {}),
            }
            for number, (uid, (title, folder)) in enumerate(known[start : start + limit])
        ]
        return web.json_response(hits)


def _begins(path: str, pattern: str) -> bool:
    """Tell whether *path* begins with *pattern*, of which ``{uid}`` is any one part."""
    have, want = path.split("/"), pattern.rstrip("/").split("/")
    return len(have) >= len(want) and all(
        wanted in {one, "{uid}"} for one, wanted in zip(have, want, strict=False)
    )

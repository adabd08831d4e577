"""A Helm repository and an OCI registry on loopback, which behave as a test says."""

import contextlib
import hashlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from exporter.registries.oci import CONFIG, LAYER, MANIFEST
from tests.declared.helm.features import chart, packed, show

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def archive(name: str = "shop", version: str = "1.2.3", *, shown: str = "1") -> bytes:
    """Return a packed chart of one Deployment that shows an expression."""
    files = dict(chart(name, at=name))
    files[f"{name}/Chart.yaml"] = f"apiVersion: v2\nname: {name}\nversion: {version}\n"
    return packed({**files, f"{name}/templates/x.yaml": show(shown)})


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Server:
    """Answers with *files* by path, or as *handlers* do; *asked* has all requests.

    With a *login*, requests need that Authorization.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    handlers: dict[str, Handler] = field(default_factory=dict)
    login: str = ""
    asked: list[web.BaseRequest] = field(default_factory=list)
    url: str = ""

    @property
    def host(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [one.path for one in self.asked]

    def add(self, *charts: tuple[str, str, bytes]) -> None:
        """Have charts, and an index of them."""
        self.files |= {f"/{name}-{version}.tgz": data for name, version, data in charts}
        self.files["/index.yaml"] = index(charts).encode()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request)
        if self.login and request.headers.get("Authorization") != self.login:
            return web.Response(status=401)
        handler = self.handlers.get(request.path)
        if handler is not None:
            return await handler(request)  # type: ignore[arg-type] # nothing of a web.Request is used
        data = self.files.get(request.path)
        if data is None:
            return web.Response(status=404)
        etag = digest(data)
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=data, headers={"ETag": etag})

    @contextlib.asynccontextmanager
    async def serving(self, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        runner = web.ServerRunner(web.Server(self.answer))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
            port = runner.addresses[0][1]
            self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
            yield self
        finally:
            await runner.cleanup()


def index(charts: Iterable[tuple[str, str, bytes]], *, url: str = "") -> str:
    """Return an index as helm writes it."""
    names: dict[str, list[str]] = {}
    for name, version, data in charts:
        entry = (
            f"  - apiVersion: v2\n    digest: {digest(data)}\n    name: {name}\n    urls:\n"
            f"    - {url}{name}-{version}.tgz\n    version: {version}\n"
        )
        names.setdefault(name, []).append(entry)
    entries = "".join(f"  {name}:\n{''.join(found)}" for name, found in names.items())
    return f"apiVersion: v1\nentries:\n{entries}generated: '2026-01-01T00:00:00Z'\n"


def status(code: int, **headers: str) -> Handler:
    """Return what answers with a status."""

    async def handler(_: web.BaseRequest) -> web.Response:
        return web.Response(
            status=code, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return handler


def redirect(target: str) -> Handler:
    """Return what sends on to a target."""
    return status(302, Location=target)


def endless(chunk: bytes = bytes(1 << 20), *, most: int = 200, **headers: str) -> Handler:
    """Return what sends the same again and again."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for _ in range(most):
                await response.write(chunk)
        return response

    return handler


def json_of(value: object, **headers: str) -> Handler:
    async def handler(_: web.BaseRequest) -> web.Response:
        return web.Response(text=json.dumps(value), headers=headers)

    return handler


@dataclass
class Artifacts(Server):
    """An OCI registry: a *token* is needed, which ``/token`` gives, to who shows *secret*."""

    token: str = ""
    secret: str = ""
    realm: str = ""

    def push(
        self,
        repository: str,
        version: str,
        data: bytes,
        *,
        config: str = CONFIG,
        layer: str = LAYER,
    ) -> None:
        """Have a chart as an artifact."""
        manifest: Mapping[str, object] = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": config, "digest": f"sha256:{digest(b'{}')}", "size": 2},
            "layers": [{"mediaType": layer, "digest": f"sha256:{digest(data)}", "size": len(data)}],
        }
        tag = version.replace("+", "_")
        self.files[f"/v2/{repository}/manifests/{tag}"] = json.dumps(manifest).encode()
        self.files[f"/v2/{repository}/blobs/sha256:{digest(data)}"] = data
        known = json.loads(self.files.get(f"/v2/{repository}/tags/list", b'{"tags": []}'))["tags"]
        tags = {"name": repository, "tags": [*known, tag]}
        self.files[f"/v2/{repository}/tags/list"] = json.dumps(tags).encode()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "")
        if request.path == "/token":
            self.asked.append(request)
            if self.secret and shown != self.secret:
                return web.Response(status=401)
            return web.json_response({"token": self.token})
        if self.token and shown != f"Bearer {self.token}":
            self.asked.append(request)
            realm = self.realm or f"{self.url}/token"
            challenge = f'Bearer realm="{realm}",service="s",scope="repository:x:pull"'
            return web.Response(status=401, headers={"WWW-Authenticate": challenge})
        return await super().answer(request)

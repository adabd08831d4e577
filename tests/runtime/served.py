"""A small application behind the gate, on a port of its own, and raw clients for it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from exporter.foreign.supervisor import supervised
from exporter.runtime.listening import Listening, listen
from exporter.runtime.web import gate
from exporter.runtime.web.gate import Share
from exporter.runtime.web.limits import Limits
from exporter.runtime.web.protection import Guard

LARGE = b"x" * (20 << 20)
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Small:
    """An application: ``/`` greets, ``/large`` is large, ``/held`` waits, ``/broken`` breaks.

    ``/metrics`` is scraped, and is as large as ``/large``; ``/-/healthy`` is probed.
    """

    def __init__(self) -> None:
        self.held = asyncio.Semaphore(0)
        self.go = asyncio.Event()
        self.app = web.Application()
        self.app.router.add_get("/", self._greet)
        self.app.router.add_get("/large", self._large)
        self.app.router.add_get("/metrics", self._large, name=Share.SCRAPE.value)
        self.app.router.add_get("/-/healthy", self._greet, name=f"{Share.PROBE}.healthy")
        self.app.router.add_get("/held", self._hold)
        self.app.router.add_get("/broken", self._break)

    async def _greet(self, _: web.Request) -> web.Response:
        return web.Response(text="hello\n")

    async def _large(self, _: web.Request) -> web.Response:
        return web.Response(body=LARGE)

    async def _hold(self, _: web.Request) -> web.Response:
        self.held.release()
        await self.go.wait()
        return web.Response(text="held\n")

    async def _break(self, request: web.Request) -> web.Response:
        raise RuntimeError(request.path)


@contextlib.asynccontextmanager
async def served(
    *,
    guard: Guard | None = None,
    limits: Limits | None = None,
    small: Small | None = None,
    host: str = "127.0.0.1",
) -> AsyncIterator[Listening]:
    """Serve a small application on a free port of *host*."""
    app = (small or Small()).app
    guard, limits = guard or Guard(), limits or Limits()
    gate.install(app, guard=guard, limits=limits)
    async with supervised() as supervisor:
        listening = await listen(
            app, addresses=[(host, 0)], supervisor=supervisor, guard=guard, limits=limits
        )
        try:
            yield listening
        finally:
            await listening.close()


def guarded(folder: Path, text: str) -> Guard:
    """Return the guard of a web configuration of this text in *folder*."""
    file = folder / "web.yml"
    file.write_text(text)
    return Guard(file)


@contextlib.asynccontextmanager
async def connected(
    listening: Listening, *, context: ssl.SSLContext | None = None, source: str | None = None
) -> AsyncIterator[Stream]:
    """Connect to the first address, from the address *source*."""
    host, port = listening.addresses[0]
    reader, writer = await asyncio.open_connection(
        host,
        port,
        ssl=context,
        server_hostname="localhost" if context else None,
        local_addr=(source, 0) if source else None,
    )
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def ask(stream: Stream, request: bytes = GET) -> bytes:
    """Send a request and return the answer: its head and a body of known length."""
    reader, writer = stream
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)


async def ended(stream: Stream, *, within: float = 10) -> bool:
    """Wait until the other side ends the connection."""
    async with asyncio.timeout(within):
        with contextlib.suppress(ConnectionError):
            while await stream[0].read(1 << 16):
                pass
    return True


async def until_free(listening: Listening, *, within: float = 10) -> None:
    """Wait until no connection is left."""
    async with asyncio.timeout(within):
        while listening.serving:
            await asyncio.wait(listening.serving)

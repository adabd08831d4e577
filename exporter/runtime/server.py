"""The HTTP server: it shows what the last evaluation prepared and never triggers work."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from aiohttp import web

from exporter.domain.published import Body, Published
from exporter.runtime.negotiate import Format, accepts_gzip, choose_format

_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_HEALTHY = ("/-/healthy", "/healthz", "/livez")
_READY = ("/-/ready", "/readyz")
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Publisher(Protocol):
    """Whoever holds the last evaluation; None before the first."""

    @property
    def published(self) -> Published | None:
        """Return what to show."""


def application(publisher: Publisher, *, telemetry_path: str, style: bytes) -> web.Application:
    """Return the application; *style* is the status page's style sheet."""
    app = web.Application(client_max_size=1024)
    app.router.add_get(telemetry_path, _metrics(publisher))
    if telemetry_path != "/":
        app.router.add_get("/", _page(publisher))
        app.router.add_get("/style.css", _style(style))
    for path in _HEALTHY:
        app.router.add_get(path, _healthy)
    for path in _READY:
        app.router.add_get(path, _ready(publisher))
    return app


async def listen(app: web.Application, *, addresses: Sequence[tuple[str, int]]) -> web.AppRunner:
    """Serve *app* on all *addresses*; raises :exc:`OSError` where one cannot be had."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=10)
    await runner.setup()
    try:
        for host, port in addresses:
            await web.TCPSite(runner, host or None, port, reuse_address=True).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


def _send(request: web.Request, body: Body, *, content_type: str) -> web.Response:
    headers = {
        "Content-Type": content_type,
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-cache",
        **_PAGE_HEADERS,
    }
    if accepts_gzip(request.headers.get("Accept-Encoding", "")):
        return web.Response(body=body.gzip, headers={**headers, "Content-Encoding": "gzip"})
    return web.Response(body=body.plain, headers=headers)


def _not_ready() -> web.Response:
    text = "The first complete evaluation is not done yet.\n"
    return web.Response(status=503, text=text, headers={"Retry-After": "5"})


def _metrics(publisher: Publisher) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        shown = publisher.published
        if shown is None:
            return _not_ready()
        chosen = choose_format(request.headers.get("Accept", ""))
        body = shown.openmetrics if chosen is Format.OPENMETRICS else shown.text
        return _send(request, body, content_type=chosen.value)

    return handle


def _page(publisher: Publisher) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        shown = publisher.published
        if shown is None:
            return _not_ready()
        return _send(request, shown.page, content_type="text/html; charset=utf-8")

    return handle


def _style(style: bytes) -> Handler:
    body = Body.of(style)

    async def handle(request: web.Request) -> web.Response:
        return _send(request, body, content_type="text/css; charset=utf-8")

    return handle


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="Healthy.\n")


def _ready(publisher: Publisher) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        shown = publisher.published
        if shown is None or not shown.evaluation.complete:
            return _not_ready()
        return web.Response(text="Ready.\n")

    return handle

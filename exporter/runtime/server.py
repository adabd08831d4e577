"""The HTTP server: what the last evaluation prepared, and views of it made on request."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from aiohttp import web

from exporter.domain.published import Answer, Asked, Body, Published
from exporter.runtime.negotiate import Format, accepts_gzip, choose_format
from exporter.runtime.ondemand import BusyError, Made, OnDemand, made
from exporter.runtime.variants import preferred_language, preferred_type
from exporter.runtime.web.connection import Unpacked
from exporter.runtime.web.gate import Share

REPORT = "/report"
REPORTS = {
    "text/html": "html",
    "text/markdown": "markdown",
    "application/json": "json",
    "application/sarif+json": "sarif",
    "application/xml": "junit",
}
"""The forms of the report by their media types; the first is for those who do not care."""
LANGUAGES = ("en", "ko")
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_HEALTHY = ("/-/healthy", "/healthz", "/livez")
_READY = ("/-/ready", "/readyz")
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]
Parameters: TypeAlias = tuple[tuple[str, str], ...]
Waiting: TypeAlias = Callable[[str], Answer]
"""What people see in a language before the first evaluation."""


class Publisher(Protocol):
    """Whoever holds the last evaluation; None before the first."""

    @property
    def published(self) -> Published | None:
        """Return what to show."""

    @property
    def stale(self) -> bool:
        """Return whether a newer evaluation than that should have come."""

    @property
    def stands_still(self) -> bool:
        """Return whether no newer one will come, so that the process must be started anew."""


def application(
    publisher: Publisher,
    *,
    telemetry_path: str,
    views: Sequence[str] = (),
    files: Mapping[str, Answer] | None = None,
    waiting: Waiting | None = None,
) -> web.Application:
    """Return the application.

    *views* are the paths of views that everything published has; *files*, by their paths, never
    change. A path that the metrics take is theirs. Before there is anything to show, who reads HTML
    gets what *waiting* says in his language, with the status that programs get.
    """
    app = web.Application(client_max_size=1024)
    app.on_response_prepare.append(_secure)
    swift, slow = OnDemand(), OnDemand()
    routes: dict[str, Handler] = {
        **{path: _file(answer) for path, answer in (files or {}).items()},
        **{
            path: _view(
                publisher, path=path, maker=slow if path == REPORT else swift, waiting=waiting
            )
            for path in views
        },
        **dict.fromkeys(_HEALTHY, _healthy(publisher)),
        **dict.fromkeys(_READY, _ready(publisher)),
        telemetry_path: _metrics(publisher),
    }
    names = {**_probe_names(), telemetry_path: Share.SCRAPE.value}
    for path, handler in routes.items():
        app.router.add_get(path, handler, name=names.get(path))
    return app


def probes(publisher: Publisher) -> web.Application:
    """Return an application that answers probes and nothing else."""
    app = web.Application()
    names = _probe_names()
    for path in _HEALTHY:
        app.router.add_get(path, _healthy(publisher), name=names[path])
    for path in _READY:
        app.router.add_get(path, _ready(publisher), name=names[path])
    return app


def _probe_names() -> dict[str, str]:
    """Return the names of the probes' routes by path, by which the gate knows them."""
    return {path: f"{Share.PROBE}.{path.rpartition('/')[2]}" for path in (*_HEALTHY, *_READY)}


async def _secure(_: web.Request, answer: web.StreamResponse) -> None:
    """Let nothing that is served run or load anything of others."""
    for name, value in _SECURITY.items():
        answer.headers.setdefault(name, value)


async def _send(
    request: web.Request, body: Body, *, headers: Mapping[str, str], status: int = 200
) -> web.Response:
    every = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-cache", **headers}
    if accepts_gzip(request.headers.get("Accept-Encoding", "")):
        every["Content-Encoding"] = "gzip"
        return web.Response(status=status, body=body.gzip, headers=every)
    plain = Unpacked(body.gzip, size=body.size) if body.kept is None else body.kept
    return web.Response(status=status, body=plain, headers=every)


async def _send_made(request: web.Request, one: Made) -> web.Response:
    """Send an answer, or only that it is the one that the client has already."""
    headers = {
        "Content-Type": one.answer.content_type,
        "ETag": f'W/"{one.tag}"',  # weak: the same for plain and compressed
        "Vary": "Accept, Accept-Language, Accept-Encoding",
        "Cache-Control": "no-cache",
        **one.answer.headers,
    }
    known = any(tag.value in {one.tag, "*"} for tag in request.if_none_match or ())
    if known and one.answer.status == web.HTTPOk.status_code:
        return web.Response(status=web.HTTPNotModified.status_code, headers=headers)
    return await _send(request, one.body, headers=headers, status=one.answer.status)


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
        return await _send(request, body, headers={"Content-Type": chosen.value})

    return handle


def _view(
    publisher: Publisher, *, path: str, maker: OnDemand, waiting: Waiting | None = None
) -> Handler:
    parameters = _variant if path == REPORT else _parameters

    async def handle(request: web.Request) -> web.Response:
        shown = publisher.published
        if shown is None and waiting is not None and _reads_html(request):
            return await _send_made(request, made(waiting(_language(request))))
        if shown is None:
            return _not_ready()
        asked = Asked(parameters(request), stale=publisher.stale, lang=_language(request))
        try:
            one = await maker.get(shown, path=path, asked=asked)
        except BusyError:
            text = "Too many are asking at the moment.\n"
            return web.Response(status=503, text=text, headers={"Retry-After": "5"})
        return await _send_made(request, one)

    return handle


def _language(request: web.Request) -> str:
    return preferred_language(request.headers.get("Accept-Language", ""), LANGUAGES)


def _parameters(request: web.Request) -> Parameters:
    """Return the parameters of the address, those of its path last, as these count."""
    return (*request.query.items(), *request.match_info.items())


def _variant(request: web.Request) -> Parameters:
    """Return the parameters with the form and the language that the reader prefers."""
    media_type = preferred_type(request.headers.get("Accept", ""), tuple(REPORTS))
    return tuple(
        {"format": REPORTS[media_type], "lang": _language(request), **dict(request.query)}.items()
    )


def _reads_html(request: web.Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _file(answer: Answer) -> Handler:
    one = made(answer)

    async def handle(request: web.Request) -> web.Response:
        return await _send_made(request, one)

    return handle


def _healthy(publisher: Publisher) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        if publisher.stands_still:
            return web.Response(status=503, text="No evaluation comes to an end any more.\n")
        return web.Response(text="Healthy.\n")

    return handle


def _ready(publisher: Publisher) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        shown = publisher.published
        if shown is None or not shown.evaluation.complete:
            return _not_ready()
        return web.Response(text="Ready.\n")

    return handle

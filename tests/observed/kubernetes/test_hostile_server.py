"""Servers that are none, or that answer what no API server would."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from exporter.domain.errors import Reason
from exporter.domain.nodes import ObservedNodes
from exporter.domain.watches import Restart
from exporter.foreign.supervisor import supervised
from exporter.observed.kubernetes.live import Live
from exporter.settings.observed import KubernetesSettings
from tests.observed.kubernetes.following import FAST, As, names, when

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NODE = b'{"metadata":{"name":"a","resourceVersion":"5"},"spec":{}}'
LIST = b'{"metadata":{"resourceVersion":"7"},"items":[%s]}' % NODE
ADDED = b'{"type":"ADDED","object":%s}\n' % NODE
BOOKMARK = b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n'


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def followed(handler: Handler) -> AsyncIterator[Live]:
    async with served(handler) as url, supervised() as supervisor:
        live = Live(
            KubernetesSettings(),
            needed=frozenset({ObservedNodes}),
            limits=replace(FAST, page_bytes=100_000),
            logins=As(url),
        )
        live.start(supervisor)
        try:
            yield live
        finally:
            await live.stop()


def answering(**answers: Callable[[web.Request], web.Response]) -> Handler:
    """Answer lists and watches so, and everything else, a review too, with 404."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if not request.path.endswith("/nodes"):
            return web.Response(status=404)
        return answers["watch" if "watch" in request.query else "list"](request)

    return handler


def refuse(_: web.Request) -> web.Response:
    return web.Response(status=422)


def body(content: bytes, **headers: str) -> Callable[[web.Request], web.Response]:
    return lambda _: web.Response(body=content, headers=headers)


def circle(request: web.Request) -> web.Response:
    token = request.query.get("continue", "")[:1] or "t"
    content = b'{"metadata":{"resourceVersion":"7","continue":"%s"},"items":[]}' % token.encode()
    return web.Response(body=content)


@pytest.mark.parametrize(
    ("handler", "restart", "reason"),
    [
        pytest.param(
            answering(watch=refuse, list=circle),
            Restart.MALFORMED,
            Reason.MALFORMED,
            id="a list that goes round in circles",
        ),
        pytest.param(
            answering(
                watch=refuse,
                list=body(gzip.compress(bytes(10_000_000)), **{"Content-Encoding": "gzip"}),
            ),
            Restart.MALFORMED,
            Reason.TOO_LARGE,
            id="a bomb",
        ),
        pytest.param(
            answering(watch=refuse, list=body(b"no compression", **{"Content-Encoding": "gzip"})),
            Restart.CUT,
            Reason.UNAVAILABLE,
            id="broken compression",
        ),
        pytest.param(
            answering(watch=refuse, list=body(b'{"metadata":{},"items":[]}')),
            Restart.MALFORMED,
            Reason.MALFORMED,
            id="a list without a version",
        ),
        pytest.param(
            answering(watch=refuse, list=lambda _: web.Response(status=302)),
            Restart.REFUSED,
            Reason.UNSUPPORTED,
            id="elsewhere",
        ),
        pytest.param(
            answering(watch=refuse, list=lambda _: web.Response(status=404, text="Not Found")),
            Restart.REFUSED,
            Reason.UNSUPPORTED,
            id="a web server",
        ),
    ],
)
async def test_what_no_api_server_says_is_a_failure_and_no_cluster(
    handler: Handler, restart: Restart, reason: Reason
) -> None:
    async with followed(handler) as live:
        state = await when(live, lambda state: state.sources[0].errors[reason])

    assert state.watches[0].restarts[restart]
    assert state.facts.find(ObservedNodes) is None
    assert state.facts.gaps[ObservedNodes]


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(ADDED + BOOKMARK, id="a bookmark that ends no list"),
        pytest.param(ADDED, id="a list that ends before it is complete"),
        pytest.param(b"", id="nothing"),
    ],
)
async def test_a_stream_that_is_no_list_is_replaced_by_pages(stream: bytes) -> None:
    def watch(request: web.Request) -> web.Response:
        return web.Response(body=stream if "sendInitialEvents" in request.query else BOOKMARK)

    async with followed(answering(watch=watch, list=body(LIST))) as live:
        await when(live, lambda state: names(state) == {"a"})


async def test_events_before_an_error_count() -> None:
    error = b'{"type":"ERROR","object":{"code":500}}\n'
    later = ADDED.replace(b'"a"', b'"b"')

    def watch(request: web.Request) -> web.Response:
        streaming = "sendInitialEvents" in request.query
        return web.Response(status=422) if streaming else web.Response(body=later + error)

    async with followed(answering(watch=watch, list=body(LIST))) as live:
        await when(live, lambda state: names(state) == {"a", "b"})


async def test_an_object_without_a_name_makes_its_kind_unknown() -> None:
    nameless = LIST.replace(b"]", b',{"metadata":{"resourceVersion":"6"}}]')
    handler = answering(watch=refuse, list=body(nameless))

    async with followed(handler) as live:
        state = await when(live, lambda state: names(state) == {"a"})

    (gap,) = state.facts.gaps[ObservedNodes]
    assert gap.message.startswith("nodes: 1 without a name that can be read, the last one: ")
    assert not state.sources[0].up


async def test_a_server_without_reviews_is_followed_all_the_same() -> None:
    handler = answering(watch=lambda _: web.Response(body=BOOKMARK), list=body(LIST))

    async with followed(handler) as live:
        state = await when(live, lambda state: names(state) == {"a"})

    assert not state.failures


async def test_an_error_event_is_no_sign_of_life() -> None:
    error = b'{"type":"ERROR","object":{"code":500}}\n'

    def watch(request: web.Request) -> web.Response:
        streaming = "sendInitialEvents" in request.query
        return web.Response(status=422) if streaming else web.Response(body=error)

    async with followed(answering(watch=watch, list=body(LIST))) as live:
        state = await when(live, lambda state: state.sources[0].errors[Reason.UNAVAILABLE] > 2)

    assert state.watches[0].last_event is None
    assert state.watches[0].lists == 1

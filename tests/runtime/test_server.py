"""The server shows what was prepared, in the form that was asked for, and nothing else."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.published import Body, Published
from exporter.runtime.server import application, listen

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
SHOWN = Published(
    evaluation=Evaluation(
        at=NOW, seconds=0.1, checks=(), findings=(), layers={}, scores={}, facts=Facts()
    ),
    text=Body.of(b"text 1\n"),
    openmetrics=Body.of(b"open 1\n# EOF\n"),
    page=Body.of(b"<!doctype html>"),
)
Client = TestClient[web.Request, web.Application]
Connect = Callable[[Published | None], Awaitable[Client]]


@dataclass
class Fixed:
    """Publishes always the same."""

    published: Published | None


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def made(published: Published | None) -> Client:
            app = application(Fixed(published), telemetry_path="/metrics", style=b"body {}")
            client = TestClient(TestServer(app), auto_decompress=False)
            return await stack.enter_async_context(client)

        yield made


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [
        pytest.param("", "text/plain; version=0.0.4", b"text 1\n", id="text"),
        pytest.param(
            "application/openmetrics-text;version=1.0.0",
            "application/openmetrics-text; version=1.0.0",
            b"open 1\n# EOF\n",
            id="OpenMetrics",
        ),
    ],
)
async def test_metrics_come_in_the_format_that_was_asked_for(
    connect: Connect, accept: str, content_type: str, body: bytes
) -> None:
    client = await connect(SHOWN)

    answer = await client.get("/metrics", headers={"Accept": accept, "Accept-Encoding": "identity"})

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith(content_type)
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"
    assert await answer.read() == body


async def test_metrics_are_compressed_for_those_who_accept_it(connect: Connect) -> None:
    client = await connect(SHOWN)

    answer = await client.get("/metrics", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await answer.read()) == b"text 1\n"


async def test_head_has_the_headers_of_get_and_no_body(connect: Connect) -> None:
    client = await connect(SHOWN)

    answer = await client.head("/metrics", headers={"Accept-Encoding": "identity"})

    assert (answer.status, answer.headers["Content-Length"]) == (200, "7")
    assert await answer.read() == b""


async def test_other_methods_are_not_allowed(connect: Connect) -> None:
    client = await connect(SHOWN)

    answer = await client.post("/metrics")

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET,HEAD"


@pytest.mark.parametrize("path", ["/metrics", "/", "/-/ready", "/readyz"])
async def test_nothing_is_shown_before_the_first_evaluation(connect: Connect, path: str) -> None:
    client = await connect(None)

    answer = await client.get(path)

    assert answer.status == 503


@pytest.mark.parametrize("path", ["/-/ready", "/readyz"])
async def test_ready_once_there_is_something_to_show(connect: Connect, path: str) -> None:
    client = await connect(SHOWN)

    answer = await client.get(path)

    assert answer.status == 200


async def test_not_ready_while_not_everything_was_looked_at(connect: Connect) -> None:
    client = await connect(replace(SHOWN, evaluation=replace(SHOWN.evaluation, complete=False)))

    ready, metrics = await client.get("/-/ready"), await client.get("/metrics")

    assert (ready.status, metrics.status) == (503, 200)


@pytest.mark.parametrize("path", ["/-/healthy", "/healthz", "/livez"])
async def test_healthy_depends_on_nothing(connect: Connect, path: str) -> None:
    client = await connect(None)

    answer = await client.get(path)

    assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        pytest.param("/", "text/html; charset=utf-8", id="page"),
        pytest.param("/style.css", "text/css; charset=utf-8", id="style"),
    ],
)
async def test_the_page_runs_no_script(connect: Connect, path: str, content_type: str) -> None:
    client = await connect(SHOWN)

    answer = await client.get(path)

    assert answer.headers["Content-Type"] == content_type
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


async def test_an_address_that_is_taken_is_an_error() -> None:
    app = application(Fixed(None), telemetry_path="/metrics", style=b"")
    runner = await listen(app, addresses=[("127.0.0.1", 0)])
    port = runner.addresses[0][1]

    with pytest.raises(OSError, match="address already in use"):
        await listen(
            application(Fixed(None), telemetry_path="/metrics", style=b""),
            addresses=[("127.0.0.1", port)],
        )

    await runner.cleanup()

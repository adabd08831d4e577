"""The server shows what was prepared, in the form that was asked for, and nothing else."""

import gzip
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.published import Answer, Asked, Body, Published
from exporter.runtime.server import REPORT, application


def told(asked: Asked) -> Answer:
    """A view that tells what it was asked."""
    text = f"{asked.parameters} {asked.stale}"
    return Answer(content_type="text/html; charset=utf-8", body=text.encode())


def refused(_: Asked) -> Answer:
    return Answer(content_type="text/plain", body=b"no", status=400)


NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
SHOWN = Published(
    evaluation=Evaluation(
        at=NOW, seconds=0.1, checks=(), findings=(), layers={}, scores={}, facts=Facts()
    ),
    text=Body.of(b"text 1\n"),
    openmetrics=Body.of(b"open 1\n# EOF\n"),
    views={"/": told, REPORT: told, "/refused": refused},
)
Client = TestClient[web.Request, web.Application]


class Connect(Protocol):
    def __call__(
        self, published: Published | None, *, stale: bool = ..., stands_still: bool = ...
    ) -> Awaitable[Client]: ...


@dataclass
class Fixed:
    """Publishes always the same."""

    published: Published | None
    stale: bool = False
    stands_still: bool = False


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def made(
            published: Published | None, *, stale: bool = False, stands_still: bool = False
        ) -> Client:
            app = application(
                Fixed(published, stale, stands_still),
                telemetry_path="/metrics",
                views=("/", REPORT, "/refused"),
                files={"/style.css": Answer(content_type="text/css", body=b"body {}")},
            )
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


@pytest.mark.parametrize("path", ["/metrics", "/", REPORT, "/-/ready", "/readyz"])
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
async def test_healthy_depends_on_nothing_that_is_published(connect: Connect, path: str) -> None:
    client = await connect(None)

    answer = await client.get(path)

    assert answer.status == 200


@pytest.mark.parametrize("path", ["/-/healthy", "/healthz", "/livez"])
async def test_it_is_not_healthy_where_no_evaluation_comes_to_an_end(
    connect: Connect, path: str
) -> None:
    client = await connect(SHOWN, stands_still=True)

    answer = await client.get(path)

    assert answer.status == 503


@pytest.mark.parametrize("path", ["/", REPORT, "/style.css", "/metrics", "/healthz", "/nowhere"])
async def test_nothing_of_others_is_loaded_or_run(connect: Connect, path: str) -> None:
    client = await connect(SHOWN)

    answer = await client.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_a_view_is_asked_with_the_parameters_of_the_address(connect: Connect) -> None:
    client = await connect(SHOWN)

    answer = await client.get("/?verdict=fail&q=a%20b&q=c", headers={"Accept-Encoding": "identity"})

    assert (await answer.text()).startswith("(('verdict', 'fail'), ('q', 'a b'), ('q', 'c'))")


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        pytest.param(REPORT, {"Accept": "*/*"}, ("html", "en"), id="by default"),
        pytest.param(
            REPORT,
            {"Accept": "application/sarif+json", "Accept-Language": "ko-KR"},
            ("sarif", "ko"),
            id="by header",
        ),
        pytest.param(
            f"{REPORT}?format=junit&lang=en",
            {"Accept": "text/markdown", "Accept-Language": "ko"},
            ("junit", "en"),
            id="by parameter",
        ),
    ],
)
async def test_a_report_comes_in_the_form_that_was_asked_for(
    connect: Connect, path: str, headers: dict[str, str], expected: tuple[str, str]
) -> None:
    client = await connect(SHOWN)

    answer = await client.get(path, headers={**headers, "Accept-Encoding": "identity"})

    form, language = expected
    assert f"('format', '{form}'), ('lang', '{language}')" in await answer.text()
    assert answer.headers["Vary"] == "Accept, Accept-Language, Accept-Encoding"


@pytest.mark.parametrize("stale", [True, False])
async def test_a_view_learns_whether_it_is_stale(connect: Connect, *, stale: bool) -> None:
    client = await connect(SHOWN, stale=stale)

    answer = await client.get("/", headers={"Accept-Encoding": "identity"})

    assert (await answer.text()).endswith(str(stale))


@pytest.mark.parametrize("path", ["/", "/style.css"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_what_the_client_has_already_is_not_sent_again(
    connect: Connect, path: str, encoding: str
) -> None:
    client = await connect(SHOWN)
    first = await client.get(path, headers={"Accept-Encoding": encoding})
    tag = first.headers["ETag"]

    again = await client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    other = await client.get(path, headers={"If-None-Match": '"another"'})

    assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
    assert (other.status, other.headers["ETag"]) == (200, tag)


async def test_a_view_is_compressed_for_those_who_accept_it(connect: Connect) -> None:
    client = await connect(SHOWN)

    answer = await client.get("/?a=b", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(await answer.read()) == b"(('a', 'b'),) False"


async def test_a_refusal_is_never_unchanged(connect: Connect) -> None:
    client = await connect(SHOWN)

    answer = await client.get("/refused", headers={"If-None-Match": "*"})

    assert answer.status == 400


async def test_metrics_may_have_the_path_of_the_page() -> None:
    app = application(Fixed(SHOWN), telemetry_path="/", views=("/",))

    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/")

        assert await answer.text() == "text 1\n"

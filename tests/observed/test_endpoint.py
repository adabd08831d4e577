"""A server is asked with care: bounded, with fresh credentials, and nothing secret is told."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from exporter.domain.errors import ReadError, Reason
from exporter.observed import endpoint as module
from exporter.observed.endpoint import CONNECTIONS, Endpoint, decoded
from exporter.settings.monitoring import EndpointSettings, TlsSettings
from tests.apiserver.tls import server_context

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN = "hunter2-token"
GRACE = 30


@asynccontextmanager
async def serving(handler: Handler, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve all paths by *handler* on loopback; gives the address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        port = runner.addresses[0][1]
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def asking(url: str, folder: Path = Path(), **more: Any) -> AsyncIterator[Endpoint]:
    """Give an endpoint that is closed in the end."""
    endpoint = Endpoint(EndpointSettings(url=url, **more), folder=folder)
    try:
        yield endpoint
    finally:
        await endpoint.close()


async def fails(asked: Awaitable[object]) -> ReadError:
    with pytest.raises(ReadError) as caught:
        await asked
    return caught.value


async def echo(request: web.Request) -> web.Response:
    """Answer with what was asked."""
    document = {
        "method": request.method,
        "path": request.raw_path,
        "headers": dict(request.headers),
        "body": (await request.read()).decode(),
    }
    return web.json_response(document)


def told(body: bytes) -> Any:
    return msgspec.json.decode(body)


async def test_the_path_prefix_stands_before_every_path() -> None:
    async with serving(echo) as url, asking(f"{url}/prometheus/") as endpoint:
        body = await endpoint.get("/api/v1/query", params={"query": "up == 1"})

    assert told(body)["path"] == "/prometheus/api/v1/query?query=up+%3D%3D+1"


@pytest.mark.parametrize("name", ["a%2Fb", "a%20b", "100%25", "%C3%A9"])
async def test_what_is_percent_encoded_is_sent_as_it_stands(name: str) -> None:
    async with serving(echo) as url, asking(url) as endpoint:
        body = await endpoint.get(f"/api/datasources/name/{name}")

    assert told(body)["path"] == f"/api/datasources/name/{name}"


async def test_documents_are_posted_as_json() -> None:
    async with serving(echo) as url, asking(url, headers={"X-Scope-OrgID": "us"}) as endpoint:
        asked = told(await endpoint.post("/api/ds/query", document={"from": "now"}))

    assert (asked["method"], asked["body"]) == ("POST", '{"from":"now"}')
    assert asked["headers"]["Content-Type"] == "application/json"
    assert asked["headers"]["X-Scope-OrgID"] == "us"


async def test_a_renewed_token_is_used_at_once(tmp_path: Path) -> None:
    file = tmp_path / "token"

    async with serving(echo) as url, asking(url, tmp_path, token_file="token") as endpoint:
        shown = []
        for token in ("first", "second"):
            file.write_text(f"{token}\n")
            shown.append(told(await endpoint.get("/"))["headers"]["Authorization"])

    assert shown == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize(
    ("status", "reason", "advice"),
    [
        pytest.param(401, Reason.FORBIDDEN, "wrong or expired", id="unauthorized"),
        pytest.param(403, Reason.FORBIDDEN, "permission", id="forbidden"),
        pytest.param(404, Reason.MISSING, "path prefix", id="not found"),
        pytest.param(405, Reason.UNSUPPORTED, "", id="method"),
        pytest.param(302, Reason.UNAVAILABLE, "redirects", id="redirected"),
        pytest.param(500, Reason.UNAVAILABLE, "", id="broken"),
        pytest.param(504, Reason.TIMEOUT, "", id="gateway"),
    ],
)
async def test_a_refusal_tells_status_and_words(status: int, reason: Reason, advice: str) -> None:
    async def refuse(_: web.Request) -> web.Response:
        headers = {"Location": "http://127.0.0.1:9/"} if status == 302 else {}
        return web.Response(status=status, text="not\n today", headers=headers)

    async with serving(refuse) as url, asking(url) as endpoint:
        error = await fails(endpoint.get("/api"))

    assert error.message == f"the server answered {status}: not today"
    assert (error.reason, error.path) == (reason, "/api")
    assert advice in error.advice


async def test_credentials_do_not_come_back_in_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)

    async def repeat(request: web.Request) -> web.Response:
        return web.Response(status=400, text=f"bad {request.headers['Authorization']}")

    async with serving(repeat) as url, asking(url, tmp_path, token_file="token") as endpoint:
        error = await fails(endpoint.get("/"))

    assert error.message == "the server answered 400: bad Bearer (secret)"


async def test_a_redirection_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/other"})

    async with serving(elsewhere) as url, asking(url, tmp_path, token_file="token") as endpoint:
        await fails(endpoint.get("/first"))

    assert asked == ["/first"]


async def test_an_answer_that_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 1000)

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 1001)

    async with serving(large) as url, asking(url) as endpoint:
        error = await fails(endpoint.get("/"))

    assert error.reason is Reason.TOO_LARGE


async def test_a_compressed_answer_is_measured_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 100_000)

    async def bomb(_: web.Request) -> web.Response:
        response = web.Response(body=b"0" * 1_000_000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async with serving(bomb) as url, asking(url) as endpoint:
        error = await fails(endpoint.get("/"))

    assert error.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("times", [1, 2 * CONNECTIONS])
async def test_an_answer_that_breaks_off_is_none(times: int) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"half":')
        assert request.transport is not None
        request.transport.abort()
        return response

    async with serving(half) as url, asking(url) as endpoint:
        errors = [await fails(endpoint.get("/")) for _ in range(times)]

    assert {error.reason for error in errors} == {Reason.UNAVAILABLE}


async def test_a_server_that_says_nothing_is_left_after_the_timeout() -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(silent) as url, asking(url, timeout="100ms") as endpoint:
        error = await fails(endpoint.get("/"))

    assert (error.reason, error.message) == (Reason.TIMEOUT, "no answer within 0.1 s")


async def test_an_answer_that_drips_is_left_after_the_timeout() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    async with serving(drip) as url, asking(url, timeout="200ms") as endpoint:
        error = await fails(endpoint.get("/"))

    assert error.reason is Reason.TIMEOUT


async def test_nobody_listening_is_a_failure() -> None:
    async with asking("http://127.0.0.1:1") as endpoint:
        error = await fails(endpoint.get("/"))

    assert error.reason is Reason.UNAVAILABLE


async def test_a_request_that_is_cancelled_leaves_the_endpoint_usable() -> None:
    entered = asyncio.Event()

    async def wait(request: web.Request) -> web.Response:
        if request.path == "/slow":
            entered.set()
            await asyncio.Event().wait()
        return web.Response(text="here")

    async with serving(wait) as url, asking(url) as endpoint:
        tasks = [asyncio.create_task(endpoint.get("/slow")) for _ in range(CONNECTIONS)]
        await asyncio.wait_for(entered.wait(), GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        body = await endpoint.get("/quick")

    assert body == b"here"


async def test_requests_that_begin_together_share_one_session() -> None:
    sockets: set[object] = set()

    async def note(request: web.Request) -> web.Response:
        sockets.add(request.transport)
        return web.Response()

    async with serving(note) as url, asking(url) as endpoint:
        await asyncio.gather(*(endpoint.get("/") for _ in range(4 * CONNECTIONS)))

    assert len(sockets) <= CONNECTIONS


async def test_certificates_are_exchanged_when_no_request_is_under_way(tmp_path: Path) -> None:
    context = server_context(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    server_context(other)
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def wait(request: web.Request) -> web.Response:
        if request.path == "/slow":
            entered.set()
            await go_on.wait()
        return web.Response(text="here")

    tls = TlsSettings(ca_file="ca.crt")
    async with serving(wait, tls=context) as url, asking(url, tmp_path, tls=tls) as endpoint:
        slow = asyncio.create_task(endpoint.get("/slow"))
        await asyncio.wait_for(entered.wait(), GRACE)
        (other / "ca.crt").rename(tmp_path / "ca.crt")
        meanwhile = await endpoint.get("/quick")
        go_on.set()
        answer = await slow
        error = await fails(endpoint.get("/quick"))

    assert (meanwhile, answer) == (b"here", b"here")
    assert (error.reason, "certificate" in error.message) == (Reason.UNAVAILABLE, True)


async def test_another_name_and_no_trust_at_all_can_be_chosen(tmp_path: Path) -> None:
    context = server_context(tmp_path)
    named = TlsSettings(ca_file="ca.crt", server_name="localhost")
    blind = TlsSettings(insecure_skip_verify=True)

    async with serving(echo, tls=context) as url:
        for tls in (named, blind):
            async with asking(url, tmp_path, tls=tls) as endpoint:
                assert await endpoint.get("/")


@pytest.mark.parametrize(
    ("body", "said", "advice"),
    [
        pytest.param(b"<!DOCTYPE html>", "an HTML page came instead of JSON", "login", id="page"),
        pytest.param(b'{"a": 1', "malformed", "", id="cut off"),
        pytest.param(b'["secret"]', "malformed", "", id="another shape"),
        pytest.param(b'"\xff"', "malformed", "", id="no text"),
        pytest.param(b"[" * 100_000, "malformed", "", id="deep"),
    ],
)
def test_what_is_not_expected_is_told_without_what_it_holds(
    body: bytes, said: str, advice: str
) -> None:
    with pytest.raises(ReadError) as caught:
        decoded(msgspec.json.Decoder(dict[str, Any]), body, path="/api")

    assert said in caught.value.message
    assert "secret" not in caught.value.message
    assert advice in caught.value.advice

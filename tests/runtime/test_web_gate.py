"""The gate: who may ask, and answers that tell strangers nothing."""

import base64
import json
import logging
from pathlib import Path

import bcrypt
import pytest

from exporter.log import configure
from exporter.runtime.web.protection import Guard
from tests.runtime.served import GET, ask, connected, ended, guarded, served

PASSWORD = "correct horse"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
USERS = f"basic_auth_users: {{alice: {HASH}}}\n"
EVIL = b"<script>evil"


def get(path: str = "/", *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: a", *headers, "", ""]
    return "\r\n".join(lines).encode()


def authorization(name: str, password: str) -> str:
    return "Authorization: Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


async def answered(request: bytes, guard: Guard | None = None) -> bytes:
    async with served(guard=guard) as listening, connected(listening) as stream:
        return await ask(stream, request)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(get("/"), 401, id="no password"),
        pytest.param(get("/", authorization("alice", PASSWORD)), 200, id="the right one"),
        pytest.param(get("/", authorization("alice", "x")), 401, id="a wrong one"),
        pytest.param(get("/nowhere"), 401, id="no hint of what is there"),
        pytest.param(get("/nowhere", authorization("alice", PASSWORD)), 404, id="what is not"),
        pytest.param(get("/", method="POST"), 401, id="nor of methods"),
    ],
)
async def test_with_users_nobody_else_gets_an_answer(
    tmp_path: Path, request_: bytes, status: int
) -> None:
    answer = await answered(request_, guarded(tmp_path, USERS))

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert (b"WWW-Authenticate: Basic realm=" in answer) is (status == 401)


async def test_users_change_with_the_file_for_connections_that_are_open(tmp_path: Path) -> None:
    guard = guarded(tmp_path, USERS)
    request = get("/", authorization("alice", PASSWORD))
    async with served(guard=guard) as listening, connected(listening) as stream:
        before = await ask(stream, request)
        (tmp_path / "web.yml").write_text(USERS.replace("alice", "bob"))
        after = await ask(stream, request)

    assert before.startswith(b"HTTP/1.1 200 ")
    assert after.startswith(b"HTTP/1.1 401 ")


async def test_more_requests_than_the_rate_allows_are_told_to_come_again(tmp_path: Path) -> None:
    guard = guarded(tmp_path, "rate_limit: {interval: 1h, burst: 2}\n")
    async with served(guard=guard) as listening, connected(listening) as stream:
        answers = [await ask(stream) for _ in range(3)]

    assert [one.split()[1] for one in answers] == [b"200", b"200", b"429"]


async def test_the_configured_headers_are_on_every_answer(tmp_path: Path) -> None:
    headers = (
        "{X-Frame-Options: sameorigin, Strict-Transport-Security: max-age=60, X-XSS-Protection: ''}"
    )
    guard = guarded(tmp_path, f"http_server_config: {{headers: {headers}}}\n")

    for path in ("/", "/nowhere"):
        answer = await answered(get(path), guard)

        assert b"X-Frame-Options: sameorigin\r\n" in answer
        assert b"Strict-Transport-Security: max-age=60\r\n" in answer
        assert b"X-XSS-Protection" not in answer


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"GET /<script>evil HTTP/1.1\r\nHost: a\r\n\r\n", 404, id="a path"),
        pytest.param(b"<SCRIPT>EVIL / HTTP/1.1\r\nHost: a\r\n\r\n", 400, id="no method"),
        pytest.param(b"EVIL / HTTP/1.1\r\nHost: a\r\n\r\n", 400, id="an unknown method"),
        pytest.param(get("/", "Expect: <script>evil"), 417, id="an expectation"),
        pytest.param(get("/", "<script>evil: a"), 400, id="the name of a header"),
        pytest.param(get("/", "A: <script>evil\0"), 400, id="the value of a header"),
        pytest.param(b"GET / HTTP/<script>evil\r\n\r\n", 400, id="a version"),
        pytest.param(get("/", "Content-Length: <script>evil"), 400, id="a length"),
        pytest.param(b"\x16\x03\x01\x02\x00<script>evil\r\n\r\n", 400, id="TLS"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="HTTP/2"),
        pytest.param(get("/broken?<script>evil"), 500, id="what breaks us"),
        pytest.param(get("/", method="DELETE"), 405, id="a method that is not allowed"),
    ],
)
async def test_an_answer_repeats_nothing_and_tells_nothing(request_: bytes, status: int) -> None:
    answer = await answered(request_)

    assert answer.split()[1] == b"%d" % status
    for secret in (EVIL, EVIL.upper(), b"Traceback", b"aiohttp", b"Python", b"broken"):
        assert secret not in answer
    assert b"Server: cluster-conformance\r\n" in answer


async def test_a_405_names_what_is_allowed() -> None:
    answer = await answered(get("/", method="DELETE"))

    assert b"Allow: GET,HEAD\r\n" in answer


async def test_a_request_that_breaks_us_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await answered(get("/broken"))

    (record,) = (one for one in caplog.records if one.levelno == logging.ERROR)
    assert record.exc_info is not None


@pytest.mark.usefixtures("log_restored")
async def test_at_debug_each_request_is_a_line_with_an_id_and_without_what_was_sent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(level="debug", form="json")
    secret = authorization("alice", PASSWORD)
    async with served() as listening, connected(listening) as stream:
        await ask(stream, get("/?token=hunter2", secret))
        await ask(stream, get("/hunter2", "Cookie: hunter2"))
        await ask(stream, get("/broken?hunter2"))
        await ended(stream)

    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines()]
    told = [one["msg"].split(",")[0] for one in lines if "GET" in one["msg"]]
    ids = [one["request"] for one in lines if "GET" in one["msg"]]
    assert told == ["GET /: 200", "GET no route: 404", "GET /broken: 500"]
    assert len(set(ids)) == 3
    assert ids[2] in {one.get("request") for one in lines if one["level"] == "error"}
    assert "hunter2" not in written
    assert secret.split()[-1] not in written


@pytest.mark.usefixtures("log_restored")
async def test_above_debug_requests_are_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="info", form="json")

    await answered(GET)

    assert capsys.readouterr().err == ""

"""Requests of shapes that proxies and servers read differently, or that ask for more than most."""

import asyncio

import pytest

from tests.runtime.served import connected, served

FIRST = b"HTTP/1.1\r\nHost: a\r\n"


async def told(request: bytes) -> bytes:
    """Return all that is answered until the connection is closed."""
    async with asyncio.timeout(60), served() as listening, connected(listening) as (reader, writer):
        writer.write(request)
        return await reader.read()


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(
            b"GET / " + FIRST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /large HTTP/1.1\r\nHost: b\r\n\r\n",
            id="two lengths",
        ),
        pytest.param(
            b"POST / " + FIRST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            id="a length twice",
        ),
        pytest.param(b"POST / " + FIRST + b"Content-Length: +5\r\n\r\nhello", id="a sign"),
        pytest.param(b"GET / " + FIRST + b"X: a\r\n b\r\n\r\n", id="a folded header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", id="a blank before the colon"),
        pytest.param(b"GET / HTTP/1.1\nHost: a\n\n", id="lines without a carriage return"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two hosts"),
        pytest.param(
            b"POST / " + FIRST + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n",
            id="a chunk of a length that is none",
        ),
        pytest.param(
            b"POST / " + FIRST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 60_000,
            id="a chunk with a long extension",
        ),
    ],
)
async def test_what_can_be_read_in_two_ways_is_refused_and_ends_the_connection(
    request_: bytes,
) -> None:
    answer = await told(request_)

    assert answer.count(b"HTTP/1.") == 1
    assert answer.split(b" ", 2)[1] in {b"400", b"413", b"431"}


async def _ask_for_ever(writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(60):
        while True:
            writer.write(b"GET / " + FIRST + b"\r\n")
            await writer.drain()


async def test_who_asks_for_more_than_he_waits_for_is_dropped() -> None:
    async with served() as listening, connected(listening) as (_, writer):
        with pytest.raises(ConnectionError):
            await _ask_for_ever(writer)

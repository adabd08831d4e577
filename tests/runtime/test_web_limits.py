"""Nobody takes more than a share: not of connections, nor of bytes, nor of time."""

import asyncio
import socket
import tracemalloc
from dataclasses import replace

import pytest

from exporter.runtime.listening import Listening
from exporter.runtime.web.connection import PIECE
from exporter.runtime.web.limits import Limits
from tests.runtime.served import (
    GET,
    LARGE,
    Small,
    Stream,
    ask,
    connected,
    ended,
    served,
    until_free,
)

SOON = 0.2
LATE = 60


def limits(**short: float) -> Limits:
    """Return limits of which only those in *short* can be met within the test."""
    patient = Limits(handshake=LATE, header=LATE, idle=LATE, answer=LATE)
    return replace(patient, **short)  # type: ignore[arg-type]  # only times are given


async def test_a_client_that_says_nothing_is_dropped() -> None:
    async with served(limits=limits(header=SOON)) as listening, connected(listening) as stream:
        assert await ended(stream)


async def test_a_client_that_dribbles_its_headers_is_dropped() -> None:
    async with served(limits=limits(header=SOON)) as listening, connected(listening) as stream:
        dribbling = asyncio.create_task(_dribble(stream))

        assert await ended(stream)
        dribbling.cancel()
        await asyncio.gather(dribbling, return_exceptions=True)


async def _dribble(stream: Stream) -> None:
    stream[1].write(b"GET / HTTP/1.1\r\n")
    for number in range(1000):
        stream[1].write(b"X-%d: a\r\n" % number)
        await asyncio.sleep(SOON / 10)  # the pace of this client; nothing is waited for


async def test_headers_of_a_second_request_have_their_own_deadline() -> None:
    async with served(limits=limits(header=SOON)) as listening, connected(listening) as stream:
        await ask(stream)
        stream[1].write(b"GET / HT")

        assert await ended(stream)


async def test_a_connection_that_is_not_used_is_closed() -> None:
    async with served(limits=limits(idle=SOON)) as listening, connected(listening) as stream:
        await ask(stream)

        assert await ended(stream)


async def test_a_connection_is_kept_for_the_next_scrape() -> None:
    async with served(limits=limits(header=SOON)) as listening, connected(listening) as stream:
        await ask(stream)

        with pytest.raises(TimeoutError):
            await ended(stream, within=2 * SOON)


async def test_a_client_that_does_not_read_is_dropped_and_holds_little() -> None:
    async with served(limits=limits(answer=SOON * 2)) as listening:
        host, port = listening.addresses[0]
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(0)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(client, (host, port))
            await loop.sock_sendall(client, GET.replace(b"/ ", b"/large "))
            tracemalloc.start()
            held = await held_for(listening)
            allocated = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()

            await until_free(listening)

    assert held <= 2 * PIECE
    assert allocated < 1 << 20


async def held_for(listening: Listening, *, within: float = 10) -> int:
    """Wait until an answer waits for its client, and return how much of it."""
    async with asyncio.timeout(within):
        while not any(one.unsent for one in listening.connections):
            await asyncio.wait([one.task for one in listening.accepting], timeout=0.01)
    return max(one.unsent for one in listening.connections)


async def test_a_large_answer_arrives_whole() -> None:
    async with served() as listening, connected(listening) as stream:
        answer = await ask(stream, GET.replace(b"/ ", b"/large "))

    assert answer.endswith(b"\r\n\r\n" + LARGE)


async def test_more_requests_than_are_answered_at_once_are_told_to_come_again() -> None:
    small = Small()
    async with (
        served(small=small, limits=Limits(requests=1)) as listening,
        connected(listening) as first,
        connected(listening) as second,
    ):
        first[1].write(GET.replace(b"/ ", b"/held "))
        await small.held.acquire()

        refused = await ask(second)
        small.go.set()
        await first[0].readuntil(b"held\n")
        admitted = await ask(second)

    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: " in refused
    assert admitted.startswith(b"HTTP/1.1 200 ")


async def test_one_client_cannot_take_all_connections() -> None:
    few, small = Limits(connections=10, connections_per_client=1), Small()
    async with (
        served(limits=few, small=small) as listening,
        connected(listening, source="127.0.0.2") as greedy,
    ):
        greedy[1].write(GET.replace(b"/ ", b"/held "))
        await small.held.acquire()
        async with connected(listening, source="127.0.0.2") as second:
            assert await ended(second)
        async with connected(listening, source="127.0.0.3") as other:
            assert (await ask(other)).startswith(b"HTTP/1.1 200 ")
        small.go.set()


async def test_there_are_so_many_connections_and_their_places_are_free_again() -> None:
    small = Small()
    async with served(limits=Limits(connections=1), small=small) as listening:
        async with connected(listening) as first:
            first[1].write(GET.replace(b"/ ", b"/held "))
            await small.held.acquire()
            async with connected(listening, source="127.0.0.2") as second:
                assert await ended(second)
        await until_free(listening)
        async with connected(listening) as third:
            assert (await ask(third)).startswith(b"HTTP/1.1 200 ")


async def test_who_does_not_take_a_piece_for_too_long_is_dropped() -> None:
    async with served(limits=limits(stall=SOON)) as listening, connected(listening) as stream:
        stream[1].write(GET.replace(b"/ ", b"/large "))

        await until_free(listening)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 400, id="long request line"),
        pytest.param(GET[:-2] + b"A: " + b"a" * 9000 + b"\r\n\r\n", 400, id="long header"),
        pytest.param(GET[:-2] + b"A: a\r\n" * 100 + b"\r\n", 400, id="many headers"),
        pytest.param(GET[:-2] + (b"A: " + b"a" * 7000 + b"\r\n") * 6, 431, id="large headers"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413, id="a body"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            413,
            id="a body in chunks",
        ),
    ],
)
async def test_a_request_is_small(request_: bytes, status: int) -> None:
    async with served() as listening, connected(listening) as stream:
        answer = await ask(stream, request_)

        assert answer.split()[1] == b"%d" % status
        assert await ended(stream)


async def test_a_flood_behind_a_request_under_way_is_cut_off() -> None:
    small = Small()
    async with served(small=small) as listening, connected(listening) as stream:
        stream[1].write(GET.replace(b"/ ", b"/held "))
        await small.held.acquire()
        stream[1].write(b"GET / HTTP/1.1\r\n" + b"A: a\r\n" * 10_000)

        assert await ended(stream)
        small.go.set()

"""Listening: on every address that was asked for, and no longer than wanted."""

import asyncio
import socket

import pytest

from exporter.foreign.supervisor import Supervisor
from exporter.runtime.listening import listen
from exporter.runtime.web.limits import Limits
from tests.runtime.served import GET, Small, ask, connected, ended, served

IPV6 = pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")


@pytest.mark.parametrize(
    ("host", "clients"),
    [
        pytest.param("127.0.0.1", ["127.0.0.1"], id="IPv4"),
        pytest.param("::1", ["::1"], id="IPv6", marks=IPV6),
        pytest.param("localhost", ["127.0.0.1"], id="a name"),
        pytest.param("", ["127.0.0.1", "::1"], id="all addresses", marks=IPV6),
    ],
)
async def test_every_form_of_address_is_listened_on(host: str, clients: list[str]) -> None:
    async with served(host=host) as listening:
        ports = dict(listening.addresses)
        for client in clients:
            port = ports.get(client, next(iter(ports.values())))
            reader, writer = await asyncio.open_connection(client, port)
            answer = await ask((reader, writer))
            writer.close()

            assert answer.startswith(b"HTTP/1.1 200 ")


async def test_an_address_that_is_taken_is_an_error_and_nothing_stays_open(
    supervisor: Supervisor,
) -> None:
    async with served() as first:
        taken = first.addresses[0]
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]

        addresses = [("127.0.0.1", port), taken]
        with pytest.raises(OSError, match="in use"):
            await listen(Small().app, addresses=addresses, supervisor=supervisor)

        with socket.create_server(("127.0.0.1", port)):
            pass


async def test_closing_finishes_the_answer_under_way_and_accepts_no_more() -> None:
    small = Small()
    async with served(small=small) as listening, connected(listening) as stream:
        stream[1].write(GET.replace(b"/ ", b"/held "))
        await small.held.acquire()
        closing = asyncio.create_task(listening.close())
        while listening.sockets[0].fileno() >= 0:
            await asyncio.wait([closing], timeout=0.01)

        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", stream[1].get_extra_info("peername")[1])
        small.go.set()
        answer = await stream[0].read()
        await closing

    assert answer.endswith(b"held\n")


async def test_closing_waits_for_nobody_for_ever() -> None:
    small = Small()
    limits = Limits(shutdown=0.1)
    async with served(small=small, limits=limits) as listening, connected(listening) as stream:
        stream[1].write(GET.replace(b"/ ", b"/held "))
        await small.held.acquire()

        async with asyncio.timeout(5):
            await listening.close()

        assert await ended(stream)
        assert not listening.places.holders


async def test_an_idle_connection_does_not_hold_up_the_end() -> None:
    async with served() as listening, connected(listening) as stream:
        await ask(stream)

        async with asyncio.timeout(5):
            await listening.close()

        assert await ended(stream)

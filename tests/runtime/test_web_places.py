"""Scrapes have their places, whatever others do with theirs, and from whatever address."""

import asyncio
import contextlib
import resource
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.runtime.listening import Listening
from exporter.runtime.web.limits import Limits
from exporter.runtime.web.places import RESERVED, Places, affordable, client_of, of_probes
from tests.runtime.served import LARGE, Small, Stream, ask, connected, guarded, served

PASSWORD = "correct horse"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(8)).decode()
USERS = f"basic_auth_users: {{prometheus: {HASH}}}\n"
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"


def get(path: str, *, password: str = "") -> bytes:
    basic = b64encode(f"prometheus:{password}".encode()).decode()
    more = f"Authorization: Basic {basic}\r\n" if password else ""
    return f"GET {path} HTTP/1.1\r\nHost: a\r\n{more}\r\n".encode()


async def scrape(listening: Listening, *, times: int = 5, password: str = "") -> list[bytes]:
    """Scrape by a new connection each time, from the address that all others have."""
    statuses = []
    for _ in range(times):
        async with connected(listening) as stream, asyncio.timeout(10):
            answer = await ask(stream, get("/metrics", password=password))
            assert not answer.startswith(b"HTTP/1.1 200 ") or answer.endswith(LARGE)
            statuses.append(answer.split()[1])
    return statuses


@contextlib.asynccontextmanager
async def crowd(
    listening: Listening, request: bytes, *, size: int, source: str = HERE
) -> AsyncIterator[list[Stream]]:
    """Let so many clients ask, and take nothing of the answer."""
    async with contextlib.AsyncExitStack() as stack:
        streams = []
        for _ in range(size):
            stream = await stack.enter_async_context(connected(listening, source=source))
            stream[1].write(request)
            streams.append(stream)
        yield streams
        for stream in streams:
            stream[1].transport.abort()


@pytest.mark.parametrize("path", ["/metrics", "/large"])
async def test_slow_readers_keep_nobody_from_scraping(path: str) -> None:
    async with served() as listening, crowd(listening, get(path), size=41):
        assert await scrape(listening) == [b"200"] * 5


async def test_many_who_look_at_pages_keep_nobody_from_scraping_and_probing() -> None:
    small = Small()
    async with served(small=small) as listening, crowd(listening, get("/held"), size=60):
        for _ in range(Limits().requests_per_client):
            await small.held.acquire()

        scraped = await scrape(listening)
        async with connected(listening) as stream:
            probed = await ask(stream, get("/-/healthy"))
        async with connected(listening, source=ELSEWHERE) as stream:
            stream[1].write(get("/held"))
            await small.held.acquire()
            small.go.set()
            looked = await stream[0].readline()

    assert scraped == [b"200"] * 5
    assert probed.startswith(b"HTTP/1.1 200 ")
    assert looked.startswith(b"HTTP/1.1 200 ")


async def test_connections_that_say_nothing_give_way_to_new_ones() -> None:
    limits = Limits(connections=20, connections_per_client=10)
    async with (
        served(limits=limits) as listening,
        connected(listening) as kept,
    ):
        await ask(kept)
        async with crowd(listening, b"", size=30), crowd(listening, b"", size=30, source=ELSEWHERE):
            scraped = await scrape(listening)
            goes_on = await ask(kept)
            async with connected(listening, source="127.0.0.3") as stream:
                other = await ask(stream)

    assert scraped == [b"200"] * 5
    assert goes_on.startswith(b"HTTP/1.1 200 ")
    assert other.startswith(b"HTTP/1.1 200 ")


@dataclass(slots=True)
class Guessers:
    """Guess a password, again and again, by new connections."""

    listening: Listening
    guesses: int = 0
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.tasks = [asyncio.create_task(self._guess(number)) for number in range(40)]
        while self.guesses < 40:
            await asyncio.wait(self.tasks, timeout=0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _guess(self, number: int) -> None:
        while True:
            self.guesses += 1
            async with connected(self.listening) as stream:
                answer = await ask(stream, get("/metrics", password=f"guess {number}"))
                assert not answer.startswith(b"HTTP/1.1 200 ")


async def test_guessers_keep_nobody_out_neither_before_nor_after_a_reload(tmp_path: Path) -> None:
    guard = guarded(tmp_path, USERS)
    async with served(guard=guard) as listening, Guessers(listening) as guessers:
        at_first = await scrape(listening, password=PASSWORD)
        (tmp_path / "web.yml").write_text(USERS + "# another text\n")
        reloaded = await scrape(listening, password=PASSWORD)
        guesses = guessers.guesses

    assert at_first == reloaded == [b"200"] * 5
    assert guesses <= 120  # each waits for its answer, longer each time


async def test_guessers_do_not_delay_the_end(tmp_path: Path) -> None:
    async with served(guard=guarded(tmp_path, USERS)) as listening, Guessers(listening):
        async with asyncio.timeout(3):
            await listening.close()


@dataclass(eq=False, slots=True)
class Holder:
    client: str
    yields: bool
    dropped: bool = False

    def drop(self) -> None:
        self.dropped = True


CLIENTS = st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30)


@given(CLIENTS, st.integers(1, 8), st.integers(1, 8))
def test_there_are_never_more_than_there_may_be_and_only_who_yields_is_dropped(
    clients: list[tuple[str, bool]], most: int, per_client: int
) -> None:
    places = Places[Holder](most, per_client, lambda holder: (0.0,) if holder.yields else None)
    came = [Holder(client, yields) for client, yields in clients]

    taken = [holder for holder in came if places.take(holder)]

    assert len(places.holders) <= most
    assert all(
        sum(holder.client == client for holder in places.holders) <= per_client for client in "abc"
    )
    assert places.holders == {holder for holder in taken if not holder.dropped}
    assert not any(holder.dropped and not holder.yields for holder in came)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        pytest.param("192.0.2.1", "192.0.2.1", id="IPv4"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", id="IPv4 by a socket of both"),
        pytest.param("2001:db8:1:2:3::4", "2001:db8:1:2::/64", id="a network of IPv6"),
        pytest.param("fe80::1%eth0", "fe80::/64", id="with a zone"),
        pytest.param("", "", id="none"),
    ],
)
def test_one_machine_is_one_client(address: str, client: str) -> None:
    assert client_of(address) == client


@pytest.mark.parametrize(
    ("files", "connections"),
    [
        pytest.param(1024, 512, id="enough"),
        pytest.param(512, 512 - RESERVED, id="few"),
        pytest.param(64, 32, id="very few"),
    ],
)
def test_there_are_no_more_connections_than_files_may_be_open(files: int, connections: int) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, before[1]))
    try:
        limits = affordable(Limits())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert limits.connections == connections
    assert of_probes(limits).connections <= RESERVED // 2
    assert limits.connections_per_client <= connections

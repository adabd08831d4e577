"""Basic authentication lets the right ones in, and nobody else learns or costs much."""

import asyncio
import base64
import threading
from collections.abc import Iterator

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import ParseError
from exporter.runtime.web.rate import Rate
from exporter.runtime.web.turns import BusyError, Delays
from exporter.runtime.web.users import WAITING, Admissions, Users, parse_hash

PASSWORD = "correct horse"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
LONG = "a" * 72


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def at_once() -> Admissions:
    """Return admissions in which nobody has to wait for having guessed."""
    return Admissions(delays=Delays(first=0, last=0))


@pytest.fixture
def users() -> Users:
    hashes = {"alice": HASH, "long": bcrypt.hashpw(LONG.encode(), bcrypt.gensalt(4)).decode()}
    return Users(hashes, admissions=at_once())


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(basic("alice", PASSWORD), id="right"),
        pytest.param(basic("alice", PASSWORD).replace("Basic", "bAsIc"), id="scheme in any case"),
        pytest.param(basic("long", LONG), id="72 bytes"),
    ],
)
async def test_the_right_password_is_admitted(users: Users, header: str) -> None:
    assert await users.admit(header, client="a")
    assert await users.admit(header, client="a")


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="none"),
        pytest.param(basic("alice", "wrong"), id="wrong"),
        pytest.param(basic("alice", ""), id="empty"),
        pytest.param(basic("bob", PASSWORD), id="of another"),
        pytest.param(basic("long", LONG + "b"), id="more than 72 bytes"),
        pytest.param(basic("alice", PASSWORD + "\0" + PASSWORD), id="repeated behind a zero"),
        pytest.param(f"Bearer {PASSWORD}", id="another scheme"),
        pytest.param("Basic ***", id="no base64"),
        pytest.param("Basic " + base64.b64encode(b"alice").decode(), id="no colon"),
    ],
)
async def test_nothing_else_is_admitted(users: Users, header: str) -> None:
    await users.admit(basic("alice", PASSWORD), client="a")

    assert not await users.admit(header, client="a")
    assert not await users.admit(header, client="a")


class Watch:
    """Stands in for bcrypt and notes what it is asked; holds every answer back until told."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, bytes]] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.at_once = self.most = 0

    def checkpw(self, password: bytes, known: bytes) -> bool:
        self.asked.append((password, known))
        self.begun.set()
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.go.wait(10)
        self.at_once -= 1
        return password == PASSWORD.encode()


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.go.set()


def watched(watch: Watch) -> Users:
    return Users({"alice": HASH}, check=watch.checkpw, admissions=at_once())


async def test_a_right_password_is_checked_once(watch: Watch) -> None:
    users = watched(watch)
    watch.go.set()

    admitted = [await users.admit(basic("alice", PASSWORD), client="a") for _ in range(3)]

    assert admitted == [True, True, True]
    assert len(watch.asked) == 1


async def test_the_password_itself_is_not_kept(watch: Watch) -> None:
    users = watched(watch)
    watch.go.set()
    await users.admit(basic("alice", PASSWORD), client="a")

    kept = repr([getattr(users, name) for name in vars(users)])

    assert PASSWORD not in kept


async def test_wrong_passwords_do_not_push_the_right_one_out(watch: Watch) -> None:
    users = watched(watch)
    watch.go.set()
    await users.admit(basic("alice", PASSWORD), client="a")
    for number in range(150):
        await users.admit(basic("alice", str(number)), client="a")
    asked = len(watch.asked)

    assert await users.admit(basic("alice", PASSWORD), client="a")
    assert len(watch.asked) == asked


async def test_an_unknown_name_costs_as_much_as_a_known_one(watch: Watch) -> None:
    users = watched(watch)
    watch.go.set()

    await users.admit(basic("nobody", "x"), client="a")

    ((_, known),) = watch.asked
    parse_hash(known.decode())
    assert known.split(b"$")[2] == HASH.encode().split(b"$")[2]


async def test_an_unknown_name_is_refused_even_if_bcrypt_agreed(watch: Watch) -> None:
    users = watched(watch)
    watch.go.set()

    assert not await users.admit(basic("nobody", PASSWORD), client="a")


async def test_one_password_is_checked_at_a_time_and_few_of_a_client_wait(watch: Watch) -> None:
    users = watched(watch)
    waiting = [
        asyncio.create_task(users.admit(basic("alice", str(number)), client="a"))
        for number in range(WAITING + 1)
    ]
    await asyncio.to_thread(watch.begun.wait, 10)

    with pytest.raises(BusyError):
        await users.admit(basic("alice", "one too many"), client="a")

    watch.go.set()
    assert await asyncio.gather(*waiting) == [False] * (WAITING + 1)
    assert watch.most == 1


async def test_clients_have_their_turns_one_after_the_other(watch: Watch) -> None:
    users = watched(watch)
    guesses = [
        asyncio.create_task(users.admit(basic("alice", str(number)), client="guesser"))
        for number in range(WAITING)
    ]
    await asyncio.to_thread(watch.begun.wait, 10)
    prometheus = asyncio.create_task(users.admit(basic("alice", PASSWORD), client="prometheus"))
    await asyncio.sleep(0)  # it waits, too

    watch.go.set()
    admitted = await prometheus
    checked = [password.decode() for password, _ in watch.asked]
    await asyncio.gather(*guesses)

    assert admitted
    assert checked.index(PASSWORD) <= 2


async def test_a_check_whose_client_is_gone_takes_its_turn_to_the_end(watch: Watch) -> None:
    users = watched(watch)
    first, second = (
        asyncio.create_task(users.admit(basic("alice", str(number)), client=str(number)))
        for number in range(2)
    )
    await asyncio.to_thread(watch.begun.wait, 10)

    first.cancel()
    await asyncio.wait([second], timeout=0.05)
    watch.go.set()
    await asyncio.wait([first, second])

    assert (first.cancelled(), second.result(), watch.most) == (True, False, 1)


async def test_who_no_longer_waits_loses_no_turn_for_others(watch: Watch) -> None:
    users = watched(watch)
    tasks = [
        asyncio.create_task(users.admit(basic("alice", str(number)), client="a"))
        for number in range(3)
    ]
    await asyncio.to_thread(watch.begun.wait, 10)

    tasks[1].cancel()
    watch.go.set()
    await asyncio.wait(tasks)

    assert tasks[2].result() is False
    assert len(watch.asked) == 2


def test_a_failure_costs_more_time_than_the_last_until_there_is_none_for_a_while() -> None:
    delays = Delays(first=1, last=5, forgotten=60)

    guessing = [delays.next("a", now=100.0) for _ in range(5)]
    other = delays.next("b", now=100.0)
    later = delays.next("a", now=161.0)

    assert guessing == [1, 2, 4, 5, 5]
    assert (other, later) == (1, 1)


def test_few_clients_that_failed_are_remembered() -> None:
    delays = Delays(most=2)

    waits = [delays.next(client, now=100.0) for client in ("a", "b", "c", "a", "c")]

    assert waits == [1, 1, 1, 1, 2]


async def test_a_right_password_is_remembered_over_a_reload(watch: Watch) -> None:
    watch.go.set()
    admissions = at_once()
    before = Users({"alice": HASH}, check=watch.checkpw, admissions=admissions)
    await before.admit(basic("alice", PASSWORD), client="a")
    bob = bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode()

    after = Users({"alice": HASH, "bob": bob}, check=watch.checkpw, admissions=admissions)
    changed = Users({"alice": bob}, check=watch.checkpw, admissions=admissions)

    assert await after.admit(basic("alice", PASSWORD), client="a")
    assert len(watch.asked) == 1
    await changed.admit(basic("alice", PASSWORD), client="a")
    assert len(watch.asked) == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("secret", id="no hash"),
        pytest.param(HASH + "x", id="too long"),
        pytest.param(HASH.replace("$04$", "$03$"), id="a cost that bcrypt does not know"),
        pytest.param(HASH.replace("$04$", "$17$"), id="a cost of half a minute"),
        pytest.param(HASH.replace("$2b$", "$3b$"), id="another scheme"),
        pytest.param(HASH[:28] + "z" + HASH[29:], id="a salt that bcrypt does not take"),
    ],
)
def test_what_is_no_usable_hash_is_refused(text: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse_hash(text)

    assert text not in refused.value.message


@given(st.from_regex(r"\A\$2[abxy]?\$04\$[./A-Za-z0-9]{53}\Z"))
def test_every_hash_that_is_taken_can_be_checked(text: str) -> None:
    try:
        parse_hash(text)
    except ParseError:
        return

    assert bcrypt.checkpw(b"x", text.encode()) in {True, False}


def test_a_rate_allows_a_burst_and_then_one_for_each_interval() -> None:
    rate = Rate(interval=2, burst=3)

    at_once = [rate.allows(100.0) for _ in range(4)]
    later = [rate.allows(100.0 + seconds) for seconds in (1, 2, 3, 4)]
    after_long = [rate.allows(1000.0) for _ in range(4)]

    assert at_once == [True, True, True, False]
    assert later == [False, True, False, True]
    assert after_long == [True, True, True, False]

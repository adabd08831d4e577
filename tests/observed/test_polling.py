"""A source is asked again and again; what it told last counts until it is too old."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import ClassVar

import pytest

from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Place, Source
from exporter.foreign.supervisor import Supervisor
from exporter.observed.polling import AT_ONCE, SHORTEST, Answer, PollLoop, query_all, query_each
from tests.clocks import SETTINGS, START, Time

MINUTE = timedelta(minutes=1)
GRACE = 30


@dataclass(frozen=True)
class Peers:
    count: int


@dataclass(frozen=True)
class Rules:
    names: tuple[str, ...] = ()


REFUSED = Failure(
    Place(Source.GRAFANA, "/api"), Reason.FORBIDDEN, "the server answered 403", "grant it"
)


@dataclass
class Scripted:
    """Gives the answers of a script, one a round; an error is raised; the last one stays."""

    source: ClassVar[Source] = Source.GRAFANA
    kinds: ClassVar[tuple[type, ...]] = (Peers, Rules)
    script: list[Answer | Exception]
    closed: bool = False

    async def ask(self) -> Answer:
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        self.closed = True


@dataclass
class Pausing(Time):
    """Moves on by the pauses that are asked of it, as often as it is let."""

    pauses: list[float] = field(default_factory=list)
    rounds: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    paused: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.paused.set()
        await self.rounds.acquire()
        self.go_on(timedelta(seconds=seconds))

    async def next_round(self) -> None:
        self.paused.clear()
        self.rounds.release()
        await asyncio.wait_for(self.paused.wait(), GRACE)


def poll(time: Pausing, *script: Answer | Exception) -> PollLoop:
    return PollLoop(
        poller=Scripted(list(script)),
        interval=MINUTE,
        max_age=3 * MINUTE,
        changed=asyncio.Event(),
        clock=time.clock,
        sleep=time.sleep,
        among=lambda _, longest: longest,
    )


async def begun(polled: PollLoop, time: Pausing, supervisor: Supervisor) -> None:
    polled.start(supervisor)
    await asyncio.wait_for(time.paused.wait(), GRACE)


def whole(count: int = 3) -> Answer:
    return Answer(facts={Peers: Peers(count), Rules: Rules()}, items={"peers": count})


def half(count: int = 3) -> Answer:
    return Answer(facts={Peers: Peers(count)}, gaps={Rules: REFUSED})


NOTHING = Answer(gaps={Peers: REFUSED, Rules: REFUSED})


async def test_nothing_is_known_and_the_source_is_down_before_the_first_answer() -> None:
    time = Pausing()
    state = poll(time, whole()).read(at=time.now)

    (status,) = state.sources
    assert not status.up
    assert state.facts.find(Peers) is None
    assert [gap.message for gap in state.facts.gaps[Peers]] == [
        "Grafana has told nothing of it yet"
    ]


async def test_what_was_told_is_known(supervisor: Supervisor) -> None:
    time = Pausing()
    polled = poll(time, whole())

    await begun(polled, time, supervisor)
    state = polled.read(at=time.now)
    await polled.stop()

    (status,) = state.sources
    assert (status.up, status.last_success, status.items) == (True, START, {"peers": 3})
    assert state.facts.get(Peers) == Peers(3)
    assert state.facts.gaps == {}


async def test_what_is_refused_hides_only_what_depends_on_it(supervisor: Supervisor) -> None:
    time = Pausing()
    polled = poll(time, half())

    await begun(polled, time, supervisor)
    state = polled.read(at=time.now)
    await polled.stop()

    (status,) = state.sources
    assert (status.up, status.failures, status.errors[Reason.FORBIDDEN]) == (False, (REFUSED,), 1)
    assert set(state.facts.gaps) == {Rules}
    (gap,) = state.facts.gaps[Rules]
    assert gap.message == (
        "Grafana has told nothing of it yet: /api: the server answered 403 (grant it)"
    )


async def test_the_last_answer_stands_in_until_it_is_too_old(supervisor: Supervisor) -> None:
    time = Pausing()
    polled = poll(time, whole(), NOTHING)
    await begun(polled, time, supervisor)

    known = []
    for _ in range(4):
        await time.next_round()
        known.append(Peers not in polled.read(at=time.now).facts.gaps)
    state = polled.read(at=time.now)
    await polled.stop()

    assert known == [True, True, True, False]
    (gap,) = state.facts.gaps[Peers]
    assert gap.message == (
        "Grafana last told of it at 2025-11-12T05:30:00+00:00: "
        "/api: the server answered 403 (grant it)"
    )
    assert state.facts.get(Peers) == Peers(3), "it still names subjects"


@SETTINGS
async def test_an_answer_is_too_old_by_its_age_however_the_wall_clock_is_set(
    supervisor: Supervisor, setting: timedelta
) -> None:
    time = Pausing()
    polled = poll(time, whole(), NOTHING)
    await begun(polled, time, supervisor)
    time.set_wall(setting)

    time.go_on(3 * MINUTE)
    fresh = polled.read(at=time.now)
    time.go_on(timedelta(seconds=1))
    old = polled.read(at=time.now)
    await polled.stop()

    assert Peers not in fresh.facts.gaps
    assert fresh.sources[0].last_success == time.wall - timedelta(seconds=181)
    assert Peers in old.facts.gaps


async def test_a_source_that_answers_again_is_believed_at_once(supervisor: Supervisor) -> None:
    time = Pausing()
    polled = poll(time, NOTHING, whole(5))
    await begun(polled, time, supervisor)

    await time.next_round()
    state = polled.read(at=time.now)
    await polled.stop()

    assert state.facts.get(Peers) == Peers(5)
    assert (state.facts.gaps, state.sources[0].up) == ({}, True)


async def test_an_equal_fact_stays_the_very_same_and_asks_for_no_evaluation(
    supervisor: Supervisor,
) -> None:
    time = Pausing()
    polled = poll(time, whole(), whole(), whole(4))
    await begun(polled, time, supervisor)
    first = polled.read(at=time.now).facts.get(Peers)
    polled.changed.clear()

    await time.next_round()
    second = polled.read(at=time.now).facts.get(Peers)
    quiet = not polled.changed.is_set()
    await time.next_round()
    told = polled.changed.is_set()
    await polled.stop()

    assert second is first
    assert (quiet, told) == (True, True)


async def test_a_fault_of_ours_hides_everything_and_the_next_round_goes_on(
    supervisor: Supervisor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    time = Pausing()
    polled = poll(time, RuntimeError("boom"), whole())

    await begun(polled, time, supervisor)
    broken = polled.read(at=time.now)
    await time.next_round()
    mended = polled.read(at=time.now)
    await polled.stop()

    assert set(broken.facts.gaps) == {Peers, Rules}
    assert broken.sources[0].errors[Reason.INTERNAL] == 1
    assert mended.facts.gaps == {}
    assert "boom" in caplog.text


async def test_errors_are_counted_once_a_round_and_never_forgotten(supervisor: Supervisor) -> None:
    time = Pausing()
    polled = poll(time, NOTHING, half(), whole())
    await begun(polled, time, supervisor)

    for _ in range(2):
        await time.next_round()
    (status,) = polled.read(at=time.now).sources
    await polled.stop()

    assert (status.up, status.errors[Reason.FORBIDDEN]) == (True, 2)


async def test_pauses_differ_so_that_replicas_do_not_ask_in_step(supervisor: Supervisor) -> None:
    time = Pausing()
    bounds: list[tuple[float, float]] = []

    def among(shortest: float, longest: float) -> float:
        bounds.append((shortest, longest))
        return shortest

    polled = replace(poll(time, whole()), among=among)
    await begun(polled, time, supervisor)
    await polled.stop()

    assert bounds == [(SHORTEST * 60, 60)]
    assert time.pauses == [SHORTEST * 60]
    assert SHORTEST < 1


async def test_stopping_ends_a_question_that_is_under_way_and_all_connections(
    supervisor: Supervisor,
) -> None:
    class Hanging(Scripted):
        entered = asyncio.Event()
        left = asyncio.Event()

        async def ask(self) -> Answer:
            self.entered.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.left.set()
            raise AssertionError

    hanging = Hanging([])
    polled = replace(poll(Pausing(), whole()), poller=hanging)
    polled.start(supervisor)
    await asyncio.wait_for(hanging.entered.wait(), GRACE)

    await polled.stop()

    assert hanging.left.is_set()
    assert hanging.closed


async def test_starting_twice_asks_once(supervisor: Supervisor) -> None:
    time = Pausing()
    polled = poll(time, whole())
    await begun(polled, time, supervisor)
    task = polled._root  # noqa: SLF001 - that there is but one shows nowhere else

    polled.start(supervisor)
    same = polled._root is task  # noqa: SLF001 - same
    await polled.stop()

    assert same


async def refuse() -> object:
    raise ReadError("no", reason=Reason.TIMEOUT, path="/api", advice="wait")


async def test_questions_that_fail_become_gaps_in_their_order() -> None:
    async def tell() -> object:
        return Peers(1)

    answer = await query_all({Rules: refuse, Peers: tell}, source=Source.GRAFANA)

    assert answer.facts == {Peers: Peers(1)}
    place = Place(Source.GRAFANA, "/api")
    assert answer.gaps == {Rules: Failure(place, Reason.TIMEOUT, "no", "wait")}


async def test_a_fault_of_one_question_ends_the_others() -> None:
    ended = asyncio.Event()

    async def wait() -> object:
        try:
            return await asyncio.Event().wait()
        finally:
            ended.set()

    async def breaks() -> object:
        raise KeyError("ours")

    with pytest.raises(ExceptionGroup):
        await query_all({Peers: wait, Rules: breaks}, source=Source.GRAFANA)

    assert ended.is_set()


async def test_few_are_asked_at_once_and_told_in_order() -> None:
    asked: list[str] = []
    busy, go_on = asyncio.Event(), asyncio.Event()

    async def ask(name: str) -> str:
        asked.append(name)
        if len(asked) == AT_ONCE:
            busy.set()
        await go_on.wait()
        return name.upper()

    names = {name: name for name in "abcdefgh"}
    asking = asyncio.create_task(query_each(names, ask))
    await asyncio.wait_for(busy.wait(), GRACE)
    await asyncio.sleep(0)
    first = list(asked)
    go_on.set()
    told = await asking

    assert first == list("abcd")
    assert list(told.items()) == [(name, name.upper()) for name in names]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        pytest.param(ReadError("no", reason=Reason.TIMEOUT), ReadError, id="foreseen"),
        pytest.param(KeyError("ours"), ExceptionGroup, id="fault of ours"),
    ],
)
async def test_one_that_fails_fails_all(error: Exception, raised: type[Exception]) -> None:
    async def ask(_: int) -> None:
        raise error

    asking: Callable[[int], Awaitable[None]] = ask

    with pytest.raises(raised):
        await query_each({"a": 1, "b": 2}, asking)

"""The loop publishes each evaluation whole, and survives one that breaks."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from exporter.domain.clock import Instant
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.published import Body, Published
from exporter.runtime.loop import Loop
from tests.clocks import SETTINGS, Time

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)


def outcome(*errors: str) -> Evaluation:
    return Evaluation(
        at=NOW,
        seconds=0.1,
        checks=(),
        findings=(),
        layers={},
        scores={},
        facts=Facts(),
        errors=errors,
    )


def prepared(evaluation: Evaluation) -> Published:
    body = Body.of(b"")
    return Published(evaluation=evaluation, text=body, openmetrics=body)


@dataclass
class Looker:
    """Gives outcomes one after another; an exception is raised."""

    outcomes: list[Evaluation | Exception]
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, _: Instant) -> Evaluation:
        self.looked.set()
        given = self.outcomes.pop(0)
        if isinstance(given, Exception):
            raise given
        return given


async def test_an_evaluation_is_published_and_counted() -> None:
    found = outcome("node_ready")
    loop = Loop(look=Looker([found]), prepare=prepared, interval=60)

    await loop.step()

    assert loop.published is not None
    assert loop.published.evaluation is found
    assert (loop.evaluations, dict(loop.failures)) == (1, {"node_ready": 1})


async def test_a_broken_evaluation_leaves_the_last_one(caplog: pytest.LogCaptureFixture) -> None:
    found = outcome()
    loop = Loop(look=Looker([found, ValueError("broken")]), prepare=prepared, interval=60)

    await loop.step()
    await loop.step()

    assert loop.published is not None
    assert loop.published.evaluation is found
    assert loop.evaluations == 1
    assert "broken" in caplog.text


async def test_a_call_for_another_look_does_not_wait_for_the_interval() -> None:
    looker = Looker([outcome(), outcome()])
    loop = Loop(look=looker, prepare=prepared, interval=3600, shortest=0)
    running = asyncio.create_task(loop.run())
    await looker.looked.wait()
    looker.looked.clear()

    loop.again.set()

    async with asyncio.timeout(10):
        await looker.looked.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@dataclass
class Timer:
    """Stands still but for what work takes."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("reading", "judging", "rendering", "pause"),
    [
        pytest.param(0.0, 0.1, 0.1, 0.8, id="a second from one beginning to the next"),
        pytest.param(0.0, 0.5, 0.5, 3.0, id="a quarter of a core"),
        pytest.param(20.0, 0.5, 0.5, 3.0, id="reading defers nothing"),
        pytest.param(20.0, 0.0, 0.0, 0.0, id="a second that reading took has passed"),
    ],
)
async def test_the_pause_is_in_proportion_to_judging_and_rendering(
    reading: float, judging: float, rendering: float, pause: float
) -> None:
    timer = Timer()

    async def look(_: Instant) -> Evaluation:
        timer.now += reading + judging
        return replace(outcome(), seconds=judging)

    def prepare(evaluation: Evaluation) -> Published:
        timer.now += rendering
        return prepared(evaluation)

    loop = Loop(look=look, prepare=prepare, interval=60, timer=timer)

    assert await loop.step() == pytest.approx(pause)


async def test_what_breaks_slowly_is_not_tried_again_at_once() -> None:
    timer = Timer()

    async def look(_: Instant) -> Evaluation:
        timer.now += 5
        raise ValueError

    loop = Loop(look=look, prepare=prepared, interval=60, timer=timer)

    assert await loop.step() == pytest.approx(15)


@SETTINGS
async def test_what_is_published_is_stale_by_its_age_however_the_wall_clock_is_set(
    setting: timedelta,
) -> None:
    time = Time()

    def prepare(evaluation: Evaluation) -> Published:
        return replace(prepared(evaluation), lasting=timedelta(minutes=2))

    found = replace(outcome(), at=time.wall)
    loop = Loop(look=Looker([found]), prepare=prepare, interval=60, clock=time.clock)
    await loop.step()
    time.set_wall(setting)

    time.go_on(timedelta(minutes=2))
    fresh = not loop.stale
    time.go_on(timedelta(seconds=1))

    assert (fresh, loop.stale) == (True, True)


async def test_what_took_long_to_read_is_as_old_as_what_it_was_judged_by() -> None:
    time = Time()

    async def look(at: Instant) -> Evaluation:
        time.go_on(timedelta(minutes=10))
        return replace(outcome(), at=at.wall + timedelta(minutes=10))

    def prepare(evaluation: Evaluation) -> Published:
        return replace(prepared(evaluation), lasting=timedelta(minutes=2))

    loop = Loop(look=look, prepare=prepare, interval=60, clock=time.clock)

    await loop.step()

    assert not loop.stale


class Hanging:
    """Looks for ever, but the first time."""

    def __init__(self) -> None:
        self.looks = 0

    async def __call__(self, _: Instant) -> Evaluation:
        self.looks += 1
        if self.looks > 1:
            await asyncio.Event().wait()
        return outcome()


async def test_a_pass_that_hangs_is_noticed_after_a_set_time() -> None:
    now = 0.0
    loop = Loop(look=Hanging(), prepare=prepared, interval=60, watchdog=900, timer=lambda: now)
    await loop.step()
    step = asyncio.create_task(loop.step())
    await asyncio.sleep(0)

    now = 899.0
    before = loop.stands_still
    now = 901.0
    after = loop.stands_still

    assert (before, after) == (False, True)
    step.cancel()


async def test_passes_that_break_are_no_standstill() -> None:
    now = 0.0
    looker = Looker([RuntimeError("broken"), RuntimeError("broken")])
    loop = Loop(look=looker, prepare=prepared, interval=60, watchdog=900, timer=lambda: now)

    for now in (800.0, 1600.0):  # noqa: B007 - the timer reads it
        await loop.step()

    assert not loop.stands_still

"""Views are made once for an evaluation, one at a time, and not without end."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.published import Answer, Asked, Body, Published
from exporter.runtime import ondemand
from exporter.runtime.ondemand import BusyError, OnDemand

NOTHING = Asked()


def published(view: Callable[[Asked], Answer]) -> Published:
    outcome = Evaluation(
        at=datetime(2025, 11, 12, tzinfo=UTC),
        seconds=0.1,
        checks=(),
        findings=(),
        layers={},
        scores={},
        facts=Facts(),
    )
    nothing = Body.of(b"")
    return Published(evaluation=outcome, text=nothing, openmetrics=nothing, views={"/": view})


class Counting:
    """A view that waits until it may go on, and tells how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0
        self.go = threading.Event()

    def __call__(self, asked: Asked) -> Answer:
        self.calls += 1
        assert self.go.wait(timeout=10)
        return Answer(content_type="text/plain", body=f"{asked.parameters}".encode())


async def test_those_who_ask_the_same_get_the_same() -> None:
    view, maker = Counting(), OnDemand()
    shown = published(view)
    asking = [asyncio.create_task(maker.get(shown, path="/", asked=NOTHING)) for _ in range(5)]
    view.go.set()

    made = await asyncio.gather(*asking)
    again = await maker.get(shown, path="/", asked=NOTHING)

    assert view.calls == 1
    assert all(one is again for one in made)


async def test_different_views_are_made_one_after_the_other() -> None:
    meeting = threading.Barrier(2)

    def view(_: Asked) -> Answer:
        try:
            meeting.wait(timeout=0.2)
        except threading.BrokenBarrierError:
            meeting.reset()
            return Answer(content_type="text/plain", body=b"alone")
        return Answer(content_type="text/plain", body=b"together")

    shown, maker = published(view), OnDemand()

    made = await asyncio.gather(
        *(maker.get(shown, path="/", asked=Asked((("n", str(n)),))) for n in range(3))
    )

    assert [one.answer.body for one in made] == [b"alone"] * 3


async def test_a_new_evaluation_is_looked_at_anew() -> None:
    view, maker = Counting(), OnDemand()
    view.go.set()

    first = await maker.get(published(view), path="/", asked=NOTHING)
    second = await maker.get(published(view), path="/", asked=NOTHING)

    assert view.calls == 2
    assert first.tag == second.tag  # it says the same


async def test_a_reader_that_leaves_takes_nothing_from_the_others() -> None:
    view, maker = Counting(), OnDemand()
    shown = published(view)
    leaving = asyncio.create_task(maker.get(shown, path="/", asked=NOTHING))
    staying = asyncio.create_task(maker.get(shown, path="/", asked=NOTHING))
    await asyncio.sleep(0)

    leaving.cancel()
    view.go.set()

    assert (await staying).answer.body == b"()"


async def test_what_failed_is_tried_again() -> None:
    calls = []

    def view(asked: Asked) -> Answer:
        calls.append(asked)
        if len(calls) == 1:
            raise ValueError("broken")
        return Answer(content_type="text/plain", body=b"fine")

    shown, maker = published(view), OnDemand()

    with pytest.raises(ValueError, match="broken"):
        await maker.get(shown, path="/", asked=NOTHING)

    assert (await maker.get(shown, path="/", asked=NOTHING)).answer.body == b"fine"


async def test_too_many_at_once_are_refused() -> None:
    view, maker = Counting(), OnDemand()
    shown = published(view)
    waiting = [
        asyncio.create_task(maker.get(shown, path="/", asked=Asked((("n", str(n)),))))
        for n in range(ondemand.MOST_WAITING)
    ]
    await asyncio.sleep(0)

    with pytest.raises(BusyError):
        await maker.get(shown, path="/", asked=NOTHING)

    view.go.set()
    await asyncio.gather(*waiting)


async def test_only_so_much_is_kept() -> None:
    calls = []

    def large(asked: Asked) -> Answer:
        calls.append(asked)
        return Answer(content_type="text/plain", body=bytes(ondemand.MOST_KEPT // 3))

    shown, maker = published(large), OnDemand()
    every = [Asked((("n", str(number)),)) for number in range(5)]

    for asked in [*every, every[-1], every[0]]:
        await maker.get(shown, path="/", asked=asked)

    assert calls == [*every, every[0]]  # the last was kept, the first was not


async def test_what_is_too_large_to_be_kept_is_made_again() -> None:
    calls = []

    def large(asked: Asked) -> Answer:
        calls.append(asked)
        return Answer(content_type="text/plain", body=bytes(ondemand.MOST_KEPT + 1))

    shown, maker = published(large), OnDemand()

    together = await asyncio.gather(*(maker.get(shown, path="/", asked=NOTHING) for _ in range(3)))
    await maker.get(shown, path="/", asked=NOTHING)

    assert together[0] is together[2]
    assert len(calls) == 2

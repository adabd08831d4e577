"""The loop publishes each evaluation whole, and survives one that breaks."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.published import Body, Published
from exporter.runtime.loop import Loop

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
    return Published(evaluation=evaluation, text=body, openmetrics=body, page=body)


@dataclass
class Looker:
    """Gives outcomes one after another; an exception is raised."""

    outcomes: list[Evaluation | Exception]
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, _: datetime) -> Evaluation:
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

"""A reader that breaks takes its own source down, and nothing else."""

import asyncio

import pytest

from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.provenance import Source
from exporter.foreign.guard import guarded, unfailing


async def test_what_is_read_is_passed_on() -> None:
    async def reading() -> str:
        return "read"

    assert await guarded(reading(), source=Source.ANSIBLE, otherwise=str) == "read"


async def test_what_breaks_becomes_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    async def reading() -> Failure:
        raise ZeroDivisionError

    failure = await guarded(reading(), source=Source.ANSIBLE, otherwise=lambda one: one)

    assert (failure.place.source, failure.reason) == (Source.ANSIBLE, Reason.INTERNAL)
    assert "ZeroDivisionError" in failure.message
    assert "Traceback" in caplog.text


async def test_what_must_not_end_is_run_again_whatever_it_raises(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes: list[Exception | None] = [ValueError("first"), None, KeyError("third")]
    broken = []

    async def run() -> None:
        if not outcomes:
            raise asyncio.CancelledError
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    with pytest.raises(asyncio.CancelledError):
        await unfailing(run, name="thing", pause=lambda: 0, broke=lambda: broken.append(1))

    assert len(broken) == 2
    assert caplog.text.count("the thing failed") == 2

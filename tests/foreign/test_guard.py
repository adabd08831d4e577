"""A reader that breaks takes its own source down, and nothing else."""

import pytest

from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.provenance import Source
from exporter.foreign.guard import guarded


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

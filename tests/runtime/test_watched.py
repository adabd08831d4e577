"""Files are read again when they change, and again after a failure, less and less often."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.clock import Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.runtime.watched import Watched
from tests.clocks import STEPS, Step, course

NOW = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 1000.0)
LOST = Failure(Place(Source.TERRAFORM, "main.tf"), Reason.MALFORMED, "is malformed")


@dataclass
class Recorder:
    """Hands out states and remembers when it was asked."""

    failures: tuple[Failure, ...] = ()
    reads: list[Instant] = field(default_factory=list)
    confirmed: list[Instant] = field(default_factory=list)

    async def read(self, *, at: Instant) -> State:
        self.reads.append(at)
        return State(failures=self.failures)

    def confirm(self, *, at: Instant) -> None:
        self.confirmed.append(at)

    def sources(self, *, at: Instant) -> tuple[SourceStatus, ...]:
        last = at.shown(max(one.boot for one in (*self.reads, *self.confirmed)))
        return (SourceStatus(source=Source.TERRAFORM, up=True, last_success=last),)


def seconds(number: float) -> Instant:
    return NOW + timedelta(seconds=number)


async def test_unchanged_files_are_not_read_again_but_seen_anew() -> None:
    reader = Recorder()
    watched = Watched(reader=reader, path=Path(), fingerprint=lambda _: "same")

    await watched.look(at=NOW)
    state = await watched.look(at=seconds(30))

    assert reader.reads == [NOW]
    assert reader.confirmed == [seconds(30)]
    assert state.sources[0].last_success == seconds(30).wall


async def test_changed_files_are_read_again() -> None:
    reader = Recorder()
    digests = iter("ab")
    watched = Watched(reader=reader, path=Path(), fingerprint=lambda _: next(digests))

    await watched.look(at=NOW)
    await watched.look(at=seconds(1))

    assert reader.reads == [NOW, seconds(1)]


async def test_a_failure_is_tried_again_less_and_less_often() -> None:
    reader = Recorder(failures=(LOST,))
    watched = Watched(reader=reader, path=Path(), fingerprint=lambda _: "same")

    for number in range(0, 200, 10):
        await watched.look(at=seconds(number))

    assert reader.reads == [seconds(0), seconds(30), seconds(90)]


async def test_a_failure_is_tried_again_every_ten_minutes_at_the_least() -> None:
    reader = Recorder(failures=(LOST,))
    watched = Watched(reader=reader, path=Path(), fingerprint=lambda _: "same")

    for number in range(0, 3000, 10):
        await watched.look(at=seconds(number))

    waits = [after.boot - before.boot for before, after in itertools.pairwise(reader.reads)]
    assert waits == [30, 60, 120, 240, 480, 600, 600, 600]


async def test_files_are_not_looked_at_more_often_than_asked_for() -> None:
    reader = Recorder()
    digests = iter("abc")
    watched = Watched(
        reader=reader,
        path=Path(),
        fingerprint=lambda _: next(digests),
        every=timedelta(seconds=30),
    )

    for number in (0, 1, 29, 30, 31):
        await watched.look(at=seconds(number))

    assert reader.reads == [seconds(0), seconds(30)]


@given(steps=STEPS, failing=st.booleans())
def test_setting_the_wall_clock_changes_nothing_of_when_files_are_read(
    *, steps: list[Step], failing: bool
) -> None:
    steady = [Step(one.passing, timedelta(0)) for one in steps]

    reads, shown = asyncio.run(looked_at(steps, failing=failing))
    expected, _ = asyncio.run(looked_at(steady, failing=failing))

    assert reads == expected
    assert all(last <= now for last, now in shown)


async def looked_at(
    steps: list[Step], *, failing: bool
) -> tuple[list[float], list[tuple[datetime, datetime]]]:
    """Return when files that change all the time were read; what was shown of that, and when."""
    reader = Recorder(failures=(LOST,) if failing else ())
    digests = map(str, itertools.count())
    watched = Watched(
        reader=reader,
        path=Path(),
        fingerprint=lambda _: "same" if failing else next(digests),
        every=timedelta(seconds=30),
    )
    shown = []
    for time in course(steps):
        state = await watched.look(at=time.now)
        shown += [(one.last_success, time.wall) for one in state.sources if one.last_success]
    return [one.boot for one in reader.reads], shown

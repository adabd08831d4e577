"""Files are read again when they change, and again after a failure, less and less often."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.runtime.watched import Watched

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
LOST = Failure(Place(Source.TERRAFORM, "main.tf"), Reason.MALFORMED, "is malformed")


@dataclass
class Recorder:
    """Hands out states and remembers when it was asked."""

    failures: tuple[Failure, ...] = ()
    reads: list[datetime] = field(default_factory=list)
    confirmed: list[datetime] = field(default_factory=list)

    async def read(self, *, at: datetime) -> State:
        self.reads.append(at)
        status = SourceStatus(source=Source.TERRAFORM, up=not self.failures, last_success=at)
        return State(sources=(status,), failures=self.failures)

    def confirm(self, *, at: datetime) -> None:
        self.confirmed.append(at)


def seconds(number: float) -> datetime:
    return NOW + timedelta(seconds=number)


async def test_unchanged_files_are_not_read_again_but_seen_anew() -> None:
    reader = Recorder()
    watched = Watched(reader=reader, path=Path(), fingerprint=lambda _: "same")

    await watched.look(at=NOW)
    state = await watched.look(at=seconds(30))

    assert reader.reads == [NOW]
    assert reader.confirmed == [seconds(30)]
    assert state.sources[0].last_success == seconds(30)


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


async def test_a_failed_source_does_not_grow_young_by_being_unchanged() -> None:
    reader = Recorder(failures=(LOST,))
    watched = Watched(reader=reader, path=Path(), fingerprint=lambda _: "same")

    await watched.look(at=NOW)
    state = await watched.look(at=seconds(10))

    assert state.sources[0].last_success == NOW


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

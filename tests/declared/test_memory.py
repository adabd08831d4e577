"""A broken declaration does not replace a good one, until that is too old."""

from datetime import UTC, datetime, timedelta

from exporter.declared.memory import Memory
from exporter.domain.clock import Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.provenance import Place, Source
from tests.clocks import SETTINGS, Time

NOW = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 1000.0)
LOST = (Failure(Place(Source.ANSIBLE, "hosts.ini", 3), Reason.MALFORMED, "is malformed"),)


def memory() -> Memory[str]:
    return Memory(source=Source.ANSIBLE, max_age=timedelta(hours=1))


def test_the_first_reading_counts_even_if_it_is_broken() -> None:
    remembered = memory()

    assert remembered.choose("half", failures=LOST, at=NOW) == "half"
    assert remembered.status({}, at=NOW).last_success is None


def test_a_good_reading_stands_in_for_a_broken_one_and_its_age_grows() -> None:
    remembered = memory()
    remembered.choose("good", failures=(), at=NOW)

    later = NOW + timedelta(minutes=59)
    chosen = remembered.choose("half", failures=LOST, at=later)

    status = remembered.status({}, at=later)
    assert chosen == "good"
    assert (status.up, status.last_success, status.failures) == (False, NOW.wall, LOST)


def test_a_good_reading_that_is_too_old_stands_in_no_more() -> None:
    remembered = memory()
    remembered.choose("good", failures=(), at=NOW)

    assert remembered.choose("half", failures=LOST, at=NOW + timedelta(minutes=61)) == "half"


def test_a_confirmed_reading_is_as_good_as_new() -> None:
    remembered = memory()
    remembered.choose("good", failures=(), at=NOW)
    remembered.confirm(at=NOW + timedelta(hours=5))

    assert remembered.choose("half", failures=LOST, at=NOW + timedelta(hours=5)) == "good"


def test_a_broken_source_cannot_be_confirmed() -> None:
    remembered = memory()
    remembered.choose("good", failures=(), at=NOW)
    remembered.choose("half", failures=LOST, at=NOW)

    remembered.confirm(at=NOW + timedelta(hours=5))

    assert remembered.status({}, at=NOW).last_success == NOW.wall


def test_every_reason_counts_from_zero() -> None:
    remembered = memory()
    remembered.choose("half", failures=LOST, at=NOW)

    errors = remembered.status({}, at=NOW).errors
    assert set(errors) == set(Reason)
    assert errors[Reason.MALFORMED] == 1
    assert errors[Reason.TIMEOUT] == 0


@SETTINGS
def test_a_good_reading_stands_in_by_its_age_however_the_wall_clock_is_set(
    setting: timedelta,
) -> None:
    remembered, time = memory(), Time()
    remembered.choose("good", failures=(), at=time.now)
    time.set_wall(setting)

    time.go_on(timedelta(minutes=59))
    soon = remembered.choose("half", failures=LOST, at=time.now)
    shown = remembered.status({}, at=time.now).last_success
    time.go_on(timedelta(minutes=2))
    late = remembered.choose("half", failures=LOST, at=time.now)

    assert (soon, late) == ("good", "half")
    assert shown == time.wall - timedelta(minutes=61)

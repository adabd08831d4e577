"""A broken declaration does not replace a good one, until that is too old."""

from datetime import UTC, datetime, timedelta

from exporter.declared.memory import Memory
from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.provenance import Place, Source

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
LOST = (Failure(Place(Source.ANSIBLE, "hosts.ini", 3), Reason.MALFORMED, "is malformed"),)


def memory() -> Memory[str]:
    return Memory(source=Source.ANSIBLE, max_age=timedelta(hours=1))


def test_the_first_reading_counts_even_if_it_is_broken() -> None:
    remembered = memory()

    assert remembered.choose("half", failures=LOST, at=NOW) == "half"
    assert remembered.status({}).last_success is None


def test_a_good_reading_stands_in_for_a_broken_one_and_its_age_grows() -> None:
    remembered = memory()
    remembered.choose("good", failures=(), at=NOW)

    chosen = remembered.choose("half", failures=LOST, at=NOW + timedelta(minutes=59))

    status = remembered.status({})
    assert chosen == "good"
    assert (status.up, status.last_success, status.failures) == (False, NOW, LOST)


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

    assert remembered.status({}).last_success == NOW


def test_every_reason_counts_from_zero() -> None:
    remembered = memory()
    remembered.choose("half", failures=LOST, at=NOW)

    errors = remembered.status({}).errors
    assert set(errors) == set(Reason)
    assert errors[Reason.MALFORMED] == 1
    assert errors[Reason.TIMEOUT] == 0

"""What came is looked through when much was replaced, all where it grows, else once an hour."""

import gc
import sys
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from exporter.app.garbage import EVERY, Sweeper, spare
from exporter.domain.clock import Instant
from tests.clocks import SETTINGS, Time

NOW = Instant(datetime(2025, 11, 12, 5, 30, tzinfo=UTC), 1000.0)


class Ring:
    """Refers to itself, so that only the collector frees it."""

    def __init__(self) -> None:
        self.next = self


def lost() -> weakref.ref[Ring]:
    return weakref.ref(Ring())


@pytest.fixture(autouse=True)
def by_nobody_else() -> Iterator[None]:
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.parametrize(
    ("later", "replaced", "kept"),
    [
        pytest.param(timedelta(minutes=59), False, True, id="too soon"),
        pytest.param(EVERY, False, False, id="an hour later"),
        pytest.param(timedelta(0), True, False, id="all was replaced"),
    ],
)
def test_lost_values_are_freed_in_time(
    later: timedelta,
    replaced: bool,  # noqa: FBT001 - a parameter
    kept: bool,  # noqa: FBT001 - a parameter
) -> None:
    sweeper = Sweeper()
    sweeper.sweep(at=NOW, replaced=True)
    ring = lost()

    sweeper.sweep(at=NOW + later, replaced=replaced)

    assert (ring() is not None) is kept


def hidden(count: int) -> None:
    """Lose values that were spared before."""
    rings = [Ring() for _ in range(count)]
    gc.freeze()
    del rings


def test_what_is_lost_after_it_was_spared_does_not_pile_up() -> None:
    sweeper = Sweeper()
    sweeper.sweep(at=NOW, replaced=True)
    blocks = sys.getallocatedblocks()
    share = max(1_000, sweeper.spared // 50)

    for _ in range(50):
        hidden(share)
        sweeper.sweep(at=NOW, replaced=True)

    grown = sys.getallocatedblocks() - blocks
    assert grown < 10 * share


def test_what_did_not_grow_is_not_looked_through() -> None:
    sweeper, ring = Sweeper(), Ring()
    gone = weakref.ref(ring)
    sweeper.sweep(at=NOW, replaced=True)
    del ring

    sweeper.sweep(at=NOW, replaced=True)

    assert gone() is not None


def test_what_was_spared_while_all_was_read_for_the_first_time_is_not_looked_through() -> None:
    ring = lost()
    spare()

    Sweeper().sweep(at=NOW, replaced=True)

    assert ring() is not None


@SETTINGS
def test_an_hour_has_passed_however_the_wall_clock_is_set(setting: timedelta) -> None:
    sweeper, time = Sweeper(), Time()
    sweeper.sweep(at=time.now, replaced=True)
    ring = lost()
    time.set_wall(setting)

    time.go_on(timedelta(minutes=59))
    sweeper.sweep(at=time.now, replaced=False)
    kept = ring() is not None
    time.go_on(timedelta(minutes=1))
    sweeper.sweep(at=time.now, replaced=False)

    assert (kept, ring()) == (True, None)

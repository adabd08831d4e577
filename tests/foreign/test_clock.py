"""The clocks of this machine."""

from datetime import timedelta

from exporter.foreign.clock import SYSTEM


def test_the_wall_clock_is_in_utc() -> None:
    assert SYSTEM.now().wall.utcoffset() == timedelta(0)


def test_the_boot_clock_goes_on() -> None:
    instants = [SYSTEM.boot() for _ in range(1000)]

    assert instants == sorted(instants)
    assert instants[0] < instants[-1]

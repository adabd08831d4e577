"""Ages are told by the boot clock, and shown by the wall clock as it is set now."""

from datetime import timedelta

from hypothesis import given

from tests.clocks import STEPS, Step, Time, course


@given(steps=STEPS)
def test_an_age_is_the_time_that_passed_however_the_wall_clock_is_set(steps: list[Step]) -> None:
    began, passed = Time().boot, timedelta(0)

    for step, time in zip(steps, course(steps), strict=True):
        passed += step.passing

        assert time.now.age(began) == passed


@given(steps=STEPS)
def test_what_was_is_never_shown_in_the_future(steps: list[Step]) -> None:
    began = Time().boot

    assert all(time.now.shown(began) <= time.wall for time in course(steps))


def test_a_later_instant_is_later_by_both_clocks() -> None:
    now, hour = Time().now, timedelta(hours=1)

    later = now + hour

    assert later.age(now.boot) == hour
    assert later.wall - now.wall == hour

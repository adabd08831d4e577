"""How far a server's clock is from ours follows from its answers, whatever happens to ours."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.observed.serverclock import TOLERATED, ServerClock, wording
from tests.clocks import SETTINGS, STEPS, Step, Time, course

SECOND = timedelta(seconds=1)


def date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC), usegmt=True)


@SETTINGS
def test_it_is_as_far_ahead_as_our_clock_is_behind(setting: timedelta) -> None:
    time = Time()
    server = ServerClock(time.clock)
    server.note(date(time.wall))

    time.set_wall(setting)
    time.go_on(timedelta(minutes=30))

    assert abs(server.ahead(time.now) + setting) <= SECOND


@pytest.mark.parametrize("ahead", [timedelta(seconds=59), timedelta(seconds=-59), timedelta()])
def test_a_little_counts_as_nothing(ahead: timedelta) -> None:
    time = Time()
    server = ServerClock(time.clock)

    server.note(date(time.wall + ahead))

    assert server.ahead(time.now) == timedelta()


@given(STEPS)
def test_what_the_server_shows_is_found_whenever_somebody_asks(steps: list[Step]) -> None:
    truth = Time()
    server: ServerClock | None = None
    for time in course(steps):
        server = server or ServerClock(time.clock)
        server.clock = time.clock
        real = truth.wall + timedelta(seconds=time.boot - truth.boot)
        server.note(date(real))

        shown = time.wall + server.ahead(time.now)

        assert abs(shown - real) <= TOLERATED + 6 * SECOND


def test_answers_that_differ_by_a_moment_change_nothing() -> None:
    time = Time()
    server = ServerClock(time.clock)
    server.note(date(time.wall + timedelta(hours=1)))
    first = server.ahead(time.now)

    server.note(date(time.wall + timedelta(hours=1, seconds=2)))

    assert server.ahead(time.now) == first


@pytest.mark.parametrize(
    "text", [None, "", "soon", "Mon, 01 Jan 1900 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_what_is_no_date_is_passed_over(text: str | None) -> None:
    time = Time()
    server = ServerClock(time.clock)

    server.note(text)

    assert server.ahead(time.now) == timedelta()


@given(st.timedeltas(timedelta(hours=-100), timedelta(hours=100)))
def test_it_is_told_in_words(ahead: timedelta) -> None:
    assert ("ahead of ours" in wording(ahead)) is (ahead > timedelta())

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.cron import last_due, parse_schedule, parse_zone
from exporter.domain.errors import ParseError

NOON = datetime(2025, 11, 12, 12, 0, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        pytest.param("* * * * *", "2025-11-12T12:00", id="every minute"),
        pytest.param("*/7 * * * *", "2025-11-12T12:00", id="every seventh"),
        pytest.param("5 * * * *", "2025-11-12T11:05", id="past the hour"),
        pytest.param("0 12 * * *", "2025-11-12T12:00", id="now"),
        pytest.param("1 12 * * *", "2025-11-11T12:01", id="a minute later"),
        pytest.param("30 3 * * *", "2025-11-12T03:30", id="today"),
        pytest.param("10,20 3,15 * * *", "2025-11-12T03:20", id="lists"),
        pytest.param("0 8-10 * * *", "2025-11-12T10:00", id="range"),
        pytest.param("0 8-20/5 * * *", "2025-11-12T08:00", id="range with steps"),
        pytest.param("0 20/2 * * *", "2025-11-11T22:00", id="from so much on"),
        pytest.param("0 0 * * 0", "2025-11-09T00:00", id="sunday"),
        pytest.param("0 0 * * 7", "2025-11-09T00:00", id="sunday by 7"),
        pytest.param("0 0 * * mon-tue", "2025-11-11T00:00", id="weekdays by name"),
        pytest.param("0 0 * OCT ?", "2025-10-31T00:00", id="month by name"),
        pytest.param("0 0 1 * *", "2025-11-01T00:00", id="first of the month"),
        pytest.param("0 0 1 * 1", "2025-11-10T00:00", id="either day"),
        pytest.param("0 0 29 2 *", "2024-02-29T00:00", id="leap day"),
        pytest.param("@hourly", "2025-11-12T12:00", id="hourly"),
        pytest.param("@daily", "2025-11-12T00:00", id="daily"),
        pytest.param("@weekly", "2025-11-09T00:00", id="weekly"),
        pytest.param("@monthly", "2025-11-01T00:00", id="monthly"),
        pytest.param("@yearly", "2025-01-01T00:00", id="yearly"),
    ],
)
def test_a_schedule_was_due_last(schedule: str, due: str) -> None:
    assert last_due(schedule, "", NOON) == datetime.fromisoformat(f"{due}:00+00:00")


def test_a_day_that_never_comes_was_never_due() -> None:
    assert last_due("0 0 30 2 *", "", NOON) is None


@pytest.mark.parametrize(
    ("zone", "due"),
    [("Asia/Seoul", "2025-11-11T18:30"), ("Europe/Berlin", "2025-11-12T02:30")],
)
def test_a_schedule_is_of_its_zone(zone: str, due: str) -> None:
    assert last_due("30 3 * * *", zone, NOON) == datetime.fromisoformat(f"{due}:00+00:00")


def test_a_change_of_clocks_moves_what_is_due() -> None:
    summer = datetime(2025, 10, 25, 12, tzinfo=UTC)
    winter = summer + timedelta(days=1)

    assert last_due("0 8 * * *", "Europe/Berlin", summer) == summer.replace(hour=6)
    assert last_due("0 8 * * *", "Europe/Berlin", winter) == winter.replace(hour=7)


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 8",
        "5-3 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "-1 * * * *",
        "99999 * * * *",
        "@often",
        "* * * monday *",
    ],
)
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ParseError):
        parse_schedule(schedule)


@pytest.mark.parametrize("zone", ["Nowhere/City", "../etc/passwd", "/etc/localtime"])
def test_a_zone_that_is_not_known_is_refused(zone: str) -> None:
    with pytest.raises(ParseError):
        parse_zone(zone)


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    after=st.timedeltas(timedelta(0), timedelta(days=36500)),
)
def test_what_is_due_each_day_was_due_within_the_last(
    minute: int, hour: int, after: timedelta
) -> None:
    at = datetime(2000, 1, 2, tzinfo=UTC) + after

    due = last_due(f"{minute} {hour} * * *", "", at)

    assert due is not None
    assert timedelta(0) <= at - due < timedelta(days=1)
    assert (due.hour, due.minute) == (hour, minute)


@given(text=st.text())
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    with suppress(ParseError):
        assert parse_schedule(text).minutes

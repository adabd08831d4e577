"""Schedules are due when Kubernetes' and Argo CD's own library says.

The answers are those of github.com/robfig/cron/v3 3.0.1, parsed with the fields minute to day of
the week, in four time zones, at instants around new year, leap day and summer time.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.cron import Schedule, last_due
from exporter.domain.errors import ParseError

ANSWERS = json.loads((Path(__file__).parent / "answers" / "cron.json").read_text())
NEVER = "0 0 30 2 *"


def due() -> Iterator[Any]:
    for schedule, zones in ANSWERS.items():
        for zone, answers in (zones or {}).items():
            if schedule != NEVER:
                yield pytest.param(schedule, zone, answers, id=f"{schedule}-{zone}")


@pytest.mark.parametrize(("text", "zone", "answers"), list(due()))
def test_a_schedule_is_due_when_the_real_library_says(
    text: str, zone: str, answers: dict[str, str]
) -> None:
    schedule = Schedule.parse(text, zone=zone)

    for at, answer in answers.items():
        found = schedule.after(datetime.fromisoformat(at))

        assert found == datetime.fromisoformat(answer)


@pytest.mark.parametrize("text", [text for text, zones in ANSWERS.items() if zones is None])
def test_what_the_real_library_refuses_is_no_schedule(text: str) -> None:
    with pytest.raises(ParseError):
        Schedule.parse(text)


def test_what_is_never_due_is_said_to_be_none() -> None:
    with pytest.raises(ParseError, match="day-of-month"):
        Schedule.parse(NEVER)


@pytest.mark.parametrize(("text", "zone", "answers"), list(due()))
def test_it_was_due_last_when_nothing_was_in_between(
    text: str, zone: str, answers: dict[str, str]
) -> None:
    schedule = Schedule.parse(text, zone=zone)

    for at in map(datetime.fromisoformat, answers):
        last, following = schedule.until(at), schedule.after(at)

        assert last is not None
        assert following is not None
        assert last <= at < following
        assert schedule.until(following) == following


@pytest.mark.parametrize("zone", ["Nowhere/At-All", "../etc/passwd", "/etc/localtime", "a\0b"])
def test_a_time_zone_that_is_none_is_an_error(zone: str) -> None:
    with pytest.raises(ParseError, match="time zone"):
        Schedule.parse("* * * * *", zone=zone)


@given(text=st.text() | st.text(alphabet="0123456789*/,-? ", min_size=9))
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    with suppress(ParseError):
        assert Schedule.parse(text).fields


def test_what_was_due_last_is_of_its_zone() -> None:
    noon = datetime(2025, 11, 12, 12, tzinfo=UTC)

    assert last_due("30 3 * * *", "Asia/Seoul", noon) == datetime(2025, 11, 11, 18, 30, tzinfo=UTC)
    assert last_due("@hourly", "", noon) == noon


def test_descriptors_are_for_those_who_take_them() -> None:
    noon = datetime(2025, 11, 12, 12, tzinfo=UTC)

    daily = Schedule.parse("@daily", descriptors=True)

    assert daily.after(noon) == datetime(2025, 11, 13, tzinfo=UTC)
    with pytest.raises(ParseError):
        Schedule.parse("@daily")

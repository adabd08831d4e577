from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_duration, parse_instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0", timedelta(0), id="zero-needs-no-unit"),
        pytest.param("0s", timedelta(0), id="zero"),
        pytest.param("500ms", timedelta(milliseconds=500), id="milliseconds"),
        pytest.param("1h30m", timedelta(hours=1, minutes=30), id="several-units"),
        pytest.param("15d", timedelta(days=15), id="days"),
        pytest.param("1w", timedelta(weeks=1), id="weeks"),
        pytest.param("1y", timedelta(days=365), id="years-of-365-days"),
        pytest.param("1m1ms", timedelta(minutes=1, milliseconds=1), id="minutes-are-no-milli"),
        pytest.param("90m", timedelta(minutes=90), id="more-than-the-next-unit"),
    ],
)
def test_durations_are_read_as_prometheus_writes_them(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("5", id="without-unit"),
        pytest.param("1.5h", id="fraction"),
        pytest.param("-5m", id="negative"),
        pytest.param("1h 30m", id="space"),
        pytest.param("30m1h", id="short-before-long"),
        pytest.param("1h1h", id="twice"),
        pytest.param("5M", id="unit-in-another-case"),
        pytest.param("٣m", id="digits-of-another-script"),
        pytest.param("5m\n", id="new-line"),
    ],
)
def test_what_is_no_duration_is_refused_with_the_form_that_is(text: str) -> None:
    with pytest.raises(ParseError, match="write it as"):
        parse_duration(text)


def test_a_duration_that_no_clock_can_count_is_refused() -> None:
    with pytest.raises(ParseError, match="out of range"):
        parse_duration("999999999y")


@given(st.integers(0, 10**8), st.integers(0, 23), st.integers(0, 59), st.integers(0, 999))
def test_the_units_add_up(days: int, hours: int, minutes: int, milliseconds: int) -> None:
    text = f"{days}d{hours}h{minutes}m{milliseconds}ms"

    assert parse_duration(text) == timedelta(
        days=days, hours=hours, minutes=minutes, milliseconds=milliseconds
    )


@given(st.text(alphabet="0123456789ywdhms", max_size=20))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        duration = parse_duration(text)
    except ParseError:
        return
    assert duration >= timedelta(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2025-11-12T05:30:00Z", datetime(2025, 11, 12, 5, 30, tzinfo=UTC), id="utc"),
        pytest.param(
            "2025-11-12T14:30:00+09:00", datetime(2025, 11, 12, 5, 30, tzinfo=UTC), id="offset"
        ),
        pytest.param(
            "2025-11-12T05:30:00.123456789Z",
            datetime(2025, 11, 12, 5, 30, 0, 123456, tzinfo=UTC),
            id="nanoseconds-as-go-writes-them",
        ),
    ],
)
def test_instants_are_read_into_utc(text: str, expected: datetime) -> None:
    instant = parse_instant(text)

    assert instant == expected
    assert instant.tzinfo is UTC


@given(st.integers(0, 10**10), st.integers(-12, 14))
def test_an_instant_is_the_same_in_every_zone(seconds: int, hours: int) -> None:
    instant = datetime.fromtimestamp(seconds, timezone(timedelta(hours=hours)))

    assert parse_instant(instant.isoformat()) == instant


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("2025-11-12", id="date-alone"),
        pytest.param("2025-11-12T05:30:00", id="without-zone"),
        pytest.param("2025-13-01T00:00:00Z", id="no-such-month"),
        pytest.param("tomorrow", id="word"),
        pytest.param("9999-12-31T23:59:59-14:00", id="after-the-last-year"),
        pytest.param("0001-01-01T00:00:00+14:00", id="before-the-first-year"),
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_instant(text)

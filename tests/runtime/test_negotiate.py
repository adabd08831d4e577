"""A scraper gets the best format that it accepts, and nothing that it sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.runtime.negotiate import Format, accepts_gzip, choose_format

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        pytest.param("", Format.TEXT_0_0_4, id="nothing said"),
        pytest.param("*/*", Format.TEXT_0_0_4, id="anything"),
        pytest.param("text/html", Format.TEXT_0_0_4, id="nothing that we have"),
        pytest.param(PROMETHEUS_3, Format.OPENMETRICS, id="Prometheus 3.5"),
        pytest.param(PROMETHEUS_2, Format.OPENMETRICS, id="Prometheus 2.42"),
        pytest.param(
            "text/plain;version=1.0.0;escaping=values", Format.TEXT_1_0_0, id="another escaping"
        ),
        pytest.param(
            "application/openmetrics-text;version=0.0.1", Format.TEXT_0_0_4, id="an old OpenMetrics"
        ),
        pytest.param("text/plain;version=0.0.4", Format.TEXT_0_0_4, id="text 0.0.4"),
        pytest.param("text/plain; version=1.0.0", Format.TEXT_1_0_0, id="text 1.0.0"),
        pytest.param("text/plain", Format.TEXT_0_0_4, id="text"),
        pytest.param("text/*", Format.TEXT_0_0_4, id="any text"),
        pytest.param("application/openmetrics-text", Format.OPENMETRICS, id="no version"),
        pytest.param(
            "application/openmetrics-text;version=x", Format.TEXT_0_0_4, id="unknown version"
        ),
        pytest.param(
            "application/openmetrics-text;version=1.0.0;q=0,*/*", Format.TEXT_0_0_4, id="refused"
        ),
        pytest.param(
            "application/openmetrics-text;version=1.0.0;q=0.1,text/plain;q=0.9",
            Format.TEXT_0_0_4,
            id="liked less",
        ),
        pytest.param("text/plain;version=1.0.0;q=abc", Format.TEXT_0_0_4, id="malformed weight"),
        pytest.param("*/*;q=0", Format.TEXT_0_0_4, id="refuses everything"),
    ],
)
def test_the_best_accepted_format_is_chosen(accept: str, chosen: Format) -> None:
    assert choose_format(accept) is chosen


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        pytest.param("", False, id="nothing said"),
        pytest.param("gzip", True, id="gzip"),
        pytest.param("deflate, gzip;q=0.5", True, id="among others"),
        pytest.param("gzip;q=0", False, id="refused"),
        pytest.param("identity", False, id="identity"),
        pytest.param("identity, gzip;q=0.5", False, id="identity liked more"),
        pytest.param("*", True, id="anything"),
        pytest.param("br", False, id="another"),
        pytest.param("*, gzip;q=0", False, id="anything but gzip"),
        pytest.param("*;q=0", False, id="nothing at all"),
        pytest.param("GZIP", True, id="in any case"),
    ],
)
def test_gzip_is_sent_only_where_it_is_wanted(header: str, accepted: bool) -> None:  # noqa: FBT001 - a table
    assert accepts_gzip(header) is accepted


@given(st.text(max_size=300))
def test_any_header_has_an_answer(header: str) -> None:
    assert choose_format(header) in set(Format)
    assert accepts_gzip(header) in {True, False}

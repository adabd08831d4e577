import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import ParseError
from exporter.domain.integers import parse_integer


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_number_of_64_bits_reads_back(number: int) -> None:
    assert parse_integer(str(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" 1", id="space"),
        pytest.param("1_000", id="underscore"),
        pytest.param("1.0", id="fraction"),
        pytest.param("٣", id="digits-of-another-script"),
        pytest.param(str(2**63), id="too-large"),
        pytest.param(str(-(2**63) - 1), id="too-small"),
        pytest.param("9" * 10_000, id="far-too-large"),
    ],
)
def test_what_go_does_not_read_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_integer(text)

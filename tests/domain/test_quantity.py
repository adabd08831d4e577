from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import ParseError
from exporter.domain.quantity import parse_quantity

NUMBERS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("0.1", "0.1", id="fraction"),
        pytest.param("100m", "0.1", id="milli"),
        pytest.param(".5", "0.5", id="fraction-without-zero"),
        pytest.param("5.", "5", id="point-at-the-end"),
        pytest.param("+1", "1", id="plus"),
        pytest.param("-1Ki", "-1024", id="minus"),
        pytest.param("1Gi", "1073741824", id="binary"),
        pytest.param("1.5Gi", "1610612736", id="binary-fraction"),
        pytest.param("1G", "1000000000", id="decimal"),
        pytest.param("1E", "1000000000000000000", id="exa"),
        pytest.param("1E3", "1000", id="exponent"),
        pytest.param("12e-3", "0.012", id="negative-exponent"),
        pytest.param("100n", "0.0000001", id="nano"),
        pytest.param(2, "2", id="whole-number-of-yaml"),
        pytest.param(0.5, "0.5", id="fraction-of-yaml"),
        pytest.param(1e-7, "0.0000001", id="small-fraction-of-yaml"),
        pytest.param(1e22, "10000000000000000000000", id="large-fraction-of-yaml"),
    ],
)
def test_quantities_have_the_value_that_kubernetes_gives_them(
    text: str | float, value: str
) -> None:
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("Mi", id="suffix-alone"),
        pytest.param("1 Gi", id="space"),
        pytest.param("1gi", id="suffix-in-another-case"),
        pytest.param("1K", id="capital-kilo"),
        pytest.param("1mi", id="milli-binary"),
        pytest.param("1e", id="exponent-without-number"),
        pytest.param("0x10", id="hexadecimal"),
        pytest.param("1_000", id="underscore"),
        pytest.param("٣", id="digits-of-another-script"),
        pytest.param("1Gi\n", id="new-line"),
        pytest.param("9" * 1_000_000, id="far-too-long"),
        pytest.param(10**5000, id="number-too-long-to-write"),
        pytest.param("1e9999", id="exponent-too-large"),
        pytest.param(True, id="boolean"),
        pytest.param(float("nan"), id="not-a-number"),
        pytest.param(float("inf"), id="infinity"),
    ],
)
def test_what_is_no_quantity_is_refused_shortly(text: str | float) -> None:
    with pytest.raises(ParseError, match="is no quantity") as caught:
        parse_quantity(text)

    assert len(str(caught.value)) < 200


@given(NUMBERS)
def test_a_thousand_milli_is_one(number: int) -> None:
    assert parse_quantity(f"{number * 1000}m") == parse_quantity(number)


@given(NUMBERS, st.sampled_from(["K", "M", "G", "T", "P", "E"]))
def test_each_binary_suffix_is_1024_of_the_one_before(number: int, letter: str) -> None:
    before = {"K": "", "M": "Ki", "G": "Mi", "T": "Gi", "P": "Ti", "E": "Pi"}[letter]

    assert parse_quantity(f"{number}{letter}i") == parse_quantity(f"{number * 1024}{before}")


@given(NUMBERS, st.sampled_from(["n", "u", "m", "", "k", "M", "G", "T", "P", "E", "Ki", "Gi"]))
def test_the_sign_negates(number: int, suffix: str) -> None:
    assert parse_quantity(f"-{number}{suffix}") == -parse_quantity(f"{number}{suffix}")


@given(NUMBERS, NUMBERS, st.sampled_from(["m", "", "k", "Mi", "Gi"]))
def test_quantities_of_one_unit_are_ordered_like_their_numbers(
    one: int, other: int, suffix: str
) -> None:
    less = parse_quantity(f"{one}{suffix}") < parse_quantity(f"{other}{suffix}")

    assert less == (one < other)


@given(st.decimals(0, 10**12, places=6))
def test_a_plain_number_is_itself(number: Decimal) -> None:
    assert parse_quantity(f"{number:f}") == number


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    try:
        value = parse_quantity(text)
    except ParseError:
        return
    assert value.is_finite()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("0.5n", "1e-9", id="up to a billionth"),
        pytest.param("-0.5n", "-1e-9", id="away from nothing"),
        pytest.param("10Ei", str(2**63 - 1), id="no more than 63 bits with Ei"),
        pytest.param("10E", "1e19", id="more with E"),
    ],
)
def test_what_cannot_be_kept_is_rounded_as_kubernetes_does(text: str, value: str) -> None:
    assert parse_quantity(text) == Decimal(value)

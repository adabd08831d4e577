"""What a scalar stands for does not depend on what was read before, and equal texts are one."""

import pytest

from exporter.foreign import yaml


def test_equal_texts_are_one_object() -> None:
    first, second = yaml.load("[some-text, 'other text']"), yaml.load("['some-text', other text]")

    assert first[0] is second[0]
    assert first[1] is second[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("12", "12", id="short"),
        pytest.param("0" * 65, "0" * 65, id="too long to be remembered"),
    ],
)
def test_a_text_with_quotes_is_a_text_though_it_was_a_number_before(text: str, value: str) -> None:
    number, quoted = yaml.load(f"[{text}, '{text}']")

    assert number == int(text)
    assert quoted == value


def test_a_tag_says_what_a_text_is_whatever_it_was_before() -> None:
    assert yaml.load("[1, !!str 1, ! 1, !unsafe 1, !!float 1]") == [1, "1", "1", "1", 1.0]

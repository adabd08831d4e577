"""What is read exactly holds nothing that another program would read differently."""

import pytest

from exporter.domain.errors import ParseError
from exporter.foreign.yaml import load, load_all


@pytest.mark.parametrize(
    "text",
    [
        "a: !foo b",
        "a: !foo [b]",
        "a: !foo {b: c}",
        "!foo\na: b",
        "!foo a: b",
        "a: !!binary YQ==",
        "!!binary YQ==: b",
        "a: !!null b",
        "a: ! null",
        "a: !!timestamp 2026-01-01",
        "a: !!omap [b: c]",
        "a: !!set {b}",
        "a: !unsafe b",
        "a: !<tag:example.org,2026:b> c",
        "!!merge a: {b: c}",
        '!!merge "<<": {b: c}',
        "a: &b !foo c",
        "a: [{<<: {b: !foo c}}]",
        "a: b\n---\na: !foo b",
        "%TAG !e! tag:example.org,2026:\n---\na: !e!b c",
    ],
)
def test_a_tag_is_an_error_where_others_would_read_it_differently(text: str) -> None:
    load_all(text)

    with pytest.raises(ParseError, match=r"the tag .* may hide"):
        load_all(text, exact=True)


def test_a_tag_that_is_an_error_is_told_with_its_line_and_what_to_do() -> None:
    with pytest.raises(ParseError, match=r"^the tag !!binary may hide .* remove it$") as caught:
        load("a: b\nc:\n  - !!binary YQ==\n", exact=True)

    assert caught.value.line == 3


def test_a_tag_of_any_length_is_told_in_short() -> None:
    with pytest.raises(ParseError) as caught:
        load(f"a: !{'x' * 10_000} b\n", exact=True)

    assert len(caught.value.message) < 200


def test_tags_that_say_what_is_plain_are_none() -> None:
    text = "a: !!str 1\nb: !!int 1\nc: !!map {d: !!bool true}\ne: !!seq [!!float 1.5]\n"

    assert load(text, exact=True) == {"a": "1", "b": 1, "c": {"d": True}, "e": [1.5]}


@pytest.mark.parametrize(
    "text",
    [
        "b: 1\n<<: {b: 2}",
        "b: 1\n<<: [{a: 1}, {b: 2}]",
        "<<: {b: 1}\n<<: {b: 2}",
        "<<: [{b: 1}]\nc: 1\n<<: [{b: 2}]",
        "a: &a {b: 1}\nc: {b: 2, <<: *a}",
    ],
)
def test_a_key_that_a_later_merge_brings_is_an_error(text: str) -> None:
    """For YAML it is the key that counts; for Go's older parser it is the merge."""
    with pytest.raises(ParseError, match="'b' stands before the << that brings it; move << up"):
        load(text, exact=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<: {b: 1}\nb: 2", {"b": 2}),
        ("<<: [{b: 1}, {b: 2}]", {"b": 1}),
        ("a: 1\n<<: {b: 2}", {"a": 1, "b": 2}),
        ("<<: {a: 1}\n<<: {b: 2}", {"a": 1, "b": 2}),
    ],
)
def test_merges_of_which_all_think_the_same_are_none(text: str, expected: dict[str, int]) -> None:
    assert load(text, exact=True) == expected == load(text)


def test_very_many_merges_take_no_time() -> None:
    text = "".join(f"<<: {{k{at}: 1}}\n" for at in range(50_000))

    assert len(load(text, exact=True)) == 50_000

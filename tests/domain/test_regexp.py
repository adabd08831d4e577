"""Regular expressions match what Go's match, in time that is linear in the text."""

import pytest

from exporter.domain.regexp import PatternError, UnsupportedPatternError, compile_pattern
from tests.cost import at_most


def test_no_match_of_nothing_stands_right_behind_another() -> None:
    found = [match.group() for match in compile_pattern("a*").matches("baaac")]

    assert found == ["", "aaa", ""]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param("<$1>", "<ä><b>", id="number"),
        pytest.param("${x}.", "ä.b.", id="name"),
        pytest.param("$1x", "", id="a name that no group has"),
        pytest.param("$$", "$$", id="dollar"),
        pytest.param("$2", "", id="a group too many"),
    ],
)
def test_a_replacement_may_speak_of_groups(by: str, expected: str) -> None:
    assert "".join(compile_pattern("(?P<x>.)").replace("äb", by)) == expected


def test_a_replacement_of_nothing_stands_between_letters() -> None:
    assert "".join(compile_pattern("x*").replace("äx€", "-")) == "-ä-€-"


@pytest.mark.parametrize("expression", ["(", "a{2000}", "(?=a)", r"\1", "[[:foo:]]", "\udc80"])
def test_what_go_refuses_is_refused(expression: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(expression)


@pytest.mark.parametrize("expression", [r"\C", r"a\\\C", "(?<a>.)(?<a>.)", "(.{1000}|y)" * 900])
def test_what_is_read_otherwise_than_by_go_is_not_tried(expression: str) -> None:
    with pytest.raises(UnsupportedPatternError):
        compile_pattern(expression)


def test_a_backslash_before_a_letter_is_none_of_it() -> None:
    assert compile_pattern(r"\\C").search(r"\C") is not None


def test_many_matches_that_each_look_at_all_of_a_text_are_too_much() -> None:
    pattern = compile_pattern("a*b|a")

    with pytest.raises(UnsupportedPatternError, match="steps"):
        list(pattern.matches("a" * 100_000))


def test_a_pattern_that_holds_up_other_engines_takes_no_time() -> None:
    assert compile_pattern("(a+)+$").search("a" * 50_000 + "!") is None


def test_what_has_no_utf_8_is_not_matched() -> None:
    with pytest.raises(UnsupportedPatternError, match="surrogate"):
        compile_pattern(".").search("\udcff")


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("a{0,1000}" * 60, id="repeated"),
        pytest.param("a?" * 50_000, id="long"),
        pytest.param("(?:a{0,10}){100}" * 60, id="nested"),
    ],
)
def test_what_would_take_long_to_compile_is_refused_at_once(expression: str) -> None:
    with at_most(60), pytest.raises(UnsupportedPatternError):
        compile_pattern(expression)


def test_groups_count_in_what_a_match_costs() -> None:
    with at_most(100), pytest.raises(UnsupportedPatternError):
        compile_pattern("(a|)" * 1000).covers("a" * 200, work=1_000_000)

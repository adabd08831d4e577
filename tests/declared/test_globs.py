from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.globs import (
    doublestar_order,
    literal_prefix,
    match_any,
    match_path,
    match_pathspec,
)
from tests.cost import at_most


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        pytest.param("apps/*", "apps/a", True, id="star"),
        pytest.param("apps/*", "apps/a/b", False, id="star-stays-in-one-part"),
        pytest.param("apps/**", "apps/a/b", False, id="two-stars-are-one"),
        pytest.param("apps/*/b", "apps/a/b", True, id="star-within"),
        pytest.param("apps/a?", "apps/ab", True, id="question-mark"),
        pytest.param("a?b", "a/b", False, id="question-mark-is-no-slash"),
        pytest.param("apps/[a-c]*", "apps/bx", True, id="range"),
        pytest.param("apps/[^a-c]*", "apps/bx", False, id="negated-range"),
        pytest.param(r"apps/\*", "apps/*", True, id="escaped"),
        pytest.param("apps/[", "apps/[", False, id="malformed"),
        pytest.param("*", "", True, id="star-is-nothing"),
        pytest.param("a", "ab", False, id="whole-text"),
    ],
)
def test_directories_match_as_in_go(pattern: str, path: str, *, expected: bool) -> None:
    assert match_path(pattern, path) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        pytest.param("config/*.json", "config/a.json", True, id="star"),
        pytest.param("config/*.json", "config/a/b.json", True, id="star-crosses-slashes"),
        pytest.param("config/**/c.json", "config/a/b/c.json", True, id="two-stars"),
        pytest.param("config", "config/a/b.json", True, id="directory"),
        pytest.param("./config/", "config/a.json", True, id="cleaned"),
        pytest.param("config", "configs/a.json", False, id="no-prefix-of-a-name"),
        pytest.param("", "a", True, id="everything"),
    ],
)
def test_files_match_as_in_git(pattern: str, path: str, *, expected: bool) -> None:
    assert match_pathspec(pattern, path) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        pytest.param("{*.yml,*.yaml}", "a/b.yaml", True, id="alternatives"),
        pytest.param("{a,b}/{c,d}", "b/c", True, id="two-alternatives"),
        pytest.param("*", "apps", True, id="star"),
        pytest.param("", "apps", False, id="empty-is-empty"),
        pytest.param("{a", "{a", True, id="open-brace"),
    ],
)
def test_argo_cds_own_globs_know_alternatives(pattern: str, text: str, *, expected: bool) -> None:
    assert match_any(pattern, text) is expected


def test_alternatives_do_not_explode() -> None:
    assert match_any("{a,b}" * 60, "a" * 60) is False


def test_many_stars_do_not_take_forever() -> None:
    assert match_any("*a" * 50, "a" * 1000 + "b") is False


@given(st.text(alphabet="ab*?", max_size=12), st.text(alphabet="ab", max_size=12))
def test_stars_and_question_marks_match_as_everywhere(pattern: str, text: str) -> None:
    assert match_any(pattern, text) is fnmatchcase(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("apps/*/prod", "apps", id="star"),
        pytest.param("apps/a", "apps/a", id="plain"),
        pytest.param("*", "", id="nothing"),
        pytest.param("./apps/[ab]", "apps", id="class"),
    ],
)
def test_a_pattern_tells_where_to_look(pattern: str, expected: str) -> None:
    assert literal_prefix(pattern) == expected


def test_what_may_be_matched_in_very_many_ways_is_ordered_at_once() -> None:
    """Thirty places for forty parts: more ways than anybody could go through."""
    parts = [f"d{at}" for at in range(40)]

    with at_most(40):
        order = doublestar_order("/".join([*["**"] * 30, "*"]), "/".join(parts))

    assert order == (*[(0, "")] * 29, *((1, part) for part in parts[:-1]), (0, ""), (0, parts[-1]))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        pytest.param("**/*", "a/b", ((1, "a"), (0, ""), (0, "b")), id="through-a-directory"),
        pytest.param("a/**/b", "a/b", ((0, "a"), (0, ""), (0, "b")), id="nothing-between"),
        pytest.param("a/**", "a", ((0, "a"),), id="nothing-behind"),
        pytest.param("{b,a}/**", "a/c", ((0, "a"), (1, "c")), id="alternatives"),
        pytest.param("a/*", "b/c", (), id="no-match"),
    ],
)
def test_matches_of_a_directory_come_before_those_below_it(
    pattern: str, text: str, expected: tuple[tuple[int, str], ...]
) -> None:
    assert doublestar_order(pattern, text) == expected

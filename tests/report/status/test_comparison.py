"""Both sides of a finding stand beside each other, whatever their shapes."""

import pytest
from msgspec import structs

from exporter.domain.json import Json
from exporter.report.status.comparison import (
    LONGEST,
    MOST_LINES,
    Line,
    compare,
    statements,
)
from tests.report.evaluations import finding


@pytest.mark.parametrize(
    ("declared", "observed", "lines"),
    [
        pytest.param(None, None, [], id="nothing"),
        pytest.param(2, 0, [Line("", "2", "0")], id="numbers"),
        pytest.param("True", "False", [Line("", "True", "False")], id="texts"),
        pytest.param(None, "x", [Line("", None, "x")], id="only one side"),
        pytest.param({}, {"Err": 3}, [Line("Err", None, "3")], id="a field that is too much"),
        pytest.param(
            {"b": 1, "a": "x"},
            {"a": "x", "b": 2},
            [Line("a", "x", "x"), Line("b", "1", "2")],
            id="fields, sorted",
        ),
        pytest.param(
            ["a", "b"],
            ["b", "c"],
            [Line("", "a", None), Line("", "b", "b"), Line("", None, "c")],
            id="lists as sets",
        ),
        pytest.param(
            ["a", "a"], ["a"], [Line("", "a", "a"), Line("", "a", None)], id="twice and once"
        ),
        pytest.param({"a": [1]}, {"a": {"b": None}}, [Line("a", "[1]", '{"b":null}')], id="deep"),
        pytest.param("Healthy", {"health": "x"}, [Line("", "Healthy", '{"health":"x"}')], id="mix"),
    ],
)
def test_both_sides_are_shown_line_by_line(
    declared: Json, observed: Json, lines: list[Line]
) -> None:
    assert compare(structs.replace(finding(), declared=declared, observed=observed)) == lines


def test_a_line_differs_where_a_side_is_missing() -> None:
    assert Line("", "a", None).differs
    assert not Line("", "a", "a").differs


def test_much_is_cut_and_says_so() -> None:
    many = compare(structs.replace(finding(), declared=list(range(MOST_LINES * 2))))
    (long,) = compare(structs.replace(finding(), declared="x" * 3 * LONGEST))

    assert len(many) == MOST_LINES
    assert long.declared is not None
    assert long.declared.endswith(f"({3 * LONGEST} characters)")
    assert len(long.declared) < LONGEST + 40


def test_statements_that_contradict_each_other_are_told_with_their_places() -> None:
    conflict: Json = {
        "attribute": "labels.phase",
        "statements": [{"value": "1", "place": "a:1"}, {"value": "2", "place": "b:2"}],
    }
    one = structs.replace(finding(), declared=[conflict])

    shown = statements(one)

    assert [(each.attribute, each.value, each.place) for each in shown] == [
        ("labels.phase", "1", "a:1"),
        ("labels.phase", "2", "b:2"),
    ]
    assert compare(one) == []

"""Both sides of a finding stand beside each other, whatever their shapes."""

from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from exporter.domain.finding import Layer
from exporter.domain.json import Json
from exporter.report.status.comparison import (
    LONGEST,
    MOST_LINES,
    Line,
    compare,
    statements,
)
from exporter.report.status.pieces import compared, sides
from exporter.report.status.rows import Row, Rows
from exporter.report.status.words import Words
from exporter.report.status.words import words as words_of
from exporter.report.texts import Lang
from tests.report.evaluations import NOW, check, evaluation, finding
from tests.report.status.boards import ENGLISH, KOREAN


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
        pytest.param({"a": [1]}, {"a": {"b": None}}, [Line("a", "1", "b: null")], id="deep"),
        pytest.param("Healthy", {"health": "x"}, [Line("", "Healthy", "health: x")], id="mix"),
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


NESTED: Json = {"replicas": {"number": 35, "version": "x"}, "ready": True}


def row_of(name: str, *, layer: Layer, **values: Json) -> Row:
    made = structs.replace(finding(check=name), **values)
    outcome = evaluation(made, checks=(check(name, layer=layer),))
    return Rows(outcome).of(made)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (ENGLISH, [("ready", "true"), ("replicas", "number: 35, version: x")]),
        (KOREAN, [("Ready", "예"), ("레플리카", "개수: 35, 버전: x")]),
    ],
)
def test_values_of_our_own_are_told_in_words_and_never_as_json(
    words: Words, told: list[tuple[str, str]]
) -> None:
    row = row_of("prometheus_retention", layer=Layer.OBSERVABILITY, declared=NESTED)

    lines = compared(row, words)

    assert [(one.field, one.declared) for one in lines] == told


@pytest.mark.parametrize(
    ("words", "told"), [(ENGLISH, ("present", "absent")), (KOREAN, ("존재", "없음"))]
)
def test_what_is_there_or_not_is_said_in_the_language(words: Words, told: tuple[str, str]) -> None:
    row = row_of("node_present", layer=Layer.INFRASTRUCTURE, declared="present", observed="absent")

    (line,) = compared(row, words)

    assert (line.declared, line.observed) == told


def test_what_the_cluster_calls_so_stays_as_it_is_written_there() -> None:
    labels: Json = {"storage": "default"}
    row = row_of("node_labels", layer=Layer.CONFIGURATION, declared=labels, observed={})

    assert sides(row, KOREAN) == (["storage=default"], [""])


def test_an_instant_of_ours_is_told_in_the_zone_of_the_page() -> None:
    started: Json = {"started": "2025-11-09T08:30:00Z"}
    row = row_of("prometheus_retention", layer=Layer.OBSERVABILITY, observed=started)
    seoul = words_of(Lang.KO, now=NOW, zone=ZoneInfo("Asia/Seoul"))

    (line,) = compared(row, seoul)

    assert (line.field, line.observed) == ("시작", "2025년 11월 9일 17:30 KST")


@pytest.mark.parametrize(
    ("bounds", "told"), [((35, 35), "35"), ((3, 5), "3 to 5")], ids=["one number", "a range"]
)
def test_bounds_are_told_as_a_range(bounds: tuple[int, int], told: str) -> None:
    low, high = bounds
    counted: Json = {"minimum": low, "maximum": high}
    row = row_of("kube_state_metrics", layer=Layer.OBSERVABILITY, declared=34, observed=counted)

    assert sides(row, ENGLISH) == (["34"], [told])

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.terraform.language.functions import FUNCTIONS, apply
from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    Origin,
    Unknown,
    Value,
    known,
)

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('format("%s-%02d-%v", "a", 3, true)', "a-03-true", id="format"),
        pytest.param(
            'format("%5s|%-5s|%x|%.2f|%%", "a", "b", 255, 1.5)', "    a|b    |ff|1.50|%", id="verbs"
        ),
        pytest.param('format("%s", 2)', "2", id="format-number"),
        pytest.param('formatlist("%s-%s", ["a", "b"], "x")', ["a-x", "b-x"], id="formatlist"),
        pytest.param('join(",", ["a", 1], ["b"])', "a,1,b", id="join"),
        pytest.param('split(",", "a,b")', ["a", "b"], id="split"),
        pytest.param('split("", "ab")', ["a", "b"], id="split-letters"),
        pytest.param(
            '"${lower("AB")}${upper("c")}${title("hello world")}"', "abCHello World", id="case"
        ),
        pytest.param('replace("a-b-c", "-", "_")', "a_b_c", id="replace"),
        pytest.param('substr("hello", 1, 3)', "ell", id="substr"),
        pytest.param('substr("hello", -2, -1)', "lo", id="substr-from-the-end"),
        pytest.param('trim("xxaxx", "x")', "a", id="trim"),
        pytest.param('trim("a", "")', "a", id="trim-nothing"),
        pytest.param('trimprefix("k8s-a", "k8s-")', "a", id="trimprefix"),
        pytest.param('trimsuffix("a.yaml", ".yaml")', "a", id="trimsuffix"),
        pytest.param('chomp(trimspace("  a\\n "))', "a", id="trimspace"),
        pytest.param(
            'startswith("ab", "a") && endswith("ab", "b") && strcontains("ab", "b")',
            True,
            id="tests",
        ),
        pytest.param('indent(2, "a\\nb")', "a\n  b", id="indent"),
        pytest.param(
            '"${basename("a/b/")}-${dirname("a/b")}-${dirname("a")}"', "b-a-.", id="paths"
        ),
        pytest.param(
            "[abs(-1), ceil(1.2), floor(1.8), max(1, 3), min(1, 3)]", [1, 2, 1, 3, 1], id="numbers"
        ),
        pytest.param('[sum([1, "2"]), parseint("ff", 16)]', [3, 255], id="sums"),
        pytest.param(
            "[range(3), range(1, 3), range(3, 0, -2), range(2, 0)]",
            [[0, 1, 2], [1, 2], [3, 1], [2, 1]],
            id="range",
        ),
        pytest.param('[length([1]), length({a = 1}), length("abc")]', [1, 1, 3], id="length"),
        pytest.param("concat([1], [2], [])", [1, 2], id="concat"),
        pytest.param("merge({a = 1, b = 1}, null, {b = 2})", {"a": 1, "b": 2}, id="merge"),
        pytest.param(
            "[keys({b = 1, a = 2}), values({b = 1, a = 2})]", [["a", "b"], [2, 1]], id="keys"
        ),
        pytest.param('[lookup({a = 1}, "a"), lookup({a = 1}, "b", 2)]', [1, 2], id="lookup"),
        pytest.param("[element([1, 2], 3), index([1, 2], 2)]", [2, 1], id="element"),
        pytest.param('[contains(["a"], "a"), contains(["a"], "b")]', [True, False], id="contains"),
        pytest.param("flatten([1, [2, [3, []]]])", [1, 2, 3], id="flatten"),
        pytest.param('coalesce(null, "", "a")', "a", id="coalesce"),
        pytest.param("coalescelist([], [1])", [1], id="coalescelist"),
        pytest.param('compact(["a", "", null])', ["a"], id="compact"),
        pytest.param("distinct([2, 1, 2])", [2, 1], id="distinct"),
        pytest.param('zipmap(["a", "b"], [1, 2])', {"a": 1, "b": 2}, id="zipmap"),
        pytest.param(
            'setproduct(["a", "b"], [1, 2])',
            [["a", 1], ["a", 2], ["b", 1], ["b", 2]],
            id="setproduct",
        ),
        pytest.param('setunion(["b"], ["a", "b"])', ["a", "b"], id="setunion"),
        pytest.param("setintersection([1, 2], [2, 3])", [2], id="setintersection"),
        pytest.param("setsubtract([1, 2], [2, 3])", [1], id="setsubtract"),
        pytest.param("slice([1, 2, 3], 1, 2)", [2], id="slice"),
        pytest.param("chunklist([1, 2, 3], 2)", [[1, 2], [3]], id="chunklist"),
        pytest.param('[reverse([1, 2]), sort(["b", "a"])]', [[2, 1], ["a", "b"]], id="order"),
        pytest.param("[one([]), one([1])]", [None, 1], id="one"),
        pytest.param(
            "[alltrue([true, false]), anytrue([true, false]), alltrue([])]",
            [False, True, True],
            id="all",
        ),
        pytest.param('toset(["b", "a", "b"])', ["a", "b"], id="toset"),
        pytest.param(
            '[tostring(1), tonumber("1"), tobool("true"), tostring(null)]',
            ["1", 1, True, None],
            id="conversions",
        ),
        pytest.param(
            "[tolist(toset([1])), tomap({a = 1}), sensitive(1)]", [[1], {"a": 1}, 1], id="same"
        ),
        pytest.param('base64decode(base64encode("é"))', "é", id="base64"),
        pytest.param(
            'jsonencode({b = [1, 1.5, "<", null], a = true})',
            '{"a":true,"b":[1,1.5,"\\u003c",null]}',
            id="jsonencode",
        ),
        pytest.param('jsondecode("{\\"a\\": [1, null]}")', {"a": [1, None]}, id="jsondecode"),
        pytest.param(
            'yamldecode("a: [1, x]\\nb: 1.5")', {"a": [1, "x"], "b": 1.5}, id="yamldecode"
        ),
        pytest.param(
            '[cidrhost("10.0.0.0/24", 10), cidrhost("10.0.0.0/24", -1)]',
            ["10.0.0.10", "10.0.0.255"],
            id="cidrhost",
        ),
        pytest.param('cidrsubnet("10.0.0.0/16", 8, 2)', "10.0.2.0/24", id="cidrsubnet"),
    ],
)
def test_functions_do_what_terraform_does(run: Run, text: str, expected: Any) -> None:
    assert run(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('format("%d")', id="format-too-few"),
        pytest.param('format("a", 1)', id="format-too-many"),
        pytest.param('format("%y", "a")', id="format-verb"),
        pytest.param('format("%s", [1])', id="format-list"),
        pytest.param('formatlist("%s", [1, 2], [1])', id="formatlist-lengths"),
        pytest.param('replace("aab", "/(/", "")', id="replace-by-no-expression"),
        pytest.param('indent(101, "a")', id="indent-width"),
        pytest.param('parseint("zz", 10)', id="parseint-digits"),
        pytest.param('parseint("1", 99)', id="parseint-base"),
        pytest.param("range(0, 5, 0)", id="range-step"),
        pytest.param("range(2000)", id="range-size"),
        pytest.param("range()", id="range-of-nothing"),
        pytest.param("length(1)", id="length-of-a-number"),
        pytest.param("concat([1], 2)", id="concat-of-a-number"),
        pytest.param("merge({}, 2)", id="merge-of-a-number"),
        pytest.param("keys([1])", id="keys-of-a-list"),
        pytest.param('lookup([1], "a")', id="lookup-in-a-list"),
        pytest.param('lookup({}, "a")', id="lookup-of-nothing"),
        pytest.param("element([], 0)", id="element-of-nothing"),
        pytest.param("index([1], 2)", id="index-of-nothing"),
        pytest.param("coalesce(null)", id="coalesce-of-nothing"),
        pytest.param("coalescelist([])", id="coalescelist-of-nothing"),
        pytest.param('zipmap(["a"], [])', id="zipmap-lengths"),
        pytest.param("setproduct([1])", id="setproduct-of-one"),
        pytest.param("slice([1], 0, 2)", id="slice-beyond"),
        pytest.param("chunklist([1], -1)", id="chunklist-size"),
        pytest.param("one([1, 2])", id="one-of-two"),
        pytest.param('base64decode("%%%")', id="no-base64"),
        pytest.param('yamldecode("a: [")', id="no-yaml"),
        pytest.param('yamldecode("!secret x")', id="yaml-tag"),
        pytest.param('yamldecode("a: .inf")', id="yaml-infinity"),
        pytest.param('cidrhost("10.0.0.0/30", 9)', id="cidrhost-beyond"),
        pytest.param('cidrhost("x", 9)', id="no-network"),
        pytest.param('cidrsubnet("10.0.0.0/30", 9, 0)', id="cidrsubnet-beyond"),
        pytest.param("tonumber([1])", id="no-number"),
        pytest.param("tobool(1)", id="no-bool"),
        pytest.param("sum([1e1000, 1e1000 * 1e1000])", id="large-number"),
        pytest.param("setproduct(range(1024), range(1024))", id="large-product"),
    ],
)
def test_what_a_function_does_not_take_is_no_value(run: Run, text: str) -> None:
    assert str(run(text)).startswith("<")


def test_merge_keeps_what_an_unknown_map_cannot_change(run: Run) -> None:
    found = run('merge({Role = "a"}, data.x.tags, {Name = "n"})')

    assert found == {"Role": "<data.x.tags is only known once it is applied>", "Name": "n"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("keys(merge({a = 1}, x.y))", id="keys"),
        pytest.param('lookup(merge({a = 1}, x.y), "b", 1)', id="lookup"),
        pytest.param("merge(x.y, {a = 1}).b", id="attribute"),
        pytest.param("[for k, v in merge({a = 1}, x.y) : k]", id="for"),
        pytest.param("contains([1, x.y], 2)", id="contains"),
        pytest.param("toset([x.y])", id="set"),
        pytest.param("[1, x.y] == [1, 2]", id="equality"),
        pytest.param("flatten([[1], x.y])", id="flatten"),
    ],
)
def test_what_is_partly_unknown_is_not_taken_for_whole(run: Run, text: str) -> None:
    assert run(text) == "<x.y is only known once it is applied>"


def test_an_element_that_is_there_needs_no_other(run: Run) -> None:
    assert run("contains([x.y, 2], 2)") is True


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_function_makes_a_value_of_unknown_arguments_alone(name: str) -> None:
    at = Origin("main.tf", 1)
    hidden = Value(Unknown("x.y", "is unknown"), at)

    for count in range(4):
        try:
            found = apply(name, [hidden] * count)
        except NotKnownError:
            continue
        data = found.data if isinstance(found, Value) else found
        empty: dict[str, Any] = {
            "concat": (),
            "max": None,
            "min": None,
            "merge": {},
            "alltrue": True,
        }
        assert isinstance(data, Unknown) or data == empty.get(name, "nothing"), (name, count)


@given(st.lists(st.text(max_size=5), max_size=8), st.lists(st.text(max_size=5), max_size=8))
def test_set_functions_follow_set_algebra(left: list[str], right: list[str]) -> None:
    at = Origin("main.tf", 1)
    one = known(_value(apply("toset", [_list(left, at)])))
    both = [_list(left, at), _list(right, at)]

    assert _texts(one) == sorted(set(left))
    assert _texts(apply("setunion", both)) == sorted({*left, *right})
    assert _texts(apply("setsubtract", both)) == sorted(set(left) - set(right))
    assert _texts(apply("setintersection", both)) == sorted(set(left) & set(right))


def _value(found: Any) -> Value:
    assert isinstance(found, Value)
    return found


def _list(texts: list[str], at: Origin) -> Value:
    return Value(Items(Value(text, at) for text in texts), at)


def _texts(found: Any) -> list[Any]:
    return [item.data for item in found]


HERE = Origin("main.tf", 1)
LETTERS = Value("x" * 1_000_000, HERE)


def nested(times: int) -> Value:
    """Return a list that holds an empty one 2^times times."""
    value = Value(Items(()), HERE)
    for _ in range(times):
        value = Value(Items((value, value)), HERE)
    return value


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("flatten", [nested(60)], id="lists that share their parts"),
        pytest.param(
            "format", [Value("%s" * 500, HERE), *[LETTERS] * 500], id="one text many times"
        ),
        pytest.param(
            "formatlist",
            [Value("%s", HERE), Value(Items([LETTERS] * 500), HERE)],
            id="one text in many texts",
        ),
        pytest.param(
            "jsonencode", [Value(Items([LETTERS] * 500), HERE)], id="one text in many elements"
        ),
        pytest.param(
            "jsonencode",
            [Value(Items([Value(Object({"x" * 900_000: LETTERS}), HERE)] * 500), HERE)],
            id="one key in many elements",
        ),
        pytest.param(
            "concat", [Value(Items([LETTERS] * 90_000), HERE)] * 500, id="one list many times"
        ),
    ],
)
def test_what_would_be_too_much_is_refused_before_it_is_made(
    name: str, arguments: list[Value]
) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(NotKnownError):
            apply(name, arguments)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 30_000_000

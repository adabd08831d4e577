"""The expectations were taken from Go's text/template with sprig v3.3.0."""

from typing import Any

import pytest

from exporter.declared.argocd.gotemplate import UnsupportedError
from exporter.declared.argocd.gotemplate.functions import call
from exporter.declared.argocd.gotemplate.values import MISSING, Int64, Unordered
from exporter.domain.errors import ParseError

LONG = "this-is-a-very-long-name-that-has-to-be-cut.somewhere-in-the-middle_of_it"


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        pytest.param("eq", ["a", "b", "a"], True, id="eq-any"),
        pytest.param("eq", [None, MISSING], True, id="eq-nil"),
        pytest.param("eq", [MISSING, "a"], False, id="eq-missing"),
        pytest.param("ne", ["a", "b"], True, id="ne"),
        pytest.param("lt", [1, 2], True, id="lt"),
        pytest.param("le", [2, 2], True, id="le"),
        pytest.param("gt", ["b", "a"], True, id="gt"),
        pytest.param("ge", [1.5, 2.5], False, id="ge"),
        pytest.param("not", [""], True, id="not"),
        pytest.param("len", ["한"], 3, id="len-counts-bytes"),
        pytest.param("len", [{"a": 1}], 1, id="len-of-a-map"),
        pytest.param("index", [{"a": {"b": "c"}}, "a", "b"], "c", id="index"),
        pytest.param("index", [{}, "a"], None, id="index-absent"),
        pytest.param("upper", ["ßa"], "ßA", id="upper-keeps-the-length"),
        pytest.param("title", ["foo bar_baz x1y"], "Foo Bar_baz X1y", id="title"),
        pytest.param("trim", [" a "], "a", id="trim"),
        pytest.param("trimAll", ["-", "--a-"], "a", id="trimAll"),
        pytest.param("trimPrefix", ["k8s-", "k8s-api"], "api", id="trimPrefix"),
        pytest.param("trimSuffix", ["-api", "scan-api"], "scan", id="trimSuffix"),
        pytest.param("trunc", [3, "abcdef"], "abc", id="trunc"),
        pytest.param("trunc", [-3, "abcdef"], "def", id="trunc-from-the-end"),
        pytest.param("trunc", [-9, "abc"], "abc", id="trunc-longer"),
        pytest.param("substr", [1, 3, "abcd"], "bc", id="substr"),
        pytest.param("substr", [2, -1, "abcd"], "cd", id="substr-open"),
        pytest.param("substr", [-1, 2, "abcd"], "ab", id="substr-from-start"),
        pytest.param("replace", [".", "-", "a.b"], "a-b", id="replace"),
        pytest.param("repeat", [2, "ab"], "abab", id="repeat"),
        pytest.param("nospace", [" a b "], "ab", id="nospace"),
        pytest.param("contains", ["b", "abc"], True, id="contains"),
        pytest.param("hasPrefix", ["a", "abc"], True, id="hasPrefix"),
        pytest.param("hasSuffix", ["a", "abc"], False, id="hasSuffix"),
        pytest.param("quote", ['a"b\n', None, 3.0], '"a\\"b\\n" "3"', id="quote"),
        pytest.param("squote", ["a", MISSING], "'a'", id="squote"),
        pytest.param("indent", [2, "a\nb"], "  a\n  b", id="indent"),
        pytest.param("nindent", [2, "a"], "\n  a", id="nindent"),
        pytest.param("toString", [None], "<nil>", id="toString-nil"),
        pytest.param("toString", [1234567.0], "1.234567e+06", id="toString-large"),
        pytest.param("toString", [0.00001], "1e-05", id="toString-small"),
        pytest.param("toString", [-2.5], "-2.5", id="toString-negative"),
        pytest.param("toString", [100000.0], "100000", id="toString-whole"),
        pytest.param("toString", [0.25], "0.25", id="toString-fraction"),
        pytest.param("floor", [float("inf")], float("inf"), id="floor-of-what-has-no-end"),
        pytest.param("ceil", [float("-inf")], float("-inf"), id="ceil-of-what-has-no-end"),
        pytest.param("int", ["12"], 12, id="int-of-a-text"),
        pytest.param("int", ["x"], 0, id="int-of-no-number"),
        pytest.param("int", [2.9], 2, id="int-of-a-float"),
        pytest.param("int64", [True], Int64(1), id="int-of-a-bool"),
        pytest.param("add", [1, 2.0, "3"], Int64(6), id="add"),
        pytest.param("add1", [1], Int64(2), id="add1"),
        pytest.param("sub", [5, 3], Int64(2), id="sub"),
        pytest.param("join", ["-", ["a", None, 1.0]], "a-1", id="join"),
        pytest.param("join", ["-", "a"], "a", id="join-one"),
        pytest.param("splitList", ["/", "a/b"], ["a", "b"], id="splitList"),
        pytest.param("split", ["/", "a/b"], {"_0": "a", "_1": "b"}, id="split"),
        pytest.param("list", ["a"], ["a"], id="list"),
        pytest.param("dict", ["a", 1, "b"], {"a": 1, "b": ""}, id="dict"),
        pytest.param("get", [{"a": 1}, "b"], "", id="get"),
        pytest.param("hasKey", [{"a": 1}, "a"], True, id="hasKey"),
        pytest.param("has", ["a", ["a"]], True, id="has"),
        pytest.param("has", [1, [1.0]], False, id="has-another-type"),
        pytest.param("first", [["a", "b"]], "a", id="first"),
        pytest.param("last", [["a", "b"]], "b", id="last"),
        pytest.param("rest", [["a", "b"]], ["b"], id="rest"),
        pytest.param("initial", [["a", "b"]], ["a"], id="initial"),
        pytest.param("first", [[]], None, id="first-of-nothing"),
        pytest.param("coalesce", ["", None, "a"], "a", id="coalesce"),
        pytest.param("empty", [[]], True, id="empty"),
        pytest.param("ternary", ["a", "b", False], "b", id="ternary"),
        pytest.param("printf", ["%s-%d %v %t %%", "a", 3, 2.0, True], "a-3 2 true %", id="printf"),
        pytest.param("printf", ["%3s|%-3s|%03d", "a", "b", 7], "  a|b  |007", id="widths"),
        pytest.param("printf", ["%q", "a"], '"a"', id="printf-quoted"),
        pytest.param(
            "toJson", [{"b": 1.0, "a": ["<", None]}], '{"a":["\\u003c",null],"b":1}', id="toJson"
        ),
        pytest.param("toYaml", ["scan-api"], "scan-api", id="toYaml-of-a-text"),
        pytest.param("toYaml", [["a"]], "- a", id="toYaml-of-a-list"),
        pytest.param("toYaml", [{"a": {"n": "yes"}}], 'a:\n  "n": "yes"', id="toYaml-of-a-map"),
        pytest.param("join", [",", [["a"]]], "[a]", id="list-as-text"),
        pytest.param("len", [Unordered("ab")], 2, id="len-of-keys"),
        pytest.param("normalize", ["_Foo bar_한"], "foo-bar", id="normalize"),
        pytest.param("slugify", ["Foo.bar--Baz"], "foo-bar-baz", id="slugify"),
        pytest.param("slugify", [20, LONG], "this-is-a-very-long", id="slugify-whole-words"),
        pytest.param("slugify", [20, False, LONG], "this-is-a-very-long", id="slugify-cut"),
        pytest.param("slugify", [3, "abcdef-x"], "abc", id="slugify-first-word"),
    ],
)
def test_functions_give_what_go_and_sprig_give(
    name: str, arguments: list[Any], expected: Any
) -> None:
    result = call(name, arguments)

    assert (type(result), result) == (type(expected), expected)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("lower", [None], id="text"),
        pytest.param("first", ["a"], id="list"),
        pytest.param("get", ["a", "b"], id="map"),
        pytest.param("trunc", [1.0, "a"], id="integer"),
        pytest.param("eq", [["a"], ["a"]], id="comparing-lists"),
        pytest.param("lt", [True, False], id="ordering-booleans"),
        pytest.param("lt", [1, 1.0], id="two-types"),
        pytest.param("len", [3], id="len"),
        pytest.param("ternary", [1, 2, "x"], id="ternary"),
        pytest.param("substr", [3, 1, "abc"], id="substr"),
        pytest.param("repeat", [-1, "a"], id="repeat"),
        pytest.param("indent", [-1, "a"], id="indent"),
        pytest.param("indent", [10**9, "a"], id="indent-too-far"),
        pytest.param("join", ["x" * 200_000, ["a", "b"]], id="join-too-long"),
        pytest.param("slugify", [1.0, "a"], id="slugify"),
    ],
)
def test_arguments_that_go_refuses_are_errors(name: str, arguments: list[Any]) -> None:
    with pytest.raises(ParseError):
        call(name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("now", [], id="time"),
        pytest.param("trunc", [1, "한글"], id="cutting-bytes"),
        pytest.param("int", ["012"], id="octal"),
        pytest.param("printf", ["%x", 3], id="verb"),
        pytest.param("printf", ["%s"], id="too-few"),
        pytest.param("printf", ["a", "b"], id="too-many"),
        pytest.param("quote", ["\0"], id="control-letter"),
        pytest.param("toJson", [1e300], id="large-number"),
        pytest.param("toYaml", ["{a"], id="text-that-needs-quotes"),
        pytest.param("index", ["abc", 0], id="byte-of-a-text"),
        pytest.param("join", [",", Unordered("ab")], id="order-of-keys"),
        pytest.param("index", [Unordered("ab"), 0], id="one-of-the-keys"),
    ],
)
def test_what_is_not_known_for_sure_is_unsupported(name: str, arguments: list[Any]) -> None:
    with pytest.raises(UnsupportedError):
        call(name, arguments)

from collections.abc import Callable
from typing import Any

import pytest

from exporter.declared.terraform.language.values import Unknown, Value

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1 + 2 * 3", 7, id="precedence"),
        pytest.param("10 - 2 - 3", 5, id="left-to-right"),
        pytest.param("7 / 2", 3.5, id="division"),
        pytest.param("-7 % 3", -1, id="remainder-of-the-dividend"),
        pytest.param("0.1 + 0.2 == 0.3", True, id="numbers-are-exact"),
        pytest.param("!(1 > 2) && 3 >= 3 || false", True, id="logic"),
        pytest.param("1 / 3 * 3 == 1", True, id="numbers-have-512-digits"),
        pytest.param('"1" == 1', False, id="no-string-is-a-number"),
        pytest.param('"2" * 3', 6, id="a-string-may-hold-a-number"),
        pytest.param("true ? 1 : 2", 1, id="conditional"),
        pytest.param("false ? 1 : true ? 2 : 3", 2, id="conditionals-nest-to-the-right"),
        pytest.param(
            '{a = 1, "b" : 2, ("c") = 3, 4 = 5}', {"a": 1, "b": 2, "c": 3, "4": 5}, id="o"
        ),
        pytest.param("{\n  a = 1\n  b = 2\n}", {"a": 1, "b": 2}, id="object-over-lines"),
        pytest.param("{true = 1, null = 2}", {"true": 1, "null": 2}, id="keywords-as-keys"),
        pytest.param("[1, [2, 3],]", [1, [2, 3]], id="lists"),
        pytest.param("[10, 20][1]", 20, id="index"),
        pytest.param("{a = {b = 5}}.a.b", 5, id="attribute"),
        pytest.param('{a = 5}["a"]', 5, id="attribute-by-index"),
        pytest.param("[1, 2].1", 2, id="index-as-attribute"),
        pytest.param("[{a = 1}, {a = 2}][*].a", [1, 2], id="splat"),
        pytest.param("[{a = 1}, {a = 2}].*.a", [1, 2], id="attribute-splat"),
        pytest.param("[{a = [1]}, {a = [2]}][*].a[0]", [1, 2], id="a-splat-takes-all-steps"),
        pytest.param("[{a = 1}, {a = 2}].*.a[0]", 1, id="an-attribute-splat-only-attributes"),
        pytest.param("null[*]", [], id="splat-of-null"),
        pytest.param("5[*]", [5], id="splat-of-one"),
        pytest.param("[for x in [1, 2, 3] : x * 2 if x != 2]", [2, 6], id="for-list"),
        pytest.param("[for i, x in [5, 6] : i + x]", [5, 7], id="for-list-with-places"),
        pytest.param("[for k, v in {b = 2, a = 1} : k]", ["a", "b"], id="for-map-in-order"),
        pytest.param("{for k, v in {a = 1} : v => k}", {"1": "a"}, id="for-object"),
        pytest.param(
            '{for x in ["a1", "b1", "a2"] : substr(x, 0, 1) => x...}',
            {"a": ["a1", "a2"], "b": ["b1"]},
            id="for-object-grouped",
        ),
        pytest.param("max([1, 5, 3]...)", 5, id="expanded-arguments"),
        pytest.param('try({}.a, "b")', "b", id="try"),
        pytest.param("try({ local.a = 1 }, 2)", 2, id="try-of-a-bare-reference-as-key"),
        pytest.param("can({ local.a = 1 })", False, id="a-bare-reference-is-no-key"),
        pytest.param("can({}.a)", False, id="can-not"),
        pytest.param("can({a = 1}.a)", True, id="can"),
    ],
)
def test_expressions_mean_what_terraform_means(run: Run, text: str, expected: Any) -> None:
    assert run(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"a${1}b"', "a1b", id="interpolation"),
        pytest.param('"${[1, 2]}"', [1, 2], id="alone-keeps-its-type"),
        pytest.param('"a${"b${"c"}"}"', "abc", id="nested"),
        pytest.param('"${\n  "a"\n}"', "a", id="over-lines"),
        pytest.param('"$${a} %%{b} 100% $5"', "${a} %{b} 100% $5", id="escaped-markers"),
        pytest.param(r'"\"\\\n\u00e9"', '"\\\né', id="escapes"),
        pytest.param('"${true}-${1.50}"', "true-1.5", id="scalars-as-text"),
        pytest.param('"%{ if true }a%{ else }b%{ endif }"', "a", id="if"),
        pytest.param('"%{ if false }a%{ endif }c"', "c", id="if-without-else"),
        pytest.param('"%{ for x in [1, 2] }<${x}>%{ endfor }"', "<1><2>", id="for"),
        pytest.param('"%{ for k, v in {a = 1} }${k}${v}%{ endfor }"', "a1", id="for-with-keys"),
        pytest.param('"a ${~ "b" ~} c"', "abc", id="strip-markers"),
        pytest.param('"a %{~ if true ~} b %{~ endif ~} c"', "abc", id="strip-in-directives"),
        pytest.param("<<EOF\na\n  b\nEOF", "a\n  b\n", id="heredoc"),
        pytest.param("<<-EOF\n    a\n\n      ${1}\n    EOF", "a\n\n  1\n", id="indented-heredoc"),
        pytest.param('<<_E-1\n\\n "q" ${"x"}\n_E-1', '\\n "q" x\n', id="heredoc-is-raw"),
    ],
)
def test_templates_are_filled(run: Run, text: str, expected: Any) -> None:
    assert run(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("data.aws_ami.x.id", "<data.aws_ami.x.id is only known once it is", id="data"),
        pytest.param("uuid()", "<uuid() is not evaluated here>", id="function"),
        pytest.param("{}.a", "<a value has no element 'a'>", id="no-attribute"),
        pytest.param("[1][5]", "<a list has no element at that index>", id="no-element"),
        pytest.param("1 / 0", "<a number is infinite", id="division"),
        pytest.param('"a" + 1', "<a text is no number", id="no-number"),
        pytest.param("1 ? 2 : 3", "<a value is neither true nor false>", id="no-bool"),
        pytest.param("1.5 == 1.5 ? [1][0.5] : 2", "<a number is not whole>", id="not-whole"),
        pytest.param("[for x in 5 : x]", "<a for expression goes over what is no", id="no-list"),
        pytest.param("{for x in [1, 1] : x => x}", "<a for expression makes the same", id="twice"),
        pytest.param("try(x.y, 1)", "<x.y is only known once it is applied>", id="try-of-unknown"),
        pytest.param(
            "try({}.a)", "<try() has no argument that does not fail>", id="try-without-luck"
        ),
        pytest.param("{ x.y = 1 }", "<a key that is a reference", id="bare-reference-as-key"),
        pytest.param("can()", "<can() is called with the wrong arguments", id="can-of-nothing"),
        pytest.param("can(x.y)", "<x.y is only known", id="can-of-unknown"),
        pytest.param("upper()", "<upper() is called with the wrong number", id="arguments"),
        pytest.param("f(x...)", "<x is only known", id="unknown-arguments"),
    ],
)
def test_what_has_no_value_says_why(run: Run, text: str, expected: str) -> None:
    assert run(text).startswith(expected)


def test_a_side_that_decides_needs_no_other(run: Run) -> None:
    assert run("false && x.y") is False
    assert run("x.y || true") is True


def test_an_unknown_part_leaves_the_rest_known(run: Run) -> None:
    found = run("{a = 1, b = x.y}")

    assert found == {"a": 1, "b": "<x.y is only known once it is applied>"}


def test_an_unknown_key_hides_what_it_may_overwrite(run: Run) -> None:
    found = run("{a = 1, (x.y) = 2, c = 3}")

    assert found == {"a": "<x.y is only known once it is applied>", "c": 3}


def test_a_template_known_in_part_keeps_its_legible_text(
    value_of: Callable[..., Value],
) -> None:
    value = value_of('"--token=${x.y} --node-labels=a=b %{ if x.z }c%{ endif }"')

    assert isinstance(value.data, Unknown)
    assert value.data.partial == "--token=${...} --node-labels=a=b ${...}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('upper("a${x.y}")', id="function"),
        pytest.param('"a${x.y}" == "a" ? 1 : 2', id="condition"),
        pytest.param('length(["a${x.y}"][0])', id="element"),
    ],
)
def test_what_is_made_of_a_part_is_no_part(value_of: Callable[..., Value], text: str) -> None:
    value = value_of(text)

    assert isinstance(value.data, Unknown)
    assert not value.data.partial


def test_a_value_remembers_where_it_is_written(value_of: Callable[..., Value]) -> None:
    value = value_of('merge(\n  {a = "x"},\n  {\n    b = "y"\n  }\n).b')

    assert value.data == "y"
    assert value.at == ("main.tf", 4)


def test_a_template_that_grows_too_long_is_refused(run: Run) -> None:
    body = "x" * 2_000

    grown = run(f'"%{{ for a in range(1024) }}{body}%{{ endfor }}"')

    assert grown == "<a template gives a text of more than 1 MiB>"

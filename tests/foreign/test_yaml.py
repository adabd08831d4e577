import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import ParseError
from exporter.foreign import yaml
from exporter.foreign.scalars import ANSIBLE
from exporter.foreign.yaml import Opaque, YamlList, YamlMap


def test_every_key_and_every_item_knows_its_line() -> None:
    value = yaml.load("# A comment.\na:\n  - b: 1\n  - c\n\nd: {e: f}\n")

    assert value == {"a": [{"b": 1}, "c"], "d": {"e": "f"}}
    assert isinstance(value, YamlMap)
    assert (value.line, value.lines) == (2, {"a": 2, "d": 6})
    assert isinstance(value["a"], YamlList)
    assert value["a"].lines == [3, 4]
    assert value["d"].line_of("e") == 6


def test_an_absent_key_stands_where_its_mapping_begins() -> None:
    assert yaml.load("\na: 1\n").line_of("b") == 2


def test_documents_know_where_they_begin_and_empty_ones_are_left_out() -> None:
    documents = yaml.load_all("a: 1\n---\n# nothing\n---\nb: 2\n")

    assert [(one.value, one.line) for one in documents] == [({"a": 1}, 1), ({"b": 2}, 5)]


@pytest.mark.parametrize("text", ["", "# only this\n", "---\n", "---\n---\n"])
def test_an_empty_text_is_no_document(text: str) -> None:
    assert yaml.load_all(text) == []
    assert yaml.load(text) is None


@pytest.mark.parametrize(("text", "value"), [("''", ""), ("~", None)])
def test_a_value_that_says_nothing_is_a_document(text: str, value: object) -> None:
    assert [one.value for one in yaml.load_all(text)] == [value]


def test_one_document_is_asked_for_and_two_are_an_error() -> None:
    with pytest.raises(ParseError, match="more than one document") as caught:
        yaml.load("a: 1\n---\nb: 2\n")

    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("~", None),
        ("null", None),
        ("yes", True),
        ("Off", False),
        ("TRUE", True),
        ("12", 12),
        ("-0x1F", -31),
        ("0755", 493),
        ("0b101", 5),
        ("1_000", 1000),
        ("1.5", 1.5),
        ("1.0e+3", 1000),
        ("1e3", 1000),
        ("0.5", 0.5),
        ("+.5", 0.5),
        ("y", True),
        ("0o17", 15),
        ("! 1", "1"),
        ("'12'", "12"),
        ("12:30", "12:30"),
        ("190:20:30.15", "190:20:30.15"),
        ("2025-11-12", "2025-11-12"),
        ("2025-11-12T14:30:00Z", "2025-11-12T14:30:00Z"),
        ("08", 8),
        ("v1.2", "v1.2"),
        ("100m", "100m"),
        ("!!binary aGVsbG8=", "hello"),
        ("!!binary '*'", "*"),
        ("!!float x", "x"),
        ("!!float 0x1F", 31),
        pytest.param("0x" + "f" * 5000, "0x" + "f" * 5000, id="too long a number"),
    ],
)
def test_scalars_are_what_they_are_to_kubernetes(text: str, value: object) -> None:
    found = yaml.load(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y", "y"),
        ("010", 8),
        ("1e3", "1e3"),
        ("1.0", 1.0),
        ("1:30", 90),
        ("-1:30.5", -90.5),
        ("! 1", 1),
        ("2025-11-12", "2025-11-12"),
    ],
)
def test_scalars_are_what_they_are_to_ansible(text: str, value: object) -> None:
    found = yaml.load(text, dialect=ANSIBLE)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["~: 1", "null: 1", "18446744073709551615: 1"])
def test_what_is_no_key_to_kubernetes_is_an_error(text: str) -> None:
    with pytest.raises(ParseError, match="a key is nothing"):
        yaml.load(text)


def test_infinity_is_a_number() -> None:
    assert yaml.load("-.inf") == float("-inf")


def test_a_number_with_too_many_digits_is_a_text() -> None:
    assert yaml.load("9" * 5_000) == "9" * 5_000


@pytest.mark.parametrize("text", ["!vault secret", "!vault [a]", "!vault {a: b}"])
def test_a_value_under_a_foreign_tag_is_opaque_and_its_content_not_kept(text: str) -> None:
    assert yaml.load(f"a:\n  {text}\n") == {"a": Opaque("!vault", 2)}


@pytest.mark.parametrize(
    "text",
    ["!!python/object/apply:os.system [id]", "!!python/name:os.system x", "!!js/function x"],
)
def test_nothing_is_executed(text: str) -> None:
    value = yaml.load(text)

    assert isinstance(value, str | Opaque)


def test_a_merge_key_inherits_what_is_not_set() -> None:
    value = yaml.load("a: &a {w: 1, x: 2}\nb: &b {x: 3, z: 4}\nc: {<<: [*a, *b], w: 5}\n")

    assert value["c"] == {"w": 5, "x": 2, "z": 4}
    assert value["c"].line_of("z") == 2


def test_a_quoted_merge_key_is_a_key_like_any_other() -> None:
    assert yaml.load('{"<<": 1}') == {"<<": 1}


def test_what_an_alias_stands_for_is_one_value() -> None:
    value = yaml.load("a: &a {x: 1}\nb: *a\n")

    assert value["a"] is value["b"]


def test_an_alias_stands_on_the_line_of_what_it_stands_for() -> None:
    value = yaml.load("a: &a x\nb:\n- *a\n- c\n*a : d\n")

    assert value == {"a": "x", "b": ["x", "c"], "x": "d"}
    assert value["b"].lines == [1, 4]
    assert value.lines == {"a": 1, "b": 2, "x": 1}


def test_an_anchor_that_stands_twice_is_an_error() -> None:
    with pytest.raises(ParseError, match="'a' stands twice") as caught:
        yaml.load("a: &a 1\nb: &a 2\n")

    assert caught.value.line == 2


def test_what_stands_under_a_foreign_tag_is_passed_over_whole() -> None:
    value = yaml.load("a: !foo {b: [1, {c: d}], ? [e] : f}\ng: !!set {h}\n")

    assert value == {"a": Opaque("!foo", 1), "g": {"h": None}}


def test_an_anchor_does_not_outlive_its_document() -> None:
    with pytest.raises(ParseError, match="undefined alias"):
        yaml.load_all("a: &a 1\n---\nb: *a\n")


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    assert yaml.load("a: 1\nb: 2\na: 3\n") == {"a": 3, "b": 2}


def test_a_key_that_stands_twice_can_be_an_error() -> None:
    with pytest.raises(ParseError, match="'a' stands twice") as caught:
        yaml.load("a: 1\nb: 2\na: 3\n", strict=True)

    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a: 1\nb: c: d\n", 2, id="colon"),
        pytest.param("a: [1, 2\nb: 3\n", 2, id="bracket"),
        pytest.param("a: 1\n\tb: 2\n", 2, id="tab"),
        pytest.param("a: *nowhere\n", 1, id="alias"),
        pytest.param("a: 1\n? [b]\n: c\n", 2, id="complex-key"),
        pytest.param("a: &a [*a]\n", 1, id="alias-in-itself"),
        pytest.param("a: 1\n<<: text\n", 1, id="merge-of-a-text"),
        pytest.param("a: 1\nb: \x07\n", 2, id="control-character"),
        pytest.param("a: 1\nb: \ud800\n", 2, id="half-a-pair"),
        pytest.param('a: "\n', 1, id="open-quote"),
    ],
)
def test_what_is_no_yaml_is_an_error_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        yaml.load_all(text)

    assert caught.value.line == line
    assert caught.value.message


def _bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at + 1}: &a{at + 1} [{', '.join([f'*a{at}'] * 10)}]" for at in range(levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[" * 150_000, "nested too deeply", id="brackets"),
        pytest.param("{a: " * 50_000, "nested too deeply", id="braces"),
        pytest.param("- " * 50_000, "nested too deeply", id="dashes"),
        pytest.param("[\n" * 50_000, "nested too deeply", id="brackets-on-lines"),
        pytest.param(
            ("[" * 9_000 + "\n---x,") * 10, "nested too deeply", id="no-marker-of-a-document"
        ),
        pytest.param("[" * 300 + "]" * 300, "nested too deeply", id="over-our-own-limit"),
        pytest.param("!foo " + "[" * 300 + "]" * 300, "nested too deeply", id="under-a-tag"),
        pytest.param(_bomb(9), "by aliases", id="aliases"),
        pytest.param(
            "a: &a {" + ", ".join(f"k{at}: 1" for at in range(1_000)) + "}\n"
            "b: [" + ", ".join(["{<<: *a}"] * 1_000) + "]\n",
            "by aliases",
            id="merges",
        ),
    ],
)
def test_a_bomb_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        yaml.load_all(text)


def test_too_many_values_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "MAX_NODES", 100)

    with pytest.raises(ParseError, match="more than 100 values"):
        yaml.load_all("---\na: [1, 2, 3, 4, 5, 6, 7]\n" * 20)


def test_nesting_just_under_the_limit_does_not_overflow_a_thread() -> None:
    found: list[str] = []

    def parse() -> None:
        with pytest.raises(ParseError, match="nested too deeply") as caught:
            yaml.load_all("[" * 9_999 + "]" * 9_999)
        found.append(caught.value.message)

    thread = threading.Thread(target=parse)
    thread.start()
    thread.join()

    assert found == ["is nested too deeply"]


def test_unbalanced_brackets_in_texts_of_many_documents_do_not_add_up() -> None:
    assert len(yaml.load_all("a: 'x[[[[[[[[['\n---\n" * 2_000)) == 2_000


def test_json_is_yaml_even_with_tabs() -> None:
    assert yaml.load('{\n\t"a": [1, "b\\u00e9\\/"],\n\t"c": null\n}') == {
        "a": [1, "bé/"],
        "c": None,
    }


def test_plain_data_has_no_lines_left() -> None:
    value = yaml.plain(yaml.load("a: [{b: 1}]\n"))

    assert value == {"a": [{"b": 1}]}
    assert (type(value), type(value["a"]), type(value["a"][0])) == (dict, list, dict)


def test_plain_data_cannot_hold_an_opaque_value() -> None:
    with pytest.raises(ParseError, match="the tag !vault is not known") as caught:
        yaml.plain(yaml.load("a:\n- !vault x\n"))

    assert caught.value.line == 2


def test_documents_come_one_by_one_until_one_is_broken() -> None:
    documents = yaml.stream("a: 1\n---\nb: c: d\n")

    assert next(documents).value == {"a": 1}
    with pytest.raises(ParseError):
        next(documents)


@given(st.text())
def test_any_text_is_documents_or_an_error(text: str) -> None:
    try:
        documents = yaml.load_all(text)
    except ParseError as error:
        assert 0 <= error.line <= text.count("\n") + text.count("\r") + len(text) + 2  # noqa: PT017 - either outcome is right
    else:
        assert all(one.line >= 1 for one in documents)


# YAML 1.1 takes what Unicode calls line and paragraph separators for line breaks; JSON does not.
_characters = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])
_text = st.text(_characters, max_size=9)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(_text, _json, max_size=4))
def test_json_that_is_written_is_read_back(value: dict[str, Any]) -> None:
    written = json.dumps(value, ensure_ascii=False)

    assert yaml.plain(yaml.load(written)) == value


def test_a_key_that_is_encoded_is_known_by_what_it_encodes() -> None:
    assert yaml.load("? !!binary cGF0aA==\n: a\n") == {"path": "a"}

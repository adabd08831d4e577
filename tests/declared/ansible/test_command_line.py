"""A command line is taken apart as kubectl and helm, which share the library pflag, do it."""

import pytest

from exporter.declared.ansible.command_line import parse_command_line
from exporter.declared.ansible.shell import Word


@pytest.mark.parametrize(
    ("line", "plain", "flags"),
    [
        pytest.param("label node n1", ["label", "node", "n1"], [], id="no flags"),
        pytest.param("get -n api x", ["get", "x"], [("-n", "api")], id="value behind"),
        pytest.param("get --name=a=b", ["get"], [("--name", "a=b")], id="value after ="),
        pytest.param("get -napi x", ["get", "x"], [("-n", "api")], id="value attached"),
        pytest.param("get --all x", ["get", "x"], [("--all", "true")], id="switch"),
        pytest.param("apply -n -", ["apply"], [("-n", "-")], id="a dash is a value"),
        pytest.param("apply -", ["apply", "-"], [], id="a dash is an argument"),
        pytest.param("get -v8 x", ["get", "x"], [("-v8", "true")], id="verbosity"),
    ],
)
def test_a_flag_takes_its_value_and_nothing_else(
    line: str, plain: list[str], flags: list[tuple[str, str]]
) -> None:
    words = [Word(text) for text in line.split()]

    parsed = parse_command_line(
        words, with_value=frozenset({"-n", "--name"}), switches=frozenset({"--all"})
    )

    assert [word.text for word in parsed.plain] == plain
    assert [(name, word.text) for name, word in parsed.flags] == flags
    assert parsed.unknown == []


def test_a_flag_that_is_not_known_takes_no_value() -> None:
    parsed = parse_command_line([Word("--new"), Word("x")], with_value=frozenset())

    assert [word.text for word in parsed.unknown] == ["--new"]
    assert [word.text for word in parsed.plain] == ["x"]


@pytest.mark.parametrize(
    ("values", "on"),
    [
        pytest.param([], False, id="absent"),
        pytest.param(["--all"], True, id="set"),
        pytest.param(["--all=false"], False, id="switched off"),
        pytest.param(["--all", "--all=false"], False, id="the last one counts"),
    ],
)
def test_a_switch_is_on_unless_it_is_switched_off(values: list[str], *, on: bool) -> None:
    words = [Word(text) for text in values]

    parsed = parse_command_line(words, with_value=frozenset(), switches=frozenset({"--all"}))

    assert parsed.on("--all") is on

"""Scripts are taken apart as a shell would, and nothing in them runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.shell import MAX_SCRIPT, parse_script


def words(text: str) -> list[list[str]]:
    return [[word.text for word in command.words] for command in parse_script(text)]


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        pytest.param("a b\nc", [["a", "b"], ["c"]], id="lines"),
        pytest.param("a; b && c & d", [["a"], ["b"], ["c"], ["d"]], id="operators"),
        pytest.param("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]], id="quotes"),
        pytest.param("a \\\n  b", [["a", "b"]], id="a continued line"),
        pytest.param("a # b\n# c\nd#e", [["a"], ["d#e"]], id="comments"),
        pytest.param("a > /dev/null 2>&1 b", [["a", "b"]], id="redirections"),
        pytest.param("a | b", [["a"], ["b"]], id="a pipe"),
        pytest.param("(a; b)", [["a"], ["b"]], id="a subshell"),
        pytest.param("cat <<EOF\nkubectl x\nEOF\nb", [["cat"], ["b"]], id="a here-document"),
        pytest.param("cat <<-'E'\n x\n\tE\nb", [["cat"], ["b"]], id="an indented one"),
        pytest.param("a\r\nb", [["a"], ["b"]], id="Windows lines"),
        pytest.param("a=b c", [["a=b", "c"]], id="an assignment"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_commands_are_told_apart(script: str, commands: list[list[str]]) -> None:
    assert words(script) == commands


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        pytest.param("for n in w1 w2; do x $n; done", ["x w1", "x w2"], id="plain"),
        pytest.param('for n in a\ndo x "${n}-$n"\ndone; y', ["x a-a", "y"], id="lines"),
        pytest.param(
            "for a in 1 2; do for b in 3 4; do x $a$b; done; done",
            ["x 13", "x 14", "x 23", "x 24"],
            id="nested",
        ),
        pytest.param("for n in a; do x '$n' $name; done", ["x $n ${name}"], id="other-names"),
        pytest.param("for n in; do x $n; done; y", ["y"], id="nothing"),
    ],
)
def test_a_loop_over_words_gives_its_commands_for_each(script: str, commands: list[str]) -> None:
    found = parse_script(script)

    assert [" ".join(word.text for word in command.words) for command in found] == commands
    assert all(command.certain for command in found)


def test_a_loop_that_multiplies_is_bounded() -> None:
    words = " ".join(map(str, range(100)))
    script = "".join(f"for a{at} in {words}; do " for at in range(3)) + "x; done; done; done"

    with pytest.raises(UnresolvedError, match="loops over"):
        parse_script(script)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("x || cmd", id="after or"),
        pytest.param("if x; then cmd; fi", id="if"),
        pytest.param("if x; then :; else cmd; fi", id="else"),
        pytest.param("for i in $x; do cmd; done", id="for"),
        pytest.param("for i in *; do if x; then :; fi; cmd; done", id="nested"),
        pytest.param("for i in a; do break; cmd; done", id="a loop that ends before"),
        pytest.param("for i in a; do cmd", id="a loop that does not end"),
        pytest.param("while x\ndo\ncmd\ndone", id="while"),
        pytest.param("case x in a) cmd;; esac", id="case"),
        pytest.param("f() { cmd; }", id="function"),
        pytest.param("function f { cmd; }", id="function by name"),
        pytest.param("x || y && cmd", id="after or and and"),
        pytest.param("test -f x && cmd", id="after a test"),
        pytest.param("x | grep -q y && cmd", id="after a pipe that ends in a test"),
        pytest.param("! x && y && cmd", id="after what shall fail"),
        pytest.param("for i in a b; do [ $i = a ] && cmd; done", id="a test in a loop"),
        pytest.param("x\nexit 0\ncmd", id="after exit"),
    ],
)
def test_a_command_under_a_condition_is_not_certain(script: str) -> None:
    found = [command for command in parse_script(script) if command.words[0].text == "cmd"]

    assert {command.certain for command in found} == {False}


@pytest.mark.parametrize(
    "script",
    [
        "cmd",
        "x && cmd",
        "test -f x; cmd",
        "cmd; exit 0",
        "x || true; cmd",
        "if x; then y; fi\ncmd",
        "f() { y; }\ncmd",
        "(cmd)",
        "set -e\ncmd || true",
    ],
)
def test_other_commands_are_certain(script: str) -> None:
    found = [command for command in parse_script(script) if command.words[0].text == "cmd"]

    assert [command.certain for command in found] == [True]


@pytest.mark.parametrize(
    ("word", "dynamic"),
    [
        ("plain", False),
        ("'$x'", False),
        ('"$x"', True),
        ('"\\$x"', False),
        ("$x", True),
        ("$(a b; c)", True),
        ("`a b`", True),
        ("${a:-b c}", True),
        ("n*", True),
        ("~/x", True),
        ("'*'", False),
        ('"`a`"', True),
    ],
)
def test_what_the_shell_would_put_in_is_known(word: str, dynamic: bool) -> None:  # noqa: FBT001 - a column
    (command,) = parse_script(f"cmd {word} end")

    assert [word.dynamic for word in command.words] == [False, dynamic, False]


def test_every_command_knows_its_line() -> None:
    script = "a\n\n# c\nb \\\n  c\nd 'x\ny'\ne"

    assert [command.line for command in parse_script(script)] == [0, 3, 5, 7]


@pytest.mark.parametrize("script", ["a 'b", 'a "b', "x" * (MAX_SCRIPT + 1)])
def test_a_script_that_cannot_be_understood_is_refused(script: str) -> None:
    with pytest.raises(UnresolvedError):
        parse_script(script)


@given(st.text(alphabet="ab $(){}'\"`\\\n;&|<>#if then fi", max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse_script(text)
    except UnresolvedError:
        return

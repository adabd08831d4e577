"""Whatever others wrote, no command prints what a terminal obeys beside its tables either."""

import ast
import base64
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from exporter.cli.archive import archive
from exporter.cli.exits import BlindError, FatalError, RefusedError
from exporter.cli.lines import plain

CLI = Path(__file__).parents[2] / "exporter" / "cli"
HOSTILE = "pods: \x1b]0;title\x07 \x9b2J \u202edesrever\nnodes"
HARMLESS = "pods:  ]0;title   2J  desrever\nnodes"


@pytest.mark.parametrize("kind", [BlindError, FatalError, RefusedError])
def test_an_error_is_printed_without_what_a_terminal_obeys(kind: type[FatalError]) -> None:
    @click.command()
    def fail() -> None:
        raise kind(HOSTILE)

    result = CliRunner().invoke(fail)

    assert (result.output.removeprefix("Error: "), result.exit_code) == (
        f"{HARMLESS}\n",
        kind.exit_code,
    )


def test_a_file_in_an_archive_is_named_without_it(tmp_path: Path) -> None:
    (tmp_path / "chain.jsonl").write_text("")
    (tmp_path / "\x1b[2J").write_text("")
    key = tmp_path.with_suffix(".pub")
    name = b"\0\0\0\x0bssh-ed25519\0\0\0 "
    key.write_text(f"ssh-ed25519 {base64.b64encode(name + bytes(32)).decode()}")

    result = CliRunner().invoke(archive, ["verify", str(tmp_path), "--signer", str(key)])

    assert " [2J: is not of the chain" in result.output
    assert "\x1b" not in result.output


def test_lines_stay_lines() -> None:
    assert plain("a\n\tb\r\n") == "a\n b \n"


def test_nothing_is_written_to_standard_error_in_another_way() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in CLI.glob("*.py")
        if path.name not in {"exits.py", "lines.py"}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and any(keyword.arg == "err" for keyword in node.keywords)
        and isinstance(node.func, ast.Attribute)
    ]

    assert found == []

"""The command itself: quick where it only tells what it can do, and plain where it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from exporter.cli import SUMMARIES, cli
from exporter.cli.completion import PROGRAM, VARIABLE
from tests.apiserver.kubeconfig import write_kubeconfig

HEAVY = ("aiohttp", "asyncio", "jinja2", "kubernetes", "msgspec", "prometheus_client", "yaml")
SETTINGS = (
    "repository: .\ndeclared: {inventory: {nodes: [{name: a}]}}\nobserved: {kubernetes: {}}\n"
)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "exporter", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )


def imported(*arguments: str, **environment: str) -> set[str]:
    """Return the modules that a run of the command imports."""
    program = (
        "import sys, contextlib, exporter.__main__ as main\n"
        "with contextlib.suppress(SystemExit): main.main()\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        pytest.param(("--help",), {}, id="help"),
        pytest.param(("--version",), {}, id="version"),
        pytest.param(
            (),
            {VARIABLE: "bash_complete", "COMP_WORDS": f"{PROGRAM} ch", "COMP_CWORD": "1"},
            id="completion",
        ),
    ],
)
def test_what_is_asked_often_imports_little(
    arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    modules = imported(*arguments, **environment)

    assert not modules.intersection(HEAVY)
    assert len({one for one in modules if one.startswith("exporter.")}) < 6


@pytest.mark.parametrize("command", sorted(set(SUMMARIES) - {"report"}))
def test_the_help_of_a_command_neither_judges_nor_serves(command: str) -> None:
    modules = imported(command, "--help")

    assert not modules.intersection({"aiohttp", "jinja2", "kubernetes", "exporter.app"})


@pytest.mark.parametrize("name", sorted(SUMMARIES))
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)

    assert command is not None
    assert (command.name, command.get_short_help_str(limit=200)) == (name, SUMMARIES[name])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_of_a_shell_asks_the_command(shell: str) -> None:
    done = CliRunner().invoke(cli, ["completion", shell])

    assert done.exit_code == 0
    assert f"{VARIABLE}={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        pytest.param("ch", "check", id="a command"),
        pytest.param("check --fail", "--fail-on", id="an option"),
    ],
)
def test_names_are_completed(words: str, offered: str) -> None:
    asked = f"{PROGRAM} {words}"

    done = run(
        **{
            VARIABLE: "bash_complete",
            "COMP_WORDS": asked,
            "COMP_CWORD": str(len(asked.split()) - 1),
        }
    )

    assert f"plain,{offered}" in done.stdout.splitlines()


def test_settings_that_are_not_there_are_named_with_what_to_do(tmp_path: Path) -> None:
    done = run("check", "-c", str(tmp_path / "none.yaml"))

    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{tmp_path}/none.yaml: does not exist; ")
    assert "--config.file" in line
    assert "cluster-conformance init" in line


def errors(text: str) -> list[str]:
    """Return the lines that tell what went wrong: one that waits long also tells for what."""
    return [line for line in text.splitlines() if line.startswith("Error: ")]


@pytest.fixture
def unreachable(tmp_path: Path) -> Path:
    """A kubeconfig whose server nobody is."""
    write_kubeconfig(tmp_path / "kubeconfig", url="http://127.0.0.1:1")
    return tmp_path / "kubeconfig"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("check",), id="check"),
        pytest.param(("report",), id="report"),
        pytest.param(("declared", "--observe"), id="declared"),
    ],
)
def test_no_cluster_is_one_line(
    tmp_path: Path, unreachable: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "conformance.yaml").write_text(SETTINGS)

    done = run(*arguments, "-c", str(tmp_path / "conformance.yaml"), KUBECONFIG=str(unreachable))

    assert (done.returncode, done.stdout) == (3, "")
    (line,) = errors(done.stderr)
    assert "cannot look at the cluster: no connection came about: 127.0.0.1:1" in line
    assert "cluster-conformance dump" in line


def test_no_kubeconfig_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "conformance.yaml").write_text(SETTINGS)
    nowhere = tmp_path / "nowhere"

    done = run("check", "-c", str(tmp_path / "conformance.yaml"), KUBECONFIG=str(nowhere))

    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert f"there is none at {nowhere}" in line

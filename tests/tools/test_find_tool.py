import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    base = {key: value for key, value in os.environ.items() if key != "CI"}
    return subprocess.run(
        [f"tools/{arguments[0]}", *arguments[1:]],
        cwd=ROOT,
        env=base | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def unpacked() -> Iterator[Path]:
    """A package of Debian 13 that seems to have been unpacked."""
    folder = ROOT / ".cache" / "tools" / "trixie" / "some-package"
    folder.mkdir(parents=True)
    yield folder
    folder.rmdir()


def test_a_tool_named_by_its_variable_is_used() -> None:
    found = run("find-tool", "some-tool", CONFORMANCE_SOME_TOOL="/bin/sh")

    assert found.stdout == "/bin/sh\n"


def test_a_tool_named_wrongly_is_an_error_that_names_the_variable() -> None:
    found = run("find-tool", "some-tool", CONFORMANCE_SOME_TOOL="/nowhere")

    assert found.returncode == 1
    assert found.stderr == "CONFORMANCE_SOME_TOOL is /nowhere, which cannot be run.\n"


def test_a_tool_on_the_path_needs_no_fetching(tmp_path: Path) -> None:
    tool = tmp_path / "some-tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)

    found = run("find-tool", "some-tool", PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert found.stdout == f"{tool}\n"


def test_a_command_learns_where_its_tools_are() -> None:
    done = run(
        "with-tools",
        "some-tool",
        *("--", "sh", "-c", "echo $CONFORMANCE_SOME_TOOL"),
        CONFORMANCE_SOME_TOOL="/bin/sh",
    )

    assert done.stdout == "/bin/sh\n"


def test_a_missing_tool_fails_the_run_in_ci() -> None:
    done = run(
        "with-tools",
        "some-tool",
        *("--", "echo", "ran"),
        CI="true",
        CONFORMANCE_SOME_TOOL="/nowhere",
    )

    assert (done.returncode, done.stdout) == (1, "")


def test_a_missing_tool_is_told_and_does_not_stop_the_run_elsewhere() -> None:
    done = run("with-tools", "some-tool", *("--", "echo", "ran"), CONFORMANCE_SOME_TOOL="/nowhere")

    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert "Going on without some-tool." in done.stderr


def test_what_was_unpacked_before_is_not_fetched_again(unpacked: Path) -> None:
    found = run("unpack", unpacked.name)

    assert (found.returncode, found.stdout) == (0, f"{unpacked}\n")


@pytest.fixture
def runnable() -> Iterator[Path]:
    """A program that seems to have been unpacked with its libraries."""
    folder = ROOT / ".cache" / "tools" / "own" / "some-package"
    folder.mkdir(parents=True)
    program = folder / "run"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    yield program
    program.unlink()
    folder.rmdir()


def test_a_program_that_was_unpacked_with_its_libraries_is_not_fetched_again(
    runnable: Path,
) -> None:
    found = run("unpack-program", runnable.parent.name, "usr/bin/some-program")

    assert (found.returncode, found.stdout) == (0, f"{runnable}\n")

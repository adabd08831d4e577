"""Playwright's node runs wherever the project does, with the libraries that the machine lacks."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def write(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def found(project: Path, node: Path) -> subprocess.CompletedProcess[str]:
    """Run the script in *project*, whose Python has Playwright with this *node*."""
    python = write(project / "bin" / "python", f"echo {node}")
    return subprocess.run(
        ["tools/find-node"],
        cwd=project,
        env=os.environ | {"PATH": f"{python.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with our tools that seems to have unpacked libatomic."""
    for name in ("find-node", "unpack"):
        (tmp_path / "tools").mkdir(exist_ok=True)
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools")
    suite = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    write(tmp_path / ".cache" / "tools" / suite / "libatomic1" / "lib" / "libatomic.so.1", "")
    return tmp_path


def test_a_node_that_runs_is_taken_as_it_is(project: Path) -> None:
    node = write(project / "node", "echo v24")

    assert found(project, node).stdout == f"{node}\n"


def test_a_node_that_lacks_a_library_is_run_with_that_of_the_machines_own_debian(
    project: Path,
) -> None:
    node = write(project / "node", 'cat "${LD_LIBRARY_PATH%%:*}/libatomic.so.1" >&2 && echo "$@"')

    command = found(project, node).stdout.strip()

    assert command != str(node)
    assert subprocess.check_output([command, "a b", "c"], text=True) == "a b c\n"


def test_a_node_that_lacks_more_than_that_is_told_with_what_it_said(project: Path) -> None:
    node = write(project / "node", "echo no such luck >&2; exit 1")

    done = found(project, node)

    assert (done.returncode, done.stdout) == (1, "")
    assert "no such luck" in done.stderr

"""A worker that was taken over chooses which program it asks for, and gets at no file by it."""

import os
import sys
from pathlib import Path

import pytest

from exporter.domain.errors import Reason
from exporter.foreign.command import Program
from exporter.foreign.confined.programs import Answer, Programs

SCRIPT = "#!/bin/sh\ncat {} 2>&1\n"


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file beside the scratch, relative to whose directory this process runs."""
    found = tmp_path / "run" / "token"
    found.parent.mkdir()
    found.write_text("TOKEN")
    (tmp_path / "scratch").mkdir()
    monkeypatch.chdir(tmp_path)
    return found


def script(path: Path, secret: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SCRIPT.format(secret))
    path.chmod(0o755)


async def ask(scratch: Path, name: str) -> Answer:
    program = Program(
        arguments=(name,),
        cwd=str(scratch),
        environment={},
        seconds=20,
        output=1 << 20,
        memory=1 << 30,
        network=False,
        readable=(),
    )
    return await Programs(scratch=scratch).run(program)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("run/token", id="relative"),
        pytest.param("/proc/self/cwd/run/token", id="wherever-it-runs"),
    ],
)
async def test_a_name_that_is_another_file_elsewhere_is_no_program(
    secret: Path, tmp_path: Path, name: str
) -> None:
    scratch = tmp_path / "scratch"
    script(scratch / "run" / "token", secret)

    answer = await ask(scratch, name)

    assert (answer.reason, answer.output) == (Reason.TOOL, b"")


async def test_what_the_worker_wrote_is_no_program(secret: Path, tmp_path: Path) -> None:
    """It could be a link while we look where it leads, and a program afterwards."""
    scratch = tmp_path / "scratch"
    script(scratch / "own", secret)
    (tmp_path / "way").symlink_to(scratch)

    answers = [await ask(scratch, str(path)) for path in (scratch / "own", tmp_path / "way/own")]

    assert [(one.reason, one.output) for one in answers] == [(Reason.TOOL, b"")] * 2


@pytest.mark.parametrize("name", [sys.executable, "true"])
async def test_programs_of_the_machine_are_run_as_they_are_called(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "scratch").mkdir()

    answer = await ask(tmp_path / "scratch", name)

    assert (answer.reason, answer.code) == (None, os.EX_OK)

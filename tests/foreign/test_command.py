"""A child process cannot outlive, outgrow or outtalk its parent."""

import asyncio
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.command import MIB, Limits, Outcome, find_tool, run
from tests.processes import below


async def python(code: str, *, cwd: Path, limits: Limits | None = None) -> Outcome:
    return await run(
        [sys.executable, "-c", code], cwd=cwd, environment={}, limits=limits or Limits(seconds=20)
    )


def executable(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


async def test_output_errors_and_exit_code_are_returned(tmp_path: Path) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"

    outcome = await python(code, cwd=tmp_path)

    assert outcome == Outcome(code=3, output=b"out\n", errors="err\n")


async def test_the_child_sees_no_environment_but_what_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "not for children")
    code = "import os; print(sorted(os.environ))"

    outcome = await run(
        [sys.executable, "-c", code], cwd=tmp_path, environment={"HOME": "/x"}, limits=Limits()
    )

    assert b"SECRET_TOKEN" not in outcome.output
    assert b"'HOME'" in outcome.output


async def test_a_program_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    script = "sleep 60 & echo $! > child; wait"

    with pytest.raises(ReadError, match=r"sh took longer than 0\.3 s") as caught:
        await run(["sh", "-c", script], cwd=tmp_path, environment={}, limits=Limits(seconds=0.3))

    assert caught.value.reason is Reason.TIMEOUT
    assert gone(int((tmp_path / "child").read_text()))


async def test_children_that_a_program_leaves_behind_are_killed(tmp_path: Path) -> None:
    script = "sleep 60 >/dev/null 2>&1 & echo $! > child"

    outcome = await run(["sh", "-c", script], cwd=tmp_path, environment={}, limits=Limits())

    assert outcome.code == 0
    assert gone(int((tmp_path / "child").read_text()))


def gone(pid: int) -> bool:
    """Wait for the end of a process that was killed."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 5)[0])
    finally:
        os.close(handle)


async def test_a_program_that_prints_without_end_is_killed(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="yes printed more than 1 MiB") as caught:
        await run(["yes"], cwd=tmp_path, environment={}, limits=Limits(seconds=20, output=MIB))

    assert caught.value.reason is Reason.TOO_LARGE


async def test_output_up_to_the_limit_is_kept_whole(tmp_path: Path) -> None:
    code = f"import sys; sys.stdout.write('x' * {MIB})"

    outcome = await python(code, cwd=tmp_path, limits=Limits(seconds=20, output=MIB))

    assert len(outcome.output) == MIB


async def test_a_flood_of_errors_neither_blocks_nor_is_kept(tmp_path: Path) -> None:
    code = f"import sys; sys.stderr.write('x' * {4 * MIB}); print('done')"

    outcome = await python(code, cwd=tmp_path)

    assert outcome.output == b"done\n"
    assert len(outcome.errors) == MIB


async def test_errors_that_are_not_utf8_are_still_text(tmp_path: Path) -> None:
    code = "import sys; sys.stderr.buffer.write(bytes([0xff, 0x41]))"

    outcome = await python(code, cwd=tmp_path)

    assert outcome.errors == "�A"


async def test_memory_is_bounded(tmp_path: Path) -> None:
    code = "x = bytearray(512 << 20)"

    outcome = await python(code, cwd=tmp_path, limits=Limits(seconds=20, memory=256 * MIB))

    assert outcome.code != 0
    assert "MemoryError" in outcome.errors


async def test_a_limit_that_is_already_lower_is_no_error(tmp_path: Path) -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_AS)[1])"
    inner = (
        "import resource, subprocess, sys; "
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); "
        "import asyncio; from pathlib import Path; "
        "from exporter.foreign.command import Limits, run; "
        f"print(asyncio.run(run([sys.executable, '-c', {code!r}], "
        "cwd=Path('.'), environment={}, limits=Limits())).output)"
    )

    outcome = await run(
        [sys.executable, "-c", inner],
        cwd=tmp_path,
        environment={"PYTHONPATH": str(Path(__file__).parents[2])},
        limits=Limits(seconds=20),
        network=True,  # one without could give the inner one no group of its own
    )

    assert str(1 << 30).encode() in outcome.output


async def test_input_is_empty(tmp_path: Path) -> None:
    outcome = await python("import sys; print(repr(sys.stdin.read()))", cwd=tmp_path)

    assert outcome.output == b"''\n"


@pytest.mark.parametrize(
    "content", [pytest.param(None, id="missing"), pytest.param("\0\0", id="no program")]
)
async def test_a_program_that_cannot_be_started_is_a_missing_tool(
    content: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "tool"
    if content is not None:
        executable(path, content)

    with pytest.raises(ReadError, match="tool cannot be run") as caught:
        await run([str(path)], cwd=tmp_path, environment={}, limits=Limits())

    assert caught.value.reason is Reason.TOOL


@pytest.mark.parametrize("word", ["a\0b", "a\ud800b"])
async def test_words_that_no_program_can_be_given_are_what_is_wrong(
    tmp_path: Path, word: str
) -> None:
    with pytest.raises(ReadError, match="python3 cannot be given what it is told") as caught:
        await run(["python3", "-c", "", word], cwd=tmp_path, environment={}, limits=Limits())

    assert caught.value.reason is Reason.MALFORMED


async def test_a_cancelled_wait_kills_the_program(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pid")
    script = "echo $$ > pid; exec sleep 60"
    task = asyncio.create_task(
        run(["sh", "-c", script], cwd=tmp_path, environment={}, limits=Limits())
    )
    pid = int(await asyncio.to_thread((tmp_path / "pid").read_text))

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert gone(pid)


def test_a_tool_is_found_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = executable(tmp_path / "my-tool")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_tool("my-tool", advice="install it") == str(tool)


def test_the_environment_names_another_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = executable(tmp_path / "other")
    monkeypatch.setenv("CONFORMANCE_MY_TOOL", str(tool))

    assert find_tool("my-tool", advice="install it") == str(tool)


def test_a_missing_tool_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)

    with pytest.raises(ReadError) as caught:
        find_tool("my-tool", advice="apt install my-tool")

    assert caught.value.reason is Reason.TOOL
    assert caught.value.advice == "apt install my-tool"


def descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


async def test_nothing_stays_open_of_a_program_that_said_too_much(tmp_path: Path) -> None:
    before = descriptors()

    with pytest.raises(ReadError, match="printed more"):
        await python("print('x' * 10_000_000)", cwd=tmp_path, limits=Limits(output=MIB))

    assert descriptors() <= before


ORPHAN = """
import asyncio
from pathlib import Path
from exporter.foreign.command import Limits, run

asyncio.run(run(["sleep", "1000"], cwd=Path(), environment={}, limits=Limits(), network=%s))
"""


@pytest.mark.parametrize("network", [True, False])
def test_a_program_does_not_outlive_us_however_we_end(*, network: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN % network]) as ours:
        while not any(words.startswith("sleep ") for words in below(ours.pid).values()):
            os.sched_yield()
        (program,) = below(ours.pid)

        ours.kill()
        ours.wait()

    while Path(f"/proc/{program}").exists():
        os.sched_yield()

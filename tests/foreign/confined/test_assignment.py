"""Whatever a worker does, it harms nobody, and the next one works."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.command import MIB
from exporter.foreign.confined.assignment import Assignment, WorkerLimits
from exporter.foreign.confined.template import Template
from tests.foreign.confined import jobs
from tests.processes import below

KNOWN = os.uname().machine in {"x86_64", "aarch64"}
ROOT = str(Path(__file__).parents[3])


async def let(
    template: Template,
    work: str,
    *,
    seconds: float = 20,
    memory: int = 128 * MIB,
    readable: tuple[str, ...] = (),
) -> str:
    """Let a worker do something, and return what it says."""
    limits = WorkerLimits(seconds=seconds, memory=memory, output=MIB)
    assignment = Assignment(template=template, limits=limits, readable=(ROOT, *readable))
    return (await assignment.do(work.encode())).result.decode()


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_it_gives_what_comes_of_its_work(template: Template) -> None:
    assert await let(template, "echo Grüße") == "Grüße"


async def test_a_message_of_any_length_arrives_whole(template: Template) -> None:
    text = "x" * 900_000

    assert await let(template, f"echo {text}") == text


async def test_what_it_keeps_is_for_the_next_one(template: Template) -> None:
    first = await Assignment(template=template, readable=(ROOT,)).do(b"echo a")
    second = await Assignment(template=template, readable=(ROOT,)).do(b"echo b", kept=first.kept)

    assert (first.kept, second.kept) == (b"+", b"++")


@pytest.mark.skipif(not KNOWN, reason="the filter knows two machines")
async def test_it_reaches_no_network_no_program_and_no_process(
    template: Template, port: int
) -> None:
    me = os.getpid()

    said = [
        await let(template, work)
        for work in (f"connect {port}", "start /bin/true", f"kill {me}", f"shrink {me}")
    ]

    assert said == ["Permission denied"] * 4


@pytest.mark.skipif(not KNOWN, reason="the filter knows two machines")
async def test_it_makes_threads_and_no_process_that_would_outlive_it(template: Template) -> None:
    said = [await let(template, work) for work in ("fork", "think yes")]

    assert said == ["Permission denied", "YES"]


@pytest.mark.usefixtures("landlock")
async def test_it_reaches_no_file_but_those_that_it_is_given(
    template: Template, tmp_path: Path
) -> None:
    given, other = tmp_path / "given", tmp_path / "other"
    for one in (given, other):
        one.mkdir()
        (one / "file").write_text("text")

    said = [
        await let(template, work, readable=(str(given),))
        for work in (
            f"read {given}/file",
            f"read {other}/file",
            f"list {other}",
            f"write {given}/file",
            "read /etc/passwd",
            "read /proc/self/environ",
        )
    ]

    assert said == ["done", *["Permission denied"] * 5]


async def test_it_sees_no_environment_but_what_readers_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN", "secret")
    monkeypatch.setenv("CONFORMANCE_KUSTOMIZE", "/opt/kustomize")
    template = Template.start(jobs.do)

    names = (await let(template, "environment")).split()
    template.stop()

    assert "CONFORMANCE_KUSTOMIZE" in names
    assert not {"TOKEN", "HOME", "PYTHONPATH"}.intersection(names)


async def test_one_that_never_ends_is_ended_with_where_it_was(template: Template) -> None:
    with pytest.raises(ReadError, match=r"main\.tf:7: took longer than [15] s") as caught:
        await let(template, "never", seconds=1)

    assert caught.value.reason is Reason.TIMEOUT
    assert await let(template, "echo next") == "next"


async def test_one_that_sleeps_is_ended_as_well(template: Template) -> None:
    with pytest.raises(ReadError, match="took longer"):
        await let(template, "hang 3600", seconds=0.5)


async def test_this_process_goes_on_meanwhile(template: Template) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.01)

    counting = asyncio.create_task(count())
    with pytest.raises(ReadError):
        await let(template, "never", seconds=1)
    counting.cancel()

    assert turns > 20


async def test_one_that_grows_is_ended_with_where_it_was(template: Template) -> None:
    with pytest.raises(ReadError, match=r"main\.tf:7: needs more than 64 MiB") as caught:
        await let(template, "grow", memory=64 * MIB)

    assert caught.value.reason is Reason.TOO_LARGE
    assert await let(template, "echo next") == "next"


async def test_one_that_ends_too_early_is_a_failure(template: Template) -> None:
    with pytest.raises(ReadError, match="ended with code 3"):
        await let(template, "end 3")


async def test_what_it_raises_is_in_the_log(
    template: Template, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ReadError, match="the reader itself failed; see the log"):
        await let(template, "fail out of order")

    assert "RuntimeError: out of order" in caplog.text


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param("00", id="too short"),
        pytest.param("ff0100000000", id="a kind that there is not"),
        pytest.param("040100000000", id="a kind that it only gets"),
        pytest.param("03010000000061", id="a program that is none"),
        pytest.param("0701000000006162", id="an end that it has not come to"),
        pytest.param("050000000000" + "61" * 30_000, id="a result that does not end"),
    ],
)
async def test_garbage_is_a_failure_or_nothing(template: Template, packet: str) -> None:
    try:
        said = await let(template, f"garble {packet}")
    except ReadError as error:
        said = error.message

    assert said == "garbled" or said.startswith("its worker ")
    assert await let(template, "echo next") == "next"


async def test_more_than_it_may_say_is_a_failure(template: Template) -> None:
    with pytest.raises(ReadError, match="a message that is too long"):
        await let(template, "echo " + "x" * 2 * MIB)


async def test_one_that_never_stops_talking_is_ended_and_holds_nobody_up(
    template: Template,
) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    with pytest.raises(ReadError, match="more than it may say at all"):
        await let(template, "flood 020100000000" + "61" * 30_000)
    counting.cancel()

    assert turns > 100


async def test_a_program_that_it_asks_for_is_as_confined_as_it_is(
    template: Template, port: int, tmp_path: Path
) -> None:
    connect = f"import socket; socket.create_connection(('127.0.0.1', {port}))"

    said = [
        await let(template, "run - print(42)"),
        await let(template, f"run - {connect}"),
        await let(template, f"run {tmp_path} print(42)"),
    ]

    assert said[0] == "42"
    assert "Permission denied" in said[1] or not KNOWN
    assert said[2] == "refused: a program may not run there"


@pytest.mark.usefixtures("landlock")
async def test_a_program_that_it_asks_for_reads_no_other_file(
    template: Template, tmp_path: Path
) -> None:
    secret = tmp_path / "token"
    secret.write_text("secret")

    said = await let(template, f"run - print(open({str(secret)!r}).read())")

    assert "secret" not in said
    assert "Permission" in said


async def test_neither_it_nor_its_programs_outlive_their_work(template: Template) -> None:
    before = below(os.getpid())
    sleeping = "run - import time; time.sleep(3600)"
    works = [asyncio.create_task(let(template, one)) for one in ("wait", sleeping)]
    for _ in range(400):
        if len(below(os.getpid())) >= len(before) + 3:
            break
        await asyncio.sleep(0.05)

    for one in works:
        one.cancel()
    await asyncio.gather(*works, return_exceptions=True)

    assert below(os.getpid()).keys() == before.keys()


ORPHAN = """
import asyncio, os, sys
from exporter.foreign.confined.assignment import Assignment
from exporter.foreign.confined.template import Template
from tests.foreign.confined import jobs

async def main():
    template = Template.start(jobs.do)
    work = asyncio.create_task(Assignment(template=template, readable=(sys.argv[1],)).do(b"wait"))
    await asyncio.sleep(1)
    print(os.getpid(), template.pid, flush=True)
    await work

asyncio.run(main())
"""


def test_no_process_outlives_this_one_however_it_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, ROOT], stdout=subprocess.PIPE, text=True
    ) as main:
        assert main.stdout is not None
        line = main.stdout.readline()
        template = int(line.split()[1])
        started = below(main.pid)
        assert template in started

        main.kill()
        main.wait()

    for pid in started:
        _gone(pid)


def _gone(pid: int) -> None:
    """Wait until a process is gone; one that is only not reaped yet is."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        os.sched_yield()
        subprocess.run(["sleep", "0.05"], check=True)
    raise AssertionError(f"{pid} is still there")

"""A program that was started offline opens no socket, whatever it tries."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.domain.errors import ReadError
from exporter.foreign.command import Access, Limits, Outcome, run

pytestmark = pytest.mark.skipif(
    os.uname().machine not in {"x86_64", "aarch64"}, reason="the filter knows two machines"
)

TRY = """
import socket, subprocess, sys
def attempt():
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
    except OSError as error:
        return error.strerror
    return "connected"
if sys.argv[2:] == ["child"]:
    print(attempt())
else:
    print(attempt())
    print(subprocess.run([sys.executable, "-c", sys.argv[-1], sys.argv[1], "child"],
        capture_output=True, text=True).stdout.strip())
"""


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def attempt(port: int, folder: Path, *, network: bool) -> Outcome:
    return await run(
        [sys.executable, "-c", TRY, str(port), TRY],
        cwd=folder,
        environment={},
        limits=Limits(seconds=30),
        network=network,
    )


async def test_neither_it_nor_its_children_reach_the_network(port: int, tmp_path: Path) -> None:
    outcome = await attempt(port, tmp_path, network=False)

    assert outcome.output.decode().split("\n")[:2] == ["Permission denied", "Permission denied"]


async def test_with_the_network_it_does(port: int, tmp_path: Path) -> None:
    outcome = await attempt(port, tmp_path, network=True)

    assert outcome.output.decode().split("\n")[:2] == ["connected", "connected"]


async def test_pairs_of_sockets_within_a_program_are_left_to_it(tmp_path: Path) -> None:
    outcome = await run(
        [sys.executable, "-c", "import socket; socket.socketpair(); print('fine')"],
        cwd=tmp_path,
        environment={},
        limits=Limits(seconds=30),
    )

    assert outcome.output == b"fine\n"


async def test_no_child_leaves_the_group_by_which_it_is_ended(tmp_path: Path) -> None:
    code = (
        "import os\n"
        "for leave in (os.setsid, lambda: os.setpgid(0, 0)):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        try:\n"
        "            leave()\n"
        "        except OSError:\n"
        "            os._exit(7)\n"
        "        os._exit(0)\n"
        "    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )

    outcome = await run(
        [sys.executable, "-c", code], cwd=tmp_path, environment={}, limits=Limits(seconds=30)
    )

    assert outcome.output == b"7\n7\n"


async def test_calls_past_the_usual_table_are_refused(tmp_path: Path) -> None:
    """x32 has a ``socket`` of its own, and a ring of requests could open one."""
    code = (
        "import ctypes; libc = ctypes.CDLL(None, use_errno=True)\n"
        "for number in (0x40000000 + 41, 425):\n"
        "    print(libc.syscall(number, 2, 1, 0), ctypes.get_errno())\n"
    )

    outcome = await run(
        [sys.executable, "-c", code], cwd=tmp_path, environment={}, limits=Limits(seconds=30)
    )

    assert outcome.output == b"-1 13\n-1 13\n"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with a file in a folder that is named, and one that is not."""
    for name in ("named", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    return tmp_path


async def tried(script: str, room: Path, access: Access | None) -> list[str]:
    """Return what a shell script prints that is started in *room*."""
    outcome = await run(
        ["/bin/sh", "-c", script],
        cwd=room,
        environment={},
        limits=Limits(seconds=30),
        access=access,
    )
    return outcome.output.decode().splitlines()


@pytest.mark.usefixtures("landlock")
async def test_neither_it_nor_its_children_read_a_file_that_is_not_named(room: Path) -> None:
    script = (
        "for one in named/file other/file named/../other/file named/link "
        f"/proc/{os.getpid()}/environ /etc/hostname; do "
        'cat "$one" >/dev/null 2>&1 && echo "$one"; done; ls other 2>/dev/null'
    )
    (room / "named" / "link").symlink_to("../other/file")

    assert await tried(script, room, Access(read=[room / "named"])) == ["named/file"]


@pytest.mark.usefixtures("landlock")
async def test_it_writes_where_it_may_and_nowhere_else(room: Path) -> None:
    script = "for one in named/new other/new named/file; do echo a 2>/dev/null >$one; done"

    await tried(script, room, Access(read=[room / "named"], write=[room / "other"]))

    assert (room / "other" / "new").exists()
    assert not (room / "named" / "new").exists()
    assert (room / "named" / "file").read_text() == "named"


async def test_a_path_that_does_not_exist_is_passed_over(room: Path) -> None:
    access = Access(read=[room / "nowhere", room / "named"])

    assert await tried("cat named/file", room, access) == ["named"]


@pytest.mark.usefixtures("landlock")
async def test_a_program_whose_interpreter_is_not_let_through_says_where_it_has_to_be(
    room: Path,
) -> None:
    interpreter = room / "other" / "sh"
    shutil.copy("/bin/sh", interpreter)
    program = room / "named" / "program"
    program.write_text(f"#!{interpreter}\n")
    program.chmod(0o755)

    with pytest.raises(ReadError, match="program cannot be run: Permission denied") as caught:
        await run(
            [str(program)], cwd=room, environment={}, limits=Limits(seconds=30), access=Access()
        )

    assert "/usr or /opt" in caught.value.advice


async def test_without_paths_it_reads_what_its_user_may(room: Path) -> None:
    assert await tried("cat other/file", room, None) == ["other"]

"""A program that was started offline opens no socket, whatever it tries."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.foreign.command import Limits, Outcome, run

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

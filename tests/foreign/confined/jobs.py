"""What a worker of the tests does: what it is told by a word, and some of it is a trap."""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from exporter.domain.errors import ReadError
from exporter.foreign.command import Limits, run
from exporter.foreign.confined import position


async def do(work: bytes, kept: bytes) -> tuple[bytes, bytes]:
    """Do what the first word of *work* says with the rest."""
    word, _, rest = work.decode().partition(" ")
    position.at("main.tf", 7)
    done = _ATTEMPTS[word](rest) if word in _ATTEMPTS else await _WORKS[word](rest)
    return done.encode(), kept + b"+"


def _attempt(call: Callable[[str], object]) -> Callable[[str], str]:
    def attempt(rest: str) -> str:
        try:
            call(rest)
        except OSError as error:
            return str(error.strerror)
        return "done"

    return attempt


def _never(_: str) -> None:
    """Compare what holds itself a million times over, in one step of the interpreter."""
    one: list[object] = [1]
    other: list[object] = [1]
    for _level in range(40):
        one, other = [one] * 8, [other] * 8
    print(one == other)  # noqa: T201 - never comes


def _grow(_: str) -> None:
    kept: list[str] = []
    while True:
        kept.append("x" * 1_000_000 + str(len(kept)))


def _become_smaller(pid: str) -> None:
    """Take the memory of another process away, which may be done to one's own."""
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = {"x86_64": 302, "aarch64": 261}
    limits = (ctypes.c_ulong * 2)(1, 1)
    if libc.syscall(numbers[os.uname().machine], int(pid), 9, limits, None):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


async def _echo(rest: str) -> str:
    return rest


async def _environment(_: str) -> str:
    return " ".join(sorted(os.environ))


async def _fail(rest: str) -> str:
    raise RuntimeError(rest)


async def _run(rest: str) -> str:
    """Let a program run in the scratch, or elsewhere."""
    folder, _, code = rest.partition(" ")
    try:
        outcome = await run(
            [sys.executable, "-c", code],
            cwd=Path(folder) if folder != "-" else Path(tempfile.mkdtemp()),
            environment={},
            limits=Limits(seconds=60),
            network=True,
        )
    except ReadError as error:
        return f"refused: {error.message}"
    return (outcome.output.decode() + outcome.errors[-300:]).strip()


async def _think(rest: str) -> str:
    return await asyncio.to_thread(str.upper, rest)


async def _wait(_: str) -> str:
    await asyncio.sleep(3600)
    return ""


def _sockets() -> list[socket.socket]:
    """Return all sockets that there are."""
    found = []
    for number in range(3, 100):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                found.append(socket.socket(fileno=os.dup(number)))
    return found


async def _garble(rest: str) -> str:
    """Write to all sockets that there are."""
    for one in _sockets():
        with contextlib.suppress(OSError):
            one.send(bytes.fromhex(rest))
    return "garbled"


async def _flood(rest: str) -> str:
    """Write to all sockets that there are, without end."""
    packet, sockets = bytes.fromhex(rest), _sockets()
    while True:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.send(packet)


_ATTEMPTS: Mapping[str, Callable[[str], str]] = {
    "connect": _attempt(lambda port: socket.create_connection(("127.0.0.1", int(port)), 5)),
    "read": _attempt(lambda path: Path(path).read_bytes()),
    "list": _attempt(os.listdir),
    "write": _attempt(lambda path: Path(path).write_text("x")),
    "start": _attempt(lambda program: subprocess.run([program], check=True)),
    "fork": _attempt(lambda _: os.fork() or os._exit(0)),
    "kill": _attempt(lambda pid: os.kill(int(pid), signal.SIGKILL)),
    "shrink": _attempt(_become_smaller),
    "never": _attempt(_never),
    "grow": _attempt(_grow),
    "end": _attempt(lambda code: os._exit(int(code))),
    "hang": _attempt(lambda seconds: time.sleep(int(seconds))),
}
_WORKS: Mapping[str, Callable[[str], Awaitable[str]]] = {
    "echo": _echo,
    "fail": _fail,
    "run": _run,
    "think": _think,
    "wait": _wait,
    "environment": _environment,
    "garble": _garble,
    "flood": _flood,
}

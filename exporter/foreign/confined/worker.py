"""What a worker does: it gives up what it does not need, works, and tells what came of it."""

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
import sys
import sysconfig
import tempfile
import traceback
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import msgspec
from msgspec import Struct

from exporter.foreign import command, offline
from exporter.foreign.confined import position
from exporter.foreign.confined.channel import Channel, Kind, Message
from exporter.foreign.confined.programs import Answer, outcome_of
from exporter.foreign.files import MIB

Job: TypeAlias = Callable[[bytes, bytes], Awaitable[tuple[bytes, bytes]]]
"""Gets what there is to do and what was kept last time; gives the result and what to keep."""

OUT_OF_MEMORY: Final = 77
"""The exit code of a worker that needed more memory than it may have."""
_MOST_INPUT: Final = 256 * MIB
_MOST_OUTPUT: Final = 64 * MIB
"""Bytes of the largest message that a worker takes, and of the largest file that it writes."""
_BEYOND: Final = 10
"""Seconds of a core between the signal that says why a worker ends and the one that only ends it.

Where both limits are the same, the kernel sends the latter.
"""
_TRACEBACK: Final = 16 * 1024
_DEEP = 100_000, 50, 100
"""How seldom garbage is looked for: a worker does not live long."""


class Confinement(Struct, frozen=True, kw_only=True, array_like=True):
    """What a worker may use: bytes of *memory* over what the template has, *seconds* of a core.

    It may read files at and below *readable*, and the names of those in *listable*. *scratch* is
    where it may write, too, and its place for temporary files.
    """

    memory: int
    seconds: int
    readable: tuple[str, ...]
    listable: tuple[str, ...]
    scratch: str


def begin(confinement: Confinement, job: Job, *, channel: socket.socket, page: int) -> NoReturn:
    """Become a worker: confined, do *job* as the other end of *channel* asks for it, and end."""
    code = 1
    sys.unraisablehook = _end_without_memory
    try:
        position.share(page)
        tempfile.tempdir = confinement.scratch
        _lower(confinement)
        _confine(confinement)
        gc.set_threshold(*_DEEP)
        asyncio.run(_work(job, Channel(channel, _MOST_INPUT)))
        code = 0
    finally:
        os._exit(code)


def _lower(confinement: Confinement) -> None:
    """Lower what this process may use, for good."""
    with contextlib.suppress(OSError), Path("/proc/self/oom_score_adj").open("w") as file:
        file.write("1000")  # where memory is short, it goes first
    memory = confinement.memory + _data()
    for kind, limit in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, confinement.seconds),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_FSIZE, _MOST_OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        hard = limit + _BEYOND if kind == resource.RLIMIT_CPU else limit
        if most != resource.RLIM_INFINITY:
            hard = min(hard, most)
        resource.setrlimit(kind, (min(limit, hard), hard))


def _data() -> int:
    """Return how many bytes of data this process has already."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except OSError:
        return 256 * MIB
    return pages * resource.getpagesize()


def _confine(confinement: Confinement) -> None:
    """Give up the network, other programs and processes, and all files but the given ones."""
    signal.set_wakeup_fd(-1)
    offline.confine(alone=True)
    scratch = confinement.scratch
    own = (*command.SYSTEM, *_own_code())
    offline.enclose([*own, *confinement.readable], ["/dev/null", scratch], confinement.listable)


def _own_code() -> Sequence[str]:
    """Return where the interpreter, its packages and this one are: some are imported late."""
    package = str(Path(__file__).parents[2])
    return (sys.prefix, sys.base_prefix, package, *sysconfig.get_paths().values())


async def _work(job: Job, channel: Channel) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_end_without_memory_in_loop)
    loop.set_default_executor(ThreadPoolExecutor(2))  # each thread's stack counts as data
    work, kept = await channel.receive(), await channel.receive()
    if work is None or kept is None:
        return
    starter = _Starter(channel)
    command.delegate(starter.run)
    listening = asyncio.create_task(starter.listen())
    try:
        result, keep = await job(work.content, kept.content)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # at once: whatever else would be done might need some
    except Exception as error:  # noqa: BLE001 - it is told, and logged by who hears of it
        if _lacks_memory(error):
            os._exit(OUT_OF_MEMORY)
        text = "".join(traceback.format_exception(error))[-_TRACEBACK:]
        await channel.send(Message(Kind.BROKEN, text.encode("utf-8", "replace")))
    else:
        await channel.send(Message(Kind.KEPT, keep))
        await channel.send(Message(Kind.RESULT, result))
    finally:
        listening.cancel()


def _lacks_memory(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(map(_lacks_memory, error.exceptions))
    return isinstance(error, MemoryError)


def _end_without_memory(found: "sys.UnraisableHookArgs") -> None:
    if isinstance(found.exc_value, MemoryError):
        os._exit(OUT_OF_MEMORY)


def _end_without_memory_in_loop(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if isinstance(context.get("exception"), MemoryError):
        os._exit(OUT_OF_MEMORY)


@dataclass(slots=True)
class _Starter:
    """Lets programs be started by the process that looks after this one, which cannot."""

    channel: Channel
    waiting: dict[int, asyncio.Future[Answer]] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def run(self, program: command.Program) -> command.Outcome:
        """Return how *program* ended; raises :exc:`ReadError` as :func:`command.run` does."""
        number = next(self.numbers)
        answer = self.waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self.channel.send(Message(Kind.PROGRAM, msgspec.msgpack.encode(program), number))
            return outcome_of(await answer)
        finally:
            del self.waiting[number]

    async def listen(self) -> None:
        """Hand answers to those who wait for them; without anybody to answer, all is over."""
        while message := await self.channel.receive():
            waiting = self.waiting.get(message.number)
            if waiting is not None and not waiting.done():
                waiting.set_result(msgspec.msgpack.decode(message.content, type=Answer))
        os._exit(1)

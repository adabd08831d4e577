"""One piece of work given to a worker, which is looked after until it ends, or is ended."""

import asyncio
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.command import MIB, Program
from exporter.foreign.confined import position
from exporter.foreign.confined.channel import GarbledError, Kind, Message
from exporter.foreign.confined.programs import Programs
from exporter.foreign.confined.template import Forked, Template
from exporter.foreign.confined.worker import OUT_OF_MEMORY, Confinement

logger = logging.getLogger(__name__)

MOST_PROGRAMS: Final = 20_000
MOST_WAITING: Final = 100
_WALL: Final = 5
"""Seconds of wall time for one of a core: those of a machine that is busy, or of a small share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """What a worker may use.

    That are *seconds* of a core, and five times as many by the wall with those of its programs;
    bytes of *memory*, and of *output* in each of its messages.
    """

    seconds: float = 60
    memory: int = 256 * MIB
    output: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker gave, and what the next one shall get."""

    result: bytes
    kept: bytes


@dataclass(slots=True, kw_only=True)
class Assignment:
    """Work of a worker of *template*, within *limits*.

    It may read *readable*, and list *listable*. With a *network*, its programs may use that.
    """

    template: Template
    limits: WorkerLimits = field(default_factory=WorkerLimits)
    readable: Sequence[str] = ()
    listable: Sequence[str] = ()
    network: bool = False

    async def do(self, work: bytes, *, kept: bytes = b"") -> Done:
        """Return what comes of *work*.

        Raises :exc:`ReadError` where nothing does, with the path and line at which the worker was.
        However that ends, the worker and its programs have ended then.
        """
        scratch = await asyncio.to_thread(_scratch)
        page = position.create()
        try:
            return await self._with(scratch, page, work, kept)
        except ReadError as error:
            path, line = position.read(page)
            raise ReadError(
                error.message, reason=error.reason, path=path, line=line, advice=error.advice
            ) from None
        finally:
            os.close(page)
            await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)

    async def _with(self, scratch: Path, page: int, work: bytes, kept: bytes) -> Done:
        confinement = Confinement(
            memory=self.limits.memory,
            seconds=int(self.limits.seconds) + 1,
            readable=tuple(self.readable),
            listable=tuple(self.listable),
            scratch=str(scratch),
        )
        worker = await self.template.fork(confinement, page=page, limit=self.limits.output)
        programs = Programs(scratch=scratch, readable=self.readable, network=self.network)
        conversation = _Conversation(worker, programs, self.limits)
        try:
            return await conversation.lead(work, kept)
        finally:
            await worker.kill()
            worker.close()


@dataclass(slots=True)
class _Conversation:
    worker: Forked
    programs: Programs
    limits: WorkerLimits
    started: int = 0

    async def lead(self, work: bytes, kept: bytes) -> Done:
        """Tell the worker what to do, and do for it what it asks for; raises :exc:`ReadError`."""
        seconds = _WALL * self.limits.seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._converse(work, kept)
        except TimeoutError:
            raise _too_slow(seconds) from None
        except GarbledError as error:
            raise _garbled(error.message) from None

    async def _converse(self, work: bytes, kept: bytes) -> Done:
        tasks: set[asyncio.Task[None]] = set()
        try:
            with suppress(OSError):  # it has ended already: why, is what it says last
                await self.worker.channel.send(Message(Kind.WORK, work))
                await self.worker.channel.send(Message(Kind.KEPT, kept))
            return await self._listen(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, tasks: set[asyncio.Task[None]]) -> Done:
        keep = b""
        while message := await self.worker.channel.receive():
            match message.kind:
                case Kind.PROGRAM:
                    if len(message.content) > MIB or len(tasks) >= MOST_WAITING:
                        raise GarbledError("too much to be run at once")
                    task = asyncio.create_task(self._start(message))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                case Kind.KEPT:
                    keep = message.content
                case Kind.RESULT:
                    return Done(message.content, keep)
                case Kind.BROKEN:
                    raise _broken(message.content)
                case Kind.ENDED:
                    raise _ended(message.content, self.limits)
                case Kind.WORK | Kind.OUTCOME:
                    raise GarbledError("a message that it only gets")
        raise _garbled("nothing")

    async def _start(self, message: Message) -> None:
        """Run a program, and tell the worker what came of it."""
        try:
            program = msgspec.msgpack.decode(message.content, type=Program)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        self.started += 1
        if self.started > MOST_PROGRAMS:
            return
        answer = await self.programs.run(program)
        content = msgspec.msgpack.encode(answer)
        with suppress(OSError):
            await self.worker.channel.send(Message(Kind.OUTCOME, content, message.number))


def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="conformance-worker-")).resolve()


def _too_slow(seconds: float) -> ReadError:
    return ReadError(
        f"took longer than {seconds:g} s to be read",
        reason=Reason.TIMEOUT,
        advice="something here never ends, or grows with each step",
    )


def _garbled(what: str) -> ReadError:
    return ReadError(f"its worker gave {what}", reason=Reason.INTERNAL)


def _broken(content: bytes) -> ReadError:
    logger.error("a reader failed: %s", content.decode("utf-8", "replace"))
    return ReadError("the reader itself failed; see the log", reason=Reason.INTERNAL)


def _ended(status: bytes, limits: WorkerLimits) -> ReadError:
    """Say why a worker ended before it was done."""
    code = int(status) if status.lstrip(b"-").isdigit() else 0
    if code == OUT_OF_MEMORY:
        return ReadError(
            f"needs more than {limits.memory // MIB} MiB of memory to be read",
            reason=Reason.TOO_LARGE,
            advice="something here grows with each step",
        )
    if code == -signal.SIGXCPU:
        return _too_slow(limits.seconds)
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return ReadError(f"its worker {how}", reason=Reason.INTERNAL)

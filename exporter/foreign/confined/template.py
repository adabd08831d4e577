"""The process that workers are forked from, and which reaps them.

It is forked before anything foreign was read, while there is only one thread: what a fork of a
process with threads inherits may be locked for ever.
"""

import asyncio
import contextlib
import gc
import os
import re
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

import msgspec

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.confined import worker
from exporter.foreign.confined.channel import Channel, Kind, Message, packets, pair
from exporter.foreign.confined.worker import Confinement, Job

_MOST_ORDER = 64 * 1024
_MESSAGES = 4
"""As many of the longest messages a worker may send, or as much in shorter ones."""
_KEPT = re.compile(
    r"PATH|TZ|LANG|LC_\w+|CONFORMANCE_\w+|SSL_CERT_(FILE|DIR)|(HTTP|HTTPS|NO)_PROXY", re.IGNORECASE
)
"""What readers and the programs that they ask for need of the environment."""
_STANDARD = ((0, "r"), (1, "w"), (2, "w"))


def _nothing() -> None:
    """Prepare nothing."""


@dataclass(slots=True, eq=False)
class Template:
    """The template as the process has it that started it."""

    pid: int
    control: socket.socket

    @classmethod
    def start(cls, job: Job, *, prepare: Callable[[], None] = _nothing) -> "Template":
        """Fork it now; its workers do *job*, for which it alone will *prepare*.

        What there is by now stays frozen on both sides: looking through it for garbage would copy
        each page of it that they share.
        """
        ours, theirs = pair()
        gc.collect()
        gc.freeze()
        pid = os.fork()
        if not pid:
            _serve(theirs, job, prepare)
        theirs.close()
        ours.settimeout(0)
        return cls(pid, ours)

    async def fork(self, confinement: Confinement, *, page: int, limit: int) -> "Forked":
        """Return a new worker, whose messages have at most *limit* bytes.

        *page* is where it notes where it is. Raises :exc:`ReadError` where there is none to be had.
        """
        ours, theirs = pair()
        with theirs:
            order = msgspec.msgpack.encode(confinement)
            try:
                socket.send_fds(self.control, [order], [theirs.fileno(), page])
            except OSError:
                ours.close()
                raise _none_to_be_had() from None
        channel = Channel(ours, limit, total=_MESSAGES * limit)
        try:
            await readable(ours.fileno())
            content, handles, _, _ = socket.recv_fds(ours, 1, 1)
        except BaseException:
            ours.close()
            raise
        if not content or not handles:
            ours.close()
            raise _none_to_be_had()
        return Forked(channel, handles[0])

    async def lasts(self) -> None:
        """Wait until the template has ended, which it does not by itself."""
        await readable(self.control.fileno())

    def stop(self) -> None:
        """End it, and with it all workers."""
        self.control.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


@dataclass(slots=True, eq=False)
class Forked:
    """A worker: the *channel* to it, and a descriptor that stands for its process."""

    channel: Channel
    process: int

    async def kill(self) -> None:
        """End it, however busy it is, and wait until it has."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.process, signal.SIGKILL)
        await asyncio.shield(readable(self.process))

    def close(self) -> None:
        """Give back what stands for it."""
        self.channel.socket.close()
        os.close(self.process)


async def readable(descriptor: int) -> None:
    """Wait until there is something to be read from *descriptor*, or nothing any more."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)


def _none_to_be_had() -> ReadError:
    return ReadError("no worker can be started for it", reason=Reason.UNAVAILABLE)


def _serve(control: socket.socket, job: Job, prepare: Callable[[], None]) -> NoReturn:
    """Be the template until nobody holds the other end of *control*."""
    try:
        _isolate(control)
        prepare()
        gc.collect()
        gc.freeze()  # workers share that
        _Template(control, job).run()
    finally:
        os._exit(0)


def _isolate(control: socket.socket) -> None:
    """Keep nothing open of the process that this one was forked from, nor its secrets.

    Tokens may stand in the environment.
    """
    for name in set(os.environ):
        if not _KEPT.fullmatch(name):
            del os.environ[name]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends when its parent does
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(one, mode) for one, mode in _STANDARD)
    os.closerange(3, control.fileno())
    os.closerange(control.fileno() + 1, os.sysconf("SC_OPEN_MAX"))


@dataclass(slots=True)
class _Template:
    """The template as it is itself; *workers* have a socket each, by their process."""

    control: socket.socket
    job: Job
    workers: dict[int, socket.socket] = field(default_factory=dict)

    def run(self) -> None:
        """Fork and reap until the other end is closed; then kill what is left."""
        wake, woken = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(woken, False)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if wake in ready:
                    os.read(wake, 4096)
                    self._reap()
                if self.control.fileno() in ready and not self._fork():
                    break
        for pid in self.workers:
            os.kill(pid, signal.SIGKILL)

    def _fork(self) -> bool:
        """Fork a worker as it was asked for; tell whether there is anybody who may ask."""
        order, handles, _, _ = socket.recv_fds(self.control, _MOST_ORDER, 2)
        if not order:
            return False
        channel, page = socket.socket(fileno=handles[0]), handles[1]
        try:
            pid = os.fork()
        except OSError:
            channel.close()
        else:
            if not pid:
                self._become_worker(order, channel, page)
            self.workers[pid] = channel
            process = os.pidfd_open(pid)
            with contextlib.suppress(OSError):
                socket.send_fds(channel, [b"\0"], [process])
            os.close(process)
        os.close(page)
        return True

    def _become_worker(self, order: bytes, channel: socket.socket, page: int) -> NoReturn:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        first, last = sorted((channel.fileno(), page))
        os.closerange(3, first)
        os.closerange(first + 1, last)
        os.closerange(last + 1, os.sysconf("SC_OPEN_MAX"))
        confinement = msgspec.msgpack.decode(order, type=Confinement)
        worker.begin(confinement, self.job, channel=channel, page=page)

    def _reap(self) -> None:
        """Tell how workers have ended to those who look after them."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                channel = self.workers.pop(ended[0], None)
                if channel is None:
                    continue
                channel.settimeout(0)
                with channel, contextlib.suppress(OSError):
                    status = str(os.waitstatus_to_exitcode(ended[1])).encode()
                    for packet in packets(Message(Kind.ENDED, status)):
                        channel.send(packet)

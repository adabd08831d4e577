"""Messages between a worker and the process that looks after it.

Each packet of the socket is a head (kind, whether it is the last of its message, number of the
message) and at most 32 KiB of content. What comes is foreign: it is bounded, and its order strict.
"""

import asyncio
import math
import socket
import struct
from dataclasses import dataclass, field
from enum import IntEnum

from exporter.domain.errors import ParseError

_HEAD = struct.Struct("=BBI")
_CHUNK = 32 * 1024
_PACKET = _CHUNK + _HEAD.size


class Kind(IntEnum):
    """What a message is."""

    WORK = 1
    """To the worker: what it has to do, and what it kept last time."""
    KEPT = 2
    """In both directions: what the next worker shall get, for whoever reads it there."""
    PROGRAM = 3
    """From the worker: a program to be run."""
    OUTCOME = 4
    """To the worker: how the program ended."""
    RESULT = 5
    BROKEN = 6
    """From the worker: it failed, and its traceback."""
    ENDED = 7
    """From the template: the worker is no more, and its status as ``waitpid`` gives it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; *number* tells the answer to which program it is."""

    kind: Kind
    content: bytes
    number: int = 0


class GarbledError(ParseError):
    """What came is no message, or more than was allowed."""


@dataclass(slots=True, eq=False)
class Channel:
    """One end of a socket pair whose packets keep their borders.

    It takes messages of *limit* bytes, and of *total* together.
    """

    socket: socket.socket
    limit: int
    total: float = math.inf
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Let the socket wait for nobody."""
        self.socket.settimeout(0)

    async def send(self, message: Message) -> None:
        """Send a message whole; raises :exc:`OSError` where nobody is there to take it."""
        async with self._sending:
            for packet in packets(message):
                await asyncio.get_running_loop().sock_sendall(self.socket, packet)

    async def receive(self) -> Message | None:
        """Return the next message, None at the end; raises :exc:`GarbledError`.

        A message that was not finished is none.
        """
        content = bytearray()
        begun: tuple[int, int] | None = None
        while True:
            packet = await self._packet()
            self.total -= len(packet)
            if self.total < 0:
                raise GarbledError("more than it may say at all")
            if len(packet) < _HEAD.size:
                return None
            kind, last, number = _HEAD.unpack_from(packet)
            if kind == Kind.ENDED:  # whatever the worker left unfinished
                return Message(Kind.ENDED, packet[_HEAD.size :])
            if begun not in {None, (kind, number)}:
                raise GarbledError("a message that lies in another one")
            begun = kind, number
            content += packet[_HEAD.size :]
            if len(content) > self.limit:
                raise GarbledError("a message that is too long")
            if last:
                return Message(_kind(kind), bytes(content), number)

    async def _packet(self) -> bytes:
        await asyncio.sleep(0)  # what is there already is taken without letting others run
        try:
            return await asyncio.get_running_loop().sock_recv(self.socket, _PACKET)
        except ConnectionError:
            return b""


def packets(message: Message) -> list[bytes]:
    """Return a message as packets."""
    content = memoryview(message.content)
    starts = range(0, len(content), _CHUNK) or range(1)
    return [
        _HEAD.pack(message.kind, start + _CHUNK >= len(content), message.number)
        + content[start : start + _CHUNK]
        for start in starts
    ]


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets, for two channels."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def _kind(number: int) -> Kind:
    try:
        return Kind(number)
    except ValueError:
        raise GarbledError("a message of no kind") from None

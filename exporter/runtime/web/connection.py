"""One connection: how long each of its phases may last, and what a broken request is told."""

import asyncio
import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, cast

from aiohttp import payload, web
from aiohttp.abc import AbstractStreamWriter

from exporter.runtime.web import tls
from exporter.runtime.web.limits import Limits

logger = logging.getLogger(__name__)

PIECE = 1 << 16
"""Bytes of an answer that are handed to the transport at once, and wait there for the client."""
_GZIP = 16 + zlib.MAX_WBITS
"""For zlib: with gzip's header and checksum."""
SERVER = "cluster-conformance"
"""What the Server header says: nothing that tells a version."""
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Server: cluster-conformance\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class Pieces(payload.Payload):
    """A body that all its readers share, and that waits for each of them piece by piece."""

    _value: bytes

    def __init__(self, value: bytes) -> None:
        super().__init__(value)
        self._size = len(value)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the body as text."""
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send the body; it is never copied whole."""
        whole = memoryview(self._value)
        for start in range(0, len(whole), PIECE):
            await writer.write(whole[start : start + PIECE])
            await writer.drain()


class Unpacked(payload.Payload):
    """A body that is kept compressed, and unpacked for each reader piece by piece."""

    _value: bytes

    def __init__(self, value: bytes, *, size: int) -> None:
        super().__init__(value)
        self._size = size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the body as text."""
        return zlib.decompress(self._value, _GZIP).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send the body; between two pieces others have their turn."""
        unpacking, rest = zlib.decompressobj(_GZIP), self._value
        while not unpacking.eof:
            await writer.write(unpacking.decompress(rest, PIECE))
            await writer.drain()
            await asyncio.sleep(0)
            rest = unpacking.unconsumed_tail


class Phase(Enum):
    """What a connection is waiting for."""

    HEADERS = auto()  # the rest of a request
    ANSWER = auto()  # the answer, and the client to take it
    IDLE = auto()  # another request


class Connection(web.RequestHandler):
    """aiohttp's connection to a *client*, with a deadline for each phase.

    aiohttp has one timeout only, between requests. It waits without end for a client that does
    not take its answer, and tells a client what was wrong with its bytes by repeating them.
    """

    def __init__(
        self,
        server: web.Server,
        *,
        limits: Limits,
        names: frozenset[str] | None = None,
        client: str = "",
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type] # it is documented to turn the log off
            keepalive_timeout=limits.idle,
            lingering_time=0,
            max_line_size=limits.line_bytes,
            max_field_size=limits.line_bytes,
            max_headers=limits.headers,
        )
        self.ended: asyncio.Future[None] = loop.create_future()
        self.client = client
        self.answered = self.delayed = False
        self._limits = limits
        self._names = names
        self._wire: asyncio.Transport | None = None
        self._phase = Phase.IDLE
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._waiting_since: float | None = None
        self._unanswered = 0

    @property
    def answering(self) -> bool:
        """Tell whether a request is being answered."""
        return self._phase is Phase.ANSWER

    @property
    def waiting_since(self) -> float | None:
        """Since when it waits for its client, or only lets it wait; by the loop's clock."""
        return self._waiting_since

    @property
    def stalled_since(self) -> float | None:
        """Since when its client does not take what is sent."""
        return self._waiting_since if self._stall is not None else None

    @property
    def unsent(self) -> int:
        """Return how many bytes of answers wait for the client."""
        return self._wire.get_write_buffer_size() if self._wire is not None else 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request, if the client's certificate has one of the names."""
        super().connection_made(transport)
        self._wire = cast("asyncio.Transport", transport)
        self._wire.set_write_buffer_limits(high=PIECE)
        self._enter(Phase.HEADERS)
        peer = tls.names(transport.get_extra_info("peercert"))
        if self._names is not None and self._names.isdisjoint(peer):
            logger.debug("connection dropped: none of the client's names is allowed")
            self.drop()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Let everybody know."""
        for timer in (self._deadline, self._stall):
            if timer is not None:
                timer.cancel()
        self._wire = None
        super().connection_lost(exc)
        if not self.ended.done():
            self.ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request, but not more than headers may have."""
        if self._phase is Phase.IDLE:
            self._enter(Phase.HEADERS)
        self._unanswered += len(data)
        if self._unanswered <= self._limits.header_bytes:
            super().data_received(data)
        else:
            self._refuse()

    def pause_writing(self) -> None:
        """Wait for the client to take what was sent, but not for long."""
        super().pause_writing()
        self._waiting_since = self._loop.time()
        self._stall = self._loop.call_later(self._limits.stall, self._expire)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
        self._stall = None
        self._waiting_since = None if self.answering else self._loop.time()

    @contextmanager
    def yielding(self) -> Iterator[None]:
        """Let the connection give way to others while the block runs."""
        self._waiting_since, self.delayed = self._loop.time(), True
        try:
            yield
        finally:
            self._waiting_since, self.delayed = None, False

    def begin(self) -> None:
        """Note that the headers of a request have come."""
        self._unanswered = 0
        self._enter(Phase.ANSWER)

    def drop(self) -> None:
        """End the connection at once, whatever has not been sent yet."""
        # Once only: TLS of Python 3.11.2 cannot be aborted when it has been closed.
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.abort()
        self.force_close()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, in pieces, and wait for the next request."""
        if isinstance(resp, web.HTTPException):
            resp.text = _said(resp.status)
        if isinstance(resp, web.Response) and isinstance(resp.body, bytes):
            resp.body = Pieces(resp.body) if len(resp.body) > PIECE else resp.body
        sent = await super().finish_response(request, resp, start_time)
        if self._phase is Phase.ANSWER:
            self.answered = True
            self._enter(Phase.IDLE)
        return sent

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it repeats what the client sent
    ) -> web.StreamResponse:
        """Answer a request that is broken, or that broke us, by nothing but its status."""
        self.begin()
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("a request failed", exc_info=exc)
        else:
            logger.debug("a request is malformed: %s", type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer has been sent")
        answer = web.Response(status=status, text=_said(status), headers={"Server": SERVER})
        answer.force_close()
        return answer

    def _enter(self, phase: Phase) -> None:
        """Begin a phase, and with it its deadline."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._phase = phase
        self._waiting_since = None if phase is Phase.ANSWER else self._loop.time()
        allowed = {
            Phase.HEADERS: self._limits.header,
            Phase.ANSWER: self._limits.answer,
            Phase.IDLE: self._limits.idle,
        }
        self._deadline = self._loop.call_later(allowed[phase], self._expire)

    def _expire(self) -> None:
        logger.debug("connection dropped: it took too long (%s)", self._phase.name.lower())
        self.drop()

    def _refuse(self) -> None:
        """End a connection that sends more than was asked for."""
        if self._phase is Phase.HEADERS and self._wire is not None:
            self._wire.write(_TOO_LARGE)
            self.force_close()
        else:
            self.drop()


def _said(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}\n"


def of(request: web.BaseRequest) -> Connection:
    """Return the connection of a request; raises :exc:`TypeError` for a server that is not ours."""
    connection: Any = request.protocol
    if not isinstance(connection, Connection):
        raise TypeError("the request came by another server")
    return connection

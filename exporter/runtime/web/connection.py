"""One connection: how long each of its phases may last, and what a broken request is told."""

import asyncio
import logging
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


class Phase(Enum):
    """What a connection is waiting for."""

    HEADERS = auto()  # the rest of a request
    ANSWER = auto()  # the answer, and the client to take it
    IDLE = auto()  # another request


class Connection(web.RequestHandler):
    """aiohttp's connection, with a deadline for each phase.

    aiohttp has one timeout only, between requests. It waits without end for a client that does
    not take its answer, and tells a client what was wrong with its bytes by repeating them.
    """

    def __init__(
        self, server: web.Server, *, limits: Limits, names: frozenset[str] | None = None
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
        self._limits = limits
        self._names = names
        self._wire: asyncio.Transport | None = None
        self._phase = Phase.IDLE
        self._deadline: asyncio.TimerHandle | None = None
        self._unanswered = 0

    @property
    def answering(self) -> bool:
        """Tell whether a request is being answered."""
        return self._phase is Phase.ANSWER

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
        if self._deadline is not None:
            self._deadline.cancel()
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

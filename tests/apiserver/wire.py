"""One answer on its way to the client, and what happens to its bytes there."""

import asyncio
import socket
import struct

from aiohttp import web

from tests.apiserver.faults import ContentType, Cut, Fault, Reset, Silence, Slow, Trouble

_SLICE = 0.02  # seconds between two pieces of a slow answer


class Wire:
    """A streamed answer to a request."""

    def __init__(self, request: web.Request, trouble: Trouble) -> None:
        self._request = request
        self._trouble = trouble
        self._response: web.StreamResponse | None = None
        self._counted: dict[type[Fault], int] = {}

    async def start(self, headers: dict[str, str]) -> None:
        """Send the head of the answer."""
        response = web.StreamResponse(headers={"Cache-Control": "no-cache, private", **headers})
        wrong = self._trouble.find(ContentType)
        response.headers["Content-Type"] = wrong.value if wrong else "application/json"
        response.enable_chunked_encoding()
        await response.prepare(self._request)
        self._response = response

    async def write(self, data: bytes) -> None:
        """Send a piece of the body, as far and as fast as faults let it through."""
        if cut := self._trouble.find(Cut):
            let_through = self._let_through(data, Cut, cut.after)
            if let_through < len(data):
                await self._send(data[:let_through])
                await hang_up(self._request)
        if broken := self._trouble.find(Reset):
            let_through = self._let_through(data, Reset, broken.after or 0)
            if let_through < len(data):
                await self._send(data[:let_through])
                await reset(self._request)
        if silence := self._trouble.find(Silence):
            let_through = self._let_through(data, Silence, silence.after)
            await self._send(data[:let_through])
            data = data[let_through:]
            if data:
                await self._trouble.over(Silence)
        await self._send(data)

    def _let_through(self, data: bytes, kind: type[Fault], after: int) -> int:
        """Return how many of these bytes a fault lets through that strikes *after* so many.

        They are counted from where this answer met it first.
        """
        before = self._counted.get(kind, 0)
        self._counted[kind] = before + len(data)
        return min(len(data), max(0, after - before))

    async def _send(self, data: bytes) -> None:
        response = self._response
        if response is None or not data:
            return
        while (slow := self._trouble.find(Slow)) and data:
            piece = max(1, int(slow.rate * _SLICE))
            await response.write(data[:piece])
            data = data[piece:]
            await asyncio.sleep(_SLICE)
        if data:
            await response.write(data)

    async def end(self) -> web.StreamResponse:
        """Finish the answer."""
        if self._response is None:
            raise RuntimeError("the answer was never started")
        await self._response.write_eof()
        return self._response


async def hang_up(request: web.Request) -> None:
    """Close the connection when all is sent; whoever awaits this is cancelled by it."""
    if request.transport is not None:
        request.transport.close()
    await asyncio.Event().wait()


async def reset(request: web.Request) -> None:
    """Break the connection off; whoever awaits this is cancelled by it."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    await asyncio.Event().wait()

"""Listening: sockets that accept, and no more connections than there may be."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from exporter.foreign.supervisor import RootTask, Supervisor
from exporter.runtime.web.connection import Connection
from exporter.runtime.web.limits import Limits
from exporter.runtime.web.places import Places, client_of
from exporter.runtime.web.protection import Guard

logger = logging.getLogger(__name__)

BACKLOG = 128
PAUSE = 1.0
"""Seconds without accepting when the system has no more file descriptors."""
SEND_BUFFER = 1 << 17
"""Bytes that the kernel keeps of an answer; as much as it likes would hide who reads slowly."""
Address = tuple[str, int]


@dataclass(slots=True, eq=False)
class Serving:
    """The place of a *client*, from its acceptance on."""

    client: str
    since: float
    task: asyncio.Task[None] = field(init=False)
    connection: Connection | None = None

    def drop(self) -> None:
        """End the connection, or what should become one."""
        self.task.cancel()


def _idleness(serving: Serving) -> tuple[float, ...] | None:
    """Order those whom we wait for: first who never asked for anything, then by how long."""
    if serving.connection is None:
        return (False, serving.since)
    since = serving.connection.waiting_since
    return None if since is None else (serving.connection.answered, since)


@dataclass(slots=True)
class Listening:
    """An application that is served on some sockets; made by :func:`listen`."""

    runner: web.AppRunner
    guard: Guard
    limits: Limits
    places: Places[Serving]
    sockets: list[socket.socket] = field(default_factory=list)
    accepting: list[RootTask] = field(default_factory=list)
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    connections: set[Connection] = field(default_factory=set)

    @property
    def addresses(self) -> list[Address]:
        """Where it listens; with the port that was chosen for a port of 0."""
        return [one.getsockname()[:2] for one in self.sockets]

    async def close(self) -> None:
        """Accept no more, let the answers under way be taken for a while, and end the rest."""
        await asyncio.gather(*(one.stop() for one in self.accepting))
        for one in self.sockets:
            one.close()
        for connection in self.connections:
            if connection.delayed:
                connection.drop()
        await self.runner.cleanup()
        if self.serving:
            await asyncio.wait(self.serving, timeout=self.limits.shutdown)
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)

    async def accept(self, listener: socket.socket) -> None:
        """Accept connections until cancelled; those that are too many are closed at once."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                wire, address = await loop.sock_accept(listener)
            except ConnectionError:
                continue  # it was gone before we came
            except OSError as error:
                logger.warning("cannot accept connections: %s", error.strerror)
                await asyncio.sleep(PAUSE)
                continue
            serving = Serving(client_of(address[0]), loop.time())
            if self.places.take(serving):
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
                serving.task = asyncio.create_task(self._serve(wire, serving), name="connection")
                self.serving.add(serving.task)
                serving.task.add_done_callback(self.serving.discard)
            else:
                logger.debug("connection refused: there are too many")
                wire.close()

    async def _serve(self, wire: socket.socket, serving: Serving) -> None:
        """Serve one connection to its end."""
        try:
            connection = await self._connect(wire, client=serving.client)
            if connection is not None:
                serving.connection = connection
                self.connections.add(connection)
                try:
                    await connection.ended
                finally:
                    self.connections.remove(connection)
                    connection.drop()
        finally:
            self.places.leave(serving)

    async def _connect(self, wire: socket.socket, *, client: str) -> Connection | None:
        """Agree on TLS, where it is asked for; return None where that fails."""
        loop, server = asyncio.get_running_loop(), self.runner.server
        protection = self.guard.current()
        if server is None:
            wire.close()
            return None
        try:
            _, connection = await loop.connect_accepted_socket(
                lambda: Connection(
                    server, limits=self.limits, names=protection.names, client=client
                ),
                wire,
                **_tls_options(protection.tls, self.limits),
            )
        except OSError as error:
            logger.debug("connection dropped: no TLS (%s)", _reason(error))
            return None
        return connection


def _places(limits: Limits) -> Places[Serving]:
    return Places(limits.connections, limits.connections_per_client, _idleness)


def _tls_options(context: ssl.SSLContext | None, limits: Limits) -> dict[str, Any]:
    if context is None:
        return {}
    return {
        "ssl": context,
        "ssl_handshake_timeout": limits.handshake,
        "ssl_shutdown_timeout": limits.farewell,
    }


def _reason(error: OSError) -> str:
    reason = getattr(error, "reason", None)
    return str(reason or type(error).__name__)


async def listen(
    app: web.Application,
    *,
    addresses: Sequence[Address],
    supervisor: Supervisor,
    guard: Guard | None = None,
    limits: Limits | None = None,
) -> Listening:
    """Serve *app* on all *addresses*; raises :exc:`OSError` where one cannot be had.

    A host of "" stands for all addresses of the machine, of IPv6 and IPv4.
    """
    limits = limits or Limits()
    runner = web.AppRunner(
        app,
        handle_signals=False,
        shutdown_timeout=limits.shutdown,
        handler_cancellation=True,  # nobody is waited for who is gone
    )
    await runner.setup()
    listening = Listening(runner, guard or Guard(), limits, _places(limits))
    try:
        for host, port in addresses:
            listening.sockets += await _bind(host, port)
    except OSError:
        await listening.close()
        raise
    for one, (at, number) in zip(listening.sockets, listening.addresses, strict=True):
        run = partial(listening.accept, one)
        listening.accepting.append(supervisor.start(run, name=f"accepting {at}:{number}"))
    return listening


async def _bind(host: str, port: int) -> list[socket.socket]:
    if not host and socket.has_dualstack_ipv6():
        family = socket.AF_INET6
        made = socket.create_server(("", port), family=family, dualstack_ipv6=True, backlog=BACKLOG)
        made.setblocking(False)  # noqa: FBT003 - the name says it
        return [made]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    bound: list[socket.socket] = []
    with contextlib.ExitStack() as undo:
        for family, address in dict.fromkeys((one[0], one[4]) for one in found):
            made = socket.create_server(address, family=family, backlog=BACKLOG)
            undo.callback(made.close)
            made.setblocking(False)  # noqa: FBT003 - the name says it
            bound.append(made)
        undo.pop_all()
    return bound

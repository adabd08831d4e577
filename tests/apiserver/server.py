"""The simulated API server: what it is made of, listening on loopback."""

import ssl
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Self

from aiohttp import web

from tests.apiserver.answers import answer
from tests.apiserver.state import Simulation


class ApiServer(Simulation):
    """A simulated Kubernetes API server on loopback, with list and watch as the real one has.

    ::

        async with ApiServer() as api:
            api.put({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"}})
            ...                          # a client works with api.url
            api.delete("nodes", "a")     # resource versions are returned

    - Objects: ``put``, ``change(what, name, namespace, edit=...)``, ``delete(what, name,
      namespace)``, ``replace_all(what, objects)``, ``get``, ``objects(what)``, ``compact()``,
      ``load_snapshot(folder)``, ``install(resource)`` and ``remove(plural or group)`` for custom
      resources. *what* is a plural, a qualified plural (``deployments.apps``) or a kind. All are
      synchronous: changes without an ``await`` in between reach clients together.
    - A partition is ``faults.inject(Stall(), Silence())``: nothing is answered, nothing is sent,
      no connection breaks.
    - Life: ``start``, ``stop`` (connections break, new ones are refused), ``restart(keep=...)``
      on the same port; ``url`` stays. ``drop_connections`` breaks those that are open.
    - Faults: ``faults.inject(Answer(503), resource="pods", verb="list", times=2)``, see
      ``tests.apiserver.faults``; ``.clear()`` on what it returns, or on ``faults``.
    - Who may do what: ``access.grant("viewer", [allow("list watch", "nodes")], bearer="t")``.
      Without tokens everybody is admin.
    - What happened: ``log`` holds an entry for each request when its status is sent; ``watches``
      are those that are open; ``await until(lambda: ...)`` waits for a condition on these.
    - Objects that clients create are taken if their kind, names and namespace are right;
      ``admission`` may refuse more, by its fields.
    - Knobs: ``date`` (what its clock shows), ``bookmark_period`` in seconds, ``second`` (how long
      one of ``timeoutSeconds``
      takes), ``streaming`` (whether ``sendInitialEvents`` is known).
    """

    def __init__(
        self,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        date: Callable[[], datetime] | None = None,
        **state: Any,
    ) -> None:
        super().__init__(**state)
        self.port = port
        self._date = date
        self._tls = tls
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where the server listens, once it was started."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        app = web.Application(client_max_size=1 << 20)
        app.router.add_route("*", "/{path:.*}", self._answer)
        if self._date is not None:
            app.on_response_prepare.append(self._dated)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=self._tls)
        await site.start()
        self.port = runner.addresses[0][1]
        self._runner = runner

    async def stop(self) -> None:
        """Break all connections and refuse new ones; the objects stay."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for site in tuple(runner.sites):
            await site.stop()
        _abort(runner)
        await runner.cleanup()

    async def restart(self, *, keep: bool = True) -> None:
        """Stop and start again on the same port; without *keep* all objects are lost."""
        await self.stop()
        if not keep:
            self.store = self.store.emptied()
        await self.start()

    def drop_connections(self) -> None:
        """Break all connections that are open."""
        if self._runner is not None:
            _abort(self._runner)

    async def _dated(self, _: web.Request, response: web.StreamResponse) -> None:
        if self._date is not None:
            response.headers["Date"] = format_datetime(self._date(), usegmt=True)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        return await answer(self, request)


def _abort(runner: web.AppRunner) -> None:
    server = runner.server
    for connection in server.connections if server else ():
        if connection.transport is not None:
            connection.transport.abort()

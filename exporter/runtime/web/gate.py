"""The gate that each request passes: how many at once, who, and which headers the answer has."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import StrEnum

from aiohttp import web

from exporter.runtime.web import connection, request_id
from exporter.runtime.web.limits import Limits
from exporter.runtime.web.places import Places
from exporter.runtime.web.protection import Guard, Protection
from exporter.runtime.web.turns import BusyError

logger = logging.getLogger(__name__)

REALM = 'Basic realm="cluster-conformance", charset="UTF-8"'
_AGAIN = {"Retry-After": "5"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def install(app: web.Application, *, guard: Guard, limits: Limits) -> None:
    """Let no request reach *app*, nor an answer leave it, but through the gate."""
    gate = Gate(guard, limits)
    app.middlewares.append(gate.admit)
    app.on_response_prepare.append(gate.stamp)


class Share(StrEnum):
    """Requests that do not take each other's places; what a route's name begins with."""

    SCRAPE = "scrape"
    PROBE = "probe"
    PAGE = "page"


class Gate:
    """Admits requests to an application; probes always, as their answers cost nothing."""

    def __init__(self, guard: Guard, limits: Limits) -> None:
        self._guard = guard
        self._places: dict[Share, Places[connection.Connection]] = {
            share: Places(limits.requests, limits.requests_per_client, _slowness)
            for share in (Share.SCRAPE, Share.PAGE)
        }

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request, or say why not; its path and headers are never logged."""
        began = asyncio.get_running_loop().time()
        request_id.begin()
        mine = connection.of(request)
        mine.begin()
        status = 500
        try:
            answer = await self._refusal(request, mine) or await handler(request)
            status = answer.status
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            seconds = asyncio.get_running_loop().time() - began
            logger.debug("%s %s: %d, %.4f s", _method(request), _route(request), status, seconds)
        return answer

    async def _refusal(
        self, request: web.Request, mine: connection.Connection
    ) -> web.Response | None:
        """Return the answer to a request that may not pass."""
        protection = self._guard.current()
        now = asyncio.get_running_loop().time()
        if protection.rate is not None and not protection.rate.allows(now):
            return _refused(429, headers=_AGAIN)
        if request.body_exists:
            answer = _refused(413)
            answer.force_close()
            return answer
        with mine.yielding():
            stranger = await _unauthorized(request, protection, client=mine.client)
        if stranger is None and not self._has_place(request, mine):
            return _refused(503, headers=_AGAIN)
        return stranger

    def _has_place(self, request: web.Request, mine: connection.Connection) -> bool:
        """Give the request a place among its like; who reads slowly makes room."""
        places = self._places.get(_share(request))
        if places is None:
            return True
        places.holders = {holder for holder in places.holders if holder.answering}
        return places.take(mine)

    async def stamp(self, _: web.Request, response: web.StreamResponse) -> None:
        """Set the headers that every answer has."""
        response.headers["Server"] = connection.SERVER
        response.headers.update(self._guard.current().headers)


async def _unauthorized(
    request: web.Request, protection: Protection, *, client: str
) -> web.Response | None:
    if protection.users is None:
        return None
    try:
        given = request.headers.get("Authorization", "")
        if await protection.users.admit(given, client=client):
            return None
    except BusyError:
        return _refused(503, headers=_AGAIN)
    return _refused(401, headers={"WWW-Authenticate": REALM})


def _refused(status: int, *, headers: dict[str, str] | None = None) -> web.Response:
    answer = web.Response(status=status, headers=headers)
    answer.text = f"{status} {answer.reason}\n"
    return answer


def _method(request: web.Request) -> str:
    return request.method if request.method in {"GET", "HEAD", "POST", "PUT"} else "another method"


def _route(request: web.Request) -> str:
    """Return the route that a request asks for, in our words: its path may hold anything."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "no route"


def _share(request: web.Request) -> Share:
    name = request.match_info.route.name or Share.PAGE
    return Share(name.partition(".")[0])


def _slowness(holder: connection.Connection) -> tuple[float, ...] | None:
    """Order those who read slowly by how long they have not taken anything."""
    return None if holder.stalled_since is None else (holder.stalled_since,)

"""Requests and what they are answered: who asks, may he, what for, and with which faults."""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from aiohttp import web

from tests.apiserver import discovery, lists, reviews
from tests.apiserver.calls import Call, parse_call
from tests.apiserver.creations import create
from tests.apiserver.faults import Answer, Circle, Endless, Garbage, Reset, Stall
from tests.apiserver.options import Options, parse_options
from tests.apiserver.rbac import Action, forbidden
from tests.apiserver.resources import Resource
from tests.apiserver.state import STALLED, Entry, Simulation
from tests.apiserver.status import StatusError, not_found, unauthorized
from tests.apiserver.store import Collection
from tests.apiserver.watches import Watch
from tests.apiserver.wire import Wire, reset

GZIP_FROM = 128 * 1024
_HEALTH = {"/healthz", "/livez", "/readyz"}
_REASONS = {429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable"}


async def answer(simulation: Simulation, request: web.Request) -> web.StreamResponse:
    """Answer a request out of the state of the simulation."""
    call = parse_call(request.method, request.path, request.query)
    action = call.action if call else Action(verb="get", group="", resource=request.path)
    exchange = _Exchange(simulation, request, action)
    try:
        return await exchange.answer(call)
    except StatusError as error:
        exchange.log(error.code)
        return _json_response(error.body, status=error.code, headers=error.headers)
    except ConnectionResetError:
        return web.Response()  # the client is gone


class _Exchange:
    """A request that is being answered."""

    def __init__(self, simulation: Simulation, request: web.Request, action: Action) -> None:
        self._simulation = simulation
        self._request = request
        self._action = action
        self._trouble = simulation.faults.befall(action)
        self._wire = Wire(request, self._trouble)

    def log(self, status: int) -> None:
        """Take note of the answer."""
        action = self._action
        accept = self._request.headers.get("Accept", "")
        self._simulation.accepted[action.verb, action.resource] = accept
        self._simulation.note(
            Entry(action.verb, action.group, action.resource, action.namespace, status)
        )

    async def answer(self, call: Call | None) -> web.StreamResponse:
        """Answer; raises :exc:`StatusError` for what is not to be had."""
        await self._interfere()
        if self._request.path in _HEALTH:
            return web.Response(text="ok")
        user = self._simulation.access.user(self._request.headers.get("Authorization", ""))
        if user is None:
            raise unauthorized()
        if call is None:
            return self._discover()
        action = self._action
        if action.group == reviews.GROUP and action.resource in reviews.RESOURCES:
            return await self._review(user)
        if not self._simulation.access.allows(user, action):
            raise forbidden(user, action)
        return await self._objects(call)

    async def _interfere(self) -> None:
        trouble = self._trouble
        if trouble.has(Stall):
            self.log(STALLED)
            await trouble.over(Stall)
        if (broken := trouble.find(Reset)) and broken.after is None:
            await reset(self._request)
        if found := trouble.find(Answer):
            details = {"retryAfterSeconds": found.retry_after} if found.retry_after else None
            reason = _REASONS.get(found.code, "Unknown")
            raise StatusError(found.code, reason, "this is a simulated fault", details=details)

    def _discover(self) -> web.StreamResponse:
        installed = [one.resource for one in self._simulation.store.collections]
        found = discovery.answer(self._request.path, installed)
        return _page_not_found() if found is None else _json_response(_encode(found))

    async def _review(self, user: str) -> web.Response:
        try:
            content = await self._request.json()
        except ValueError:
            content = None
        resource = self._action.resource
        body = _encode(reviews.review(self._simulation.access, user, resource, content))
        self.log(201)
        return _json_response(body, status=201)

    async def _objects(self, call: Call) -> web.StreamResponse:
        action = self._action
        collection = self._simulation.store.collection(action.group, action.resource)
        if collection is None or not _is_served(collection.resource, call):
            self.log(404)
            return _page_not_found()
        match action.verb:
            case _ if garbage := self._trouble.find(Garbage):
                return await self._garbage(garbage.body)
            case "get":
                return self._get(collection)
            case "list":
                return await self._list(collection)
            case "watch":
                return await self._watch(collection)
            case "create" if not action.name:
                return await self._create(collection)
            case _:
                raise StatusError(405, "MethodNotAllowed", "the simulated server does not change")

    async def _garbage(self, body: bytes) -> web.StreamResponse:
        await self._wire.start({})
        self.log(200)
        await self._wire.write(body)
        return await self._wire.end()

    def _get(self, collection: Collection) -> web.Response:
        action = self._action
        namespace = action.namespace if collection.resource.namespaced else ""
        version = collection.latest(f"{namespace}/{action.name}")
        if version is None:
            raise not_found(action.qualified, action.name)
        self.log(200)
        return _json_response(version.write(b"{" + collection.resource.type_fields) + b"\n")

    async def _create(self, collection: Collection) -> web.Response:
        try:
            content = await self._request.json()
        except ValueError:
            content = None
        simulation = self._simulation
        made = create(
            simulation.store,
            collection,
            action=self._action,
            content=content,
            admit=simulation.admission,
        )
        self.log(201)
        return _json_response(_encode(made), status=201)

    async def _list(self, collection: Collection) -> web.StreamResponse:
        if endless := self._trouble.find(Endless) or self._trouble.find(Circle):
            return await self._garbage(lists.write_on(endless, self._request.query))
        options = self._options()
        current = self._simulation.store.number
        page = lists.page(collection, options, current=current, namespace=self._action.namespace)
        chunks = lists.write(collection.resource, page)
        first = next(chunks)
        body = chain((first,), chunks)
        zipped = len(first) > GZIP_FROM and self._takes_gzip()
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"} if zipped else {}
        await self._wire.start(headers)
        self.log(200)
        for chunk in _gzip(body) if zipped else body:
            await self._wire.write(chunk)
        return await self._wire.end()

    async def _watch(self, collection: Collection) -> web.StreamResponse:
        simulation = self._simulation
        namespace = self._action.namespace
        watch = Watch(simulation.store, collection, self._options(), namespace=namespace)
        simulation.opened(watch)
        try:
            await self._wire.start({})
            self.log(200)
            period, second = simulation.bookmark_period, simulation.second
            await watch.run(self._wire, self._trouble, period=period, second=second)
            return await self._wire.end()
        finally:
            simulation.closed(watch)

    def _options(self) -> Options:
        return parse_options(
            self._request.query,
            plural=self._action.resource,
            streaming=self._simulation.streaming,
        )

    def _takes_gzip(self) -> bool:
        return "gzip" in self._request.headers.get("Accept-Encoding", "")


def _is_served(resource: Resource, call: Call) -> bool:
    """Tell whether a kind is to be had in this version, and in a namespace if one is named."""
    in_namespace = call.action.namespace and resource.plural != "namespaces"
    return resource.version == call.version and (resource.namespaced or not in_namespace)


def _gzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(level=1, wbits=31)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _encode(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def _json_response(
    body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    known = {"Cache-Control": "no-cache, private", **(headers or {})}
    return web.Response(body=body, status=status, content_type="application/json", headers=known)


def _page_not_found() -> web.Response:
    text = "404 page not found\n"
    return web.Response(text=text, status=404, headers={"Cache-Control": "no-cache, private"})

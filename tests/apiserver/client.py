"""A minimal client for the server's own tests: no retries, no cleverness."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import aiohttp

from tests.apiserver.server import ApiServer

Object = dict[str, Any]


class Answer(NamedTuple):
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Object:
        """The body as data."""
        found: Object = json.loads(self.body)
        return found

    @property
    def names(self) -> list[str]:
        """The names of the items of a list."""
        return [one["metadata"]["name"] for one in self.json["items"]]


class Client:
    """Asks one server, each time over a connection of its own."""

    def __init__(self, api: ApiServer, session: aiohttp.ClientSession) -> None:
        self._api = api
        self._session = session

    async def get(self, path: str, **headers: str) -> Answer:
        """Return the answer to a GET; names of headers are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.get(self._api.url + path, headers=sent) as response:
            return Answer(response.status, response.headers, await response.read())

    async def post(self, path: str, content: Object, **headers: str) -> Answer:
        """Return the answer to a POST."""
        async with self._session.post(
            self._api.url + path, json=content, headers=headers
        ) as response:
            return Answer(response.status, response.headers, await response.read())

    async def watch(self, path: str) -> AsyncIterator[Object]:
        """Yield the events of a watch until the server ends it."""
        async with self._session.get(self._api.url + path) as response:
            assert response.status == 200, await response.text()
            async for line in response.content:
                yield json.loads(line)

    async def pieces(self, path: str) -> bytes:
        """Return what comes until the connection breaks, which it has to."""
        found = b""
        try:
            async with self._session.get(self._api.url + path) as response:
                async for piece in response.content.iter_any():
                    found += piece
        except aiohttp.ClientPayloadError:
            return found
        raise AssertionError("the connection was ended in order")

    async def events(self, path: str, count: int) -> list[Object]:
        """Return the first *count* events of a watch."""
        found: list[Object] = []
        async with asyncio.timeout(10):
            async for event in self.watch(path):
                found.append(event)
                if len(found) == count:
                    break
        return found


def node(name: str, **metadata: Any) -> Object:
    """Return a node."""
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, **metadata}}


def pod(name: str, namespace: str = "api", *, node_name: str = "", **metadata: Any) -> Object:
    """Return a pod."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": {"nodeName": node_name} if node_name else {},
        "status": {"phase": "Pending"},
    }


def application(name: str) -> Object:
    """Return an Application."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
    }


def seen(events: list[Object]) -> list[tuple[str, str]]:
    """Return type and name of each event."""
    return [(one["type"], one["object"]["metadata"].get("name", "")) for one in events]

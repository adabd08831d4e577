"""A client that lists and then watches ends with what the server has, whatever happened."""

import asyncio
from collections.abc import Iterator

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.apiserver.client import Client, Object, node
from tests.apiserver.server import ApiServer
from tests.apiserver.test_store import CHANGES, Change, apply

State = dict[str, str]
STREAM = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
END = "the-end"
"""The node that is put last: who knows it has seen everything before."""


class Follower:
    """Follows the nodes of a server, in between of whose changes it gets its answers."""

    def __init__(self, api: ApiServer, client: Client, turns: list[list[Change]]) -> None:
        self._api = api
        self._client = client
        self._turns: Iterator[list[Change]] = iter(turns)

    async def list_and_watch(self) -> State:
        """List page by page, watch from there; begin again where something is expired."""
        while True:
            listed = await self._list()
            state = None if listed is None else await self._watch(*listed)
            if state is not None:
                return state

    async def stream(self) -> State:
        """Let the server stream its list and what follows."""
        return await self._read({}, STREAM) or {}

    async def _list(self) -> tuple[State, str] | None:
        state: State = {}
        token = ""
        while True:
            found = await self._client.get(f"/api/v1/nodes?limit=1&continue={token}")
            for change in next(self._turns, ()):
                apply(self._api.store, change)
            if found.status == 410:
                return None
            for item in found.json["items"]:
                state[item["metadata"]["name"]] = item["metadata"]["resourceVersion"]
            metadata = found.json["metadata"]
            token = metadata.get("continue", "")
            if not token:
                return state, metadata["resourceVersion"]

    async def _watch(self, state: State, version: str) -> State | None:
        if END in state:
            return state
        return await self._read(state, f"resourceVersion={version}")

    async def _read(self, state: State, query: str) -> State | None:
        """Read a watch until the end of all changes; None where it is too old."""
        changing = asyncio.create_task(self._change())
        async for event in self._client.watch(f"/api/v1/nodes?watch=1&{query}"):
            if event["type"] == "ERROR":
                await changing
                return None
            note(state, event)
            if END in state:
                break
        return state

    async def _change(self) -> None:
        for turn in self._turns:
            await asyncio.sleep(0)
            for change in turn:
                apply(self._api.store, change)
        if self._api.get("nodes", END) is None:
            self._api.put(node(END))


def note(state: State, event: Object) -> None:
    metadata = event["object"]["metadata"]
    match event["type"]:
        case "ADDED" | "MODIFIED":
            assert (event["type"] == "MODIFIED") is (metadata["name"] in state)
            state[metadata["name"]] = metadata["resourceVersion"]
        case "DELETED":
            del state[metadata["name"]]
        case _:
            assert event["type"] == "BOOKMARK"


async def follow(start: list[Change], turns: list[list[Change]], *, streaming: bool) -> None:
    async with ApiServer() as api, aiohttp.ClientSession() as session, asyncio.timeout(10):
        for change in start:
            apply(api.store, change)
        follower = Follower(api, Client(api, session), turns)

        state = await (follower.stream() if streaming else follower.list_and_watch())

        assert state == {
            one["metadata"]["name"]: one["metadata"]["resourceVersion"]
            for one in api.objects("nodes")
        }


@settings(max_examples=40, deadline=None)
@given(CHANGES, st.lists(CHANGES, max_size=5))
def test_whoever_lists_and_watches_has_it_all(
    start: list[Change], turns: list[list[Change]]
) -> None:
    asyncio.run(follow(start, turns, streaming=False))


@settings(max_examples=20, deadline=None)
@given(CHANGES, st.lists(CHANGES, max_size=5))
def test_whoever_streams_a_list_has_it_all(start: list[Change], turns: list[list[Change]]) -> None:
    asyncio.run(follow(start, turns, streaming=True))

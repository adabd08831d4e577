"""Faults befall what they are meant for, as often as they are meant to, and nothing else."""

import asyncio
import json
import ssl
from pathlib import Path

import aiohttp
import pytest

from tests.apiserver import watches
from tests.apiserver.client import Client, node, pod, seen
from tests.apiserver.faults import (
    Answer,
    ContentType,
    Cut,
    DropBookmarks,
    Duplicate,
    ErrorEvent,
    Fault,
    Garbage,
    Line,
    Reorder,
    Reset,
    Silence,
    Slow,
    Stall,
)
from tests.apiserver.server import ApiServer
from tests.apiserver.state import STALLED
from tests.apiserver.tls import server_context

WATCH = "/api/v1/nodes?watch=1&resourceVersion=1&timeoutSeconds=4"


async def test_a_status_is_answered_so_many_times(api: ApiServer, client: Client) -> None:
    api.faults.inject(Answer(503), resource="nodes", times=2)
    api.faults.inject(Answer(429, retry_after=7), resource="nodes", times=1)

    found = [await client.get("/api/v1/nodes") for _ in range(4)]

    assert [one.status for one in found] == [503, 503, 429, 200]
    assert found[2].headers["Retry-After"] == "7"
    assert found[2].json["reason"] == "TooManyRequests"


async def test_a_fault_befalls_only_its_resource_and_verb(api: ApiServer, client: Client) -> None:
    api.faults.inject(Answer(500), resource="deployments.apps", verb="list")

    assert (await client.get("/apis/apps/v1/deployments")).status == 500
    assert (await client.get("/apis/apps/v1/deployments?watch=1&timeoutSeconds=1")).status == 200
    assert (await client.get("/api/v1/nodes")).status == 200


async def test_a_fault_lasts_until_it_is_cleared(api: ApiServer, client: Client) -> None:
    fault = api.faults.inject(Answer(500))
    before = await client.get("/api/v1/nodes")

    fault.clear()

    assert (before.status, (await client.get("/api/v1/nodes")).status) == (500, 200)


async def test_a_list_is_cut_in_the_middle(api: ApiServer, client: Client) -> None:
    api.faults.inject(Cut(after=20), times=1)

    with pytest.raises(aiohttp.ClientPayloadError):
        await client.get("/api/v1/nodes")


async def test_an_open_watch_is_cut_in_the_middle_of_a_line(api: ApiServer, client: Client) -> None:
    stream = asyncio.ensure_future(client.pieces(WATCH))
    await api.until(lambda: len(api.watches) == 1)
    api.faults.inject(Cut(after=9))
    api.put(node("a"))

    assert await stream == b'{"type":"'
    await api.until(lambda: not api.watches)


@pytest.mark.parametrize(
    "fault", [pytest.param(Reset(), id="at once"), pytest.param(Reset(5), id="in the body")]
)
async def test_a_connection_is_reset(api: ApiServer, client: Client, fault: Fault) -> None:
    api.faults.inject(fault)

    with pytest.raises((aiohttp.ClientOSError, aiohttp.ClientPayloadError)):
        await client.get("/api/v1/nodes")


async def test_a_stalled_request_is_answered_when_the_fault_is_cleared(
    api: ApiServer, client: Client
) -> None:
    fault = api.faults.inject(Stall(), times=1)
    request = asyncio.ensure_future(client.get("/api/v1/nodes"))
    await api.until(lambda: any(one.status == STALLED for one in api.log))

    fault.clear()

    assert (await request).status == 200


async def test_a_watch_falls_silent_and_stays_open(api: ApiServer, client: Client) -> None:
    stream = client.watch(WATCH)
    first = asyncio.ensure_future(anext(stream))
    await api.until(lambda: len(api.watches) == 1)
    api.put(node("a"))
    await first
    fault = api.faults.inject(Silence(), resource="nodes", verb="watch")
    api.put(node("b"))
    second = asyncio.ensure_future(anext(stream))
    done, _ = await asyncio.wait({second}, timeout=0.05)
    assert not done

    fault.clear()

    assert seen([await second]) == [("ADDED", "b")]


async def test_an_answer_comes_slowly(api: ApiServer, client: Client) -> None:
    api.put(node("a", annotations={"text": "x" * 1000}))
    api.faults.inject(Slow(rate=10_000))
    loop = asyncio.get_running_loop()
    start = loop.time()

    found = await client.get("/api/v1/nodes")

    assert found.names == ["a"]
    assert loop.time() - start >= len(found.body) / 10_000 / 2


async def test_garbage_is_no_json(api: ApiServer, client: Client) -> None:
    api.faults.inject(Garbage(), ContentType(), times=1)

    found = await client.get("/api/v1/nodes")

    assert (found.status, found.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert found.body.startswith(b"<html>")


async def test_a_watch_ends_with_an_error_event(api: ApiServer, client: Client) -> None:
    api.faults.inject(ErrorEvent(500, "InternalError", "etcd is gone", after=1), times=1)
    for name in "ab":
        api.put(node(name))

    found = [one async for one in client.watch(WATCH)]

    assert [one["type"] for one in found] == ["ADDED", "ERROR"]
    assert found[1]["object"]["code"] == 500


async def test_an_open_watch_meets_an_error_at_once(api: ApiServer, client: Client) -> None:
    stream = asyncio.ensure_future(client.events(WATCH, 1))
    await api.until(lambda: len(api.watches) == 1)

    api.faults.inject(ErrorEvent())

    assert (await stream)[0]["object"]["reason"] == "Expired"


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        pytest.param(Duplicate(), "aabb", id="twice"),
        pytest.param(Reorder(), "ba", id="in reverse"),
    ],
)
async def test_events_come_twice_or_in_another_order(
    api: ApiServer, client: Client, fault: Fault, names: str
) -> None:
    api.faults.inject(fault)
    for name in "ab":
        api.put(node(name))

    found = [one async for one in client.watch(WATCH)]

    assert seen(found) == [("ADDED", name) for name in names]


async def test_a_line_that_is_no_event_comes_between(api: ApiServer, client: Client) -> None:
    api.faults.inject(Line(b"{}\n"))
    api.put(node("a"))

    found = await client.get(WATCH)

    assert [json.loads(one).get("type") for one in found.body.splitlines()] == [None, "ADDED"]


async def test_bookmarks_are_dropped(api: ApiServer, client: Client) -> None:
    api.faults.inject(DropBookmarks())
    stream = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"

    found = await client.get(f"/api/v1/nodes?watch=1&{stream}&timeoutSeconds=1")

    assert found.body == b""


async def test_a_server_that_is_gone_refuses_and_comes_back_on_its_port(
    api: ApiServer, client: Client
) -> None:
    api.put(node("a"))
    url = api.url
    stream = asyncio.ensure_future(client.events(WATCH, 2))
    await api.until(lambda: len(api.watches) == 1)

    await api.stop()
    with pytest.raises(aiohttp.ClientError):
        await stream
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get("/api/v1/nodes")
    await api.start()

    assert api.url == url
    assert (await client.get("/api/v1/nodes")).names == ["a"]


async def test_a_server_may_lose_everything(api: ApiServer, client: Client) -> None:
    for name in "abc":
        api.put(node(name))

    await api.restart(keep=False)

    found = await client.get("/api/v1/nodes")
    assert (found.names, found.json["metadata"]["resourceVersion"]) == ([], "1")


async def test_open_connections_are_dropped_and_new_ones_are_not(
    api: ApiServer, client: Client
) -> None:
    stream = asyncio.ensure_future(client.events(WATCH, 1))
    await api.until(lambda: len(api.watches) == 1)

    api.drop_connections()

    with pytest.raises(aiohttp.ClientError):
        await stream
    assert (await client.get("/api/v1/nodes")).status == 200


async def test_the_server_speaks_tls(tmp_path: Path) -> None:
    async with ApiServer(tls=server_context(tmp_path)) as api, aiohttp.ClientSession() as session:
        api.put(pod("p"))
        trusted = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))

        async with session.get(api.url + "/api/v1/pods", ssl=trusted) as response:
            found = await response.json()
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(api.url + "/api/v1/pods")

    assert len(found["items"]) == 1


async def test_a_partition_lets_nothing_through_and_breaks_nothing(
    api: ApiServer, client: Client
) -> None:
    stream = asyncio.ensure_future(client.events(WATCH, 1))
    await api.until(lambda: len(api.watches) == 1)
    api.faults.inject(Stall(), Silence())
    api.put(node("a"))
    request = asyncio.ensure_future(client.get("/api/v1/nodes"))
    await api.until(lambda: api.log[-1].status == STALLED)
    assert not stream.done()

    api.faults.clear()

    assert seen(await stream) == [("ADDED", "a")]
    assert (await request).names == ["a"]


async def test_a_spent_fault_can_still_be_cleared(api: ApiServer, client: Client) -> None:
    api.faults.inject(Stall(), resource="nodes", times=1)
    request = asyncio.ensure_future(client.get("/api/v1/nodes"))
    await api.until(lambda: bool(api.log))

    api.faults.clear()

    assert (await request).status == 200


async def test_a_client_that_reads_nothing_loses_its_watch(
    api: ApiServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watches, "MAX_PENDING", 5)
    stream = asyncio.ensure_future(client.get(WATCH))
    await api.until(lambda: len(api.watches) == 1)

    for number in range(9):
        api.put(node(f"n{number}"))

    assert len((await stream).body.splitlines()) == 5

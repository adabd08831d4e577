"""WATCH as the real server streams it, line for line."""

import asyncio
import json

import pytest

from tests.apiserver.client import Client, application, node, pod, seen
from tests.apiserver.options import StreamingLists
from tests.apiserver.resources import BUILT_IN, Resource
from tests.apiserver.server import ApiServer

STREAM = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
NODE_BOOKMARK = (
    '{"type":"BOOKMARK","object":{"kind":"Node","apiVersion":"v1","metadata":'
    '{"resourceVersion":"4"%s},"spec":{},"status":{"daemonEndpoints":{"kubeletEndpoint":'
    '{"Port":0}},"nodeInfo":{"machineID":"","systemUUID":"","bootID":"","kernelVersion":"",'
    '"osImage":"","containerRuntimeVersion":"","kubeletVersion":"","kubeProxyVersion":"",'
    '"operatingSystem":"","architecture":""}}}}'
)


async def test_changes_come_as_lines_in_order_and_a_bookmark_ends_them(
    api: ApiServer, client: Client
) -> None:
    made = {"uid": "u", "creationTimestamp": "t"}
    api.put(node("a", **made))
    api.put(node("a", **made, labels={"phase": "1"}))
    api.delete("nodes", "a")

    found = await client.get(
        "/api/v1/nodes?watch=true&resourceVersion=1&allowWatchBookmarks=true&timeoutSeconds=1"
    )

    line = (
        '{"type":"%s","object":{"kind":"Node","apiVersion":"v1","metadata":{"name":"a","uid":"u",'
        '"resourceVersion":"%s","creationTimestamp":"t"%s}}}\n'
    )
    labels = ',"labels":{"phase":"1"}'
    assert found.body.decode() == (
        line % ("ADDED", "2", "")
        + line % ("MODIFIED", "3", labels)
        + line % ("DELETED", "4", labels)
        + NODE_BOOKMARK % ""
        + "\n"
    )
    assert found.headers["Transfer-Encoding"] == "chunked"


async def test_a_change_reaches_an_open_watch(api: ApiServer, client: Client) -> None:
    events = client.watch("/api/v1/nodes?watch=true&resourceVersion=1")
    waiting = asyncio.ensure_future(anext(events))
    await api.until(lambda: len(api.watches) == 1)

    api.put(node("a"))

    assert seen([await waiting]) == [("ADDED", "a")]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("watch=true", id="no version"),
        pytest.param("watch=1&resourceVersion=0", id="any version"),
    ],
)
async def test_a_watch_from_nowhere_begins_with_what_there_is(
    api: ApiServer, client: Client, query: str
) -> None:
    api.put(node("a"))
    api.put(node("b"))
    api.delete("nodes", "a")

    found = [one async for one in client.watch(f"/api/v1/nodes?{query}&timeoutSeconds=1")]

    assert seen(found) == [("ADDED", "b")]


async def test_a_streaming_list_ends_with_a_marked_bookmark(api: ApiServer, client: Client) -> None:
    for name in "abc":
        api.put(node(name))

    found = await client.get(f"/api/v1/nodes?{STREAM}&allowWatchBookmarks=true&timeoutSeconds=1")

    lines = found.body.decode().splitlines()
    assert seen([json.loads(line) for line in lines[:3]]) == [("ADDED", name) for name in "abc"]
    assert lines[3] == NODE_BOOKMARK % ',"annotations":{"k8s.io/initial-events-end":"true"}'
    assert lines[4] == NODE_BOOKMARK % ""
    assert len(lines) == 5


async def test_without_bookmarks_a_streaming_list_has_no_end_mark(
    api: ApiServer, client: Client
) -> None:
    api.put(node("a"))

    found = [one async for one in client.watch(f"/api/v1/nodes?{STREAM}&timeoutSeconds=1")]

    assert seen(found) == [("ADDED", "a")]


async def test_a_stream_without_initial_events_begins_now(api: ApiServer, client: Client) -> None:
    api.put(node("a"))
    query = STREAM.replace("Events=true", "Events=false")

    found = [one async for one in client.watch(f"/api/v1/nodes?{query}&timeoutSeconds=1")]

    assert found == []


@pytest.mark.parametrize(
    ("streaming", "query", "message"),
    [
        pytest.param(
            StreamingLists.SERVED,
            "sendInitialEvents=true",
            "resourceVersionMatch: Forbidden: sendInitialEvents requires setting "
            "resourceVersionMatch to NotOlderThan",
            id="without match",
        ),
        pytest.param(
            StreamingLists.SERVED,
            "resourceVersionMatch=NotOlderThan",
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless "
            "sendInitialEvents is provided",
            id="match alone",
        ),
        pytest.param(
            StreamingLists.OFF,
            STREAM,
            "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the "
            "WatchList feature gate is enabled",
            id="feature off",
        ),
        pytest.param(
            StreamingLists.UNKNOWN,
            STREAM,
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch",
            id="older server",
        ),
    ],
)
async def test_a_server_refuses_streams_that_it_cannot_serve(
    api: ApiServer, client: Client, streaming: StreamingLists, query: str, message: str
) -> None:
    api.streaming = streaming

    found = await client.get(f"/api/v1/nodes?watch=true&{query}")

    assert found.status == 422
    assert found.json["message"] == f'ListOptions.meta.k8s.io "" is invalid: {message}'
    assert found.json["details"]["kind"] == "ListOptions"


async def test_a_version_before_the_compaction_is_an_error_event_and_the_end(
    api: ApiServer, client: Client
) -> None:
    api.put(node("a"))
    api.compact()

    found = await client.get("/api/v1/nodes?watch=true&resourceVersion=1&timeoutSeconds=900")

    assert found.status == 200
    assert found.body.decode() == (
        '{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},'
        '"status":"Failure","message":"too old resource version: 1 (2)","reason":"Expired",'
        '"code":410}}\n'
    )


async def test_a_watch_from_the_last_version_outlives_a_compaction(
    api: ApiServer, client: Client
) -> None:
    api.put(node("a"))
    api.compact()

    found = asyncio.ensure_future(client.events("/api/v1/nodes?watch=1&resourceVersion=2", 2))
    await api.until(lambda: len(api.watches) == 1)
    api.put(node("b"))
    api.compact()
    api.put(node("c"))

    assert seen(await found) == [("ADDED", "b"), ("ADDED", "c")]


async def test_a_watch_from_the_future_is_silent(api: ApiServer, client: Client) -> None:
    path = "/api/v1/nodes?watch=true&resourceVersion=999&allowWatchBookmarks=1&timeoutSeconds=2"
    stream = asyncio.ensure_future(client.get(path))
    await api.until(lambda: len(api.watches) == 1)
    api.put(node("a"))

    found = await stream

    assert (found.status, found.body) == (200, b"")


async def test_a_stream_from_the_future_is_refused(client: Client) -> None:
    found = await client.get(f"/api/v1/nodes?{STREAM}&resourceVersion=999")

    assert (found.status, found.json["reason"]) == (504, "Timeout")


async def test_a_watch_is_never_packed(api: ApiServer, client: Client) -> None:
    for number in range(200):
        api.put(pod(f"p{number}", annotations={"text": "x" * 700}))

    found = await client.get("/api/v1/pods?watch=1&timeoutSeconds=1", Accept_Encoding="gzip")

    assert "Content-Encoding" not in found.headers
    assert len(found.body.splitlines()) == 200


async def test_what_begins_or_ceases_to_match_is_added_or_deleted(
    api: ApiServer, client: Client
) -> None:
    api.put(pod("p", labels={"x": "0"}))
    for value in "0112":
        api.put(pod("p", labels={"x": value}))
    api.put(pod("other", "elsewhere", labels={"x": "1"}))

    path = "/api/v1/namespaces/api/pods?watch=1&resourceVersion=2&labelSelector=x%3D1"
    found = [one async for one in client.watch(f"{path}&timeoutSeconds=1")]

    assert [(one["type"], one["object"]["metadata"]["resourceVersion"]) for one in found] == [
        ("ADDED", "4"),
        ("MODIFIED", "5"),
        ("DELETED", "6"),
    ]
    assert found[2]["object"]["metadata"]["labels"] == {"x": "1"}


async def test_bookmarks_come_when_they_are_due(api: ApiServer, client: Client) -> None:
    api.bookmark_period = 0.01
    path = "/api/v1/pods?watch=1&resourceVersion=1&allowWatchBookmarks=true"

    found = await client.events(path, 2)

    assert [one["type"] for one in found] == ["BOOKMARK", "BOOKMARK"]
    assert found[0]["object"] == {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {"resourceVersion": "1"},
        "spec": {"containers": None},
        "status": {},
    }


@pytest.mark.parametrize("resource", [pytest.param(one, id=one.plural) for one in BUILT_IN])
async def test_bookmarks_of_all_kinds_are_json(client: Client, resource: Resource) -> None:
    found = await client.events(f"{resource.path}?{STREAM}&allowWatchBookmarks=true", 1)

    assert found[0]["object"]["kind"] == resource.kind


async def test_a_kind_that_is_removed_ends_its_watches_and_is_not_found(
    api: ApiServer, client: Client
) -> None:
    api.put(application("a"))
    path = "/apis/argoproj.io/v1alpha1/applications"
    stream = asyncio.ensure_future(client.get(f"{path}?watch=1&resourceVersion=1"))
    await api.until(lambda: len(api.watches) == 1)

    api.remove("argoproj.io")

    found = [json.loads(line) for line in (await stream).body.splitlines()]
    assert seen(found) == [("ADDED", "a"), ("DELETED", "a")]
    gone = await client.get(path)
    assert (gone.status, gone.body) == (404, b"404 page not found\n")
    assert gone.headers["Content-Type"] == "text/plain; charset=utf-8"

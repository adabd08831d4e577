"""LIST as the real server answers it, shape for shape."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.apiserver.client import Client, application, node, pod
from tests.apiserver.server import ApiServer


def decoded(token: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))


async def test_items_of_a_list_have_no_kind_and_the_list_has_one(
    api: ApiServer, client: Client
) -> None:
    version = api.put(node("a", uid="u", creationTimestamp="t", labels={"domain": "auth"}))

    found = await client.get("/api/v1/nodes")

    assert found.body.decode() == (
        f'{{"kind":"NodeList","apiVersion":"v1","metadata":{{"resourceVersion":"{version}"}},'
        f'"items":[{{"metadata":{{"name":"a","uid":"u","resourceVersion":"{version}",'
        '"creationTimestamp":"t","labels":{"domain":"auth"}}}]}\n'
    )
    assert found.headers["Content-Type"] == "application/json"
    assert found.headers["Cache-Control"] == "no-cache, private"


async def test_items_of_custom_resources_have_a_kind_and_keys_are_sorted(
    api: ApiServer, client: Client
) -> None:
    api.put(application("a"))

    found = await client.get("/apis/argoproj.io/v1alpha1/applications")

    assert list(found.json) == ["apiVersion", "items", "kind", "metadata"]
    assert found.json["kind"] == "ApplicationList"
    assert found.json["metadata"] == {"continue": "", "resourceVersion": "2"}
    assert found.json["items"][0]["kind"] == "Application"


async def test_an_empty_list_is_no_null(client: Client) -> None:
    found = await client.get("/api/v1/namespaces/none/pods")

    assert found.json["items"] == []


async def test_pages_show_one_moment_whatever_happens_in_between(
    api: ApiServer, client: Client
) -> None:
    for name in "abcd":
        api.put(node(name))
    first = (await client.get("/api/v1/nodes?limit=2")).json
    api.delete("nodes", "c")
    api.put(node("bb"))
    api.put(node("d", labels={"new": "1"}))

    token = first["metadata"]["continue"]
    second = await client.get(f"/api/v1/nodes?limit=2&continue={token}")

    assert decoded(token) == {"v": "meta.k8s.io/v1", "rv": 5, "start": "/b\0"}
    assert first["metadata"]["remainingItemCount"] == 2
    assert second.names == ["c", "d"]
    assert "labels" not in second.json["items"][1]["metadata"]
    assert second.json["metadata"] == {"resourceVersion": "5"}


@pytest.mark.parametrize(
    ("path", "start"),
    [
        pytest.param("/api/v1/pods", "/api/p1\0", id="all namespaces"),
        pytest.param("/api/v1/namespaces/api/pods", "/p1\0", id="one namespace"),
    ],
)
async def test_pages_go_through_a_namespace(
    api: ApiServer, client: Client, path: str, start: str
) -> None:
    for name in ("p1", "p2", "p3"):
        api.put(pod(name))
    first = (await client.get(f"{path}?limit=1")).json["metadata"]

    second = await client.get(f"{path}?limit=1&continue={first['continue']}")

    assert decoded(first["continue"])["start"] == start
    assert first["remainingItemCount"] == 2
    assert second.names == ["p2"]
    assert second.json["metadata"]["remainingItemCount"] == 1


async def test_remaining_items_are_counted_as_of_the_first_page(
    api: ApiServer, client: Client
) -> None:
    for name in "abcdef":
        api.put(node(name))
    token = (await client.get("/api/v1/nodes?limit=1")).json["metadata"]["continue"]
    api.delete("nodes", "e")
    api.delete("nodes", "f")
    api.put(node("f"))
    api.put(node("g"))

    found = await client.get(f"/api/v1/nodes?limit=1&continue={token}")

    assert found.json["metadata"]["remainingItemCount"] == 4


async def test_a_token_from_before_a_compaction_is_gone_and_another_goes_on(
    api: ApiServer, client: Client
) -> None:
    for name in ("p105", "p106", "p107"):
        api.put(pod(name))
    token = (await client.get("/api/v1/pods?limit=2")).json["metadata"]["continue"]
    api.put(pod("p108"))
    api.compact()

    gone = await client.get(f"/api/v1/pods?limit=2&continue={token}")
    other = gone.json["metadata"]["continue"]
    found = await client.get(f"/api/v1/pods?limit=2&continue={other}")

    assert gone.status == 410
    assert (gone.json["reason"], gone.json["code"]) == ("Expired", 410)
    assert gone.json["message"].startswith("The provided continue parameter is too old to display")
    assert decoded(other) == {"v": "meta.k8s.io/v1", "rv": -1, "start": "api/p106\0"}
    assert found.names == ["p107", "p108"]
    assert found.json["metadata"] == {"resourceVersion": "5"}


async def test_a_list_from_the_future_says_when_to_come_back(client: Client) -> None:
    found = await client.get("/api/v1/nodes?resourceVersion=999&resourceVersionMatch=NotOlderThan")

    assert (found.status, found.headers["Retry-After"]) == (504, "1")
    assert found.json == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "Timeout: Too large resource version: 999, current: 1",
        "reason": "Timeout",
        "details": {
            "causes": [
                {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
            ],
            "retryAfterSeconds": 1,
        },
        "code": 504,
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("", ["a", "b"], id="newest"),
        pytest.param("resourceVersion=0", ["a", "b"], id="any"),
        pytest.param("resourceVersion=0&limit=1", ["a", "b"], id="any, which has no pages"),
        pytest.param("resourceVersion=2", ["a", "b"], id="not older"),
        pytest.param("resourceVersion=2&resourceVersionMatch=NotOlderThan", ["a", "b"], id="told"),
        pytest.param("resourceVersion=2&resourceVersionMatch=Exact", ["a"], id="exact"),
        pytest.param("resourceVersion=2&limit=9", ["a"], id="exact, as pages are"),
    ],
)
async def test_the_resource_version_says_which_moment_is_shown(
    api: ApiServer, client: Client, query: str, names: list[str]
) -> None:
    api.put(node("a"))
    api.put(node("b"))

    assert (await client.get(f"/api/v1/nodes?{query}")).names == names


async def test_an_exact_version_from_before_a_compaction_is_gone(
    api: ApiServer, client: Client
) -> None:
    api.put(node("a"))
    api.put(node("b"))
    api.compact()

    found = await client.get("/api/v1/nodes?resourceVersion=2&resourceVersionMatch=Exact")

    assert (found.status, found.json["reason"]) == (410, "Expired")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("labelSelector=app=x", ["p1", "p2"], id="equal"),
        pytest.param("labelSelector=app==x,tier!=db", ["p1"], id="equal and not"),
        pytest.param("labelSelector=app in (x, y),tier", ["p2"], id="in, and there"),
        pytest.param("labelSelector=tier notin (db),app", ["p1"], id="not in"),
        pytest.param("labelSelector=!app", ["p3"], id="not there"),
        pytest.param("fieldSelector=metadata.name=p3", ["p3"], id="name"),
        pytest.param("fieldSelector=spec.nodeName=n1", ["p2"], id="node"),
        pytest.param("fieldSelector=spec.nodeName!=", ["p2"], id="placed"),
        pytest.param("fieldSelector=status.phase=Pending,spec.nodeName=", ["p1", "p3"], id="two"),
    ],
)
async def test_selectors_choose(
    api: ApiServer, client: Client, query: str, names: list[str]
) -> None:
    api.put(pod("p1", labels={"app": "x"}))
    api.put(pod("p2", labels={"app": "x", "tier": "db"}, node_name="n1"))
    api.put(pod("p3"))

    found = await client.get(f"/api/v1/pods?{quote(query, safe='=&')}".replace("%3D", "="))

    assert found.names == names


async def test_pages_of_a_selection_tell_no_remaining_count(api: ApiServer, client: Client) -> None:
    for name in "abc":
        api.put(node(name, labels={"x": "1"}))

    found = await client.get("/api/v1/nodes?limit=1&labelSelector=x%3D1")

    assert sorted(found.json["metadata"]) == ["continue", "resourceVersion"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("fieldSelector=spec.unknown%3D1", 400, id="field that is not selectable"),
        pytest.param("labelSelector=a%3Db%3Dc", 400, id="selector that is none"),
        pytest.param("limit=many", 400, id="limit that is no number"),
        pytest.param("continue=xxx", 400, id="token that is none"),
        pytest.param("continue=xxx&resourceVersion=1", 400, id="token and version"),
        pytest.param("resourceVersionMatch=Exact", 422, id="match without version"),
        pytest.param("sendInitialEvents=true", 422, id="a stream's parameter"),
    ],
)
async def test_what_makes_no_sense_is_refused(client: Client, query: str, status: int) -> None:
    found = await client.get(f"/api/v1/nodes?{query}")

    assert (found.status, found.json["code"]) == (status, status)


@pytest.mark.parametrize(
    ("accepted", "pods", "encoding"),
    [
        pytest.param("gzip, deflate", 200, "gzip", id="large"),
        pytest.param("gzip", 2, None, id="small"),
        pytest.param("identity", 200, None, id="not asked for"),
    ],
)
async def test_large_lists_are_packed_where_asked_for(
    api: ApiServer, client: Client, accepted: str, pods: int, encoding: str | None
) -> None:
    for number in range(pods):
        api.put(pod(f"p{number:03}", annotations={"text": "x" * 700}))

    found = await client.get("/api/v1/pods", Accept_Encoding=accepted)

    assert found.headers.get("Content-Encoding") == encoding
    assert len(found.names) == pods


async def test_one_object_is_read_by_its_name(api: ApiServer, client: Client) -> None:
    api.put(pod("p0"))

    found = await client.get("/api/v1/namespaces/api/pods/p0")
    missing = await client.get("/apis/apps/v1/namespaces/api/deployments/x")

    assert (found.json["kind"], found.json["apiVersion"]) == ("Pod", "v1")
    assert (missing.status, missing.json["message"]) == (404, 'deployments.apps "x" not found')


async def test_a_token_of_a_server_that_lost_everything_is_an_error(
    api: ApiServer, client: Client
) -> None:
    for name in "abc":
        api.put(node(name))
    token = (await client.get("/api/v1/nodes?limit=1")).json["metadata"]["continue"]

    await api.restart(keep=False)

    found = await client.get(f"/api/v1/nodes?limit=1&continue={token}")
    assert (found.status, found.json["reason"]) == (500, "InternalError")


async def test_a_list_larger_than_a_chunk_is_whole(api: ApiServer, client: Client) -> None:
    for number in range(30):
        api.put(pod(f"p{number:02}", annotations={"text": "x" * 50_000}))

    found = await client.get("/api/v1/pods")

    assert found.names == [f"p{number:02}" for number in range(30)]

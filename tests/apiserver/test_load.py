"""A made-up cluster has the size that was asked for, and changes as fast."""

import json

import pytest

from tests.apiserver.client import Client
from tests.apiserver.load import Size, fill
from tests.apiserver.server import ApiServer
from tests.apiserver.store import Store


@pytest.mark.parametrize("pod_bytes", [2500, 8192])
async def test_a_cluster_has_its_size(api: ApiServer, client: Client, pod_bytes: int) -> None:
    size = Size(nodes=3, pods=40, workloads=4, applications=2, objects=8, pod_bytes=pod_bytes)
    fill(api.store, size)

    found = {path: (await client.get(path)).json["items"] for path in _paths(api)}

    assert {path.rpartition("/")[2]: len(items) for path, items in found.items() if items} == {
        "nodes": 3,
        "pods": 40,
        "deployments": 4,
        "applications": 2,
        "services": 8,
        "endpointslices": 8,
        "configmaps": 8,
        "ingresses": 2,
        "networkpolicies": 2,
    }
    pods = found["/api/v1/pods"]
    assert len({one["metadata"]["name"] for one in pods}) == 40
    assert {one["spec"]["nodeName"] for one in pods} == {f"node-{i:05}" for i in range(3)}
    assert len(json.dumps(pods[5], separators=(",", ":"))) == pytest.approx(pod_bytes, rel=0.1)


def _paths(api: ApiServer) -> list[str]:
    return [one.resource.path for one in api.store.collections]


def test_changes_are_events_of_as_many_pods_as_before() -> None:
    store = Store()
    load = fill(store, Size(nodes=3, pods=40))
    before = store.number

    events = sum(load.touch() for _ in range(500))

    assert store.number - before == events
    assert len(store.objects("pods")) == 40


async def test_changes_come_at_the_rate_that_was_asked_for() -> None:
    load = fill(Store(), Size(nodes=3, pods=40))

    done = await load.run(2000, seconds=0.1)

    assert 100 <= done <= 220


def test_without_pods_nothing_changes() -> None:
    assert fill(Store(), Size(nodes=1, pods=0)).touch() == 0

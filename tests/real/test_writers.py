"""A real server names the client that wrote a field, and sends no more than metadata for it."""

import msgspec

from exporter.domain.nodes import ObservedNodes
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.state import State
from exporter.domain.workloads import ObservedWorkloads
from exporter.domain.writers import ObservedWriters
from exporter.observed.kubernetes.api import METADATA_LIST
from tests.real.clusters import Real
from tests.real.following import Following, sound, when
from tests.real.objects import workload

AUTH = ObjectKey("apps", "Deployment", "api", "auth")
PATH = "/apis/apps/v1/namespaces/api/deployments"
POINTERS = frozenset(
    {"/spec/replicas", "/spec/template/spec/hostPID", "/spec/template/spec/containers/miner"}
)
CHANGE = {
    "spec": {
        "replicas": 9,
        "template": {
            "spec": {"hostPID": True, "containers": [{"name": "miner", "image": "example/miner:1"}]}
        },
    }
}


def who(state: State, pointer: str) -> str:
    known = state.facts.find(ObservedWriters)
    writer_of = known.by_object.get(AUTH) if known else None
    writer = writer_of(pointer) if writer_of else None
    return writer.manager if writer else ""


async def test_whoever_changed_a_workload_is_named(real: Real, following: Following) -> None:
    await real.create(workload("Deployment", "auth"))
    await real.requests.do(
        "PATCH",
        f"{PATH}/auth?fieldManager=kubectl-edit",
        body=CHANGE,
        headers={"Content-Type": "application/strategic-merge-patch+json"},
    )

    async with following(real, needed=frozenset({ObservedNodes, ObservedWorkloads})) as live:
        await when(live, sound)
        live.attribute({AUTH: POINTERS})
        state = await when(live, lambda one: who(one, "/spec/replicas"))

    assert {who(state, pointer) for pointer in POINTERS} == {"kubectl-edit"}


async def test_of_the_one_object_no_more_than_metadata_comes(real: Real) -> None:
    await real.create(workload("Deployment", "auth"))

    body = await real.requests.do(
        "GET", f"{PATH}?fieldSelector=metadata.name%3Dauth", headers={"Accept": METADATA_LIST}
    )

    (item,) = msgspec.json.decode(body)["items"]
    assert item.keys() <= {"kind", "apiVersion", "metadata"}
    assert item["metadata"]["managedFields"]

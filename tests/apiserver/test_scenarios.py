"""Each scenario changes what it says, and leaves the rest of the reference cluster alone."""

from pathlib import Path

import pytest

from tests.apiserver.scenarios import SCENARIOS, run
from tests.apiserver.scheduling import suitable
from tests.apiserver.server import ApiServer
from tests.apiserver.store import Object

SNAPSHOT = Path(__file__).parents[2] / "examples" / "reference-cluster" / "snapshot"
KINDS = ("nodes", "pods", "deployments", "statefulsets", "daemonsets", "applications", "services")
Contents = dict[tuple[str, str, str], Object]


async def at_once(_seconds: float) -> None:
    """Do not wait."""


def contents(api: ApiServer) -> Contents:
    found = {}
    for kind in KINDS:
        for one in api.objects(kind):
            metadata = one["metadata"]
            found[kind, metadata.get("namespace", ""), metadata["name"]] = one
            del metadata["resourceVersion"]
    return found


async def play(name: str) -> tuple[Contents, Contents]:
    async with ApiServer() as api:
        api.load_snapshot(SNAPSHOT)
        before = contents(api)
        summary = await run(name, api, at_once)
        assert summary
        return before, contents(api)


CHANGED = {
    "node-loss": {"nodes", "pods"},
    "node-added": {"nodes"},
    "taint-removed": {"nodes"},
    "label-changed": {"nodes"},
    "image-fixed": {"pods", "deployments", "applications"},
    "application-deleted": {"applications"},
    "out-of-sync": {"applications"},
    "not-delivered": {"applications"},
    "argocd-halted": {"applications"},
    "rollout": {"pods", "deployments"},
    "drain": {"nodes", "pods"},
    "pod-on-wrong-node": {"pods"},
    "api-server-gone": set[str](),
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_scenario_changes_what_it_is_about(name: str) -> None:
    before, after = await play(name)

    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {kind for kind, _, _ in changed} == CHANGED[name]


@pytest.mark.parametrize("name", [name for name in SCENARIOS if CHANGED[name]])
async def test_a_cluster_without_what_it_takes_is_told(name: str) -> None:
    async with ApiServer() as api:
        with pytest.raises(LookupError, match="the cluster has no "):
            await run(name, api, at_once)


async def test_a_lost_node_takes_its_pods_along() -> None:
    before, after = await play("node-loss")

    (gone,) = {key for key in before if key[0] == "nodes"} - after.keys()
    on_it = [k for k, one in before.items() if one["spec"].get("nodeName") == gone[2]]
    assert on_it
    assert not [key for key in on_it if key in after]


async def test_fixed_images_make_deployments_ready_and_applications_healthy() -> None:
    before, after = await play("image-fixed")

    def unready(found: Contents) -> int:
        return sum(
            one["status"].get("readyReplicas", 0) < one["spec"]["replicas"]
            for key, one in found.items()
            if key[0] == "deployments"
        )

    health = {
        one["status"]["health"]["status"] for key, one in after.items() if key[0] == "applications"
    }
    assert (unready(before), unready(after)) == (7, 0)
    assert health == {"Healthy"}


@pytest.mark.parametrize("name", ["rollout", "drain", "pod-on-wrong-node"])
async def test_pods_are_replaced_one_for_one(name: str) -> None:
    before, after = await play(name)

    pods = [sum(key[0] == "pods" for key in found) for found in (before, after)]
    assert pods[0] == pods[1]
    assert before.keys() != after.keys()


async def test_a_scenario_that_does_not_exist_is_told() -> None:
    async with ApiServer() as api:
        with pytest.raises(LookupError, match="there is no scenario 'x'; there are node-loss, "):
            await run("x", api)


async def test_a_folder_without_lists_is_told(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="there are no lists"):
        ApiServer().load_snapshot(tmp_path)


async def test_the_workloads_of_a_lost_node_lack_its_pods_and_argo_cd_sees_it() -> None:
    async with ApiServer() as api:
        api.load_snapshot(SNAPSHOT)
        await run("image-fixed", api, at_once)

        await run("node-loss", api, at_once)

        lacking = [
            one["metadata"]["name"]
            for one in api.objects("deployments")
            if one["status"].get("readyReplicas", 0) < one["spec"]["replicas"]
        ]
        waiting = [
            one["metadata"]["name"]
            for one in api.objects("applications")
            if one["status"]["health"]["status"] == "Progressing"
        ]
    assert lacking == ["auth-api"]
    assert waiting == ["ecoeco-api-auth"]


async def test_the_taint_that_is_removed_is_one_that_code_declares() -> None:
    before, after = await play("taint-removed")

    (key,) = {key for key in before if before[key] != after[key]}
    (removed,) = [
        taint
        for taint in before[key]["spec"]["taints"]
        if taint not in after[key]["spec"]["taints"]
    ]
    playbook = SNAPSHOT.parent / "repository" / "ansible" / "playbooks" / "label-nodes.yml"
    assert f"{removed['key']}={removed['value']}:{removed['effect']}" in playbook.read_text()


async def test_a_drain_moves_pods_only_to_where_they_may_run() -> None:
    before, after = await play("drain")

    nodes = [one for (kind, *_), one in after.items() if kind == "nodes"]
    moved = [after[key] for key in after.keys() - before.keys()]
    assert moved
    for pod in moved:
        assert pod["spec"]["nodeName"] in {*suitable(pod, nodes)}


async def test_pods_of_a_drain_wait_where_no_other_node_is_theirs() -> None:
    async with ApiServer() as api:
        api.load_snapshot(SNAPSHOT)
        for node in api.objects("nodes"):
            if node["metadata"]["name"] not in {"k8s-api-auth", "k8s-api-chat"}:
                api.delete("nodes", node["metadata"]["name"])

        summary = await run("drain", api, at_once)

        waiting = [
            one["metadata"]["namespace"]
            for one in api.objects("pods")
            if not one["spec"].get("nodeName")
        ]
    assert summary.startswith("node k8s-api-auth was drained of ")
    assert set(waiting) == {"api"}


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        pytest.param({}, ["plain"], id="no toleration"),
        pytest.param({"tolerations": [{"operator": "Exists"}]}, ["plain", "gpu"], id="any taint"),
        pytest.param(
            {"tolerations": [{"key": "gpu", "value": "a", "effect": "NoSchedule"}]},
            ["plain", "gpu"],
            id="the taint",
        ),
        pytest.param({"nodeSelector": {"zone": "b"}}, [], id="a selector of a cordoned node"),
        pytest.param(
            {"nodeSelector": {"zone": "a"}, "tolerations": [{"operator": "Exists"}]},
            ["gpu"],
            id="a selector",
        ),
        pytest.param(
            {
                "tolerations": [{"operator": "Exists"}],
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [
                                {"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}
                            ]
                        }
                    }
                },
            },
            ["plain"],
            id="an affinity",
        ),
    ],
)
def test_a_pod_may_run_where_labels_and_taints_let_it(spec: Object, found: list[str]) -> None:
    nodes: list[Object] = [
        {"metadata": {"name": "plain"}, "spec": {}},
        {
            "metadata": {"name": "gpu", "labels": {"zone": "a"}},
            "spec": {"taints": [{"key": "gpu", "value": "a", "effect": "NoSchedule"}]},
        },
        {"metadata": {"name": "off", "labels": {"zone": "b"}}, "spec": {"unschedulable": True}},
    ]

    assert [*suitable({"spec": spec}, nodes)] == found

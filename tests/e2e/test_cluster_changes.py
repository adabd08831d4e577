"""Each change of the cluster turns the check that is about it, and no other."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta

import pytest

from exporter.domain.finding import Cause, Subject, Verdict
from exporter.domain.state import State
from tests.e2e.reference import NOW, Json, Outcome, Reference

Change = Callable[[Reference], object]


async def difference(
    reference: Reference, declared: State, change: Change
) -> tuple[Outcome, Outcome]:
    before = await reference.evaluate(declared=declared)
    change(reference)
    return before, await reference.evaluate(declared=declared)


def container(workload: Json) -> Json:
    first: Json = workload["spec"]["template"]["spec"]["containers"][0]
    return first


def pods_of(reference: Reference, app: str) -> Callable[[Callable[[Json], object]], None]:
    def each(change: Callable[[Json], object]) -> None:
        def matching(items: list[Json]) -> None:
            for item in items:
                if item["metadata"]["name"].startswith(app):
                    change(item)

        reference.change("pods", matching)

    return each


def node_added(reference: Reference) -> None:
    def add(items: list[Json]) -> None:
        extra = deepcopy(items[0])
        extra["metadata"]["name"] = "k8s-by-hand"
        extra["metadata"]["uid"] = "0"
        extra["spec"].pop("taints", None)
        items.append(extra)

    reference.change("nodes", add)


def node_not_ready(node: Json) -> None:
    for condition in node["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition["status"] = "False"


def foreign_pod(reference: Reference) -> None:
    pod: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "intruder", "namespace": "default", "uid": "1"},
        "spec": {"nodeName": "k8s-api-auth", "containers": [{"name": "app", "image": "x"}]},
        "status": {"phase": "Running"},
    }
    reference.change("pods", lambda items: items.append(pod))


@pytest.mark.parametrize(
    ("change", "turned"),
    [
        pytest.param(
            lambda r: r.change_one("nodes", "k8s-redis", node_not_ready),
            {("node_ready", "k8s-redis")},
            id="node not ready",
        ),
        pytest.param(
            node_added,
            {
                ("node_unexpected", "k8s-by-hand"),
                ("component_ready", "calico"),  # which has no pod on it
                ("component_ready", "kube-proxy"),
            },
            id="node added",
        ),
        pytest.param(
            lambda r: r.change_one(
                "nodes", "k8s-api-my", lambda n: n["metadata"]["labels"].update(workload="web")
            ),
            {("node_labels", "k8s-api-my")},
            id="label changed",
        ),
        pytest.param(
            lambda r: r.change_one(
                "nodes", "k8s-api-my", lambda n: n["metadata"]["labels"].pop("phase")
            ),
            {("node_labels", "k8s-api-my")},
            id="label removed",
        ),
        pytest.param(
            lambda r: r.change_one("nodes", "k8s-redis", lambda n: n["spec"].pop("taints")),
            {("node_taints", "k8s-redis")},
            id="taint removed",
        ),
        pytest.param(
            lambda r: r.change_one(
                "nodes",
                "k8s-worker-ai",
                lambda n: n["spec"].update(
                    taints=[{"key": "gpu", "value": "yes", "effect": "PreferNoSchedule"}]
                ),
            ),
            {("node_taints", "k8s-worker-ai")},
            id="taint added",
        ),
        pytest.param(
            lambda r: r.change_one(
                "nodes",
                "k8s-redis",
                lambda n: n["status"]["nodeInfo"].update(kubeletVersion="v1.27.9"),
            ),
            {("node_version", "k8s-redis")},
            id="another version",
        ),
        pytest.param(
            lambda r: r.change_one(
                "deployments",
                "my-api",
                lambda d: d["spec"]["template"]["spec"].pop("tolerations"),
            ),
            {("workload_spec", "my-api"), ("workload_tolerations", "my-api")},
            id="toleration dropped",
        ),
        pytest.param(
            lambda r: r.change_one(
                "deployments", "my-api", lambda d: container(d).update(image="elsewhere/my:1")
            ),
            {("workload_spec", "my-api")},
            id="image changed",
        ),
        pytest.param(
            lambda r: r.change_one("deployments", "my-api", lambda d: d["spec"].update(replicas=5)),
            {("workload_replicas", "my-api")},
            id="replica count changed",
        ),
        pytest.param(foreign_pod, {("node_dedication", "k8s-api-auth")}, id="foreign pod"),
        pytest.param(
            lambda r: r.change_one(
                "applications",
                "ecoeco-api-my",
                lambda a: a["status"]["sync"].update(status="OutOfSync"),
            ),
            {("application_synced", "ecoeco-api-my")},
            id="OutOfSync",
        ),
        pytest.param(
            lambda r: r.change_one(
                "applications",
                "ecoeco-api-my",
                lambda a: a["status"]["sync"].update(revision="0" * 40),
            ),
            {("application_revision", "ecoeco-api-my")},
            id="another revision",
        ),
        pytest.param(
            lambda r: r.change_one(
                "applications",
                "ecoeco-api-my",
                lambda a: a["spec"]["source"].update(path="k8s/overlays/auth"),
            ),
            {("application_source_path", "ecoeco-api-my")},
            id="another path",
        ),
        pytest.param(
            lambda r: r.change_one(
                "applications", "ecoeco-api-my", lambda a: a["spec"]["syncPolicy"].pop("automated")
            ),
            {("application_automated", "ecoeco-api-my")},
            id="automation off",
        ),
    ],
)
async def test_a_change_turns_its_own_check(
    reference: Reference, declared: State, change: Change, turned: set[tuple[str, str]]
) -> None:
    before, after = await difference(reference, declared, change)

    assert after.failing - before.failing == turned
    assert before.failing <= after.failing
    assert after.causes - before.causes <= {check for check, _ in turned}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda r: r.change_one(
                "nodes",
                "k8s-api-my",
                lambda n: n["metadata"]["labels"].update({"team.example/cost": "7"}),
            ),
            id="an undeclared label",
        ),
        pytest.param(
            lambda r: r.change_one(
                "nodes",
                "k8s-worker-ai",
                lambda n: n["spec"].update(
                    taints=[{"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"}]
                ),
            ),
            id="a taint that kubelet sets",
        ),
        pytest.param(
            lambda r: r.change_one(
                "deployments",
                "my-api",
                lambda d: d["spec"]["template"]["metadata"].update(
                    annotations={"kubectl.kubernetes.io/restartedAt": "2025-11-12T00:00:00Z"}
                ),
            ),
            id="a restart",
        ),
        pytest.param(
            lambda r: r.change_one(
                "deployments",
                "my-api",
                lambda d: container(d)["resources"]["limits"].update(cpu="0.5"),
            ),
            id="the same quantity in other words",
        ),
        pytest.param(lambda r: r.change("pods", lambda items: items.reverse()), id="another order"),
    ],
)
async def test_what_is_no_drift_turns_nothing(
    reference: Reference, declared: State, change: Change
) -> None:
    before, after = await difference(reference, declared, change)

    assert after.evaluation.findings == before.evaluation.findings


async def test_a_lost_node_fails_once_and_explains_the_rest(
    reference: Reference, declared: State
) -> None:
    before, after = await difference(
        reference, declared, lambda r: r.remove("nodes", "k8s-worker-ai")
    )

    assert after.failing - before.failing == {("node_present", "k8s-worker-ai")}
    assert after.causes - before.causes == {"node_present"}


async def test_a_lost_node_takes_the_blame_for_its_workload(
    reference: Reference, declared: State
) -> None:
    before, after = await difference(reference, declared, lambda r: r.remove("nodes", "k8s-api-my"))

    assert after.failing - before.failing == {("node_present", "k8s-api-my")}
    lost = Subject("Node", "", "k8s-api-my")
    assert after.finding("workload_tolerations", "my-api").cause == Cause("node_present", lost)


async def test_a_deleted_application_fails_once(reference: Reference, declared: State) -> None:
    before, after = await difference(
        reference, declared, lambda r: r.remove("applications", "ecoeco-api-my")
    )

    assert after.failing - before.failing == {("application_present", "ecoeco-api-my")}
    synced = after.finding("application_synced", "ecoeco-api-my")
    assert synced.cause == Cause("application_present", synced.subject)


async def test_a_deleted_workload_fails_once(reference: Reference, declared: State) -> None:
    before, after = await difference(
        reference, declared, lambda r: r.remove("deployments", "my-api")
    )

    assert after.failing - before.failing == {("workload_present", "my-api")}


@pytest.mark.parametrize("health", ["Degraded", "Missing"])
async def test_an_ailing_application_fails_once_its_waiver_has_expired(
    reference: Reference, declared: State, health: str
) -> None:
    reference.edit("conformance.yaml", "2030-01-01T00:00:00+09:00", "2025-11-01T00:00:00+09:00")
    reference.change_one(
        "applications", "ecoeco-api-my", lambda a: a["status"]["health"].update(status=health)
    )

    outcome = await reference.evaluate(declared=declared)

    assert outcome.verdict("application_healthy", "ecoeco-api-my") is Verdict.FAIL
    assert outcome.verdict("workload_images", "my-api") is Verdict.FAIL


async def test_a_healthy_application_needs_no_waiver(reference: Reference, declared: State) -> None:
    reference.change_one(
        "applications", "ecoeco-api-my", lambda a: a["status"]["health"].update(status="Healthy")
    )

    outcome = await reference.evaluate(declared=declared)

    assert outcome.verdict("application_healthy", "ecoeco-api-my") is Verdict.PASS


async def test_a_pod_on_the_wrong_node_is_misplaced_and_foreign_there_for_that_reason(
    reference: Reference, declared: State
) -> None:
    def move(pod: Json) -> None:
        pod["spec"]["nodeName"] = "k8s-api-chat"

    before, after = await difference(reference, declared, lambda r: pods_of(r, "my-api")(move))

    assert after.failing - before.failing == {("workload_placement", "my-api")}
    assert after.verdict("node_dedication", "k8s-api-chat") is Verdict.UNKNOWN
    cause = after.finding("node_dedication", "k8s-api-chat").cause
    assert cause is not None
    assert (cause.id, cause.subject and cause.subject.name) == ("workload_placement", "my-api")


def rolling(*, minutes: int, observed: int = 2) -> Callable[[Json], None]:
    """Return a rollout of generation 2 that got on so many minutes ago, as far as it is seen."""

    def roll(workload: Json) -> None:
        workload["status"].update(updatedReplicas=1, observedGeneration=observed)
        workload["metadata"]["generation"] = 2
        for condition in workload["status"]["conditions"]:
            if condition["type"] == "Progressing":
                moved = (NOW - timedelta(minutes=minutes)).isoformat()
                update = {"reason": "ReplicaSetUpdated", "lastUpdateTime": moved}
                condition.update(status="True", **update)

    return roll


@pytest.mark.parametrize(
    ("roll", "verdict"),
    [
        pytest.param(rolling(minutes=9), Verdict.SUPPRESSED, id="within its deadline"),
        pytest.param(rolling(minutes=10), Verdict.FAIL, id="at its deadline"),
        pytest.param(rolling(minutes=9, observed=1), Verdict.UNKNOWN, id="not seen by anybody"),
    ],
)
async def test_a_rollout_is_no_alarm_until_its_own_deadline(
    reference: Reference, declared: State, roll: Callable[[Json], None], verdict: Verdict
) -> None:
    reference.edit("conformance.yaml", "2030-01-01T00:00:00+09:00", "2025-11-01T00:00:00+09:00")
    reference.change_one("deployments", "my-api", roll)

    outcome = await reference.evaluate(declared=declared)

    assert outcome.verdict("workload_ready", "my-api") is verdict


@pytest.mark.parametrize(
    ("lost", "checks"),
    [
        pytest.param("nodes", {"node_present", "node_ready", "node_labels"}, id="nodes"),
        pytest.param("applications", {"application_present", "application_synced"}, id="apps"),
        pytest.param("pods", {"workload_images", "workload_placement"}, id="pods"),
        pytest.param("deployments", {"workload_present", "workload_spec"}, id="deployments"),
    ],
)
@pytest.mark.parametrize("how", ["absent", "malformed"])
async def test_what_cannot_be_seen_is_unknown_and_never_a_pass(
    reference: Reference, declared: State, lost: str, checks: set[str], how: str
) -> None:
    file = reference.root / "snapshot" / f"{lost}.json"
    if how == "absent":
        file.unlink()
    else:
        file.write_text(file.read_text()[: file.stat().st_size // 2])
    before = await Reference.copy(reference.root.parent / "whole").evaluate(declared=declared)

    after = await reference.evaluate(declared=declared)

    for check in checks:
        counts = after.evaluation.scores[check].counts
        assert counts[Verdict.PASS] == counts[Verdict.FAIL] == 0
        assert counts[Verdict.UNKNOWN] > 0
        assert after.coverage(check) < before.coverage(check)

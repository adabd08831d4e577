from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.kinds.daemon_set import observed_daemon_set
from exporter.observed.kinds.deployment import observed_deployment
from exporter.observed.kinds.stateful_set import observed_stateful_set
from exporter.observed.workloads import WorkloadRecord

OBSERVE = {
    "Deployment": observed_deployment,
    "StatefulSet": observed_stateful_set,
    "DaemonSet": observed_daemon_set,
}


def workload(kind: str = "Deployment", **content: Any) -> ObservedWorkload:
    metadata = {"name": "auth-api", "namespace": "api", **content.pop("metadata", {})}
    raw = msgspec.json.encode({"spec": {"replicas": 1}, "metadata": metadata, **content})
    record = msgspec.json.decode(raw, type=WorkloadRecord)
    return OBSERVE[kind](record, WorkloadKey("api", kind, "auth-api"))


def test_the_manifest_is_what_can_be_declared_and_nothing_else() -> None:
    seen = workload(
        metadata={
            "labels": {"app": "auth"},
            "annotations": {
                "note": "kept",
                "kubectl.kubernetes.io/last-applied-configuration": "{}",
            },
            "managedFields": [{"manager": "kubectl"}],
            "uid": "1",
        },
        spec={"replicas": 2, "template": {"spec": {"nodeSelector": {"domain": "auth"}}}},
    )

    assert seen.manifest == {
        "metadata": {"labels": {"app": "auth"}, "annotations": {"note": "kept"}},
        "spec": {"replicas": 2, "template": {"spec": {"nodeSelector": {"domain": "auth"}}}},
    }


def test_a_deployment_counts_its_replicas() -> None:
    seen = workload(
        metadata={"generation": 4},
        spec={"replicas": 3},
        status={
            "observedGeneration": 3,
            "replicas": 4,
            "readyReplicas": 2,
            "updatedReplicas": 1,
            "availableReplicas": 2,
        },
    )

    assert (seen.replicas, seen.total, seen.ready, seen.updated, seen.available) == (3, 4, 2, 1, 2)
    assert (seen.generation, seen.observed_generation) == (4, 3)
    assert not seen.is_observed


def test_replicas_that_nobody_stated_are_one() -> None:
    assert workload(spec={"paused": False}).replicas == 1


@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet"])
@pytest.mark.parametrize("spec", [None, {}])
def test_a_workload_without_a_spec_is_an_error(kind: str, spec: object) -> None:
    with pytest.raises(ParseError, match="has no spec"):
        workload(kind, spec=spec)


@pytest.mark.parametrize("status", ["Maybe", None])
def test_a_deployment_of_which_nobody_can_tell_whether_it_gave_up_is_an_error(
    status: str | None,
) -> None:
    odd = {"type": "Progressing", "status": status}

    with pytest.raises(ParseError, match="the condition Progressing is"):
        workload(spec={"replicas": 2}, status={"conditions": [odd]})


def test_other_conditions_of_a_deployment_may_be_anything() -> None:
    odd = {"type": "Available", "status": "Maybe"}

    assert not workload(status={"conditions": [odd]}).rollout_failed


@pytest.mark.parametrize("replicas", ["3", True, 2.5])
def test_replicas_that_are_no_number_are_an_error(replicas: object) -> None:
    with pytest.raises(ParseError, match=r"spec\.replicas is .*, no whole number"):
        workload(spec={"replicas": replicas})


def test_a_spec_that_is_no_object_is_an_error() -> None:
    with pytest.raises(ParseError, match="spec: Expected `object"):
        workload(spec=[])


def progressing(**content: str) -> dict[str, Any]:
    return {"conditions": [{"type": "Progressing", "status": "True", **content}]}


def test_a_deployment_that_gave_up_has_failed() -> None:
    stuck = progressing(status="False", reason="ProgressDeadlineExceeded")

    assert workload(status=stuck).rollout_failed
    assert not workload(status=progressing()).rollout_failed


@pytest.mark.parametrize(
    ("condition", "since"),
    [
        pytest.param(
            {
                "lastUpdateTime": "2025-11-12T05:30:00Z",
                "lastTransitionTime": "2020-01-01T00:00:00Z",
            },
            datetime(2025, 11, 12, 5, 30, tzinfo=UTC),
            id="last step",
        ),
        pytest.param(
            {"lastTransitionTime": "2025-11-12T05:30:00Z"},
            datetime(2025, 11, 12, 5, 30, tzinfo=UTC),
            id="last change of status",
        ),
        pytest.param(
            {
                "lastUpdateTime": "2020-01-01T00:00:00Z",
                "lastTransitionTime": "2025-11-12T05:30:00Z",
            },
            datetime(2025, 11, 12, 5, 30, tzinfo=UTC),
            id="the later of both",
        ),
        pytest.param({"lastUpdateTime": "yesterday"}, None, id="no instant"),
        pytest.param({}, None, id="not said"),
    ],
)
def test_a_rollout_is_dated_by_its_last_step(
    condition: dict[str, str], since: datetime | None
) -> None:
    seen = workload(status=progressing(reason="ReplicaSetUpdated", **condition))

    assert (seen.rolled_out_since, seen.rollout_complete) == (since, False)


def test_the_last_step_of_a_rollout_that_is_done_dates_nothing_that_came_after() -> None:
    told = {"reason": "NewReplicaSetAvailable", "lastUpdateTime": "2025-11-12T05:30:00Z"}
    ahead = {"observedGeneration": 1, **progressing(**{**told, "reason": "ReplicaSetUpdated"})}

    done = workload(status=progressing(**told))
    unseen = workload(metadata={"generation": 2}, status=ahead)

    assert done.rollout_complete
    assert (done.rolled_out_since, unseen.rolled_out_since) == (None, None)


@pytest.mark.parametrize(
    ("seconds", "deadline"),
    [
        pytest.param(600, timedelta(minutes=10), id="a number"),
        pytest.param(2147483647, None, id="the number that stands for none"),
        pytest.param(0, None, id="nothing"),
        pytest.param(-1, None, id="less than nothing"),
        pytest.param("600", None, id="text"),
        pytest.param(True, None, id="truth"),
        pytest.param(None, None, id="not said"),
    ],
)
def test_the_progress_deadline_is_the_objects_own(
    seconds: object, deadline: timedelta | None
) -> None:
    seen = workload(spec={"progressDeadlineSeconds": seconds})

    assert seen.progress_deadline == deadline


@pytest.mark.parametrize(
    ("kind", "content", "revision"),
    [
        pytest.param(
            "Deployment",
            {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "7"}}},
            "7",
            id="Deployment",
        ),
        pytest.param(
            "StatefulSet", {"status": {"updateRevision": "db-5f"}}, "db-5f", id="StatefulSet"
        ),
        pytest.param("DaemonSet", {}, "", id="DaemonSet"),
    ],
)
def test_the_revision_names_the_template(kind: str, content: dict[str, Any], revision: str) -> None:
    assert workload(kind, **content).revision == revision


def test_a_workload_tells_when_it_was_made() -> None:
    made = workload(metadata={"creationTimestamp": "2025-11-12T05:30:00Z"}).created

    assert made == datetime(2025, 11, 12, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "updated"),
    [
        pytest.param({"currentRevision": "a", "updateRevision": "a"}, 3, id="nothing to update"),
        pytest.param({"currentRevision": "a", "updateRevision": "b"}, 0, id="just begun"),
        pytest.param(
            {"currentRevision": "a", "updateRevision": "b", "updatedReplicas": 1}, 1, id="under way"
        ),
        pytest.param(
            {"currentRevision": "a", "updateRevision": "a", "updatedReplicas": 2},
            2,
            id="taken back",
        ),
    ],
)
def test_a_statefulset_counts_updated_pods_during_an_update_only(
    status: dict[str, Any], updated: int
) -> None:
    seen = workload("StatefulSet", spec={"replicas": 3}, status={"replicas": 3, **status})

    assert seen.updated == updated


def test_a_daemonset_has_as_many_replicas_as_there_are_nodes_for_it() -> None:
    seen = workload(
        "DaemonSet",
        spec={"template": {}},
        status={
            "desiredNumberScheduled": 14,
            "currentNumberScheduled": 13,
            "numberReady": 12,
            "numberAvailable": 11,
            "updatedNumberScheduled": 10,
        },
    )

    counts = (seen.replicas, seen.total, seen.ready, seen.available, seen.updated)
    assert counts == (14, 13, 12, 11, 10)


def test_the_owner_is_the_controller() -> None:
    owners = [
        {"kind": "Thing", "name": "a"},
        {"kind": "Prometheus", "name": "b", "controller": True},
    ]

    assert workload(metadata={"ownerReferences": owners}).owner == "Prometheus"
    assert workload(metadata={"ownerReferences": owners[:1]}).owner == ""


@pytest.mark.parametrize(
    ("metadata", "application"),
    [
        pytest.param(
            {
                "annotations": {
                    "argocd.argoproj.io/tracking-id": "auth:apps/Deployment:api/auth-api"
                },
                "labels": {"app.kubernetes.io/instance": "other"},
            },
            "auth",
            id="annotation before label",
        ),
        pytest.param(
            {"annotations": {"argocd.argoproj.io/tracking-id": "team_auth:apps/Deployment:a/b"}},
            "auth",
            id="Application of another namespace",
        ),
        pytest.param(
            {
                "labels": {
                    "argocd.argoproj.io/instance": "auth",
                    "app.kubernetes.io/instance": "other",
                }
            },
            "auth",
            id="Argo CD's own label first",
        ),
        pytest.param({"labels": {"app.kubernetes.io/instance": "auth"}}, "auth", id="label"),
        pytest.param({"labels": {"app": "auth"}}, "", id="not tracked"),
    ],
)
def test_a_workload_says_which_application_tracks_it(
    metadata: dict[str, Any], application: str
) -> None:
    assert workload(metadata=metadata).tracked_by == application

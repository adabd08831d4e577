from typing import Any

import msgspec
import pytest

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.records import WorkloadRecord
from exporter.observed.workloads import observed_workload


def workload(kind: str = "Deployment", **content: Any) -> ObservedWorkload:
    metadata = {"name": "auth-api", "namespace": "api", **content.pop("metadata", {})}
    raw = msgspec.json.encode({"metadata": metadata, **content})
    record = msgspec.json.decode(raw, type=WorkloadRecord)
    return observed_workload(record, WorkloadKey("api", kind, "auth-api"))


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
    assert seen.rolling_out


def test_replicas_that_nobody_stated_are_one() -> None:
    assert workload(spec={}).replicas == 1
    assert workload(spec=None).replicas == 1


@pytest.mark.parametrize("replicas", ["3", True, 2.5])
def test_replicas_that_are_no_number_are_an_error(replicas: object) -> None:
    with pytest.raises(ParseError, match=r"spec\.replicas is .*, no whole number"):
        workload(spec={"replicas": replicas})


def test_a_spec_that_is_no_object_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        workload(spec=[])


def test_a_deployment_that_gave_up_is_not_rolling_out() -> None:
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}

    seen = workload(spec={"replicas": 2}, status={"conditions": [stuck]})

    assert seen.rollout_failed
    assert not seen.rolling_out


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
        spec={},
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

"""What a Deployment says; source: Kubernetes API reference (apps/v1)."""

from datetime import datetime, timedelta

from exporter.domain.declaration import WorkloadKey
from exporter.domain.instants import known_instant
from exporter.domain.json import JsonObject, dig
from exporter.domain.nodes import ConditionStatus
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.records import Condition
from exporter.observed.workloads import WorkloadRecord, WorkloadStatus, replicated, workload_kind

REVISION = "deployment.kubernetes.io/revision"
COMPLETE = "NewReplicaSetAvailable"
"""The reason of a Deployment's condition Progressing once its rollout is done."""
NO_DEADLINE = (1 << 31) - 1
"""The ``progressDeadlineSeconds`` that stands for none."""


def observed_deployment(record: WorkloadRecord, key: WorkloadKey) -> ObservedWorkload:
    """Return the Deployment that *record* shows.

    Raises :exc:`ParseError` where there is no spec or it is no object, where ``spec.replicas`` is
    no number, or the condition Progressing none that Kubernetes knows.
    """
    build, status = replicated(record, key), record.status or WorkloadStatus()
    progressing = _progressing(status)
    return build(
        updated=status.updated_replicas or 0,
        revision=(record.metadata.annotations or {}).get(REVISION, ""),
        rollout_failed=bool(progressing and progressing.known_status is ConditionStatus.FALSE),
        rollout_complete=bool(progressing and progressing.reason == COMPLETE),
        progressed=_moved(progressing),
        progress_deadline=_deadline(build.keywords["manifest"]),
    )


def _progressing(status: WorkloadStatus) -> Condition | None:
    return next(
        (condition for condition in status.conditions or () if condition.type == "Progressing"),
        None,
    )


def _moved(progressing: Condition | None) -> datetime | None:
    """Return when a Deployment last got on: the controller writes it down at each step."""
    if progressing is None:
        return None
    instants = (progressing.last_update_time, progressing.last_transition_time)
    return max(filter(None, map(known_instant, instants)), default=None)


def _deadline(manifest: JsonObject) -> timedelta | None:
    """Return ``spec.progressDeadlineSeconds``, which the API server fills in with 600."""
    seconds = dig(manifest, "spec", "progressDeadlineSeconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    return timedelta(seconds=seconds) if 0 < seconds < NO_DEADLINE else None


KIND = workload_kind(
    "Deployment",
    plural="deployments",
    short_name="deploy",
    former_groups=("extensions",),
    observe=observed_deployment,
)

"""What a Deployment, StatefulSet or DaemonSet object says."""

from datetime import datetime, timedelta
from functools import partial

import msgspec

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.instants import known_instant
from exporter.domain.json import JsonObject, dig, shared
from exporter.domain.nodes import ConditionStatus
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.kinds import Kind
from exporter.observed.lenient import BROKEN, message_of
from exporter.observed.records import (
    Condition,
    WorkloadMetadata,
    WorkloadRecord,
    WorkloadStatus,
)

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
TRACKING_ID = "argocd.argoproj.io/tracking-id"
INSTANCE_LABELS = ("argocd.argoproj.io/instance", "app.kubernetes.io/instance")
REVISION = "deployment.kubernetes.io/revision"
COMPLETE = "NewReplicaSetAvailable"
"""The reason of a Deployment's condition Progressing once its rollout is done."""
NO_DEADLINE = (1 << 31) - 1
"""The ``progressDeadlineSeconds`` that stands for none."""

_SPEC = msgspec.json.Decoder(dict[str, object] | None)


def observed_workload(record: WorkloadRecord, key: WorkloadKey) -> ObservedWorkload:
    """Return the workload that *record* shows, named by *key*.

    Raises :exc:`ParseError` where there is no spec or it is no object, where ``spec.replicas`` is
    no number, or the condition Progressing none that Kubernetes knows.
    """
    metadata = record.metadata
    status = record.status or WorkloadStatus()
    manifest = _manifest(record)
    build = partial(
        ObservedWorkload,
        key=key,
        manifest=manifest,
        generation=metadata.generation or 0,
        observed_generation=status.observed_generation or 0,
        owner=metadata.controller.kind if metadata.controller else "",
        tracked_by=tracked_by(metadata),
        created=known_instant(metadata.creation_timestamp),
    )
    if key.kind == Kind.DAEMON_SET:
        return build(
            replicas=status.desired_number_scheduled or 0,
            ready=status.number_ready or 0,
            updated=status.updated_number_scheduled or 0,
            available=status.number_available or 0,
            total=status.current_number_scheduled or 0,
        )
    build = partial(
        build,
        replicas=_replicas(manifest),
        ready=status.ready_replicas or 0,
        available=status.available_replicas or 0,
        total=status.replicas or 0,
    )
    if key.kind == Kind.STATEFUL_SET:
        return build(
            updated=_updated(status),
            revision=status.update_revision or "",
            rollout_complete=status.current_revision == status.update_revision,
        )
    progressing = _progressing(status)
    return build(
        updated=status.updated_replicas or 0,
        revision=(metadata.annotations or {}).get(REVISION, ""),
        rollout_failed=bool(progressing and progressing.known_status is ConditionStatus.FALSE),
        rollout_complete=bool(progressing and progressing.reason == COMPLETE),
        progressed=_moved(progressing),
        progress_deadline=_deadline(manifest),
    )


def tracked_by(metadata: WorkloadMetadata) -> str:
    """Return the Application that Argo CD's tracking names, or an empty string.

    The annotation reads ``<application>:<group>/<kind>:<namespace>/<name>``; an Application
    outside of Argo CD's own namespace is written ``<namespace>_<name>``, of which the name is
    returned.
    """
    tracking = (metadata.annotations or {}).get(TRACKING_ID, "")
    labels = metadata.labels or {}
    named = tracking.partition(":")[0] or next(filter(None, map(labels.get, INSTANCE_LABELS)), "")
    return named.rpartition("_")[2]


def _manifest(record: WorkloadRecord) -> JsonObject:
    """Return what can be compared with a declaration, without a second copy of it."""
    annotations = dict(record.metadata.annotations or {})
    annotations.pop(LAST_APPLIED, None)
    return {
        "metadata": {
            "labels": shared(record.metadata.labels or {}),
            "annotations": shared(annotations),
        },
        "spec": shared(_spec(record)),
    }


def _spec(record: WorkloadRecord) -> dict[str, object]:
    """Return the spec, which the API server lets nobody leave out."""
    try:
        spec: dict[str, object] | None = _SPEC.decode(record.spec)
    except BROKEN as error:
        raise ParseError(f"spec: {message_of(error)}") from None
    if not spec:
        raise ParseError("it has no spec")
    return spec


def _replicas(manifest: JsonObject) -> int:
    """Return ``spec.replicas``, which the API server fills in with 1."""
    replicas = dig(manifest, "spec", "replicas")
    if replicas is None:
        return 1
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        raise ParseError(f"spec.replicas is {replicas!r}, no whole number")
    return replicas


def _updated(status: WorkloadStatus) -> int:
    """Return how many pods of a StatefulSet are of the newest revision.

    ``updatedReplicas`` is left out where it is 0; where current and newest revision are the same,
    there is no other that a pod could be of.
    """
    if status.updated_replicas is None and status.current_revision == status.update_revision:
        return status.replicas or 0
    return status.updated_replicas or 0


def _progressing(status: WorkloadStatus) -> Condition | None:
    return next((one for one in status.conditions or () if one.type == "Progressing"), None)


def _moved(progressing: Condition | None) -> datetime | None:
    """Return when a Deployment last got on: the controller writes it down at each step."""
    if progressing is None:
        return None
    told = (progressing.last_update_time, progressing.last_transition_time)
    return max(filter(None, map(known_instant, told)), default=None)


def _deadline(manifest: JsonObject) -> timedelta | None:
    """Return ``spec.progressDeadlineSeconds``, which the API server fills in with 600."""
    seconds = dig(manifest, "spec", "progressDeadlineSeconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    return timedelta(seconds=seconds) if 0 < seconds < NO_DEADLINE else None

"""What a Deployment, StatefulSet or DaemonSet object says."""

from functools import partial

import msgspec

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.json import JsonObject, as_object, dig, shared
from exporter.domain.nodes import ConditionStatus
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.kinds import Kind
from exporter.observed.records import LabelledMetadata, WorkloadRecord, WorkloadStatus

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
TRACKING_ID = "argocd.argoproj.io/tracking-id"
INSTANCE_LABELS = ("argocd.argoproj.io/instance", "app.kubernetes.io/instance")

_SPEC = msgspec.json.Decoder(dict[str, object] | None)


def observed_workload(record: WorkloadRecord, key: WorkloadKey) -> ObservedWorkload:
    """Return the workload that *record* shows, named by *key*.

    Raises :exc:`ParseError` where ``spec.replicas`` is no number, :exc:`msgspec.DecodeError`
    where the spec is no object.
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
    )
    if key.kind == Kind.DAEMON_SET:
        return build(
            replicas=status.desired_number_scheduled or 0,
            ready=status.number_ready or 0,
            updated=status.updated_number_scheduled or 0,
            available=status.number_available or 0,
            total=status.current_number_scheduled or 0,
        )
    return build(
        replicas=_replicas(manifest),
        ready=status.ready_replicas or 0,
        updated=_updated(status) if key.kind == Kind.STATEFUL_SET else status.updated_replicas or 0,
        available=status.available_replicas or 0,
        total=status.replicas or 0,
        rollout_failed=_gave_up(status),
    )


def tracked_by(metadata: LabelledMetadata) -> str:
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
        "spec": shared(as_object(_SPEC.decode(record.spec))),
    }


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


def _gave_up(status: WorkloadStatus) -> bool:
    return any(
        one.type == "Progressing" and one.status is ConditionStatus.FALSE
        for one in status.conditions or ()
    )

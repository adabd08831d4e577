"""What a StatefulSet says; source: Kubernetes API reference (apps/v1)."""

from exporter.domain.declaration import WorkloadKey
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.workloads import WorkloadRecord, WorkloadStatus, replicated, workload_kind


def observed_stateful_set(record: WorkloadRecord, key: WorkloadKey) -> ObservedWorkload:
    """Return the StatefulSet that *record* shows.

    Raises :exc:`ParseError` where there is no spec or it is no object, or ``spec.replicas`` is no
    number.
    """
    status = record.status or WorkloadStatus()
    return replicated(record, key)(
        updated=_updated(status),
        revision=status.update_revision or "",
        rollout_complete=status.current_revision == status.update_revision,
    )


def _updated(status: WorkloadStatus) -> int:
    """Return how many pods of a StatefulSet are of the newest revision.

    ``updatedReplicas`` is left out where it is 0; where current and newest revision are the same,
    there is no other that a pod could be of.
    """
    if status.updated_replicas is None and status.current_revision == status.update_revision:
        return status.replicas or 0
    return status.updated_replicas or 0


KIND = workload_kind(
    "StatefulSet", plural="statefulsets", short_name="sts", observe=observed_stateful_set
)

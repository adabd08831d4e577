"""What a DaemonSet says; source: Kubernetes API reference (apps/v1)."""

from exporter.domain.declaration import WorkloadKey
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.workloads import WorkloadRecord, WorkloadStatus, described, workload_kind


def observed_daemon_set(record: WorkloadRecord, key: WorkloadKey) -> ObservedWorkload:
    """Return the DaemonSet that *record* shows.

    Raises :exc:`ParseError` where there is no spec or it is no object.
    """
    status = record.status or WorkloadStatus()
    return described(record, key)(
        replicas=status.desired_number_scheduled or 0,
        ready=status.number_ready or 0,
        updated=status.updated_number_scheduled or 0,
        available=status.number_available or 0,
        total=status.current_number_scheduled or 0,
    )


KIND = workload_kind(
    "DaemonSet",
    plural="daemonsets",
    short_name="ds",
    former_groups=("extensions",),
    observe=observed_daemon_set,
)

"""Every declared workload must be in the cluster."""

from collections.abc import Iterator

from exporter.checks import subjects
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.pending import PENDING
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads

ID = "workload_present"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up every declared workload."""
    declared = facts.get(DeclaredWorkloads)
    observed = facts.get(ObservedWorkloads)
    for workload in declared.in_order:
        yield _judge(workload, present=workload.key in observed)


def _judge(workload: DeclaredWorkload, *, present: bool) -> Finding:
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.PASS if present else Verdict.FAIL,
        detail="" if present else "workload is not in the cluster",
        declared="present",
        observed="present" if present else "absent",
        provenance=(workload.place,),
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.CRITICAL,
    title="Declared workloads are in the cluster",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    weighs=PENDING,
    delivered=True,
    subjects=subjects.declared_workloads,
    judge=judge,
    aspect="present",
    headline=True,
    chapter=Chapter.WORKLOADS,
    advice="Deploy the missing workloads.",
    alert=Alert(
        name="WorkloadMissing",
        after="10m",
        summary="A declared workload is not in the cluster.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} is declared, and "
            "the cluster has no such object. Next: look at its Application: not synced, paused or "
            "deleted?"
        ),
    ),
)

"""Every workload must have the fields that the code declares for it."""

from collections.abc import Iterator
from typing import Final

from exporter.checks import subjects, unknowns
from exporter.checks.drift import drift, judged
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity
from exporter.domain.pending import PENDING
from exporter.domain.policy import Policy
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads

ID = "workload_spec"

ELSEWHERE: Final = (
    "/spec/replicas",  # workload_replicas judges it
    "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt",
)


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare labels, annotations and spec of every declared workload, where they are declared."""
    observed = facts.get(ObservedWorkloads).workloads
    mirrors = (facts.find(Policy) or Policy()).mirrors
    for workload in facts.get(DeclaredWorkloads).in_order:
        have = observed.get(workload.key)
        if have is None:
            yield unknowns.absent_workload(ID, workload)
        else:
            found = drift(workload, have.manifest, elsewhere=ELSEWHERE, mirrors=mirrors)
            yield judged(ID, subjects.workload(workload.key), workload, found)


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Workloads have the declared fields",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    uses=(Policy,),
    weighs=PENDING,
    delivered=True,
    subjects=subjects.declared_workloads,
    judge=judge,
    aspect="spec",
    headline=True,
    chapter=Chapter.WORKLOADS,
    advice="Undo manual changes to the workloads, or declare them in the code.",
    alert=Alert(
        name="WorkloadDrifted",
        after="15m",
        summary="A workload has other fields than declared.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} has declared "
            "fields with other values, or lacks them. Next: sync its Application, or bring the "
            "change into the code; the status page lists the fields."
        ),
    ),
)

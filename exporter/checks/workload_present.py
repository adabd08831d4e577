"""Every declared workload must be in the cluster."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads

ID = "workload_present"


def declared_or_unreadable(facts: Facts) -> list[Subject]:
    """Return all declared workloads, and the parts of which nobody can tell, sorted."""
    known = facts.find(DeclaredWorkloads)
    lost = subjects.unreadable_parts(known.unreadable) if known else []
    return sorted([*subjects.declared_workloads(facts), *lost])


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up every declared workload; what could not be read may declare more of them."""
    declared = facts.get(DeclaredWorkloads)
    observed = facts.get(ObservedWorkloads).workloads
    found = [_judge(one, present=key in observed) for key, one in declared.workloads.items()]
    found += unknowns.unreadable(ID, declared.unreadable)
    yield from sorted(found, key=lambda finding: finding.subject)


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
    subjects=declared_or_unreadable,
    judge=judge,
    aspect="present",
)

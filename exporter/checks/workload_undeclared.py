"""Every workload in a namespace that the code governs must be declared."""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.checks import subjects
from exporter.checks.wording import excerpt, listing
from exporter.domain.applications import DeclaredApplications
from exporter.domain.check import Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

ID = "workload_undeclared"


def governed_workloads(facts: Facts) -> list[Subject]:
    """Return the observed workloads that the code is meant to declare, sorted."""
    seen, code = facts.find(ObservedWorkloads), _Code.of(facts)
    workloads = seen.workloads.values() if seen else ()
    return sorted(subjects.workload(one.key) for one in workloads if code.governs(one))


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for the declaration of every workload in the governed namespaces.

    Where part of the code could not be read, a workload without a declaration may be from there.
    """
    code = _Code.of(facts)
    for workload in subjects.in_order(facts.get(ObservedWorkloads).workloads.values()):
        if code.governs(workload):
            yield _judge(workload, code)


@dataclass(frozen=True, slots=True)
class _Code:
    """What the code declares, and why that may not be all of it.

    *elsewhere* names the Applications whose workloads are not, or not all, rendered here: charts,
    other repositories, other revisions.
    """

    declared: DeclaredWorkloads
    elsewhere: frozenset[str]
    doubts: str = ""
    cause: str = ""

    @classmethod
    def of(cls, facts: Facts) -> "_Code":
        """Gather what is known of the code; without any facts it governs nothing."""
        workloads = facts.find(DeclaredWorkloads) or DeclaredWorkloads({})
        known = facts.find(DeclaredApplications) or DeclaredApplications({})
        rendered = {one.application for one in workloads.workloads.values()}
        elsewhere = frozenset(
            key.name
            for key, one in known.applications.items()
            if key not in rendered or any(each.chart or not each.local for each in one.sources)
        )
        doubts, cause = _doubts(workloads, known)
        return cls(workloads, elsewhere, doubts=doubts, cause=cause)

    def declares(self, workload: ObservedWorkload) -> bool:
        """Tell whether *workload* is declared."""
        return workload.key in self.declared.workloads

    def governs(self, workload: ObservedWorkload) -> bool:
        """Tell whether the code is meant to declare *workload*, which no other object makes."""
        return (
            workload.key.namespace in self.declared.namespaces
            and not workload.owner
            and (self.declares(workload) or workload.tracked_by not in self.elsewhere)
        )


def _doubts(workloads: DeclaredWorkloads, applications: DeclaredApplications) -> tuple[str, str]:
    """Return what could not be read and the source that it is of, or two empty strings."""
    if workloads.unreadable:
        parts = listing([one.name for one in subjects.unreadable_parts(workloads.unreadable)])
        source = workloads.unreadable[0].place.source
        return f"it may be declared by what could not be read: {parts}", source
    if applications.unevaluated:
        sets = listing(sorted(applications.unevaluated))
        return f"it may be declared by what could not be evaluated: {sets}", Source.ARGOCD
    return "", ""


def _judge(workload: ObservedWorkload, code: _Code) -> Finding:
    verdict, detail = Verdict.PASS, ""
    if not code.declares(workload):
        verdict, detail = Verdict.FAIL, "workload is declared nowhere"
        if code.doubts:
            verdict, detail = Verdict.UNKNOWN, code.doubts
        elif workload.tracked_by:
            detail += f"; its Application is {excerpt(workload.tracked_by)}"
    declared = code.declared.workloads.get(workload.key)
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=verdict,
        detail=detail,
        declared="present" if declared else "absent",
        observed="present",
        provenance=(declared.place,) if declared else (),
        cause=code.cause if verdict is Verdict.UNKNOWN else "",
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Workloads in governed namespaces are declared",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    subjects=governed_workloads,
    judge=judge,
)

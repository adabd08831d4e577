"""Every workload in a namespace that the code governs must be declared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt, listing
from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import PRESENT, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

ID = "workload_undeclared"


def governed_workloads(facts: Facts) -> list[Subject]:
    """Return the observed workloads that the code is meant to declare, sorted."""
    seen, code = facts.find(ObservedWorkloads), _Code.of(facts)
    if seen is None:
        return []
    workloads = [workload.key for workload in seen.workloads.values() if code.governs(workload)]
    workloads += [one for one in seen.unreadable if code.may_govern(one)]
    return sorted(map(subjects.workload, workloads))


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for the declaration of every workload in the governed namespaces.

    Where part of the code could not be read, a workload without a declaration may be from there.
    """
    code, observed = _Code.of(facts), facts.get(ObservedWorkloads)
    found = [
        _judge(workload, code) for workload in observed.workloads.values() if code.governs(workload)
    ]
    found += [
        unknowns.unreadable(
            ID,
            subjects.workload(key),
            gap=gap,
            place=known.place if (known := code.declared.workloads.get(key)) else None,
        )
        for key, gap in observed.unreadable.items()
        if code.may_govern(key)
    ]
    yield from sorted(found, key=lambda one: one.subject)


@dataclass(frozen=True, slots=True)
class _Code:
    """What the code declares, and why that may not be all of it.

    *elsewhere* names the Applications whose workloads are not, or not all, rendered here: charts,
    other repositories, other revisions. *abandoned* has what tells of Applications that are there
    and declared no more, by name.
    """

    declared: DeclaredWorkloads
    elsewhere: frozenset[str]
    doubts: str = ""
    cause: Cause | None = None
    abandoned: Mapping[str, Cause] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Facts) -> "_Code":
        """Gather what is known of the code; without any facts it governs nothing."""
        workloads = facts.find(DeclaredWorkloads) or DeclaredWorkloads({})
        known = facts.find(DeclaredApplications) or DeclaredApplications({})
        rendered = {workload.application for workload in workloads.workloads.values()}
        elsewhere = frozenset(
            key.name
            for key, application in known.applications.items()
            if key not in rendered
            or any(source.chart or not source.local for source in application.sources)
        )
        doubts, cause = _doubts(workloads, known)
        return cls(
            workloads, elsewhere, doubts=doubts, cause=cause, abandoned=_abandoned(known, facts)
        )

    def declares(self, key: WorkloadKey) -> bool:
        """Tell whether the workload *key* is declared."""
        return key in self.declared.workloads

    def may_govern(self, key: WorkloadKey) -> bool:
        """Tell whether the code may be meant to declare a workload of which only *key* is known."""
        return key.namespace in self.declared.namespaces

    def governs(self, workload: ObservedWorkload) -> bool:
        """Tell whether the code is meant to declare *workload*, which no other object makes."""
        return (
            self.may_govern(workload.key)
            and not workload.owner
            and (self.declares(workload.key) or workload.tracked_by not in self.elsewhere)
        )


def _doubts(
    workloads: DeclaredWorkloads, applications: DeclaredApplications
) -> tuple[str, Cause | None]:
    """Return what could not be read, and the source that it is of, or an empty string."""
    if workloads.incomplete:
        gap = workloads.incomplete[0]
        return f"it may be declared where nobody can tell: {gap.message}", Cause(gap.source)
    if applications.unevaluated:
        sets = listing(sorted(applications.unevaluated))
        return f"it may be declared by what could not be evaluated: {sets}", Cause(Source.ARGOCD)
    return "", None


def _abandoned(declared: DeclaredApplications, facts: Facts) -> dict[str, Cause]:
    observed = facts.find(ObservedApplications)
    return {
        key.name: Cause("application_abandoned", subjects.application(key))
        for key in (observed.applications if observed else ())
        if key not in declared.applications
    }


def _judge(workload: ObservedWorkload, code: _Code) -> Finding:
    verdict, detail = Verdict.PASS, ""
    if not code.declares(workload.key):
        verdict, detail = Verdict.FAIL, "workload is declared nowhere"
        if code.doubts:
            verdict, detail = Verdict.UNKNOWN, code.doubts
        elif workload.tracked_by:
            detail += f"; its Application is {excerpt(workload.tracked_by)}"
    declared = code.declared.workloads.get(workload.key)
    cause = {Verdict.UNKNOWN: code.cause, Verdict.FAIL: code.abandoned.get(workload.tracked_by)}
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=verdict,
        detail=detail,
        declared="present" if declared else "absent",
        observed="present",
        provenance=(declared.place,) if declared else (),
        cause=cause.get(verdict),
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Workloads in governed namespaces are declared",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    weighs=(DeclaredApplications, ObservedApplications),
    subjects=governed_workloads,
    judge=judge,
    judges=PRESENT,
    covers=False,
    chapter=Chapter.STRAYS,
    advice="Declare the workloads that no code declares, or delete them.",
    alert=Alert(
        name="WorkloadUndeclared",
        after="1h",
        summary="A workload that no code declares runs in a governed namespace.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} is in the "
            "cluster, and no code declares it. Next: declare it, or delete it."
        ),
    ),
)

"""No workload may give its pods more than the code declares: containers, privileges, the host."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from exporter.checks import subjects, unknowns
from exporter.checks.pod_additions import Addition, additions
from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredManifest, DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.placement import pod_spec
from exporter.domain.provenance import Place
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

ID = "workload_additions"

MAX_SHOWN: Final = 20
POD: Final = "/spec/template/spec"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for what the pod template of each declared workload has beyond its declaration."""
    observed = facts.get(ObservedWorkloads).workloads
    for workload in facts.get(DeclaredWorkloads).in_order:
        have = observed.get(workload.key)
        if have is None:
            yield unknowns.absent_workload(ID, workload)
        else:
            look = partial(_judge, workload, have)
            yield facts.memory.once(workload.key, (workload, have), look)


def _judge(workload: DeclaredWorkload, have: ObservedWorkload) -> Finding:
    declared, observed = pod_spec(workload.manifest), pod_spec(have.manifest)
    found = additions(declared, observed, POD)
    subject = subjects.workload(workload.key)
    return added(ID, subject, workload, found, place=workload.place_of(POD))


def added(
    check: str,
    subject: Subject,
    declared: DeclaredManifest,
    found: Iterable[Addition],
    *,
    place: Place,
) -> Finding:
    """Return what *check* finds of an object that has what was *found* beyond its declaration."""
    counted = [one for one in found if not _is_ignored(one.pointer, declared)]
    shown = counted[:MAX_SHOWN]
    return Finding(
        check=check,
        subject=subject,
        verdict=Verdict.FAIL if counted else Verdict.PASS,
        detail=_describe(counted),
        declared=dict.fromkeys((one.pointer for one in shown), None) or None,
        observed={one.pointer: one.value for one in shown} or None,
        provenance=(place,),
    )


def _is_ignored(pointer: str, declared: DeclaredManifest) -> bool:
    return any(pointer == one or pointer.startswith(f"{one}/") for one in declared.ignored)


def _describe(found: list[Addition]) -> str:
    if not found:
        return ""
    count = "1 addition" if len(found) == 1 else f"{len(found)} additions"
    return f"{count} that no code declares: {listing([excerpt(one.pointer) for one in found])}"


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Workloads give their pods nothing beyond what is declared",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    subjects=subjects.declared_workloads,
    judge=judge,
    judges="additions",
    chapter=Chapter.WORKLOADS,
    advice="Remove what was added to the workloads by hand, or declare it in the code.",
    alert=Alert(
        name="WorkloadExtended",
        after="5m",
        summary="A workload gives its pods more than declared.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} has containers, "
            "privileges or access to its node that no code declares. Next: the status page names "
            "them; find out who added them, then sync its Application."
        ),
    ),
)

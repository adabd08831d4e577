"""Every workload must ask for as many replicas as the code or its autoscaler allows."""

from collections.abc import Iterator

from msgspec.structs import replace

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.expectation import REPLICAS, Bounds, Expectation, leaves_replicas
from exporter.domain.facts import Facts
from exporter.domain.fields import text_of
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.json import Json, dig
from exporter.domain.pending import PENDING
from exporter.domain.provenance import Source
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedAutoscalers,
    ObservedWorkload,
    ObservedWorkloads,
)

ID = "workload_replicas"


def scaled_workloads(facts: Facts) -> list[Subject]:
    """Return the workloads about whose replicas anything is declared, sorted."""
    known, declared = facts.find(Expectation), facts.find(DeclaredWorkloads)
    if known is None or declared is None:
        return []
    left = (key for key, one in declared.workloads.items() if _is_left_to_others(one))
    return sorted(map(subjects.workload, {*known.replicas, *left}))


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare ``spec.replicas`` with the declared number, or with an autoscaler's bounds."""
    observed, expected = facts.get(ObservedWorkloads).workloads, facts.get(Expectation).replicas
    for workload in facts.get(DeclaredWorkloads).in_order:
        if workload.key in expected:
            have = observed.get(workload.key)
            if have is None:
                yield unknowns.absent_workload(ID, workload)
            else:
                bounds = expected[workload.key]
                finding = _judge(workload, replicas=have.replicas, bounds=bounds)
                if workload.leaves and finding.verdict is Verdict.FAIL:
                    why = excerpt(workload.leaves)
                    detail = f"{finding.detail}; ignoreDifferences may leave it to others: {why}"
                    finding = replace(finding, verdict=Verdict.UNKNOWN, detail=detail)
                if bounds is None or bounds.place is None:
                    finding = _as_far_as_seen(finding, bounds=bounds, facts=facts)
                yield finding
        elif _is_left_to_others(workload):
            have = observed.get(workload.key)
            yield unknowns.absent_workload(ID, workload) if have is None else _left(workload, have)


def _is_left_to_others(workload: DeclaredWorkload) -> bool:
    """Tell whether the code has a number of replicas and says that any other is right, too."""
    return workload.key.kind != "DaemonSet" and leaves_replicas(workload)


def _left(workload: DeclaredWorkload, have: ObservedWorkload) -> Finding:
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.PASS,
        detail="the number is left to others by ignoreDifferences",
        observed=have.replicas,
        provenance=(workload.place_of(REPLICAS),),
    )


def _as_far_as_seen(finding: Finding, *, bounds: Bounds | None, facts: Facts) -> Finding:
    """Return *finding*, or unknown where an autoscaler that nobody could see may decide it.

    A declared one decides before those of the cluster, and the declared number is right by itself.
    What one allows that is known, another can only widen.
    """
    passes, subject = finding.verdict is Verdict.PASS, finding.subject
    if bounds is None or (passes and not bounds.author):
        return finding
    autoscalers = facts.find(ObservedAutoscalers)
    gap = facts.limitations((ObservedAutoscalers,)).gap(subject, CHECK.aspect)
    if autoscalers is None:
        lost = Gap(Source.KUBERNETES, "the autoscalers of the cluster could not be read")
        return _doubted(finding, gap or lost)
    if gap is None and not passes:
        gap = autoscalers.hidden(WorkloadKey(subject.namespace, subject.kind, subject.name))
    return finding if gap is None else _doubted(finding, gap)


def _judge(workload: DeclaredWorkload, *, replicas: int, bounds: Bounds | None) -> Finding:
    finding = Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.PASS,
        declared=_shown(bounds),
        observed=replicas,
        provenance=((bounds and bounds.place) or workload.place_of(REPLICAS),),
    )
    if bounds is None:
        wrong = excerpt(text_of(dig(workload.manifest, "spec", "replicas")))
        detail = f"spec.replicas is declared as {wrong!r}, which is no number of pods"
        cause = Cause(workload.place.source)
        return replace(finding, verdict=Verdict.UNKNOWN, detail=detail, cause=cause)
    if bounds.minimum <= replicas <= bounds.maximum:
        return finding
    detail = f"spec.replicas is {replicas} instead of {bounds}"
    return replace(finding, verdict=Verdict.FAIL, detail=detail)


def _doubted(finding: Finding, gap: Gap) -> Finding:
    said = finding.detail or f"spec.replicas is {finding.observed}"
    detail = f"{said}; whether an autoscaler set them is not known: {gap.message}"
    return replace(finding, verdict=Verdict.UNKNOWN, detail=detail, cause=Cause(gap.source))


def _shown(bounds: Bounds | None) -> Json:
    if bounds is None or bounds.author:
        return {"minimum": bounds.minimum, "maximum": bounds.maximum} if bounds else None
    return bounds.minimum


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Workloads ask for the declared number of replicas",
    needs=(DeclaredWorkloads, ObservedWorkloads, Expectation),
    weighs=(ObservedAutoscalers, *PENDING),
    subjects=scaled_workloads,
    judge=judge,
    delivered=True,
    aspect="replicas",
    chapter=Chapter.WORKLOADS,
    advice="Make the replicas and their declaration agree.",
    alert=Alert(
        name="WorkloadReplicasMismatch",
        after="15m",
        summary="A workload asks for another number of replicas than declared.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} asks for another "
            "number of replicas than the code or its autoscaler's bounds allow. Next: kubectl -n "
            "{{ $labels.object_namespace }} get {{ $labels.object_kind }} "
            "{{ $labels.object_name }}; who scaled it?"
        ),
    ),
)

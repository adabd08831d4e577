"""Every declared workload must have all the ready pods that it asks for."""

from collections.abc import Iterator, Mapping
from functools import cache, partial

from exporter.checks import subjects, unknowns
from exporter.checks.stranded import Losses
from exporter.checks.workload_images import waiting_for_images
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

ID = "workload_ready"


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare ready with desired pods of every declared workload.

    A rollout excuses a lack. Pods that lack for want of their nodes are those nodes' matter.
    """
    losses = cache(lambda: Losses(facts))
    observed = facts.get(ObservedWorkloads).workloads
    pods = facts.find(ObservedPods)
    by_owner: Mapping[WorkloadKey, tuple[PodGroup, ...]] = pods.by_owner if pods else {}
    for workload in subjects.in_order(facts.get(DeclaredWorkloads).workloads.values()):
        have = observed.get(workload.key)
        if have is None:
            yield unknowns.absent_workload(ID, workload)
        else:
            groups = by_owner.get(workload.key, ())
            counts = partial(waiting_for_images, groups)
            images = bool(facts.memory.once(workload.key, (groups,), counts))
            finding = _judge(workload, have, images=images)
            if finding.verdict is not Verdict.PASS:
                finding = unknowns.for_want_of(losses().of_workload(workload, have), finding)
            yield finding


def _judge(workload: DeclaredWorkload, have: ObservedWorkload, *, images: bool) -> Finding:
    verdict, detail = Verdict.PASS, ""
    if have.ready < have.replicas:
        verdict, detail = Verdict.FAIL, f"{have.ready} of {have.replicas} pods are ready"
        if have.rolling_out:
            verdict, detail = Verdict.SUPPRESSED, f"{detail}; a rollout is under way"
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=verdict,
        detail=detail,
        declared=have.replicas,
        observed=have.ready,
        provenance=(workload.place,),
        cause="workload_images" if images and verdict is Verdict.FAIL else "",
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.CRITICAL,
    title="Workloads have all their pods ready",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    subjects=subjects.declared_workloads,
    judge=judge,
    aspect="ready",
)

"""Every declared workload must have all the ready pods that it asks for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Final

from msgspec.structs import replace

from exporter.checks import subjects, unknowns
from exporter.checks.rollouts import progress
from exporter.checks.stranded import FACTS_OF_LOSSES, Losses
from exporter.checks.wording import counted, excerpt
from exporter.checks.workload_images import IMAGE_REASONS, waiting_for_images
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict
from exporter.domain.podtroubles import ImageTrouble
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

ID = "workload_ready"

STARTING: Final = frozenset({"ContainerCreating", "PodInitializing"})
"""Why containers wait that are about to start."""
REPORTED: Final = {
    "CrashLoopBackOff": "workload_restarts",
    "CreateContainerConfigError": "secret_references",
}
"""Which check reports why containers wait."""


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare ready with desired pods of every declared workload.

    Pods that lack because of their nodes alone are those nodes' matter.
    """
    losses = cache(lambda: Losses(facts))
    observed = facts.get(ObservedWorkloads).workloads
    pods = facts.find(ObservedPods)
    by_owner: Mapping[WorkloadKey, tuple[PodGroup, ...]] = pods.by_owner if pods else {}
    for workload in facts.get(DeclaredWorkloads).in_order:
        have = observed.get(workload.key)
        if have is None:
            yield unknowns.absent_workload(ID, workload)
        elif have.ready >= have.replicas and not _stuck(have):
            yield _whole(workload, have)
        else:
            groups = by_owner.get(workload.key, ())
            counts = partial(waiting_for_images, groups)
            images = bool(facts.memory.once(workload.key, (groups,), counts))
            words = pods.troubles.words.get(workload.key, {}) if pods else {}
            finding = _short(workload, have, groups, losses=losses(), images=images)
            details = filter(None, (finding.detail, _stuck(have)))
            yield replace(finding, detail=f"{'; '.join(details)}{_why(groups, words)}")


def _stuck(have: ObservedWorkload) -> str:
    """Say why a rollout came to no end, if so: all pods may be ready, of the last template."""
    if have.aborted:
        return f"its rollout was aborted: {excerpt(have.aborted)}"
    if have.rollout_failed:
        return f"its rollout stands still: {have.updated} pods are of the newest template"
    return ""


def _whole(workload: DeclaredWorkload, have: ObservedWorkload) -> Finding:
    """Return what is found of a workload that has all pods, if its controller counted them now."""
    finding = replace(_finding(workload, have=have, verdict=Verdict.PASS), detail=have.paused)
    if have.observed_generation >= have.generation:
        return finding
    detail = "its controller has not looked at its present spec yet"
    return replace(finding, verdict=Verdict.UNKNOWN, detail=detail)


def _short(
    workload: DeclaredWorkload,
    have: ObservedWorkload,
    groups: Sequence[PodGroup],
    *,
    losses: Losses,
    images: bool,
) -> Finding:
    """Return what is found of a workload that lacks pods, and why it may lack them."""
    finding = _finding(workload, have=have, verdict=Verdict.FAIL)
    lacks = have.ready < have.replicas
    loss = losses.of_workload(workload, have) if lacks else None
    finding = finding if lacks else replace(finding, detail="")
    if loss is not None:
        return unknowns.explained_by(finding, loss)
    cause = losses.among(workload, have)
    if images:
        cause = Cause("workload_images", finding.subject)
    elif cause is None and any(group.pods and not group.node for group in groups):
        cause = Cause("workload_tolerations", finding.subject)
    elif cause is None:
        waiting = {reason for group in groups for reason in group.waiting}
        reported = (check for reason, check in REPORTED.items() if reason in waiting)
        cause = next((Cause(check, finding.subject) for check in reported), None)
    return replace(finding, cause=cause, progress=progress(have))


def _why(groups: Sequence[PodGroup], words: Mapping[str, int]) -> str:
    """Return what containers wait for, the scheduler says, and why pods were evicted, if any.

    What is said of images is another check's to tell.
    """
    counts: Counter[str] = Counter()
    for group in groups:
        counts.update(group.waiting)
    waiting = {one: n for one, n in sorted(counts.items()) if one not in STARTING | IMAGE_REASONS}
    other = {excerpt(one): n for one, n in words.items() if one not in set(ImageTrouble)}
    said = [counted(one) for one in (waiting, other) if one]
    return f"; {'; '.join(said)}" if said else ""


def _finding(workload: DeclaredWorkload, *, have: ObservedWorkload, verdict: Verdict) -> Finding:
    lacking = f"{have.ready} of {have.replicas} pods are ready"
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=verdict,
        detail="" if verdict is Verdict.PASS else lacking,
        declared=have.replicas,
        observed=have.ready,
        provenance=(workload.place,),
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.CRITICAL,
    title="Workloads have all their pods ready",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    weighs=FACTS_OF_LOSSES,
    subjects=subjects.declared_workloads,
    judge=judge,
    aspect="ready",
    headline=True,
    chapter=Chapter.WORKLOADS,
    advice="Repair the workloads whose pods are not ready.",
    alert=Alert(
        name="WorkloadNotReady",
        after="10m",
        keep="15m",
        summary="A workload has fewer ready pods than it asks for.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} has fewer ready "
            "pods than it asks for, and no rollout explains it. Next: kubectl -n "
            "{{ $labels.object_namespace }} describe {{ $labels.object_kind }} "
            "{{ $labels.object_name }}, then its pods."
        ),
    ),
)

"""The containers of a declared workload must not restart again and again."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from exporter.checks import subjects, unknowns
from exporter.checks.rollouts import progress
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict
from exporter.domain.podtroubles import OUT_OF_MEMORY, PodRestarts, Restart
from exporter.domain.policy import AsOf, Policy, RestartLimits
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
)

ID = "workload_restarts"


def judge(facts: Facts) -> Iterator[Finding]:
    """Count the restarts of every declared workload within the window that the settings give.

    While a rollout is under way, that is waited for: whether it ends, ``workload_ready`` tells.
    """
    observed, pods = facts.get(ObservedWorkloads).workloads, facts.get(ObservedPods)
    limits = facts.get(Policy).restarts
    since = _now(facts.get(AsOf), pods) - limits.window.total_seconds()
    for workload in facts.get(DeclaredWorkloads).in_order:
        have = observed.get(workload.key)
        if have is None:
            yield unknowns.absent_workload(ID, workload)
            continue
        restarts = pods.troubles.restarts.get(workload.key, ())
        known = any(group.pods for group in pods.by_owner.get(workload.key, ()))
        look = partial(_judge, workload, have, restarts, limits=limits, since=since, known=known)
        # Time changes nothing for those whose containers never ended.
        sources = workload, have, limits, known
        yield look() if restarts else facts.memory.once(workload.key, sources, look)


def _now(at: AsOf, pods: ObservedPods) -> float:
    """Return the instant to which ages count: of an old dump the newest that its pods name."""
    if at.witnesses is not None:
        return at.witnesses.timestamp()
    found = (one for own in pods.troubles.restarts.values() for pod in own for one in pod.seen)
    return max((one.at for one in found), default=at.now.timestamp())


def _judge(
    workload: DeclaredWorkload,
    have: ObservedWorkload,
    pods: Sequence[PodRestarts],
    *,
    limits: RestartLimits,
    since: float,
    known: bool,
) -> Finding:
    count = sum(pod.since(since) for pod in pods)
    recent = [one for pod in pods for one in pod.seen if one.at >= since]
    killed = sum(one.count for one in recent if one.reason == OUT_OF_MEMORY)
    fails = count >= limits.restarts or killed >= limits.out_of_memory
    detail = _describe(count, killed, recent) if fails else ""
    verdict, cause = (Verdict.FAIL if fails else Verdict.PASS), None
    if not fails and not known and have.replicas:
        verdict, cause = Verdict.UNKNOWN, Cause("workload_ready", subjects.workload(workload.key))
        detail = "it has no pods that could tell"
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=verdict,
        detail=detail,
        declared={"restarts": f"fewer than {limits.restarts}"},
        observed={"restarts": count, "out of memory": killed},
        provenance=(workload.place,),
        cause=cause,
        progress=progress(have) if fails else None,
    )


def _describe(count: int, killed: int, recent: Sequence[Restart]) -> str:
    restarts = "1 restart" if count == 1 else f"{count} restarts"
    parts = [f"at least {restarts} of containers within the window"]
    if killed:
        parts.append(f"{killed} of them as they took more memory than they may ({OUT_OF_MEMORY})")
    last = max(recent, key=lambda one: one.at, default=None)
    if last is not None:
        at = datetime.fromtimestamp(last.at, UTC).isoformat()
        parts.append(f"the last container ended at {at}: {last.reason or 'it says no reason'}")
    return "; ".join(parts)


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Containers do not restart again and again",
    needs=(DeclaredWorkloads, ObservedWorkloads, ObservedPods, Policy, AsOf),
    subjects=subjects.declared_workloads,
    judge=judge,
    judges="restarts",
    chapter=Chapter.WORKLOADS,
    advice="Find out why containers end, and give those more memory that take more than they may.",
    alert=Alert(
        name="WorkloadRestarting",
        after="15m",
        keep="15m",
        summary="Containers of a workload restart again and again, or take too much memory.",
        description=(
            "Containers of {{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} restart more "
            "often than the settings allow, or were ended as they took more memory than they may. "
            "Next: kubectl -n {{ $labels.object_namespace }} logs --previous of such a pod, and "
            "describe it."
        ),
    ),
)

"""Rollouts and scaling that are under way: what a workload waits for, as its object tells."""

from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.workloads import ObservedWorkload


def progress(have: ObservedWorkload) -> Progress | None:
    """Return what could explain that *have* is not yet as it shall be, None where nothing could.

    It is one and the same as long as the pods' template is: whoever changes the number of
    replicas, or anything else, begins no other rollout. Where a controller has not seen the newest
    spec, nothing in the status speaks of that.
    """
    waits_for = _waits_for(have)
    if have.rollout_failed or not waits_for:
        return None
    scaling = have.is_observed and have.rollout_complete
    return Progress(
        reason=ExcuseReason.SCALING if scaling else ExcuseReason.ROLLOUT,
        waits_for=waits_for,
        since=have.rolled_out_since,
        earliest=have.created,
        limit=have.progress_deadline,
        round=_round(have),
        counts=(have.updated, have.ready),
    )


def _round(have: ObservedWorkload) -> str:
    """Name the rollout; each node that a DaemonSet gains is something else to wait for."""
    if have.key.kind == "DaemonSet":
        return f"generation {have.observed_generation} on {have.replicas} nodes"
    return have.revision or f"generation {have.observed_generation}"


def _waits_for(have: ObservedWorkload) -> str:
    """Say what has to happen yet, empty where the rollout is complete."""
    if not have.is_observed:
        seen = f"its controller has seen generation {have.observed_generation} of {have.generation}"
        return f"a rollout is under way: {seen}"
    done = f"{have.updated} of {have.replicas}"
    if have.updated < have.replicas and have.rollout_complete:
        return f"pods are being made: {done} are there"
    if have.updated < have.replicas:
        return f"a rollout is under way: {done} pods are of the newest template"
    old = have.total - have.updated
    return f"a rollout is under way: {old} old pods are to go" if old > 0 else ""

"""What a HorizontalPodAutoscaler or ScaledObject says of the replicas of its target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.observed.kinds import Kind
from exporter.observed.records import (
    HorizontalPodAutoscalerRecord,
    HorizontalPodAutoscalerSpec,
    ScaledObjectRecord,
    ScaledObjectSpec,
)

KEDA_MAXIMUM = 100
"""``maxReplicaCount`` where a ScaledObject says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """One autoscaler: what it scales, and between which numbers of replicas."""

    target: WorkloadKey
    minimum: int
    maximum: int


def hpa_scaling(record: HorizontalPodAutoscalerRecord) -> Scaling:
    """Return what a HorizontalPodAutoscaler does; its minimum is 1 where it says nothing.

    Raises :exc:`ParseError` where it lacks a target or a maximum.
    """
    spec = record.spec or HorizontalPodAutoscalerSpec()
    if spec.max_replicas is None:
        raise ParseError("spec.maxReplicas is missing")
    return Scaling(
        target=_known(target_of(record)),
        minimum=1 if spec.min_replicas is None else spec.min_replicas,
        maximum=spec.max_replicas,
    )


def keda_scaling(record: ScaledObjectRecord) -> Scaling:
    """Return what a ScaledObject does; it goes down to ``idleReplicaCount``, else its minimum.

    Raises :exc:`ParseError` where it lacks a target.
    """
    spec = record.spec or ScaledObjectSpec()
    lowest = spec.min_replica_count if spec.idle_replica_count is None else spec.idle_replica_count
    return Scaling(
        target=_known(target_of(record)),
        minimum=lowest or 0,
        maximum=KEDA_MAXIMUM if spec.max_replica_count is None else spec.max_replica_count,
    )


def target_of(record: HorizontalPodAutoscalerRecord | ScaledObjectRecord) -> WorkloadKey | None:
    """Return what an autoscaler scales, or None where it does not tell."""
    target = record.spec.scale_target_ref if record.spec else None
    if target is None:
        return None
    usual = Kind.DEPLOYMENT.value if isinstance(record, ScaledObjectRecord) else ""
    return WorkloadKey(record.metadata.namespace or "", target.kind or usual, target.name)


def _known(target: WorkloadKey | None) -> WorkloadKey:
    if target is None:
        raise ParseError("spec.scaleTargetRef names nothing")
    return target


def bounds(scalings: Iterable[Scaling]) -> Mapping[WorkloadKey, tuple[int, int]]:
    """Return minimum and maximum by target.

    KEDA scales through a HorizontalPodAutoscaler of its own, which knows no 0: where several
    autoscalers share a target, the widest bounds count.
    """
    found: dict[WorkloadKey, tuple[int, int]] = {}
    for one in scalings:
        low, high = found.get(one.target, (one.minimum, one.maximum))
        found[one.target] = (min(low, one.minimum), max(high, one.maximum))
    return found

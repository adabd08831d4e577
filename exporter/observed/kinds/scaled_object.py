"""What KEDA's ScaledObject says of the replicas of its target; source: ``keda.sh/v1alpha1``."""

from exporter.domain.declaration import WorkloadKey
from exporter.observed.autoscalers import (
    FACT,
    ScaleTarget,
    Scaling,
    autoscaler_fold,
    known,
    target_of,
)
from exporter.observed.kindspec import Declared, KindSpec
from exporter.observed.records import Metadata, Record

MAXIMUM = 100
"""``maxReplicaCount`` where a ScaledObject says nothing."""


class ScaledObjectSpec(Record):
    """The spec of a ScaledObject."""

    scale_target_ref: ScaleTarget | None = None
    idle_replica_count: int | None = None
    min_replica_count: int | None = None
    max_replica_count: int | None = None


class ScaledObjectRecord(Record):
    """KEDA's ScaledObject."""

    metadata: Metadata
    spec: ScaledObjectSpec | None = None


def scaling(record: ScaledObjectRecord) -> Scaling:
    """Return what a ScaledObject does; it goes down to ``idleReplicaCount``, else its minimum.

    Raises :exc:`ParseError` where it lacks a target.
    """
    spec = record.spec or ScaledObjectSpec()
    lowest = spec.min_replica_count if spec.idle_replica_count is None else spec.idle_replica_count
    return Scaling(
        target=known(target(record)),
        minimum=lowest or 0,
        maximum=MAXIMUM if spec.max_replica_count is None else spec.max_replica_count,
    )


def target(record: ScaledObjectRecord) -> WorkloadKey | None:
    """Return what it scales, or None where it does not tell."""
    named = record.spec.scale_target_ref if record.spec else None
    return target_of(named, record.metadata, kind="Deployment")


KIND = KindSpec(
    kind="ScaledObject",
    group="keda.sh",
    version="v1alpha1",
    plural="scaledobjects",
    short_names=("so",),
    optional=True,
    record=ScaledObjectRecord,
    fold=autoscaler_fold("ScaledObject", scaling=scaling, target=target),
    fact=FACT,
    read_for=frozenset({Declared.WORKLOADS}),
)

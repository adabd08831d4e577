"""What a HorizontalPodAutoscaler says of the replicas of its target; source: autoscaling/v2."""

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
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


class HorizontalPodAutoscalerSpec(Record):
    """The spec of a HorizontalPodAutoscaler."""

    scale_target_ref: ScaleTarget | None = None
    max_replicas: int | None = None
    min_replicas: int | None = None


class HorizontalPodAutoscalerRecord(Record):
    """A HorizontalPodAutoscaler, of any version."""

    metadata: Metadata
    spec: HorizontalPodAutoscalerSpec | None = None


def scaling(record: HorizontalPodAutoscalerRecord) -> Scaling:
    """Return what a HorizontalPodAutoscaler does; its minimum is 1 where it says nothing.

    Raises :exc:`ParseError` where it lacks a target or a maximum.
    """
    spec = record.spec or HorizontalPodAutoscalerSpec()
    if spec.max_replicas is None:
        raise ParseError("spec.maxReplicas is missing")
    return Scaling(
        target=known(target(record)),
        minimum=1 if spec.min_replicas is None else spec.min_replicas,
        maximum=spec.max_replicas,
    )


def target(record: HorizontalPodAutoscalerRecord) -> WorkloadKey | None:
    """Return what it scales, or None where it does not tell."""
    return target_of(record.spec.scale_target_ref if record.spec else None, record.metadata)


KIND = KindSpec(
    kind="HorizontalPodAutoscaler",
    group="autoscaling",
    version="v2",
    plural="horizontalpodautoscalers",
    short_names=("hpa",),
    record=HorizontalPodAutoscalerRecord,
    fold=autoscaler_fold("HorizontalPodAutoscaler", scaling=scaling, target=target),
    fact=FACT,
    read_for=frozenset({Declared.WORKLOADS}),
)

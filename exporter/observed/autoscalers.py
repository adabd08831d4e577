"""What all autoscalers have in common: each keeps the replicas of its target within bounds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.workloads import ObservedAutoscalers, UnreadableAutoscaler
from exporter.observed.folds import ObjectFold
from exporter.observed.kindspec import FactSpec
from exporter.observed.lenient import Partial
from exporter.observed.records import Metadata, Name, Record


class ScaleTarget(Record):
    """``spec.scaleTargetRef`` of an autoscaler."""

    name: Name
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """One autoscaler: what it scales, and between which numbers of replicas."""

    target: WorkloadKey
    minimum: int
    maximum: int


def target_of(
    target: ScaleTarget | None, metadata: Metadata, *, kind: str = ""
) -> WorkloadKey | None:
    """Return what an autoscaler scales, None where it does not tell; *kind* is the usual one."""
    if target is None:
        return None
    return WorkloadKey(metadata.namespace or "", target.kind or kind, target.name)


def known(target: WorkloadKey | None) -> WorkloadKey:
    """Return *target*; raises :exc:`ParseError` where there is none."""
    if target is None:
        raise ParseError("spec.scaleTargetRef names nothing")
    return target


def autoscaler_fold(
    kind: str,
    *,
    scaling: Callable[[Any], Scaling],
    target: Callable[[Any], WorkloadKey | None],
) -> Callable[[], ObjectFold[WorkloadKey, Scaling]]:
    """Return what makes a fold of autoscalers; one that cannot be read keeps its target."""

    def key(metadata: Metadata) -> WorkloadKey:
        return WorkloadKey(metadata.namespace or "", kind, metadata.name)

    def stub(partial: Partial[Any], gap: Gap) -> UnreadableAutoscaler:
        namespace = partial.record.metadata.namespace or ""
        return UnreadableAutoscaler(gap, namespace, target(partial.record))

    return lambda: ObjectFold(key=key, value=scaling, stub=stub)


def bounds(scalings: Iterable[Scaling]) -> Mapping[WorkloadKey, tuple[int, int]]:
    """Return minimum and maximum by target.

    KEDA scales through a HorizontalPodAutoscaler of its own, which knows no 0: where several
    autoscalers share a target, the widest bounds count.
    """
    found: dict[WorkloadKey, tuple[int, int]] = {}
    for scaling in scalings:
        low, high = found.get(scaling.target, (scaling.minimum, scaling.maximum))
        found[scaling.target] = (min(low, scaling.minimum), max(high, scaling.maximum))
    return found


def _build(contents: Sequence[Any], unseen: frozenset[str]) -> ObservedAutoscalers:
    del unseen
    every = [value for values in contents for _, value in sorted(values.items())]
    return ObservedAutoscalers(
        bounds(value for value in every if isinstance(value, Scaling)),
        tuple(value for value in every if isinstance(value, UnreadableAutoscaler)),
    )


FACT = FactSpec(type=ObservedAutoscalers, build=_build)

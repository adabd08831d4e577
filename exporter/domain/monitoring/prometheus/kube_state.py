"""What kube-state-metrics says of the cluster, which the API server tells, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from exporter.domain.provenance import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredKubeState:
    """Whether there must be kube-state-metrics, and how long it may lag behind.

    Where *expected* is None nothing declares it: then there must be what some of is there.
    """

    expected: bool | None
    settle: timedelta
    place: Place


@dataclass(frozen=True, slots=True)
class KubeStateNodes:
    """The nodes of ``kube_node_info``, by name."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class KubeStatePods:
    """The fewest and most pods of each namespace within the settling time.

    All that exist count, those that have ended or are being deleted, too, as in
    ``ObservedPods.per_namespace``.
    """

    counts: Mapping[str, tuple[int, int]]

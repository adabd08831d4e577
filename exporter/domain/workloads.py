"""Facts about workloads, their pods and their autoscalers, declared and observed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from msgspec import Struct

from exporter.domain.declaration import DeclaredAutoscaler, DeclaredWorkload, Failure, WorkloadKey
from exporter.domain.json import JsonObject
from exporter.domain.taints import Toleration


@dataclass(frozen=True, slots=True)
class DeclaredWorkloads:
    """All declared workloads; *unreadable* are the parts whose workloads nobody knows.

    *namespaces* are those in which every workload is meant to be declared.
    """

    workloads: Mapping[WorkloadKey, DeclaredWorkload]
    autoscalers: tuple[DeclaredAutoscaler, ...] = ()
    unreadable: tuple[Failure, ...] = ()
    namespaces: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedWorkload:
    """A workload as the API server shows it, defaults filled in.

    *manifest* holds ``metadata.labels``, ``metadata.annotations`` and ``spec``. *replicas* is
    ``spec.replicas`` (for a DaemonSet ``status.desiredNumberScheduled``); the other counts are
    from its status. *rollout_failed* is a Deployment's condition Progressing=False. *owner* is
    the kind of its controller, or empty. *tracked_by* is the Argo CD Application that its
    tracking annotation or instance label names, or empty.
    """

    key: WorkloadKey
    manifest: JsonObject
    replicas: int = 1
    ready: int = 0
    updated: int = 0
    available: int = 0
    total: int = 0
    generation: int = 0
    observed_generation: int = 0
    rollout_failed: bool = False
    owner: str = ""
    tracked_by: str = ""

    @property
    def rolling_out(self) -> bool:
        """Whether a rollout is under way that its controller has not yet given up."""
        if self.rollout_failed:
            return False
        if self.observed_generation < self.generation:
            return True
        return self.updated < self.replicas or self.total > self.updated


@dataclass(frozen=True, slots=True)
class ObservedWorkloads:
    """All observed workloads; *unseen* are the kinds of workloads that nobody looked at.

    That none of an unseen kind is here says nothing.
    """

    workloads: Mapping[WorkloadKey, ObservedWorkload]
    unseen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ObservedAutoscalers:
    """Replica bounds (minimum, maximum) by the workload that a HPA or ScaledObject scales."""

    bounds: Mapping[WorkloadKey, tuple[int, int]]


class PodGroup(Struct, frozen=True, kw_only=True, gc=False):
    """All live pods of one owner on one node that bear the same tolerations.

    *node* is empty for pods that no node was found for. *owner* is the Deployment for a pod of a
    ReplicaSet; a pod without a controller is its own owner, of kind ``Pod``; a mirror pod's owner
    has the kind ``Node``. *waiting* counts containers by the reason they wait for. Pods that have
    ended or are being deleted are in no group.

    There may be 150,000, in no cycle: a struct takes two thirds of what a dataclass does.
    """

    owner: WorkloadKey
    node: str
    tolerations: tuple[Toleration, ...]
    pods: int
    ready: int = 0
    waiting: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ObservedPods:
    """All live pods, folded; *by_owner* and *by_node* hold the same groups twice.

    *per_namespace* counts all pods that exist, those that have ended or are being deleted, too.
    *leaving* counts those that are being deleted and have not ended, by owner and node.
    """

    by_owner: Mapping[WorkloadKey, tuple[PodGroup, ...]]
    by_node: Mapping[str, tuple[PodGroup, ...]]
    per_namespace: Mapping[str, int] = field(default_factory=dict)
    leaving: Mapping[WorkloadKey, Mapping[str, int]] = field(default_factory=dict)

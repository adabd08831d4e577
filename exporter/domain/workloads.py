"""Facts about workloads, their pods and their autoscalers, declared and observed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from msgspec import Struct

from exporter.domain.declaration import (
    PRESENT,
    DeclaredAutoscaler,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.json import JsonObject
from exporter.domain.podcontent import PodContent
from exporter.domain.podtroubles import PodTroubles
from exporter.domain.taints import Toleration


@dataclass(frozen=True, slots=True)
class DeclaredWorkloads:
    """All declared workloads; *incomplete* says why there may be further ones.

    *namespaces* are those in which every workload is meant to be declared. *in_order* are the
    workloads as checks go through them: by kind, namespace and name.
    """

    workloads: Mapping[WorkloadKey, DeclaredWorkload]
    autoscalers: tuple[DeclaredAutoscaler, ...] = ()
    incomplete: tuple[Gap, ...] = ()
    namespaces: frozenset[str] = frozenset()
    has_gaps: bool = field(init=False, compare=False, repr=False)
    in_order: tuple[DeclaredWorkload, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        every = self.workloads.values()
        ordered = sorted(every, key=lambda one: (one.key.kind, one.key.namespace, one.key.name))
        object.__setattr__(self, "has_gaps", any(workload.unknown for workload in every))
        object.__setattr__(self, "in_order", tuple(ordered))

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why all but the presence of a workload may be declared otherwise, if so."""
        if aspect == PRESENT:
            return None
        key = WorkloadKey(subject.namespace, subject.kind, subject.name)
        found = self.workloads.get(key)
        return found.unknown if found else None

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: what is not known of a workload decides over a failure, too."""
        del subject, aspect
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedWorkload:
    """A workload as the API server shows it, defaults filled in.

    *manifest* holds ``metadata.labels``, ``metadata.annotations`` and ``spec``. *replicas* is
    ``spec.replicas`` (for a DaemonSet ``status.desiredNumberScheduled``); the other counts are
    from its status. *owner* is the kind of its controller, or empty. *tracked_by* is the Argo CD
    Application that its tracking annotation or instance label names, or empty.

    *revision* names the pods' template, as far as the controller tells. *rollout_failed* is a
    Deployment's condition Progressing=False, *rollout_complete* that the status tells of no
    rollout but the last one, which is done. *progressed* is when a Deployment last got on with
    the one that is not, *progress_deadline* how long it may take to; *created* is when it was made.
    Of a Rollout *aborted* says why it went back to the last template, and *paused* where it waits.
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
    revision: str = ""
    rollout_failed: bool = False
    rollout_complete: bool = False
    progressed: datetime | None = None
    progress_deadline: timedelta | None = None
    created: datetime | None = None
    owner: str = ""
    tracked_by: str = ""
    aborted: str = ""
    paused: str = ""

    @property
    def is_observed(self) -> bool:
        """Whether its status speaks of its newest spec."""
        return self.observed_generation >= self.generation

    @property
    def rolled_out_since(self) -> datetime | None:
        """When its rollout began or last got on, None where the object does not tell.

        Of a spec that the controller has not seen, and of scaling, no condition speaks.
        """
        return self.progressed if self.is_observed and not self.rollout_complete else None


@dataclass(frozen=True, slots=True)
class ObservedWorkloads:
    """All observed workloads; *unseen* are the kinds of workloads that nobody looked at.

    That none of an unseen kind is here says nothing. Of the *unreadable* ones nothing is known but
    that they are there.
    """

    workloads: Mapping[WorkloadKey, ObservedWorkload]
    unseen: frozenset[str] = frozenset()
    unreadable: Mapping[WorkloadKey, Gap] = field(default_factory=dict)

    def __contains__(self, key: WorkloadKey) -> bool:
        return key in self.workloads or key in self.unreadable

    @property
    def has_gaps(self) -> bool:
        """Whether any workload cannot be read."""
        return bool(self.unreadable)

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why nothing but the presence of a workload is known, if so."""
        if aspect == PRESENT:
            return None
        return self.unreadable.get(WorkloadKey(subject.namespace, subject.kind, subject.name))

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: what is not known of a workload decides over a failure, too."""
        del subject, aspect
        return None


@dataclass(frozen=True, slots=True)
class UnreadableAutoscaler:
    """An autoscaler that cannot be read; *target* is what it scales, None if that is not known."""

    gap: Gap
    namespace: str
    target: WorkloadKey | None = None

    def may_scale(self, workload: WorkloadKey) -> bool:
        """Tell whether it could scale *workload*."""
        if self.target is None:
            return self.namespace == workload.namespace
        return self.target == workload


@dataclass(frozen=True, slots=True)
class ObservedAutoscalers:
    """Replica bounds (minimum, maximum) by the workload that a HPA or ScaledObject scales."""

    bounds: Mapping[WorkloadKey, tuple[int, int]]
    unreadable: tuple[UnreadableAutoscaler, ...] = ()

    def hidden(self, workload: WorkloadKey) -> Gap | None:
        """Return why nobody knows all bounds of *workload*, if so."""
        return next((one.gap for one in self.unreadable if one.may_scale(workload)), None)


class PodGroup(Struct, frozen=True, kw_only=True, gc=False):
    """All live pods of one owner on one node that bear the same tolerations.

    *node* is empty for pods that no node was found for. *owner* is the Deployment for a pod of a
    ReplicaSet; a pod without a controller is its own owner, of kind ``Pod``; a mirror pod's owner
    has the kind ``Node``. *waiting* counts containers by the reason they wait for. Pods that have
    ended or are being deleted are in no group. *pulled* counts pods of which each container, as
    far as kubelet tells of any, has its image.

    There may be 150,000, in no cycle: a struct takes two thirds of what a dataclass does.
    """

    owner: WorkloadKey
    node: str
    tolerations: tuple[Toleration, ...]
    pods: int
    ready: int = 0
    pulled: int = 0
    waiting: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class UnreadablePod:
    """A pod that cannot be read; *owner* and *node* are None where not even they are known."""

    gap: Gap
    namespace: str
    owner: WorkloadKey | None = None
    node: str | None = None


@dataclass(frozen=True, slots=True)
class ObservedPods:
    """All live pods, folded; *by_owner* and *by_node* hold the same groups twice.

    *contents* says of the owners that make pods of a template what these pods consist of.
    *per_namespace* counts all pods that exist, those that have ended or are being deleted, too.
    *leaving* counts those that are being deleted and have not ended, by owner and node. The
    *unreadable* ones count as existing, and in no other sum. *troubles* are what goes wrong with
    pods, those that were evicted included.
    """

    by_owner: Mapping[WorkloadKey, tuple[PodGroup, ...]]
    by_node: Mapping[str, tuple[PodGroup, ...]]
    per_namespace: Mapping[str, int] = field(default_factory=dict)
    leaving: Mapping[WorkloadKey, Mapping[str, int]] = field(default_factory=dict)
    unreadable: tuple[UnreadablePod, ...] = ()
    contents: Mapping[WorkloadKey, tuple[PodContent, ...]] = field(default_factory=dict)
    troubles: PodTroubles = field(default_factory=PodTroubles)
    _lost: "_LostPods" = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lost", _LostPods.of(self.unreadable))

    @property
    def has_gaps(self) -> bool:
        """Whether any pod cannot be read."""
        return bool(self.unreadable)

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: what is amiss with the pods that can be read is so."""
        del subject, aspect
        return None

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why not all pods of a workload, or on a node, are known, if so."""
        del aspect
        if subject.kind == "Node":
            return self._lost.by_node.get(subject.name) or self._lost.by_node.get(None)
        key = WorkloadKey(subject.namespace, subject.kind, subject.name)
        return self._lost.by_owner.get(key) or self._lost.by_namespace.get(subject.namespace)


@dataclass(frozen=True, slots=True)
class _LostPods:
    """Unreadable pods by what they could belong to, one for each; by node None for any node."""

    by_owner: Mapping[WorkloadKey, Gap]
    by_namespace: Mapping[str, Gap]
    by_node: Mapping[str | None, Gap]

    @classmethod
    def of(cls, pods: Iterable[UnreadablePod]) -> "_LostPods":
        by_owner: dict[WorkloadKey, Gap] = {}
        by_namespace: dict[str, Gap] = {}
        by_node: dict[str | None, Gap] = {}
        for pod in pods:
            by_node.setdefault(pod.node, pod.gap)
            if pod.owner is None:
                by_namespace.setdefault(pod.namespace, pod.gap)
            else:
                by_owner.setdefault(pod.owner, pod.gap)
        return cls(by_owner, by_namespace, by_node)

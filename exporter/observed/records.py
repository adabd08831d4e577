"""The fields that are read of each API object, and nothing else of it.

Decoding builds these records straight from bytes, so that what is not declared here costs next
to nothing and is never kept. ``null`` is as good as absent, as it is for the API's own decoder.
What no verdict is made of is marked as *spare*: an object in which it is amiss is read without it
(:mod:`exporter.observed.lenient`).

Source: Kubernetes API reference (core/v1, apps/v1, autoscaling/v2), Argo CD's Application
(``argoproj.io/v1alpha1``), KEDA's ScaledObject (``keda.sh/v1alpha1``).
"""

from typing import Annotated

from msgspec import Meta, Raw, Struct, field

from exporter.domain.errors import ParseError
from exporter.domain.nodes import ConditionStatus

Name = Annotated[str, Meta(min_length=1, max_length=253)]
TaintKey = Annotated[str, Meta(min_length=1, max_length=317)]
"""A prefix of at most 253 characters, a slash, and a name of at most 63."""

SPARE = Meta(extra={"spare": True})
"""Marks a field that no verdict is made of."""

SpareText = Annotated[str | None, SPARE]


class _Record(Struct, rename="camel", gc=False):
    """A part of an API object. Records form no cycles, so the collector need not see them."""


class Owner(_Record):
    """An entry of ``ownerReferences``."""

    kind: str
    name: str
    controller: bool | None = None


class Metadata(_Record):
    """What is read of every object's metadata."""

    name: Name
    namespace: str | None = None
    resource_version: SpareText = None

    @property
    def version(self) -> int:
        """The resource version as a number that grows, or -1 where it is none."""
        text = self.resource_version
        return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else -1  # noqa: PLR2004 - a 64-bit number


class ObjectRecord(_Record):
    """An object of any kind, of which only the metadata counts."""

    metadata: Metadata


class OwnedMetadata(Metadata):
    """Metadata with the owners."""

    owner_references: list[Owner] | None = None

    @property
    def controller(self) -> Owner | None:
        """The owner that manages this object, if any."""
        for owner in self.owner_references or ():
            if owner.controller:
                return owner
        return None


class Condition(_Record):
    """An entry of ``status.conditions``, of which few are needed."""

    type: str = ""
    status: SpareText = None
    reason: SpareText = None
    message: SpareText = None
    last_transition_time: SpareText = None
    last_update_time: SpareText = None

    @property
    def known_status(self) -> ConditionStatus:
        """The status; raises :exc:`ParseError` where it is none that Kubernetes knows."""
        try:
            return ConditionStatus(self.status or "")
        except ValueError:
            raise ParseError(f"the condition {self.type} is {self.status!r}") from None


class TaintRecord(_Record):
    """A taint."""

    key: TaintKey
    effect: str
    value: str | None = None
    time_added: SpareText = None


class NodeSpec(_Record):
    """The spec of a Node."""

    taints: list[TaintRecord] | None = None
    unschedulable: Annotated[bool | None, SPARE] = None
    provider_id: SpareText = field(default=None, name="providerID")


class NodeAddress(_Record):
    """An address of a Node."""

    type: str = ""
    address: SpareText = None


class NodeInfo(_Record):
    """``status.nodeInfo``."""

    kubelet_version: SpareText = None


class NodeStatus(_Record):
    """The status of a Node."""

    conditions: list[Condition] | None = None
    addresses: list[NodeAddress] | None = None
    node_info: Annotated[NodeInfo | None, SPARE] = None


class NodeMetadata(Metadata):
    """Metadata of a Node."""

    labels: dict[str, str] | None = None
    creation_timestamp: SpareText = None


class NodeRecord(_Record):
    """A Node."""

    metadata: NodeMetadata
    spec: NodeSpec | None = None
    status: NodeStatus | None = None


class TolerationRecord(_Record):
    """A toleration."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None
    toleration_seconds: int | None = None


class PodLabels(_Record):
    """The one label of a Pod that is read: what a ReplicaSet's name ends in."""

    template_hash: str | None = field(default=None, name="pod-template-hash")


class PodAnnotations(_Record):
    """The one annotation of a Pod that is read: kubelet's mark of a mirror of a static pod."""

    mirror: str | None = field(default=None, name="kubernetes.io/config.mirror")


class PodMetadata(OwnedMetadata):
    """Metadata of a Pod."""

    deletion_timestamp: str | None = None
    labels: PodLabels | None = None
    annotations: PodAnnotations | None = None


class PodSpec(_Record):
    """The spec of a Pod; its tolerations stay bytes, which few different pods differ in."""

    node_name: str | None = None
    tolerations: Raw = Raw(b"null")


class Waiting(_Record):
    """``state.waiting`` of a container."""

    reason: str | None = None


class Begun(_Record):
    """``state.running`` or ``state.terminated``, of which only counts that it is there."""


class ContainerState(_Record):
    """``state`` of a container."""

    waiting: Waiting | None = None
    running: Begun | None = None
    terminated: Begun | None = None


class ContainerStatus(_Record):
    """An entry of ``containerStatuses``."""

    state: ContainerState | None = None
    image_id: str | None = field(default=None, name="imageID")

    @property
    def has_image(self) -> bool:
        """Whether its image is on the node: what has an ID, or began, had one."""
        state = self.state
        return bool(self.image_id) or (
            state is not None and (state.running is not None or state.terminated is not None)
        )


class PodCondition(_Record):
    """A condition of a Pod."""

    type: str
    status: str | None = None


class PodStatus(_Record):
    """The status of a Pod."""

    phase: str | None = None
    conditions: list[PodCondition] | None = None
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None


class PodRecord(_Record):
    """A Pod."""

    metadata: PodMetadata
    spec: PodSpec | None = None
    status: PodStatus | None = None


class WorkloadStatus(_Record):
    """The status of a Deployment, StatefulSet or DaemonSet."""

    observed_generation: int | None = None
    conditions: list[Condition] | None = None
    replicas: int | None = None
    ready_replicas: int | None = None
    updated_replicas: int | None = None
    available_replicas: int | None = None
    current_revision: str | None = None
    update_revision: str | None = None
    desired_number_scheduled: int | None = None
    current_number_scheduled: int | None = None
    number_ready: int | None = None
    number_available: int | None = None
    updated_number_scheduled: int | None = None


class WorkloadMetadata(OwnedMetadata):
    """Metadata of a Deployment, StatefulSet or DaemonSet."""

    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    generation: int | None = None
    creation_timestamp: SpareText = None


class WorkloadRecord(_Record):
    """A Deployment, StatefulSet or DaemonSet; its spec is what is declared, so it stays whole."""

    metadata: WorkloadMetadata
    spec: Raw = Raw(b"null")
    status: WorkloadStatus | None = None


class ScaleTarget(_Record):
    """``spec.scaleTargetRef`` of an autoscaler."""

    name: Name
    kind: str | None = None


class HorizontalPodAutoscalerSpec(_Record):
    """The spec of a HorizontalPodAutoscaler."""

    scale_target_ref: ScaleTarget | None = None
    max_replicas: int | None = None
    min_replicas: int | None = None


class HorizontalPodAutoscalerRecord(_Record):
    """A HorizontalPodAutoscaler, of any version."""

    metadata: Metadata
    spec: HorizontalPodAutoscalerSpec | None = None


class ScaledObjectSpec(_Record):
    """The spec of a ScaledObject."""

    scale_target_ref: ScaleTarget | None = None
    idle_replica_count: int | None = None
    min_replica_count: int | None = None
    max_replica_count: int | None = None


class ScaledObjectRecord(_Record):
    """KEDA's ScaledObject."""

    metadata: Metadata
    spec: ScaledObjectSpec | None = None


class SourceRecord(_Record):
    """A source of an Application."""

    repo_url: str | None = field(default=None, name="repoURL")
    path: str | None = None
    target_revision: str | None = None
    chart: str | None = None
    ref: str | None = None


class AutomatedRecord(_Record):
    """``syncPolicy.automated``."""

    prune: bool | None = None
    self_heal: bool | None = None
    enabled: bool | None = None


class SyncPolicy(_Record):
    """``spec.syncPolicy``."""

    automated: AutomatedRecord | None = None


class Destination(_Record):
    """``spec.destination``."""

    namespace: SpareText = None


class ApplicationSpec(_Record):
    """The spec of an Application."""

    source: SourceRecord | None = None
    sources: list[SourceRecord] | None = None
    sync_policy: SyncPolicy | None = None
    destination: Annotated[Destination | None, SPARE] = None


class SyncStatus(_Record):
    """``status.sync``."""

    status: str | None = None
    revision: str | None = None
    revisions: list[str] | None = None


class HealthStatus(_Record):
    """``status.health``, and the health of a resource."""

    status: str | None = None
    message: SpareText = None
    last_transition_time: str | None = None


class OperationState(_Record):
    """``status.operationState``."""

    phase: str | None = None
    started_at: str | None = None


class ResourceRecord(_Record):
    """An entry of ``status.resources``."""

    kind: SpareText = None
    name: SpareText = None
    namespace: SpareText = None
    health: Annotated[HealthStatus | None, SPARE] = None


class ApplicationCondition(_Record):
    """An entry of ``status.conditions``."""

    type: SpareText = None


class ApplicationStatus(_Record):
    """The status of an Application."""

    sync: SyncStatus | None = None
    health: HealthStatus | None = None
    operation_state: OperationState | None = None
    reconciled_at: SpareText = None
    conditions: Annotated[list[ApplicationCondition] | None, SPARE] = None
    resources: Annotated[list[ResourceRecord] | None, SPARE] = None


class ApplicationSetRecord(_Record):
    """Argo CD's ApplicationSet; its spec is evaluated as one from a file, so it stays whole."""

    metadata: Metadata
    spec: Raw = Raw(b"null")


class ApplicationMetadata(OwnedMetadata):
    """Metadata of an Application."""

    labels: Annotated[dict[str, str] | None, SPARE] = None
    deletion_timestamp: str | None = None


class ApplicationRecord(_Record):
    """Argo CD's Application."""

    metadata: ApplicationMetadata
    spec: ApplicationSpec | None = None
    status: ApplicationStatus | None = None

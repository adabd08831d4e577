"""The fields that are read of a Pod; source: Kubernetes API reference (core/v1)."""

from typing import Annotated

from msgspec import Raw, field

from exporter.domain.podcontent import Mark
from exporter.observed.records import SPARE, OwnedMetadata, Record, SpareText


class TolerationRecord(Record):
    """A toleration."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None
    toleration_seconds: int | None = None


class PodLabels(Record):
    """The labels of a Pod that are read: of which template it is.

    A ReplicaSet's name ends in the first, the second is that of StatefulSets and DaemonSets. The
    name of one that a Rollout of Argo made ends in the third.
    """

    template_hash: str | None = field(default=None, name="pod-template-hash")
    revision_hash: str | None = field(default=None, name="controller-revision-hash")
    rollout_hash: str | None = field(default=None, name="rollouts-pod-template-hash")


class PodAnnotations(Record):
    """The annotations of a Pod that are read.

    They are kubelet's mark of a mirror of a static pod, and those of webhooks and controllers that
    change pods.
    """

    mirror: str | None = field(default=None, name="kubernetes.io/config.mirror")
    istio: SpareText = field(default=None, name=Mark.ISTIO.value)
    linkerd: SpareText = field(default=None, name=Mark.LINKERD.value)
    vault: SpareText = field(default=None, name=Mark.VAULT.value)
    consul: SpareText = field(default=None, name=Mark.CONSUL.value)
    kuma: SpareText = field(default=None, name=Mark.KUMA.value)
    vpa: SpareText = field(default=None, name=Mark.VPA.value)
    vpa_in_place: SpareText = field(default=None, name=Mark.VPA_IN_PLACE.value)
    autopilot: SpareText = field(default=None, name=Mark.AUTOPILOT.value)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks of those who changed the pod."""
        values = (
            self.istio,
            self.linkerd,
            self.vault,
            self.consul,
            self.kuma,
            self.vpa,
            self.vpa_in_place,
            self.autopilot,
        )
        return tuple([mark for mark, value in zip(Mark, values, strict=True) if value])


class PodMetadata(OwnedMetadata):
    """Metadata of a Pod."""

    deletion_timestamp: str | None = None
    labels: PodLabels | None = None
    annotations: PodAnnotations | None = None


class ContainerRecord(Record):
    """A container; its resources stay bytes, which few different pods differ in."""

    name: str = ""
    image: str = ""
    resources: Raw = Raw(b"null")


class PodSpec(Record):
    """The spec of a Pod; its tolerations stay bytes, which few different pods differ in."""

    node_name: str | None = None
    tolerations: Raw = Raw(b"null")
    containers: list[ContainerRecord] | None = None
    init_containers: list[ContainerRecord] | None = None
    ephemeral_containers: list[ContainerRecord] | None = None


class Waiting(Record):
    """``state.waiting`` of a container."""

    reason: str | None = None
    message: SpareText = None


class Begun(Record):
    """``state.running`` or ``state.terminated``, of which only counts that it is there."""


class Terminated(Record):
    """``lastState.terminated`` of a container."""

    reason: SpareText = None
    finished_at: SpareText = None


class LastState(Record):
    """``lastState`` of a container."""

    terminated: Annotated[Terminated | None, SPARE] = None


class ContainerState(Record):
    """``state`` of a container."""

    waiting: Waiting | None = None
    running: Begun | None = None
    terminated: Begun | None = None


class ContainerStatus(Record):
    """An entry of ``containerStatuses``."""

    name: str = ""
    state: ContainerState | None = None
    restart_count: Annotated[int | None, SPARE] = None
    last_state: Annotated[LastState | None, SPARE] = None
    image_id: str | None = field(default=None, name="imageID")

    @property
    def has_image(self) -> bool:
        """Whether its image is on the node: what has an ID, or began, had one."""
        state = self.state
        return bool(self.image_id) or (
            state is not None and (state.running is not None or state.terminated is not None)
        )


class PodCondition(Record):
    """A condition of a Pod."""

    type: str
    status: str | None = None
    reason: SpareText = None
    message: SpareText = None


class PodStatus(Record):
    """The status of a Pod."""

    phase: str | None = None
    reason: SpareText = None
    message: SpareText = None
    start_time: SpareText = None
    resize: SpareText = None
    conditions: list[PodCondition] | None = None
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None


class PodRecord(Record):
    """A Pod."""

    metadata: PodMetadata
    spec: PodSpec | None = None
    status: PodStatus | None = None

"""The fields that are read of a Pod; source: Kubernetes API reference (core/v1)."""

from msgspec import Raw, field

from exporter.observed.records import OwnedMetadata, Record


class TolerationRecord(Record):
    """A toleration."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None
    toleration_seconds: int | None = None


class PodLabels(Record):
    """The one label of a Pod that is read: what a ReplicaSet's name ends in."""

    template_hash: str | None = field(default=None, name="pod-template-hash")


class PodAnnotations(Record):
    """The one annotation of a Pod that is read: kubelet's mark of a mirror of a static pod."""

    mirror: str | None = field(default=None, name="kubernetes.io/config.mirror")


class PodMetadata(OwnedMetadata):
    """Metadata of a Pod."""

    deletion_timestamp: str | None = None
    labels: PodLabels | None = None
    annotations: PodAnnotations | None = None


class PodSpec(Record):
    """The spec of a Pod; its tolerations stay bytes, which few different pods differ in."""

    node_name: str | None = None
    tolerations: Raw = Raw(b"null")


class Waiting(Record):
    """``state.waiting`` of a container."""

    reason: str | None = None


class Begun(Record):
    """``state.running`` or ``state.terminated``, of which only counts that it is there."""


class ContainerState(Record):
    """``state`` of a container."""

    waiting: Waiting | None = None
    running: Begun | None = None
    terminated: Begun | None = None


class ContainerStatus(Record):
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


class PodCondition(Record):
    """A condition of a Pod."""

    type: str
    status: str | None = None


class PodStatus(Record):
    """The status of a Pod."""

    phase: str | None = None
    conditions: list[PodCondition] | None = None
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None


class PodRecord(Record):
    """A Pod."""

    metadata: PodMetadata
    spec: PodSpec | None = None
    status: PodStatus | None = None

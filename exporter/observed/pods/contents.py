"""What the pods of workloads consist of: each different content once, with the pods that have it.

The pods of a workload are mostly alike, so that of a pod hardly more than its name is kept.
"""

from collections.abc import Sequence
from heapq import nsmallest
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from exporter.domain.declaration import WorkloadKey
from exporter.domain.podcontent import Mark, PodContainer, PodContent
from exporter.observed.pods.records import ContainerRecord, PodRecord, PodStatus

TEMPLATED: Final = frozenset({"DaemonSet", "Deployment", "StatefulSet"})
"""The kinds of owners whose pods are made of one template."""

MAX_NAMES: Final = 3
MAX_NAMED: Final = 100
"""Of how many equal pods the first are named; of more, finding the first takes too long."""

_PENDING: Final = frozenset({"Deferred", "Infeasible"})

_Containers: TypeAlias = tuple[tuple[str, str, bytes], ...]
ContentKey: TypeAlias = tuple[
    str, str, tuple[Mark, ...], _Containers, _Containers, _Containers, tuple[tuple[str, str], ...]
]
"""Revision, resize, marks, containers of three sorts, and image IDs by the container's name."""


class _Resources(Struct, gc=False):
    limits: dict[str, str | int | float] | None = None
    requests: dict[str, str | int | float] | None = None


_RESOURCES = msgspec.json.Decoder(_Resources | None)


class Content(Struct, eq=False, gc=False):
    """One content, and the names of the pods of *owner* that have it."""

    owner: WorkloadKey
    key: ContentKey
    pods: dict[str, None]
    sorts: tuple[tuple[PodContainer, ...], ...]
    frozen: PodContent | None = None

    def freeze(self) -> PodContent:
        """Return it as it is now; the same value until its pods change."""
        if self.frozen is None:
            init, containers, ephemeral = self.sorts
            few = len(self.pods) <= MAX_NAMED
            self.frozen = PodContent(
                pods=len(self.pods),
                revision=self.key[0],
                resize=self.key[1],
                marks=self.key[2],
                init_containers=init,
                containers=containers,
                ephemeral_containers=ephemeral,
                names=tuple(nsmallest(MAX_NAMES, self.pods)) if few else (),
            )
        return self.frozen


class Contents:
    """All contents by owner, and a frozen view of them that is brought up to date in steps."""

    __slots__ = ("_by_owner", "_changed", "_frozen")

    def __init__(self) -> None:
        self._by_owner: dict[WorkloadKey, dict[ContentKey, Content]] = {}
        self._changed: set[WorkloadKey] = set()
        self._frozen: dict[WorkloadKey, tuple[PodContent, ...]] = {}

    def find(self, owner: WorkloadKey, record: PodRecord) -> Content:
        """Return the content of a pod, which is in no view before one is counted.

        Raises :exc:`msgspec.DecodeError`.
        """
        key = _key(record)
        own = self._by_owner.get(owner)
        known = own.get(key) if own else None
        return known or Content(owner, key, {}, _sorts(key))

    def count(self, content: Content, name: str, *, sign: int) -> None:
        """Add the pod *name* to those that have this *content* (*sign* 1), or take it off (-1)."""
        if sign > 0:
            if not content.pods:
                self._by_owner.setdefault(content.owner, {})[content.key] = content
            content.pods[name] = None
        else:
            content.pods.pop(name, None)
            if not content.pods:
                self._drop(content)
        content.frozen = None
        self._changed.add(content.owner)

    def freeze(self, budget: int) -> bool:
        """Freeze about *budget* of the contents that changed; tell whether no more are left."""
        while budget > 0 and self._changed:
            budget -= self._freeze(self._changed.pop())
        return not self._changed

    def view(self) -> dict[WorkloadKey, tuple[PodContent, ...]]:
        """Return all contents by owner, as of now; freezes what is left to freeze."""
        while not self.freeze(1 << 20):
            pass
        return dict(self._frozen)

    def _drop(self, content: Content) -> None:
        own = self._by_owner[content.owner]
        del own[content.key]
        if not own:
            del self._by_owner[content.owner]

    def _freeze(self, owner: WorkloadKey) -> int:
        own = self._by_owner.get(owner)
        if own is None:
            self._frozen.pop(owner, None)
            return 1
        self._frozen[owner] = tuple([own[key].freeze() for key in sorted(own)])
        return len(own)


def _key(record: PodRecord) -> ContentKey:
    metadata, spec, status = record.metadata, record.spec, record.status
    labels, annotations = metadata.labels, metadata.annotations
    return (
        (labels.template_hash or labels.revision_hash or "") if labels else "",
        _resize(status) if status else "",
        annotations.marks if annotations else (),
        _containers(spec.init_containers) if spec and spec.init_containers else (),
        _containers(spec.containers) if spec and spec.containers else (),
        _containers(spec.ephemeral_containers) if spec and spec.ephemeral_containers else (),
        _image_ids(status) if status else (),
    )


def _containers(containers: Sequence[ContainerRecord]) -> _Containers:
    if len(containers) == 1:  # as most pods have, of which there are many
        (only,) = containers
        return ((only.name, only.image, bytes(only.resources)),)
    return tuple([(one.name, one.image, bytes(one.resources)) for one in containers])


def _image_ids(status: PodStatus) -> tuple[tuple[str, str], ...]:
    statuses = status.container_statuses or []
    if status.init_container_statuses:
        statuses = [*status.init_container_statuses, *statuses]
    if len(statuses) == 1:
        (only,) = statuses
        return ((only.name, only.image_id),) if only.image_id else ()
    return tuple(sorted([(one.name, one.image_id) for one in statuses if one.image_id]))


def _resize(status: PodStatus) -> str:
    """Return why a resize waits: a condition since Kubernetes 1.33, a field of its own before."""
    for condition in status.conditions or ():
        if condition.type == "PodResizePending":
            return condition.reason or "Deferred"
    return status.resize if status.resize in _PENDING else ""


def _sorts(key: ContentKey) -> tuple[tuple[PodContainer, ...], ...]:
    ids = dict(key[6])
    return tuple(
        tuple(
            PodContainer(name, image, _quantities(resources), ids.get(name, ""))
            for name, image, resources in sort
        )
        for sort in key[3:6]
    )


def _quantities(raw: bytes) -> tuple[tuple[str, str], ...]:
    resources = _RESOURCES.decode(raw) or _Resources()
    parts = (("limits", resources.limits), ("requests", resources.requests))
    return tuple(
        (f"{part}/{name}", str(quantity))
        for part, quantities in parts
        for name, quantity in sorted((quantities or {}).items())
    )

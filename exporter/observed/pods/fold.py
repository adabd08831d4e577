"""Pods, folded at once into one group per owner, node and tolerations."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.rollouts import ROLLOUT
from exporter.domain.workloads import ObservedPods, UnreadablePod
from exporter.observed.latest import Tombstones
from exporter.observed.lenient import Partial
from exporter.observed.pods.contents import TEMPLATED, Content, Contents
from exporter.observed.pods.groups import Group, Groups
from exporter.observed.pods.records import PodMetadata, PodRecord, PodStatus
from exporter.observed.pods.tolerations import parse_tolerations
from exporter.observed.pods.troubles import Troubles, is_well
from exporter.observed.records import Metadata

_ENDED = frozenset({"Succeeded", "Failed"})
_NODE = "spec.nodeName"
_NO_STATUS = PodStatus()


class _Share(Struct, gc=False):
    """What one pod adds to the sums; *group* is None where it has ended or is being deleted."""

    version: int
    group: Group | None = None
    ready: bool = False
    pulled: bool = False
    waiting: tuple[str, ...] = ()
    content: Content | None = None

    def counts_as(self, other: "_Share") -> bool:
        """Tell whether *other* adds the same to the same sums."""
        return (
            self.group is other.group
            and self.ready == other.ready
            and self.pulled == other.pulled
            and self.waiting == other.waiting
            and self.content is other.content
        )


class PodFold:
    """Sums over pods that follow each change of a pod, and keep nothing else of it.

    After any sequence of changes the sums are those that a recount of the present pods gives.
    """

    __slots__ = (
        *("_contents", "_groups", "_leaving", "_shares", "_tombstones", "_troubles"),
        "_unreadable",
    )

    def __init__(self) -> None:
        self._groups = Groups()
        self._contents = Contents()
        self._troubles = Troubles()
        self._shares: dict[str, dict[str, _Share]] = {}
        """By namespace and name."""
        self._tombstones: Tombstones[tuple[str, str]] = Tombstones()
        self._leaving: dict[tuple[str, str], tuple[WorkloadKey, str]] = {}
        """Owner and node of the few pods that are being deleted, by namespace and name."""
        self._unreadable: dict[tuple[str, str], UnreadablePod] = {}
        """By namespace and name."""

    def __len__(self) -> int:
        return sum(map(len, self._shares.values()))

    def put(self, record: PodRecord) -> bool:
        """Count a pod in place of an older version of it; tell whether any sum changed.

        An older version than the known one, or than the one that was removed, changes nothing.
        Raises :exc:`ParseError` and :exc:`msgspec.DecodeError`, and then has not counted it.
        """
        metadata = record.metadata
        namespace, name = _same(metadata.namespace or ""), metadata.name
        version = metadata.version
        shares = self._shares.get(namespace)
        known = None if shares is None else shares.get(name)
        if known is None:
            if self._tombstones.covers((namespace, name), version):
                return False
        elif 0 <= version < known.version:
            return False
        share = self._share(record, namespace, version)
        if shares is None:
            shares = self._shares[namespace] = {}
        shares[name] = share
        left = self._note_leaving(record, namespace)
        left |= self._note_trouble(record, namespace)
        if self._unreadable:
            left |= self._unreadable.pop((namespace, name), None) is not None
        if known is not None:
            if known.counts_as(share):
                return left
            self._count(known, sign=-1)
        self._count(share, sign=1)
        self._count_content(name, before=known.content if known else None, now=share.content)
        return True

    def put_unreadable(self, partial: Partial[PodRecord], gap: Gap) -> bool:
        """Count a pod of which only that is known which *partial* holds; tell if that is news.

        One that has ended is in no sum, whatever else is amiss with it.
        """
        record, metadata = partial.record, partial.record.metadata
        if _is_over(record) and not partial.lacks("metadata", _NODE, "status.phase"):
            return self.put(record)
        key, version = (_same(metadata.namespace or ""), metadata.name), metadata.version
        known = self._shares.get(key[0], {}).get(metadata.name)
        if 0 <= version < known.version if known else self._tombstones.covers(key, version):
            return False
        self._shares.setdefault(key[0], {})[metadata.name] = _Share(version)
        if known is not None:
            self._count(known, sign=-1)
            self._count_content(metadata.name, before=known.content, now=None)
        self._leaving.pop(key, None)
        self._troubles.drop(key)
        before, pod = self._unreadable.get(key), _unreadable(partial, key[0], gap)
        self._unreadable[key] = pod
        return pod != before

    def remove(self, metadata: Metadata) -> bool:
        """Count a pod no more, as it was when it went; tell whether it was counted.

        A newer pod of that name stays.
        """
        namespace, name, version = metadata.namespace or "", metadata.name, metadata.version
        shares = self._shares.get(namespace, {})
        known = shares.get(name)
        if known is not None and 0 <= version < known.version:
            return False
        self._tombstones.add((namespace, name), version)
        if known is None:
            return False
        del shares[name]
        self._leaving.pop((namespace, name), None)
        self._troubles.drop((namespace, name))
        self._unreadable.pop((namespace, name), None)
        if not shares:
            del self._shares[namespace]
        self._count(known, sign=-1)
        self._count_content(name, before=known.content, now=None)
        return True

    def freeze(self, budget: int) -> bool:
        """Freeze *budget* of the groups that changed; tell whether no more are left."""
        return self._groups.freeze(budget) and self._contents.freeze(budget)

    def contents(self) -> ObservedPods:
        """Return the sums as they are now; quick where all is frozen."""
        by_owner, by_node = self._groups.views()
        return ObservedPods(
            by_owner=by_owner,
            by_node=by_node,
            contents=self._contents.view(),
            per_namespace={name: len(own) for name, own in sorted(self._shares.items())},
            leaving=_by_owner(self._leaving.values()),
            unreadable=tuple(self._unreadable[key] for key in sorted(self._unreadable)),
            troubles=self._troubles.freeze(),
        )

    @property
    def unreadable(self) -> list[Gap]:
        """Why not all that is needed of a pod can be read, one for each."""
        return [pod.gap for pod in self._unreadable.values()]

    def _share(self, record: PodRecord, namespace: str, version: int) -> _Share:
        status = record.status or _NO_STATUS
        if record.metadata.deletion_timestamp or status.phase in _ENDED:
            return _Share(version)
        if record.spec is None:  # the API server always writes one, so its node was left out
            raise ParseError("it has no spec")
        node = _node(record)
        owner = _owner(record.metadata, namespace=namespace, node=node)
        tolerations = parse_tolerations(bytes(record.spec.tolerations))
        group = self._groups.find(owner, node, tolerations)
        ready = _is_ready(status)
        content = self._contents.find(owner, record) if owner.kind in TEMPLATED else None
        pulled = ready or _is_pulled(status)
        return _Share(version, group, ready, pulled, _waiting(status), content)

    def _note_leaving(self, record: PodRecord, namespace: str) -> bool:
        """Take note of whether a pod is being deleted; tell whether that is news."""
        metadata = record.metadata
        if not metadata.deletion_timestamp and not self._leaving:
            return False
        key, leaving = (namespace, metadata.name), None
        if metadata.deletion_timestamp and (record.status or _NO_STATUS).phase not in _ENDED:
            node = _node(record)
            leaving = _owner(metadata, namespace=namespace, node=node), node
        before = self._leaving.pop(key, None)
        if leaving is not None:
            self._leaving[key] = leaving
        return leaving != before

    def _count_content(self, name: str, *, before: Content | None, now: Content | None) -> None:
        if before is now:
            return
        if before is not None:
            self._contents.count(before, name, sign=-1)
        if now is not None:
            self._contents.count(now, name, sign=1)

    def _note_trouble(self, record: PodRecord, namespace: str) -> bool:
        """Take note of what a pod tells that goes wrong with it; tell whether that is news."""
        metadata, status = record.metadata, record.status or _NO_STATUS
        key = namespace, metadata.name
        if metadata.deletion_timestamp or status.phase == "Succeeded":
            return self._troubles.drop(key)
        if is_well(status):
            return self._troubles.drop(key)
        owner = _owner(metadata, namespace=namespace, node=_node(record))
        return self._troubles.note(key, owner, status)

    def _count(self, share: _Share, *, sign: int) -> None:
        if share.group is not None:
            self._groups.count(
                share.group,
                ready=share.ready,
                pulled=share.pulled,
                waiting=share.waiting,
                sign=sign,
            )


def _is_over(record: PodRecord) -> bool:
    """Tell whether a pod has ended or is being deleted."""
    return bool(record.metadata.deletion_timestamp) or (
        record.status is not None and record.status.phase in _ENDED
    )


def _unreadable(partial: Partial[PodRecord], namespace: str, gap: Gap) -> UnreadablePod:
    metadata = partial.record.metadata
    known = partial.record.spec is not None and not partial.lacks(_NODE)
    node = _node(partial.record) if known else None
    named_by = "annotations" if metadata.controller is None else "labels"
    owner = None
    lacking = partial.lacks("metadata.ownerReferences", f"metadata.{named_by}")
    cut = partial.record.spec is None and metadata.controller is None  # what else was left out?
    if not lacking and not cut:
        owner = _owner(metadata, namespace=namespace, node=node or "")
    return UnreadablePod(gap=gap, namespace=namespace, owner=owner, node=node)


def _by_owner(leaving: Iterable[tuple[WorkloadKey, str]]) -> dict[WorkloadKey, dict[str, int]]:
    found: dict[WorkloadKey, dict[str, int]] = {}
    for (owner, node), count in sorted(Counter(leaving).items()):
        found.setdefault(owner, {})[node] = count
    return found


def _node(record: PodRecord) -> str:
    return _same((record.spec and record.spec.node_name) or "")


def _owner(metadata: PodMetadata, *, namespace: str, node: str) -> WorkloadKey:
    """Return who manages a pod.

    A ReplicaSet that a Deployment made is named after it and the hash of the pod template, which
    the pod bears as a label. The mirror of a static pod belongs to its node.
    """
    controller = metadata.controller
    if controller is None:
        if metadata.annotations is not None and metadata.annotations.mirror is not None:
            return _workload(namespace, "Node", node)
        return WorkloadKey(namespace, "Pod", metadata.name)
    if controller.kind == "ReplicaSet" and metadata.labels is not None:
        name, dash, suffix = controller.name.rpartition("-")
        if dash and name and suffix == metadata.labels.template_hash:
            return _workload(namespace, "Deployment", name)
        if dash and name and suffix == metadata.labels.rollout_hash:
            return _workload(namespace, ROLLOUT, name)
    return _workload(namespace, controller.kind, controller.name)


@lru_cache(maxsize=1 << 16)
def _workload(namespace: str, kind: str, name: str) -> WorkloadKey:
    """Return the same key for the same owner, as far as that is remembered."""
    return WorkloadKey(namespace, kind, name)


@lru_cache(maxsize=1 << 14)
def _same(text: str) -> str:
    """Return the same string for equal ones, as far as that is remembered."""
    return text


def _is_ready(status: PodStatus) -> bool:
    for condition in status.conditions or ():
        if condition.type == "Ready":
            return condition.status == "True"
    return False


def _is_pulled(status: PodStatus) -> bool:
    """Tell whether kubelet tells of containers, and each has its image, as in each ready pod."""
    if not status.container_statuses:
        return False
    return all(
        container_status.has_image for container_status in status.container_statuses
    ) and all(
        init_container_status.has_image
        for init_container_status in status.init_container_statuses or ()
    )


def _waiting(status: PodStatus) -> tuple[str, ...]:
    """Return why containers wait, a reason for each that says one."""
    reasons = [
        _same(container.state.waiting.reason)
        for containers in (status.init_container_statuses, status.container_statuses)
        for container in containers or ()
        if container.state and container.state.waiting and container.state.waiting.reason
    ]
    return tuple(reasons)

"""Facts about nodes, declared and observed, and which of them a pod template selects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from exporter.domain.declaration import (
    LABELS,
    PRESENT,
    TAINTS,
    Attribute,
    DeclaredNode,
    NodeGroup,
)
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.selectors import NodeSelection
from exporter.domain.taints import Taint


class ConditionStatus(StrEnum):
    """The status of a Kubernetes condition; ``Unknown`` where it is missing, too."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedNode:
    """A node as the API server shows it; *unschedulable* is a cordon.

    *ready_since* is when *ready* last changed, *tainted* since when it bears a taint, by its key,
    where somebody wrote that down.
    """

    name: str
    labels: Mapping[str, str]
    taints: frozenset[Taint] = frozenset()
    tainted: Mapping[str, datetime] = field(default_factory=dict)
    ready: ConditionStatus = ConditionStatus.UNKNOWN
    ready_message: str = ""
    ready_since: datetime | None = None
    unschedulable: bool = False
    version: str = ""
    provider_id: str = ""
    internal_ips: tuple[str, ...] = ()
    created: datetime | None = None

    INSTANCE_TYPE: ClassVar[str] = "node.kubernetes.io/instance-type"
    ZONE: ClassVar[str] = "topology.kubernetes.io/zone"


class NodeIndex:
    """Nodes by label, to find those that a pod template selects without asking each."""

    __slots__ = ("_by_label", "_labels")

    def __init__(self, labels: Mapping[str, Mapping[str, str]]) -> None:
        self._labels = labels
        self._by_label: dict[tuple[str, str], set[str]] = {}
        for name, pairs in labels.items():
            for pair in pairs.items():
                self._by_label.setdefault(pair, set()).add(name)

    def selected(self, selection: NodeSelection) -> list[str]:
        """Return the names of the nodes that *selection* selects, sorted."""
        names: Iterable[str] = self._labels
        if selection.labels:
            found = [self._by_label.get(pair, set()) for pair in selection.labels.items()]
            names = set.intersection(*found)
        if selection.terms is None:
            return sorted(names)
        return sorted(
            name for name in names if selection.matches(name=name, labels=self._labels[name])
        )


_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "labels": (LABELS,),
    "taints": (TAINTS,),
    "version": (Attribute.VERSION,),
    "instance": (
        Attribute.INSTANCE_TYPE,
        Attribute.ZONE,
        Attribute.INTERNAL_IP,
        Attribute.PROVIDER_ID,
    ),
}
"""The attributes that checks of an aspect compare."""


@dataclass(frozen=True, slots=True)
class DeclaredNodes:
    """All declared nodes by the name that the cluster has for them, and all groups by name.

    A node that the cluster lacks, or nobody looked for, goes by its declared name: see
    :mod:`exporter.domain.identity`. *incomplete* says why there may be further nodes: then a node
    that is not among them may be declared all the same. *names* are the owner's word of how the
    cluster calls declared nodes. *unread* is where there may be further objects that make nodes.
    """

    MADE_BY_OBJECTS: ClassVar[tuple[str, ...]] = ("karpenter.sh/", "node.cluster.x-k8s.io/")
    """What labels begin with of nodes that an object in the cluster makes."""

    nodes: Mapping[str, DeclaredNode]
    groups: Mapping[str, NodeGroup] = field(default_factory=dict)
    incomplete: tuple[Gap, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[Gap, ...] = ()
    index: NodeIndex = field(init=False, compare=False, repr=False)
    has_gaps: bool = field(init=False, compare=False, repr=False)
    in_order: tuple[tuple[str, DeclaredNode], ...] = field(init=False, compare=False, repr=False)
    _keys: Mapping[str, str] = field(init=False, compare=False, repr=False)
    _pools: tuple[NodeGroup, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        labels = {
            name: {key: stated.value for key, stated in node.labels.items()}
            for name, node in self.nodes.items()
        }
        object.__setattr__(self, "index", NodeIndex(labels))
        object.__setattr__(self, "has_gaps", any(node.unknown for node in self.nodes.values()))
        ordered = sorted(self.nodes.items(), key=lambda item: item[1].name)
        object.__setattr__(self, "in_order", tuple(ordered))
        object.__setattr__(self, "_keys", {node.name: key for key, node in ordered})
        pools = tuple(group for group in self.groups.values() if group.pool)
        object.__setattr__(self, "_pools", pools)

    def named(self, name: str) -> DeclaredNode | None:
        """Return the node of which the code speaks by this *name*, if there is one."""
        return self.nodes.get(self.key_of(name))

    def key_of(self, name: str) -> str:
        """Return by what the cluster calls the node that the code calls *name*, if it does."""
        return self._keys.get(name, name)

    def name_of(self, key: str) -> str:
        """Return by what the code calls the node that the cluster calls *key*, if it does."""
        node = self.nodes.get(key)
        return key if node is None else node.name

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: of a node that is named, what was read counts."""
        del subject, aspect
        return None

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why a node's *aspect* may be declared otherwise, if so.

        The *subject* goes by the cluster's name, as it does for all facts.
        """
        node = self.nodes.get(subject.name) if subject.kind == "Node" else None
        return node.unknown_in(*_ATTRIBUTES.get(aspect, ())) if node and node.unknown else None

    def group_of(self, name: str, labels: Mapping[str, str]) -> str:
        """Return the group of a node, also of one that only a group's pattern describes.

        A node that belongs to none has the group ``""``.
        """
        node = self.nodes.get(name)
        if node is not None:
            return node.group
        return next(
            (group.name for group in self.groups.values() if group.describes(name, labels)), ""
        )

    def groups_of(self, name: str, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Return the group of a node, and all pools that it belongs to as well."""
        group = self.group_of(name, labels)
        pools = (pool.name for pool in self._pools if pool.describes(name, labels))
        return (group, *(pool for pool in pools if pool != group))


@dataclass(frozen=True, slots=True)
class ObservedNodes:
    """All observed nodes by name; of the *unreadable* ones only that they are there is known."""

    nodes: Mapping[str, ObservedNode]
    unreadable: Mapping[str, Gap] = field(default_factory=dict)
    index: NodeIndex = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        labels = {name: node.labels for name, node in self.nodes.items()}
        object.__setattr__(self, "index", NodeIndex(labels))

    def __contains__(self, name: str) -> bool:
        return name in self.nodes or name in self.unreadable

    @property
    def names(self) -> frozenset[str]:
        """The names of all nodes, readable or not."""
        return frozenset((*self.nodes, *self.unreadable))

    @property
    def has_gaps(self) -> bool:
        """Whether any node cannot be read."""
        return bool(self.unreadable)

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why nothing but the presence of a node is known, if so."""
        if aspect == PRESENT or subject.kind != "Node":
            return None
        return self.unreadable.get(subject.name)

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: what is not known of a node decides over a failure, too."""
        del subject, aspect
        return None

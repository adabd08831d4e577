"""Facts about nodes, declared and observed, and which of them a pod template selects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from exporter.domain.declaration import DeclaredNode, NodeGroup
from exporter.domain.selectors import NodeSelection
from exporter.domain.taints import Taint


class ConditionStatus(StrEnum):
    """The status of a Kubernetes condition; ``Unknown`` where it is missing, too."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedNode:
    """A node as the API server shows it; *unschedulable* is a cordon."""

    name: str
    labels: Mapping[str, str]
    taints: frozenset[Taint] = frozenset()
    ready: ConditionStatus = ConditionStatus.UNKNOWN
    ready_message: str = ""
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
        return sorted(one for one in names if selection.matches(name=one, labels=self._labels[one]))


@dataclass(frozen=True, slots=True)
class DeclaredNodes:
    """All declared nodes by name, and all groups by name."""

    nodes: Mapping[str, DeclaredNode]
    groups: Mapping[str, NodeGroup] = field(default_factory=dict)
    index: NodeIndex = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        labels = {
            name: {key: stated.value for key, stated in node.labels.items()}
            for name, node in self.nodes.items()
        }
        object.__setattr__(self, "index", NodeIndex(labels))

    def group_of(self, name: str, labels: Mapping[str, str]) -> str:
        """Return the group of a node, also of one that only a group's pattern describes.

        A node that belongs to none has the group ``""``.
        """
        node = self.nodes.get(name)
        if node is not None:
            return node.group
        return next((one.name for one in self.groups.values() if one.describes(name, labels)), "")


@dataclass(frozen=True, slots=True)
class CompleteNodes:
    """The fact that every declared node is known: without it, a surplus node proves nothing."""


@dataclass(frozen=True, slots=True)
class NodeDetails:
    """The fact that all that is declared of the known nodes (labels, taints ...) is known."""


@dataclass(frozen=True, slots=True)
class ObservedNodes:
    """All observed nodes by name."""

    nodes: Mapping[str, ObservedNode]
    index: NodeIndex = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        labels = {name: node.labels for name, node in self.nodes.items()}
        object.__setattr__(self, "index", NodeIndex(labels))

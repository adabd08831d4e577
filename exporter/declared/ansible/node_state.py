"""Keeps what tasks do to nodes, one after the other, and what it comes to in the end."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.extents import LABEL_KEY, NODE_NAME, Extent
from exporter.declared.ansible.node_changes import NodeChange
from exporter.declared.ansible.node_gaps import NodeGaps
from exporter.domain.declaration import LABELS, NodeGap, NodeStatement, Unresolved
from exporter.domain.provenance import Located, Place
from exporter.domain.taints import Taint, TaintEffect

T = TypeVar("T", str, Taint)

HOSTNAME = "kubernetes.io/hostname"
MAX_STATEMENTS = 500_000


@dataclass(frozen=True, slots=True)
class _Task:
    """Where a task stands, and which playbook it is part of."""

    place: Place
    playbook: str


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    """A value that a task set, and the epoch in which it did."""

    stated: Located[T]
    playbook: str
    epoch: int


@dataclass(slots=True)
class _Node:
    """What tasks set on one node."""

    place: Place
    labels: dict[str, _Entry[str]] = field(default_factory=dict)
    taints: dict[tuple[str, TaintEffect], _Entry[Taint]] = field(default_factory=dict)


@dataclass(slots=True)
class NodeState:
    """The labels and taints of nodes; a later task overrides an earlier one.

    *inventory* are the names of all nodes that the inventory lists; *known* are labels that they
    carry from elsewhere, *listed* what of those is not known. A removal takes away what the same
    playbook set: in which order separate playbooks run is not known, so there it is an open
    question.
    """

    inventory: tuple[str, ...] = ()
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    listed: Sequence[NodeGap] = ()
    complete: bool = True
    node_gaps: NodeGaps = field(default_factory=NodeGaps)
    unresolved: list[Unresolved] = field(default_factory=list)
    _nodes: dict[str, _Node] = field(default_factory=dict)
    _count: int = 0

    def apply(self, change: NodeChange, *, place: Place, playbook: str) -> None:
        """Note *change*; raises :exc:`UnresolvedError` where it is not known to which nodes."""
        names = self._selected(change, place)
        for key in change.labels:
            if not LABEL_KEY.fullmatch(key):
                raise UnresolvedError(f"{key[:80]!r} is no label's key")
        self._count += len(names) * (1 + len(change.labels) + len(change.taints))
        if self._count > MAX_STATEMENTS:
            raise UnresolvedError("tasks say more of nodes than is kept")
        for name in names:
            self._apply(name, change, _Task(place, playbook))

    def statements(self) -> tuple[NodeStatement, ...]:
        """Return what is left standing, by node, the earlier before the later."""
        return tuple(statement for _, statement in self._by_epoch())

    def gaps(self, before: int) -> tuple[NodeGap, ...]:
        """Return what tasks could set and is not known; *before* statements precede theirs."""
        epochs = [epoch for epoch, _ in self._by_epoch()]
        return tuple(self.node_gaps.gaps(lambda epoch: before + bisect_right(epochs, epoch)))

    def _by_epoch(self) -> list[tuple[int, NodeStatement]]:
        """Return the state by epoch, as something unknown may be set between two epochs."""
        parts: dict[tuple[int, str], _Node] = {}
        for name, node in self._nodes.items():
            for key, label in node.labels.items():
                part = parts.setdefault((label.epoch, name), _Node(node.place))
                part.labels[key] = label
            for slot, taint in node.taints.items():
                part = parts.setdefault((taint.epoch, name), _Node(node.place))
                part.taints[slot] = taint
        ordered = sorted(parts.items(), key=lambda item: item[0][0])
        return [(epoch, _statement(name, part)) for (epoch, name), part in ordered]

    def _selected(self, change: NodeChange, place: Place) -> Sequence[str]:
        if change.every:
            self._note_other_nodes(change, place, "--all means nodes that no inventory lists, too")
            return self.inventory
        if change.selector:
            return self._by_selector(change, place)
        if not change.names:
            raise UnresolvedError("names no node")
        for name in change.names:
            if not NODE_NAME.fullmatch(name):
                raise UnresolvedError(f"{name[:80]!r} is no node's name")
        return change.names

    def _note_other_nodes(self, change: NodeChange, place: Place, message: str) -> None:
        """Note that *change* may concern nodes beside those that are known."""
        self.node_gaps.add(Extent(change.extent.attributes), place=place, message=message)

    def _by_selector(self, change: NodeChange, place: Place) -> list[str]:
        """Return the nodes whose declared labels a selector selects, if that is certain."""
        names = list(dict.fromkeys((*self.inventory, *self._nodes)))
        for part in change.selector.split(","):
            key, equals, value = part.replace("==", "=").partition("=")
            key, value = key.strip(), value.strip()
            found = [name for name in names if self._label(name, key) is not None]
            if not found or not LABEL_KEY.fullmatch(key):
                message = f"which nodes {change.selector[:80]!r} selects is not declared"
                raise UnresolvedError(message)
            if self._is_open(key):
                self._note_other_nodes(
                    change, place, f"which nodes have the label {key} is not known"
                )
            names = [
                node_name
                for node_name in found
                if not equals or self._label(node_name, key) == value
            ]
        return names

    def _is_open(self, key: str) -> bool:
        """Tell whether it is not known of some node whether it has the label *key*."""
        attributes = {LABELS, f"{LABELS}.{key}"}
        known = any(not gap.attributes.isdisjoint(attributes) for gap in self.listed)
        return key != HOSTNAME and (known or self.node_gaps.concerns_any(*attributes))

    def _label(self, name: str, key: str) -> str | None:
        node = self._nodes.get(name)
        if node is not None and key in node.labels:
            return str(node.labels[key].stated.value)
        return name if key == HOSTNAME else self.known.get(name, {}).get(key)

    def _apply(self, name: str, change: NodeChange, task: _Task) -> None:
        node, epoch = (
            self._nodes.setdefault(name, _Node(task.place)),
            self.node_gaps.begin_statement(),
        )
        for key, value in change.labels.items():
            if value is not None:
                stated = Located(value, task.place)
                node.labels[key] = _Entry(stated, task.playbook, epoch)
            elif key in node.labels and self._removes(
                name, f"labels.{key}", node.labels[key], task
            ):
                del node.labels[key]
        for key, effect in change.removed:
            for slot in [
                slot for slot in node.taints if slot[0] == key and effect in {None, slot[1]}
            ]:
                if self._removes(name, f"taints.{key}", node.taints[slot], task):
                    del node.taints[slot]
        for taint in change.taints:
            entry = _Entry(Located(taint, task.place), task.playbook, epoch)
            node.taints[taint.key, taint.effect] = entry

    def _removes(self, name: str, attribute: str, entry: _Entry[T], task: _Task) -> bool:
        """Tell whether *task* takes away what *entry* says; note where that is not known."""
        if entry.playbook == task.playbook:
            return True
        message = f"takes away what {entry.stated.place} sets; which of the playbooks runs last?"
        self.unresolved.append(Unresolved(task.place, message))
        extent = Extent(frozenset({attribute}), frozenset({name}))
        self.node_gaps.add(extent, place=task.place, message=message)
        return False


def _statement(name: str, node: _Node) -> NodeStatement:
    return NodeStatement(
        name=name,
        place=node.place,
        enumerates=False,
        labels={key: label.stated for key, label in node.labels.items()},
        taints=tuple(taint.stated for taint in node.taints.values()),
    )

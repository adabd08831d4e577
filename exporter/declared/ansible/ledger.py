"""Keeps what tasks do to nodes, one after the other, and what it comes to in the end."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from exporter.declared.ansible.changes import Change
from exporter.declared.ansible.values import UnresolvedError
from exporter.domain.declaration import NodeStatement, Unresolved
from exporter.domain.provenance import Place, Stated
from exporter.domain.taints import Taint, TaintEffect

NODE_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
LABEL_KEY = re.compile(r"(?:[A-Za-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
HOSTNAME = "kubernetes.io/hostname"
MAX_STATEMENTS = 500_000


@dataclass(slots=True)
class _Node:
    """What tasks said of one node: a label's value, with its place and its playbook."""

    place: Place
    labels: dict[str, tuple[Stated[str], str]] = field(default_factory=dict)
    taints: dict[tuple[str, TaintEffect], tuple[Stated[Taint], str]] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """The labels and taints of nodes; a later task overrides an earlier one.

    *inventory* are the names of all nodes that the inventory lists; *known* are labels that they
    carry from elsewhere. A removal takes away what the same playbook set: in which order separate
    playbooks run is not known, so there it is an open question.
    """

    inventory: tuple[str, ...] = ()
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    complete: bool = True
    unresolved: list[Unresolved] = field(default_factory=list)
    _nodes: dict[str, _Node] = field(default_factory=dict)
    _count: int = 0

    def apply(self, change: Change, *, place: Place, playbook: str) -> None:
        """Note *change*; raises :exc:`UnresolvedError` where it is not known to which nodes."""
        names = self._selected(change)
        for key in change.labels:
            if not LABEL_KEY.fullmatch(key):
                raise UnresolvedError(f"{key[:80]!r} is no label's key")
        self._count += len(names) * (1 + len(change.labels) + len(change.taints))
        if self._count > MAX_STATEMENTS:
            raise UnresolvedError("tasks say more of nodes than is kept")
        for name in names:
            self._apply(self._nodes.setdefault(name, _Node(place)), change, place, playbook)

    def statements(self) -> Iterator[NodeStatement]:
        """Return what is left standing, by node."""
        for name, node in self._nodes.items():
            if node.labels or node.taints:
                yield NodeStatement(
                    name=name,
                    place=node.place,
                    enumerates=False,
                    labels={key: stated for key, (stated, _) in node.labels.items()},
                    taints=tuple(stated for stated, _ in node.taints.values()),
                )

    def _selected(self, change: Change) -> Sequence[str]:
        if change.every:
            if not self.complete:
                raise UnresolvedError("--all means nodes that the inventory does not tell")
            return self.inventory
        if change.selector:
            return self._by_selector(change.selector)
        if not change.names:
            raise UnresolvedError("names no node")
        for name in change.names:
            if not NODE_NAME.fullmatch(name):
                raise UnresolvedError(f"{name[:80]!r} is no node's name")
        return change.names

    def _by_selector(self, selector: str) -> list[str]:
        """Return the nodes whose declared labels *selector* selects, if that is certain."""
        names = list(dict.fromkeys((*self.inventory, *self._nodes)))
        for part in selector.split(","):
            key, equals, value = part.replace("==", "=").partition("=")
            key, value = key.strip(), value.strip()
            found = [name for name in names if self._label(name, key) is not None]
            if not found or not LABEL_KEY.fullmatch(key):
                raise UnresolvedError(f"which nodes {selector[:80]!r} selects is not declared")
            names = [one for one in found if not equals or self._label(one, key) == value]
        return names

    def _label(self, name: str, key: str) -> str | None:
        node = self._nodes.get(name)
        if node is not None and key in node.labels:
            return node.labels[key][0].value
        return name if key == HOSTNAME else self.known.get(name, {}).get(key)

    def _apply(self, node: _Node, change: Change, place: Place, playbook: str) -> None:
        for key, value in change.labels.items():
            if value is not None:
                node.labels[key] = (Stated(value, place), playbook)
            elif self._may_remove(node.labels.get(key), place, playbook):
                node.labels.pop(key, None)
        for key, effect in change.removed:
            for slot in [one for one in node.taints if one[0] == key and effect in {None, one[1]}]:
                if self._may_remove(node.taints[slot], place, playbook):
                    del node.taints[slot]
        for taint in change.taints:
            node.taints[taint.key, taint.effect] = (Stated(taint, place), playbook)

    def _may_remove(
        self, entry: tuple[Stated[str] | Stated[Taint], str] | None, place: Place, playbook: str
    ) -> bool:
        if entry is None:
            return False
        stated, by = entry
        if by != playbook:
            message = f"takes away what {stated.place} sets; which of the playbooks runs last?"
            self.unresolved.append(Unresolved(place, message))
        return by == playbook

"""Where pods may be placed: the nodes that templates select, and the taints that guard them."""

from collections.abc import Mapping
from typing import TypeAlias

from exporter.domain.gaps import Gap
from exporter.domain.json import JsonObject, as_object, dig
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.selectors import NodeSelection, NodeTerm
from exporter.domain.taints import HARD_EFFECTS, Taint, Toleration

LIFECYCLE_TAINTS = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/")
"""Prefixes of the taints by which Kubernetes itself marks the state of a node (a cordon, too)."""

Selection: TypeAlias = tuple[frozenset[tuple[str, str]], tuple[NodeTerm, ...] | None]


def pod_spec(manifest: JsonObject) -> JsonObject:
    """Return the pod template's spec of a workload's *manifest*; empty where it has none."""
    return as_object(dig(manifest, "spec", "template", "spec"))


class NodePool:
    """The observed nodes, of which each distinct question is worked out once."""

    __slots__ = ("_guards", "_kept_off", "_nodes", "_selected")

    def __init__(self, nodes: ObservedNodes) -> None:
        self._nodes = nodes
        self._guards: dict[Selection, frozenset[frozenset[Taint]]] = {}
        self._kept_off: dict[tuple[Selection, tuple[Toleration, ...]], tuple[Taint, ...]] = {}
        self._selected: dict[Selection, frozenset[str]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._nodes.nodes

    @property
    def unreadable(self) -> Mapping[str, Gap]:
        """The nodes of which nobody can tell what selects them, or whom they let in."""
        return self._nodes.unreadable

    def selected(self, selection: NodeSelection) -> frozenset[str]:
        """Return the names of the nodes that *selection* selects by their observed labels."""
        key = _key(selection)
        if key not in self._selected:
            self._selected[key] = frozenset(self._nodes.index.selected(selection))
        return self._selected[key]

    def kept_off(
        self, selection: NodeSelection, tolerations: tuple[Toleration, ...]
    ) -> tuple[Taint, ...]:
        """Return the taints that keep a pod off every node that it selects, sorted.

        Empty where one of the nodes lets it in, or where there is none.
        """
        question = (_key(selection), tolerations)
        if question not in self._kept_off:
            self._kept_off[question] = self._ask(selection, tolerations)
        return self._kept_off[question]

    def _ask(
        self, selection: NodeSelection, tolerations: tuple[Toleration, ...]
    ) -> tuple[Taint, ...]:
        guarding = self._guarding(selection)
        hostile = {
            taint
            for taint in frozenset().union(*guarding)
            if not any(toleration.tolerates(taint) for toleration in tolerations)
        }
        if any(hostile.isdisjoint(one) for one in guarding):
            return ()
        return tuple(sorted(hostile))

    def _guarding(self, selection: NodeSelection) -> frozenset[frozenset[Taint]]:
        """Return the distinct sets of guarding taints of the selected nodes."""
        key = _key(selection)
        if key not in self._guards:
            nodes = [self._nodes.nodes[name] for name in self.selected(selection)]
            self._guards[key] = frozenset(frozenset(filter(guards, node.taints)) for node in nodes)
        return self._guards[key]


def hidden(
    selection: NodeSelection, declared: DeclaredNodes, observed: ObservedNodes
) -> Gap | None:
    """Return why a node cannot be read that *selection* may select, if there is one.

    Of its labels those count that are declared; it may bear any others.
    """
    for name, gap in sorted(observed.unreadable.items()):
        node = declared.nodes.get(name)
        labels = node.labels if node else {}
        if all(
            labels[key].value == value for key, value in selection.labels.items() if key in labels
        ):
            return gap
    return None


def guards(taint: Taint) -> bool:
    """Tell whether *taint* keeps pods off, and was meant to: the state of a node does not count."""
    return taint.effect in HARD_EFFECTS and not taint.key.startswith(LIFECYCLE_TAINTS)


def _key(selection: NodeSelection) -> Selection:
    return frozenset(selection.labels.items()), selection.terms

"""Groups of pods, found by owner and by node, and frozen again only where they changed.

Of 150,000 pods that run, few change within a second: freezing all of their groups for each
evaluation would cost more than everything else of it.
"""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from exporter.domain.declaration import WorkloadKey
from exporter.domain.workloads import PodGroup
from exporter.observed.pods.tolerations import Tolerations

_NOBODY = MappingProxyType[str, int]({})


class Group(Struct, eq=False, gc=False):
    """The sums over all pods of one owner on one node with the same tolerations, as they are *now*.

    There may be as many as pods, so each byte counts; they are in no cycle.
    """

    now: PodGroup
    tolerations: Tolerations

    def count(self, *, ready: bool, pulled: bool, waiting: tuple[str, ...], sign: int) -> None:
        """Add what one pod contributes (*sign* 1), or take it off (-1)."""
        now = self.now
        self.now = PodGroup(
            owner=now.owner,
            node=now.node,
            tolerations=now.tolerations,
            pods=now.pods + sign,
            ready=now.ready + sign * ready,
            pulled=now.pulled + sign * pulled,
            waiting=_counted(now.waiting, waiting, sign) if waiting else now.waiting,
        )


def _counted(known: Mapping[str, int], waiting: tuple[str, ...], sign: int) -> Mapping[str, int]:
    """Return the sorted counts of reasons to wait, with those of one pod added or taken off."""
    counts = Counter(known)
    for reason in waiting:
        counts[reason] += sign
    return {reason: count for reason, count in sorted(counts.items()) if count} or _NOBODY


class Groups:
    """All groups that have pods, and a frozen view of them that is brought up to date in steps."""

    __slots__ = ("_by_node", "_by_owner", "_changed_nodes", "_changed_owners", "_nodes", "_owners")

    def __init__(self) -> None:
        self._by_owner: dict[WorkloadKey, dict[str, dict[str, Group]]] = {}
        """By owner, tolerations and node."""
        self._by_node: dict[str, dict[Group, None]] = {}
        """By node; a dict takes half of what a set does."""
        self._changed_owners: set[WorkloadKey] = set()
        self._changed_nodes: set[str] = set()
        self._owners: dict[WorkloadKey, tuple[PodGroup, ...]] = {}
        self._nodes: dict[str, tuple[PodGroup, ...]] = {}

    def find(self, owner: WorkloadKey, node: str, tolerations: Tolerations) -> Group:
        """Return the group of such pods, which is in no view before one is counted."""
        alike = self._by_owner.get(owner)
        nodes = alike.get(tolerations.text) if alike else None
        known = nodes.get(node) if nodes else None
        if known is not None:
            return known
        nothing = PodGroup(owner=owner, node=node, tolerations=tolerations.values, pods=0)
        return Group(nothing, tolerations)

    def count(
        self, group: Group, *, ready: bool, pulled: bool, waiting: tuple[str, ...], sign: int
    ) -> None:
        """Add what one pod contributes to *group* (*sign* 1), or take it off (-1)."""
        if not group.now.pods:
            self._keep(group)
        group.count(ready=ready, pulled=pulled, waiting=waiting, sign=sign)
        self._changed_owners.add(group.now.owner)
        self._changed_nodes.add(group.now.node)
        if not group.now.pods:
            self._drop(group)

    def freeze(self, budget: int) -> bool:
        """Freeze about *budget* of the groups that changed; tell whether no more are left."""
        while budget > 0 and self._changed_owners:
            budget -= self._freeze_owner(self._changed_owners.pop())
        while budget > 0 and self._changed_nodes:
            budget -= self._freeze_node(self._changed_nodes.pop())
        return not self._changed_owners and not self._changed_nodes

    def views(
        self,
    ) -> tuple[dict[WorkloadKey, tuple[PodGroup, ...]], dict[str, tuple[PodGroup, ...]]]:
        """Return all groups by owner and by node, as of now; freezes what is left to freeze."""
        while not self.freeze(1 << 20):
            pass
        return dict(self._owners), dict(self._nodes)

    def _keep(self, group: Group) -> None:
        alike = self._by_owner.get(group.now.owner)
        if alike is None:
            alike = self._by_owner[group.now.owner] = {}
        nodes = alike.get(group.tolerations.text)
        if nodes is None:
            nodes = alike[group.tolerations.text] = {}
        nodes[group.now.node] = group
        neighbours = self._by_node.get(group.now.node)
        if neighbours is None:
            neighbours = self._by_node[group.now.node] = {}
        neighbours[group] = None

    def _drop(self, group: Group) -> None:
        alike, neighbours = self._by_owner[group.now.owner], self._by_node[group.now.node]
        nodes = alike[group.tolerations.text]
        del nodes[group.now.node], neighbours[group]
        if not nodes:
            del alike[group.tolerations.text]
        if not alike:
            del self._by_owner[group.now.owner]
        if not neighbours:
            del self._by_node[group.now.node]

    def _freeze_owner(self, owner: WorkloadKey) -> int:
        alike = self._by_owner.get(owner)
        if alike is None:
            self._owners.pop(owner, None)
            return 1
        groups = [group for nodes in alike.values() for group in nodes.values()]
        groups.sort(key=lambda group: (group.now.node, group.tolerations.text))
        self._owners[owner] = tuple([group.now for group in groups])
        return len(groups)

    def _freeze_node(self, node: str) -> int:
        groups = self._by_node.get(node)
        if groups is None:
            self._nodes.pop(node, None)
            return 1
        ordered = sorted(groups, key=lambda group: (group.now.owner, group.tolerations.text))
        self._nodes[node] = tuple([group.now for group in ordered])
        return len(ordered)

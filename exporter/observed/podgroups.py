"""Groups of pods, found by owner and by node, and frozen again only where they changed.

Of 150,000 pods that run, few change within a second: freezing all of their groups for each
evaluation would cost more than everything else of it.
"""

from dataclasses import dataclass
from types import MappingProxyType

from exporter.domain.declaration import WorkloadKey
from exporter.domain.workloads import PodGroup
from exporter.observed.tolerations import Tolerations

_NOBODY = MappingProxyType[str, int]({})


@dataclass(slots=True, eq=False)
class Group:
    """The sums over all pods of one owner on one node with the same tolerations."""

    owner: WorkloadKey
    node: str
    tolerations: Tolerations
    pods: int = 0
    ready: int = 0
    waiting: dict[str, int] | None = None
    _frozen: PodGroup | None = None

    @property
    def place(self) -> tuple[str, str]:
        """What tells this group from the others of its owner."""
        return self.node, self.tolerations.text

    @property
    def rank(self) -> tuple[str, str, str, str]:
        """What tells this group from the others of its node."""
        owner = self.owner
        return owner.namespace, owner.kind, owner.name, self.tolerations.text

    def count(self, *, ready: bool, waiting: tuple[str, ...], sign: int) -> None:
        """Add what one pod contributes (*sign* 1), or take it off (-1)."""
        self.pods += sign
        self.ready += sign * ready
        self._frozen = None
        if waiting:
            counts = self.waiting = self.waiting or {}
            for reason in waiting:
                counts[reason] = counts.get(reason, 0) + sign

    def freeze(self) -> PodGroup:
        """Return the sums as they are now; the same value until they change."""
        if self._frozen is None:
            counts = sorted((self.waiting or {}).items())
            self._frozen = PodGroup(
                owner=self.owner,
                node=self.node,
                tolerations=self.tolerations.values,
                pods=self.pods,
                ready=self.ready,
                waiting={reason: count for reason, count in counts if count} or _NOBODY,
            )
        return self._frozen


class Groups:
    """All groups that have pods, and a frozen view of them that is brought up to date in steps."""

    __slots__ = ("_by_node", "_by_owner", "_changed_nodes", "_changed_owners", "_nodes", "_owners")

    def __init__(self) -> None:
        self._by_owner: dict[WorkloadKey, dict[tuple[str, str], Group]] = {}
        self._by_node: dict[str, set[Group]] = {}
        self._changed_owners: set[WorkloadKey] = set()
        self._changed_nodes: set[str] = set()
        self._owners: dict[WorkloadKey, tuple[PodGroup, ...]] = {}
        self._nodes: dict[str, tuple[PodGroup, ...]] = {}

    def find(self, owner: WorkloadKey, node: str, tolerations: Tolerations) -> Group:
        """Return the group of such pods, which is in no view before one is counted."""
        known = self._by_owner.get(owner, {}).get((node, tolerations.text))
        return known or Group(owner, node, tolerations)

    def count(self, group: Group, *, ready: bool, waiting: tuple[str, ...], sign: int) -> None:
        """Add what one pod contributes to *group* (*sign* 1), or take it off (-1)."""
        if not group.pods:
            self._by_owner.setdefault(group.owner, {})[group.place] = group
            self._by_node.setdefault(group.node, set()).add(group)
        group.count(ready=ready, waiting=waiting, sign=sign)
        self._changed_owners.add(group.owner)
        self._changed_nodes.add(group.node)
        if not group.pods:
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

    def _drop(self, group: Group) -> None:
        groups, neighbours = self._by_owner[group.owner], self._by_node[group.node]
        del groups[group.place]
        neighbours.discard(group)
        if not groups:
            del self._by_owner[group.owner]
        if not neighbours:
            del self._by_node[group.node]

    def _freeze_owner(self, owner: WorkloadKey) -> int:
        groups = self._by_owner.get(owner)
        if groups is None:
            self._owners.pop(owner, None)
            return 1
        ordered = sorted(groups.values(), key=lambda one: one.place)
        self._owners[owner] = tuple(group.freeze() for group in ordered)
        return len(ordered)

    def _freeze_node(self, node: str) -> int:
        groups = self._by_node.get(node)
        if groups is None:
            self._nodes.pop(node, None)
            return 1
        ordered = sorted(groups, key=lambda one: one.rank)
        self._nodes[node] = tuple(group.freeze() for group in ordered)
        return len(ordered)

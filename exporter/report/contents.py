"""What a merged declaration holds, list by list."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.domain.applications import DeclaredApplications
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import (
    ApplicationKey,
    Conflict,
    DeclaredApplication,
    DeclaredNode,
    DeclaredWorkload,
    NodeGroup,
    WorkloadKey,
)
from exporter.domain.facts import Facts
from exporter.domain.items import DeclaredItems, Item
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.workloads import DeclaredWorkloads


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The lists of a declaration; one is empty where nothing of its kind was read.

    *items* are in the order in which they were read. *groups* are all but that of the nodes which
    belong to none, sorted by name.
    """

    items: tuple[Item, ...]
    nodes: Mapping[str, DeclaredNode]
    groups: tuple[NodeGroup, ...]
    workloads: Mapping[WorkloadKey, DeclaredWorkload]
    applications: Mapping[ApplicationKey, DeclaredApplication]
    conflicts: tuple[Conflict, ...]

    @classmethod
    def of(cls, facts: Facts) -> "Contents":
        """Return what is declared by *facts*."""
        items, nodes = facts.find(DeclaredItems), facts.find(DeclaredNodes)
        workloads, conflicts = facts.find(DeclaredWorkloads), facts.find(Conflicts)
        applications = facts.find(DeclaredApplications)
        groups = sorted(nodes.groups.items()) if nodes else ()
        return cls(
            items=items.items if items else (),
            nodes=nodes.nodes if nodes else {},
            groups=tuple(group for name, group in groups if name),
            workloads=workloads.workloads if workloads else {},
            applications=applications.applications if applications else {},
            conflicts=conflicts.items if conflicts else (),
        )

    @property
    def not_compared(self) -> tuple[Item, ...]:
        """The items that nobody compares."""
        return tuple(item for item in self.items if item.state.is_reason)

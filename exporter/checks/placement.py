"""Where workloads want their pods, as far as both sides are known."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.nodes import ObservedNodes
from exporter.domain.placement import NodePool, pod_spec
from exporter.domain.selectors import NodeSelection
from exporter.domain.templates import node_selection
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads


def selection_of(workload: DeclaredWorkload) -> NodeSelection | ParseError | None:
    """Return what nodes *workload* selects, why that is not understood, or None if it does not."""
    try:
        selection = node_selection(pod_spec(workload.manifest))
    except ParseError as error:
        return error
    return selection if selection.selective else None


@dataclass(frozen=True, slots=True)
class Placement:
    """The declared *workloads* that are in the cluster, and the *pool* of its nodes."""

    workloads: Mapping[WorkloadKey, DeclaredWorkload]
    pool: NodePool

    @classmethod
    def of(cls, facts: Facts) -> "Placement":
        """Return what is known of it; nothing where a side cannot be relied on."""
        pool = NodePool(facts.get(ObservedNodes))
        declared, observed = facts.find(DeclaredWorkloads), facts.find(ObservedWorkloads)
        if declared is None or observed is None:
            return cls({}, pool)
        there = declared.workloads.keys() & observed.workloads.keys()
        return cls({key: declared.workloads[key] for key in there}, pool)

    def is_astray(self, owner: WorkloadKey, node: str) -> bool:
        """Tell whether the workload *owner* selects nodes, and *node* is none of these."""
        workload = self.workloads.get(owner)
        selection = selection_of(workload) if workload else None
        if not isinstance(selection, NodeSelection) or node not in self.pool:
            return False
        return node not in self.pool.selected(selection)

"""Where workloads want their pods, as far as both sides are known."""

from collections.abc import Mapping

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


class Placement:
    """Tells where the pods of declared workloads belong; each workload is asked once."""

    __slots__ = ("_allowed", "_pool", "_workloads")

    def __init__(self, workloads: Mapping[WorkloadKey, DeclaredWorkload], pool: NodePool) -> None:
        self._workloads = workloads
        self._pool = pool
        self._allowed: dict[WorkloadKey, frozenset[str] | None] = {}

    @classmethod
    def of(cls, facts: Facts) -> "Placement":
        """Return it for what is declared and there; for nothing where a side is not known."""
        pool = NodePool(facts.get(ObservedNodes))
        declared, observed = facts.find(DeclaredWorkloads), facts.find(ObservedWorkloads)
        if declared is None or observed is None:
            return cls({}, pool)
        there = declared.workloads.keys() & observed.workloads.keys()
        return cls({key: declared.workloads[key] for key in there}, pool)

    def is_astray(self, owner: WorkloadKey, node: str) -> bool:
        """Tell whether the workload *owner* selects nodes, and *node* is none of these."""
        if owner not in self._allowed:
            self._allowed[owner] = self._select(owner)
        allowed = self._allowed[owner]
        return allowed is not None and node in self._pool and node not in allowed

    def _select(self, owner: WorkloadKey) -> frozenset[str] | None:
        """Return the nodes that a workload selects, or None where it does not, for all we know."""
        workload = self._workloads.get(owner)
        selection = selection_of(workload) if workload else None
        return self._pool.selected(selection) if isinstance(selection, NodeSelection) else None

"""Pods that are not ready because of lost nodes: theirs is no cause of its own, and no alarm."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from exporter.checks.wording import excerpt, listing
from exporter.domain.declaration import ApplicationKey, DeclaredWorkload, WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNodes
from exporter.domain.placement import NodePool, pod_spec
from exporter.domain.templates import node_selection
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

Loss: TypeAlias = tuple[str, str]
"""The check that reports the loss, and what it is in words."""

_NODES = (DeclaredNodes, ObservedNodes, ObservedPods)
_GONE, _NOT_READY = "node_present", "node_ready"


class Losses:
    """Declared nodes that are gone or not Ready, and the workloads that lack pods for that.

    Where nodes or pods are not known, nothing is excused by them.
    """

    __slots__ = ("_by_application", "_lost", "_nodes", "_pods", "_pool", "_workloads")

    def __init__(self, facts: Facts) -> None:
        known = not facts.gaps_in(_NODES) and not facts.lacks(_NODES)
        self._nodes = facts.get(DeclaredNodes) if known else DeclaredNodes({})
        running = facts.get(ObservedNodes) if known else ObservedNodes({})
        self._pods: Mapping[WorkloadKey, tuple[PodGroup, ...]] = (
            facts.get(ObservedPods).by_owner if known else {}
        )
        self._pool = NodePool(running)
        self._lost = dict(_lost(self._nodes, running))
        observed = facts.find(ObservedWorkloads)
        self._workloads = observed.workloads if observed else {}
        self._by_application = _by_application(facts) if self._lost else {}

    def of_workload(self, workload: DeclaredWorkload, have: ObservedWorkload) -> Loss | None:
        """Return the loss that explains every pod that *workload* lacks, or None."""
        if not self._lost:
            return None
        groups = self._pods.get(workload.key, ())
        guilty = {one.node for one in groups if one.node in self._lost and one.ready < one.pods}
        explained = sum(one.pods - one.ready for one in groups if one.node in guilty)
        unplaced = sum(one.pods for one in groups if not one.node)
        if unplaced and (wanted := self._without_home(workload)):
            guilty |= wanted
            explained += unplaced
        if not guilty or have.replicas - have.ready > explained:
            return None
        return self._loss(sorted(guilty))

    def of_application(self, key: ApplicationKey, *, ailing: Sequence[str]) -> Loss | None:
        """Return the loss that explains why an Application is not healthy, or None.

        *ailing* are its resources that are not, as ``Kind namespace/name: status``; where Argo CD
        does not tell them, those of its workloads count that lack pods.
        """
        losses = {str(one.key): loss for one, loss in self._lacking(key)}
        named = {one.partition(": ")[0] for one in ailing} or losses.keys()
        if not named or not named <= losses.keys():
            return None
        found = [losses[one] for one in sorted(named)]
        known = [one for one in found if one is not None]
        return min(known) if len(known) == len(found) else None

    def _lacking(self, key: ApplicationKey) -> Iterator[tuple[DeclaredWorkload, Loss | None]]:
        for workload in self._by_application.get(key, ()):
            have = self._workloads.get(workload.key)
            if have is not None and have.ready < have.replicas:
                yield workload, self.of_workload(workload, have)

    def _without_home(self, workload: DeclaredWorkload) -> set[str]:
        """Return the lost nodes that *workload* selects, if it has no other left."""
        try:
            selection = node_selection(pod_spec(workload.manifest))
        except ParseError:
            return set()
        left = self._pool.selected(selection) - self._lost.keys()
        return set() if left else set(self._nodes.index.selected(selection)) & self._lost.keys()

    def _loss(self, names: Sequence[str]) -> Loss:
        gone = [name for name in names if self._lost[name] == _GONE]
        if gone:
            verb = "is" if len(gone) == 1 else "are"
            return _GONE, f"{_nodes(gone)} {verb} not in the cluster"
        return _NOT_READY, f"{_nodes(names)} {'is' if len(names) == 1 else 'are'} not Ready"


def _lost(declared: DeclaredNodes, observed: ObservedNodes) -> Iterator[tuple[str, str]]:
    for name in declared.nodes:
        have = observed.nodes.get(name)
        if have is None:
            yield name, _GONE
        elif have.ready is not ConditionStatus.TRUE:
            yield name, _NOT_READY


def _by_application(facts: Facts) -> dict[ApplicationKey, list[DeclaredWorkload]]:
    declared = facts.find(DeclaredWorkloads)
    found: dict[ApplicationKey, list[DeclaredWorkload]] = {}
    for workload in declared.workloads.values() if declared else ():
        if workload.application is not None:
            found.setdefault(workload.application, []).append(workload)
    return found


def _nodes(names: Sequence[str]) -> str:
    shown = listing([excerpt(name) for name in names])
    return f"node {shown}" if len(names) == 1 else f"nodes {shown}"

"""What follows from the facts for all: which node is which, how many there shall be, what is stale.

It is worked out again only where what it follows from has changed.
"""

from dataclasses import dataclass, field

from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplications,
    ObservedApplicationSets,
)
from exporter.domain.expectation import Expectation, group_sizes, replica_bounds
from exporter.domain.facts import Facts
from exporter.domain.freshness import DEFAULT_LIMIT, Freshness, freshness, refresh_limit
from exporter.domain.identity import joined
from exporter.domain.memory import Memory
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.pending import PendingSyncs, pending_syncs
from exporter.domain.policy import AsOf, Policy
from exporter.domain.sync_windows import ObservedProjects
from exporter.domain.workloads import DeclaredWorkloads, ObservedAutoscalers


@dataclass(slots=True)
class Expected:
    """Works out what follows from the facts; the very same again as long as they are the same."""

    _memory: Memory = field(default_factory=Memory)
    _joined: DeclaredNodes | None = None
    _freshness: Freshness = field(default_factory=Freshness)
    _syncs: PendingSyncs = field(default_factory=PendingSyncs)

    def known(self, facts: Facts) -> Facts:
        """Return *facts* and what follows from them, nodes by the cluster's names for them."""
        nodes = self._nodes(facts)
        found = facts if nodes is None else facts.and_those(Facts({DeclaredNodes: nodes}))
        known: dict[type, object] = {Expectation: self._of(found)}
        if (applications := facts.find(ObservedApplications)) is not None:
            known[Freshness] = fresh = self._fresh(applications, facts)
            known[PendingSyncs] = self._pending(applications, facts, fresh)
        self._memory.next_round()  # so that no declaration outlives the one that replaces it
        return found.and_those(Facts(known))

    def _nodes(self, facts: Facts) -> DeclaredNodes | None:
        """Return the declared nodes joined with those of the cluster, where both are known."""
        declared, observed = facts.find(DeclaredNodes), facts.find(ObservedNodes)
        if declared is None or observed is None or facts.gaps_in((ObservedNodes,)):
            return declared
        found = self._memory.once("nodes", (declared, observed), lambda: joined(declared, observed))
        if found != self._joined:
            self._joined = found
        return self._joined

    def _fresh(self, applications: ObservedApplications, facts: Facts) -> Freshness:
        """Return what is stale: the same object while nothing more is, though time goes on."""
        limit = (facts.find(Policy) or Policy()).refresh_deadline
        if limit is None:
            declared = facts.find(DeclaredApplications)
            limit = refresh_limit(declared.refresh if declared else None)
        as_of = facts.find(AsOf)
        found = freshness(applications, now=as_of.witnesses if as_of else None, limit=limit)
        if found != self._freshness:
            self._freshness = found
        return self._freshness

    def _pending(
        self, applications: ObservedApplications, facts: Facts, fresh: Freshness
    ) -> PendingSyncs:
        """Return what syncs wait for: the same object as long as that is the same."""
        as_of = facts.find(AsOf)
        found = pending_syncs(
            applications,
            facts.find(ObservedApplicationSets) or ObservedApplicationSets({}),
            facts.find(ObservedProjects) or ObservedProjects(),
            at=as_of.now if as_of else None,
            grace=fresh.limit or DEFAULT_LIMIT,
        )
        if found != self._syncs:
            self._syncs = found
        return self._syncs

    def _of(self, facts: Facts) -> Expectation:
        """Return the expectation.

        Autoscalers that cannot be relied on say nothing; whom that concerns, the check knows.
        """
        nodes, workloads = facts.find(DeclaredNodes), facts.find(DeclaredWorkloads)
        lost = facts.gaps_in((ObservedAutoscalers,))
        scaled = None if lost else facts.find(ObservedAutoscalers)
        once = self._memory.once
        groups = once("groups", (nodes,), lambda: group_sizes(nodes))
        replicas = once("replicas", (workloads, scaled), lambda: replica_bounds(workloads, scaled))
        return once("all", (groups, replicas), lambda: Expectation(groups, replicas))

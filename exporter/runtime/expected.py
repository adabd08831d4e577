"""What follows from several facts at once, worked out again only where one of them changed."""

from dataclasses import dataclass, field

from exporter.domain.applications import ObservedApplications
from exporter.domain.expectation import Expectation, group_sizes, replica_bounds
from exporter.domain.facts import Facts
from exporter.domain.freshness import Freshness, freshness
from exporter.domain.memory import Memory
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.policy import AsOf, Policy
from exporter.domain.workloads import DeclaredWorkloads, ObservedAutoscalers


@dataclass(slots=True)
class Expected:
    """Works out the expectation and whose word is stale; the very same while they are equal."""

    _memory: Memory = field(default_factory=Memory)
    _freshness: Freshness = field(default_factory=Freshness)

    def known(self, facts: Facts) -> Facts:
        """Return *facts* and what follows from them."""
        known: dict[type, object] = {Expectation: self._of(facts)}
        if (applications := facts.find(ObservedApplications)) is not None:
            known[Freshness] = self._fresh(applications, facts)
        return facts.and_those(Facts(known))

    def _fresh(self, applications: ObservedApplications, facts: Facts) -> Freshness:
        """Return what is stale: the same object while nothing more is, though time goes on."""
        limit = (facts.find(Policy) or Policy()).refresh_deadline
        as_of = facts.find(AsOf)
        found = freshness(applications, now=as_of.witnesses if as_of else None, limit=limit)
        if found != self._freshness:
            self._freshness = found
        return self._freshness

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
        expected = once("all", (groups, replicas), lambda: Expectation(groups, replicas))
        self._memory.next_round()  # so that no declaration outlives the one that replaces it
        return expected

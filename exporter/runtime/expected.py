"""How many there shall be, worked out again only where what it follows from has changed."""

from dataclasses import dataclass, field

from exporter.domain.expectation import Expectation, group_sizes, replica_bounds
from exporter.domain.facts import Facts
from exporter.domain.memory import Memory
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.workloads import DeclaredWorkloads, ObservedAutoscalers


@dataclass(slots=True)
class Expected:
    """Works out the expectation; the very same one again as long as its facts are the same."""

    _memory: Memory = field(default_factory=Memory)

    def known(self, facts: Facts) -> Facts:
        """Return *facts* and what follows from them."""
        return facts.and_those(Facts({Expectation: self._of(facts)}))

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

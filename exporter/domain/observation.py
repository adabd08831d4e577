"""What one look at a cluster gave: facts, each of which may be absent, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exporter.domain.applications import ObservedApplications, ObservedApplicationSets
from exporter.domain.declaration import Failure
from exporter.domain.facts import Gap
from exporter.domain.nodes import ObservedNodes
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was observed of a cluster *at* an instant.

    A fact is None where nobody looked, or where looking failed; *gaps* tells, by the type of the
    fact, of those that failed. *items* counts what was read by kind, with 0 for a kind that was
    looked for and not found. *odd* are single objects of which only the name could be read: the
    facts hold them as that.
    """

    at: datetime
    nodes: ObservedNodes | None = None
    workloads: ObservedWorkloads | None = None
    pods: ObservedPods | None = None
    applications: ObservedApplications | None = None
    application_sets: ObservedApplicationSets | None = None
    autoscalers: ObservedAutoscalers | None = None
    items: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    odd: tuple[Failure, ...] = ()
    gaps: Mapping[type, tuple[Gap, ...]] = field(default_factory=dict)

    def facts(self) -> dict[type, object]:
        """Return the facts that are known, by their type."""
        every = (
            *(self.nodes, self.workloads, self.pods, self.autoscalers),
            *(self.applications, self.application_sets),
        )
        return {type(fact): fact for fact in every if fact is not None}

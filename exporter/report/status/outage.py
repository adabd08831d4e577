"""What becomes of the findings while nobody can look at the cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from exporter.domain.applications import (
    ObservedApplications,
    ObservedApplicationSets,
    ObservedImageUpdaters,
)
from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation, SourceStatus
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import ObservedNodes
from exporter.domain.objects import ObservedObjects
from exporter.domain.provenance import Source
from exporter.domain.services import ObservedEndpoints
from exporter.domain.sync_windows import ObservedProjects
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads

OF_CLUSTER: Final[frozenset[type]] = frozenset(
    {
        ObservedApplications,
        ObservedApplicationSets,
        ObservedAutoscalers,
        ObservedEndpoints,
        ObservedImageUpdaters,
        ObservedNodes,
        ObservedObjects,
        ObservedPods,
        ObservedProjects,
        ObservedWorkloads,
    }
)
"""The facts that the API server of the cluster tells."""


def rests_on_cluster(check: Check) -> bool:
    """Tell whether what *check* finds is only as good as the last look at the cluster."""
    return not OF_CLUSTER.isdisjoint((*check.needs, *check.uses))


def _named(finding: Finding) -> bool:
    """Tell whether a finding names the API server as why it is unknown."""
    cause = finding.cause
    return cause is not None and cause.subject is None and cause.id == Source.KUBERNETES


@dataclass(frozen=True, slots=True)
class Outage:
    """The cluster is not seen: how its *source* fails, and which findings rest on it.

    *partly* where some kinds of objects are seen still; then nobody can tell which findings rest
    on others, and none is held.
    """

    source: SourceStatus
    outcome: Evaluation

    @property
    def partly(self) -> bool:
        """Whether some kinds of objects are seen still."""
        return any(one.up for one in self.outcome.watches)

    @property
    def why(self) -> str:
        """How the source fails, in English; nothing where it never said."""
        return next((one.message for one in self.source.failures), "")

    def holds(self, check: Check, verdict: Verdict) -> bool:
        """Tell whether a finding of *check* is one that was made before."""
        return not self.partly and verdict is not Verdict.UNKNOWN and rests_on_cluster(check)

    def held(self, *verdicts: Verdict, severity: Severity | None = None) -> int:
        """Count the findings of some *verdicts* that were made before."""
        return sum(
            self.outcome.scores[check.id].counts[verdict]
            for check in self._resting()
            if severity in {None, check.severity}
            for verdict in verdicts
            if self.holds(check, verdict)
        )

    def held_of(self, layer: Layer) -> int:
        """Count the findings of a *layer* that were made before."""
        return sum(
            number
            for check in self._resting()
            if layer in check.layers
            for verdict, number in self.outcome.count(check, layer).items()
            if self.holds(check, verdict)
        )

    @property
    def unknown(self) -> int:
        """How many findings are unknown for want of the cluster."""
        return sum(
            finding.verdict is Verdict.UNKNOWN and (rests_on_cluster(check) or _named(finding))
            for check in self.outcome.checks
            for finding in self.outcome.by_check.get(check.id, ())
        )

    def _resting(self) -> Iterator[Check]:
        return filter(rests_on_cluster, self.outcome.checks)

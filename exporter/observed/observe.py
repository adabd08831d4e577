"""Reading a snapshot again and again, as one of the two sides of an evaluation."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from exporter.domain.applications import ObservedApplications
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError, Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.facts import Facts, Gap
from exporter.domain.nodes import ObservedNodes
from exporter.domain.observation import Observation
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.domain.workloads import ObservedPods, ObservedWorkloads
from exporter.foreign.guard import guarded
from exporter.observed import snapshot

_FACTS = {
    ObservedNodes: "nodes",
    ObservedWorkloads: "workloads",
    ObservedPods: "pods",
    ObservedApplications: "Applications",
}


@dataclass(slots=True)
class Snapshots:
    """Reads the snapshot at *path*; a broken one leaves gaps and keeps nothing of the last."""

    path: Path
    errors: Counter[Reason] = field(default_factory=Counter)
    last_success: datetime | None = None

    async def read(self, *, at: datetime) -> State:
        """Return the observed state; what fails is in it as values."""
        seen = await guarded(
            asyncio.to_thread(self._look, at),
            source=Source.KUBERNETES,
            otherwise=lambda lost: Observation(at=at, failures=(lost,)),
        )
        self.errors.update(one.reason for one in seen.failures)
        if not seen.failures:
            self.last_success = at
        return State(
            facts=Facts(known=seen.facts(), gaps=_gaps(seen), unseen=_unseen(seen)),
            sources=(self._status(seen),),
            failures=seen.failures,
        )

    def _look(self, at: datetime) -> Observation:
        try:
            return snapshot.read(self.path)
        except ReadError as error:
            place = Place(source=Source.KUBERNETES, path=error.path or str(self.path))
            lost = Failure(place, error.reason, error.message, error.advice)
            return Observation(at=at, failures=(lost,))

    def confirm(self, *, at: datetime) -> None:
        """Note that nothing had changed at the instant *at*."""
        if self.last_success is not None:
            self.last_success = at

    def _status(self, seen: Observation) -> SourceStatus:
        return SourceStatus(
            source=Source.KUBERNETES,
            up=not seen.failures,
            last_success=self.last_success,
            items=seen.items,
            errors={reason: self.errors[reason] for reason in Reason},
            failures=seen.failures,
        )


def _gaps(seen: Observation) -> dict[type, tuple[Gap, ...]]:
    """Return why facts are absent: what failed, or that the snapshot does not hold them."""
    known = seen.facts()
    gaps = dict(seen.gaps)
    for kind, name in _FACTS.items():
        if kind not in known and kind not in gaps:
            said = [f"{one.place.where}: {one.message}" for one in seen.failures]
            message = "; ".join(said) or f"the snapshot holds no {name}"
            gaps[kind] = (Gap(Source.KUBERNETES, message),)
    return gaps


def _unseen(seen: Observation) -> dict[type, dict[str, Gap]]:
    """Return the kinds of workloads that the snapshot does not hold."""
    kinds = seen.workloads.unseen if seen.workloads else ()
    gaps = {kind: Gap(Source.KUBERNETES, f"the snapshot holds no {kind}s") for kind in kinds}
    return {ObservedWorkloads: gaps} if gaps else {}

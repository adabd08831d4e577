"""Reading a snapshot again and again, as one of the two sides of an evaluation."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from exporter.domain.clock import Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError, Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.facts import Facts
from exporter.domain.gaps import Extent, Gap
from exporter.domain.observation import Observation
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.domain.workloads import ObservedWorkloads
from exporter.foreign.guard import guarded
from exporter.observed import snapshot
from exporter.observed.kinds import FACTS


@dataclass(slots=True)
class Snapshots:
    """Reads the snapshot at *path*; a broken one leaves gaps and keeps nothing of the last.

    *last_success* is an instant of the boot clock; *seen* is what was read last.
    """

    path: Path
    errors: Counter[Reason] = field(default_factory=Counter)
    last_success: float | None = None
    seen: Observation | None = None

    async def read(self, *, at: Instant) -> State:
        """Return the observed state; what fails is in it as values."""
        seen = await guarded(
            asyncio.to_thread(self._look, at),
            source=Source.KUBERNETES,
            otherwise=lambda lost: Observation(at=at.wall, failures=(lost,)),
        )
        self.errors.update(failure.reason for failure in (*seen.failures, *seen.odd))
        self.seen = seen
        self.confirm(at=at)
        return State(
            facts=Facts(known=seen.facts, gaps=_gaps(seen)),
            sources=self.sources(at=at),
            failures=(*seen.failures, *seen.odd),
        )

    def _look(self, at: Instant) -> Observation:
        try:
            return snapshot.read(self.path)
        except ReadError as error:
            path = error.path or str(self.path)
            place = Place(source=Source.KUBERNETES, path=path, line=error.line)
            lost = Failure(place, error.reason, error.message, error.advice)
            return Observation(at=at.wall, failures=(lost,))

    @property
    def up(self) -> bool:
        """Whether all of what was read last could be, but for the content of single objects."""
        return self.seen is not None and not self.seen.failures

    def confirm(self, *, at: Instant) -> None:
        """Note that nothing had changed at the instant *at*; a broken dump grows older."""
        if self.up:
            self.last_success = at.boot

    def sources(self, *, at: Instant) -> tuple[SourceStatus, ...]:
        """Return how the dump is doing at the instant *at*."""
        status = SourceStatus(
            source=Source.KUBERNETES,
            up=self.up,
            last_success=None if self.last_success is None else at.shown(self.last_success),
            items=self.seen.items if self.seen else {},
            errors={reason: self.errors[reason] for reason in Reason},
            failures=(*self.seen.failures, *self.seen.odd) if self.seen else (),
        )
        return (status,)


def _gaps(seen: Observation) -> dict[type, tuple[Gap, ...]]:
    """Return why facts are absent: what failed, or that the snapshot does not hold them."""
    gaps = dict(seen.gaps)
    for fact, spec in FACTS.items():
        if spec.name and fact not in seen.facts and fact not in gaps:
            gaps[fact] = (_lack(seen, spec.name),)
    unseen = _unseen(seen)
    return gaps | ({ObservedWorkloads: unseen} if unseen else {})


def _lack(seen: Observation, name: str) -> Gap:
    """Return why nothing is known of *name*: what is broken, else that it is not there."""
    failures = [f"{failure.place.where}: {failure.message}" for failure in seen.failures]
    return Gap(Source.KUBERNETES, "; ".join(failures) or f"the snapshot holds no {name}")


def _unseen(seen: Observation) -> tuple[Gap, ...]:
    """Return why nothing is known of some kinds of workloads, if so."""
    workloads = seen.find(ObservedWorkloads)
    kinds = workloads.unseen if workloads else ()
    return tuple(
        replace(_lack(seen, f"{kind}s"), extent=Extent(kinds=frozenset({kind})))
        for kind in sorted(kinds)
    )

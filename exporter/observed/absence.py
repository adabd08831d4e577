"""The rule by which a kind that a dump does not show is known to be absent, or is unknown.

A kind was *looked at* where the dump shows one object of it, a list of it (``NodeList``, also
an empty one), or a file named after it (``nodes.json``). A list of mixed kinds leaves no trace of
a kind that has no objects; of such a kind nothing is known, with two exceptions:

- Workloads. Where the dump shows some kind of workload, and all pods, and none of the pods
  belongs to a workload of the kind in question, then none of that kind runs. Of a kind that comes
  with an add-on (Rollouts) pods do not tell: their ReplicaSets may look like any.
- Autoscalers. They only widen what is accepted of a workload. Most clusters have none, and a
  dump that shows workloads and no autoscaler is taken at its word.

What could not be read is *lost*, whatever else was looked at: a broken file loses the kinds that
it is named after or evidently lists; where neither tells, every kind that no other file is named
after. See ``docs/decisions/0003-absence-in-snapshots.md``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from exporter.domain.declaration import Failure
from exporter.domain.facts import Gap
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedPods, ObservedWorkloads
from exporter.observed.kinds import KindSpec, kinds_of

WORKLOADS = kinds_of(ObservedWorkloads)
MAX_GAPS = 3
"""How many failures a gap names; the rest stand in the source's list of failures."""


@dataclass(slots=True)
class Evidence:
    """What of a dump tells which kinds were looked at, and which of them are lost."""

    _seen: set[KindSpec] = field(default_factory=set)
    _named: set[KindSpec] = field(default_factory=set)
    _lost: dict[KindSpec, list[Failure]] = field(default_factory=dict)
    _anywhere: list[Failure] = field(default_factory=list)

    def see(self, *kinds: KindSpec) -> None:
        """Take note that *kinds* were looked at."""
        self._seen.update(kinds)

    def name(self, kinds: Iterable[KindSpec]) -> None:
        """Take note that a file is named after *kinds*, readable or not."""
        self._named.update(kinds)

    @property
    def seen(self) -> frozenset[KindSpec]:
        """The kinds that were looked at."""
        return frozenset(self._seen)

    def lose(self, failure: Failure, kinds: Iterable[KindSpec] | None) -> None:
        """Take note that objects of these *kinds* are lost, or of any kind (None)."""
        if kinds is None:
            self._anywhere.append(failure)
            return
        for kind in kinds:
            self._lost.setdefault(kind, []).append(failure)

    def is_lost(self, kinds: Iterable[KindSpec] | None) -> bool:
        """Tell whether every one of *kinds* is lost already; None is any kind."""
        if kinds is None:
            return bool(self._anywhere)
        return self._lost.keys() >= set(kinds)

    def knows(self, *kinds: KindSpec) -> bool:
        """Tell whether one of *kinds* was looked at, and none of them is lost."""
        return bool(self._seen.intersection(kinds)) and not self.losses(*kinds)

    def losses(self, *kinds: KindSpec) -> list[Failure]:
        """Return the failures by which objects of *kinds* are lost, each once."""
        found = [failure for kind in kinds for failure in self._lost.get(kind, ())]
        if not self._named.issuperset(kinds):
            found += self._anywhere
        return list(dict.fromkeys(found))

    def gap(self, *kinds: KindSpec) -> tuple[Gap, ...]:
        """Return why nothing can be said of *kinds*; empty where nothing of them is lost."""
        losses = self.losses(*kinds)[:MAX_GAPS]
        return tuple(Gap(Source.KUBERNETES, f"{loss.place}: {loss.message}") for loss in losses)

    def unseen_workloads(self, pods: ObservedPods | None) -> frozenset[KindSpec]:
        """Return the kinds of workloads of which nothing is known."""
        unknown = {kind for kind in WORKLOADS if not self.knows(kind)}
        optional = {kind for kind in unknown if kind.optional}
        if pods is None or len(unknown) == len(WORKLOADS):
            return frozenset(unknown)
        owners = [pod.owner for pod in pods.unreadable]
        if None in owners:
            return frozenset(unknown)
        running = {owner.kind for owner in (*pods.by_owner, *owners) if owner}
        return frozenset(
            kind
            for kind in unknown
            if kind in optional or kind.kind in running or self.losses(kind)
        )

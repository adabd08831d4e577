"""The outcome of one evaluation: findings, scores, and the state of every source."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from exporter.domain.check import Check
from exporter.domain.declaration import ApplicationKey, Failure
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Verdict
from exporter.domain.flow import ApplicationFlow
from exporter.domain.items import ItemState
from exporter.domain.owners import Owners
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Source
from exporter.domain.recollection import MemoryOrigin
from exporter.domain.skyline import LevelChange
from exporter.domain.transitions import Transition
from exporter.domain.watches import WatchStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many subjects of a layer or check got which verdict.

    *coverage* is how much of what is declared in a layer was judged, None where nothing is.
    """

    counts: Mapping[Verdict, int]
    coverage: float | None = None

    @property
    def ratio(self) -> float | None:
        """``pass / (pass + fail)``, or None where nothing was judged."""
        judged = self.counts[Verdict.PASS] + self.counts[Verdict.FAIL]
        return self.counts[Verdict.PASS] / judged if judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How a source is doing. *items* counts what it gave, by kind; *errors* all its failures."""

    source: Source
    up: bool
    last_success: datetime | None = None
    items: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    revision: str = ""
    revision_committed: datetime | None = None


class ItemCount(NamedTuple):
    """What is counted together of all items: the labels of ``declared_items``."""

    source: Source
    kind: str
    state: ItemState


class WaiverState(StrEnum):
    """What became of a waiver. The values are label values: a public contract."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All that one evaluation found; immutable and whole.

    *findings* are sorted by check and subject; *by_check* holds the same by the id of the check,
    and of a check that found the same as before the very same tuple. *layers* holds a score for
    every layer that has checks; *seconds* is how long it took. *errors* names the checks that
    failed by themselves. *items* counts what the code declares, by what became of it, *coverage*
    is how much of it was judged, over all layers, None where nothing is declared. *remembered*
    are failures whose declaration broke since: they are unknown now, or no check speaks of them.
    *watches* says how each kind of a live cluster is followed, and *complete* is false as long as
    not all of it has been looked at for the first time. *owners* knows who owns a finding.
    *transitions* are the last ones, the newest last, and *levels* how the layers did meanwhile.
    *watching* is when that began to be remembered, None where nothing is; *memory* is what the
    process began with. *flows* say how far commits have come.
    """

    at: datetime
    seconds: float
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    layers: Mapping[Layer, Score]
    scores: Mapping[str, Score]
    facts: Facts
    items: Mapping[ItemCount, int] = field(default_factory=dict)
    coverage: float | None = None
    by_check: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    remembered: tuple[Finding, ...] = ()
    sources: tuple[SourceStatus, ...] = ()
    waivers: tuple[tuple[Waiver, WaiverState], ...] = ()
    errors: tuple[str, ...] = ()
    watches: tuple[WatchStatus, ...] = ()
    complete: bool = True
    owners: Owners = field(default_factory=Owners)
    transitions: tuple[Transition, ...] = ()
    levels: tuple[LevelChange, ...] = ()
    watching: datetime | None = None
    memory: MemoryOrigin = field(default_factory=MemoryOrigin)
    flows: Mapping[ApplicationKey, ApplicationFlow] = field(default_factory=dict)

    @property
    def accepting(self) -> dict[str, Waiver]:
        """The waivers that hold, by id; of several with the same id the first, which counts."""
        holding = [one for one, state in self.waivers if state is not WaiverState.EXPIRED]
        return {one.id: one for one in reversed(holding)}

    def owner_of(self, finding: Finding, check: Check) -> str:
        """Return who is to act on what *check* found; nothing for a pass, or where nobody says."""
        return (
            ""
            if finding.verdict is Verdict.PASS
            else self.owners.of(finding, check.layer_of(finding))
        )

    def count(self, check: Check, layer: Layer) -> Mapping[Verdict, int]:
        """Count the findings of *check* in one of its layers by their verdict."""
        if check.layer is layer:
            return self.scores[check.id].counts
        found = Counter(one.verdict for one in self.by_check[check.id] if one.layer is layer)
        return {verdict: found[verdict] for verdict in Verdict}

"""The outcome of one evaluation: findings, scores, and the state of every source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from exporter.domain.check import Check
from exporter.domain.declaration import Failure
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Verdict
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Source
from exporter.domain.watches import WatchStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many subjects of a layer or check got which verdict."""

    counts: Mapping[Verdict, int]

    @property
    def ratio(self) -> float | None:
        """``pass / (pass + fail)``, or None where nothing was judged."""
        judged = self.counts[Verdict.PASS] + self.counts[Verdict.FAIL]
        return self.counts[Verdict.PASS] / judged if judged else None

    @property
    def coverage(self) -> float:
        """The part of the subjects that was looked at; 0 where there are no subjects."""
        total = sum(self.counts.values())
        return (total - self.counts[Verdict.UNKNOWN]) / total if total else 0.0


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
    failed by themselves.
    *watches* says how each kind of a live cluster is followed, and *complete* is false as long as
    not all of it has been looked at for the first time.
    """

    at: datetime
    seconds: float
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    layers: Mapping[Layer, Score]
    scores: Mapping[str, Score]
    facts: Facts
    by_check: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    sources: tuple[SourceStatus, ...] = ()
    waivers: tuple[tuple[Waiver, WaiverState], ...] = ()
    errors: tuple[str, ...] = ()
    watches: tuple[WatchStatus, ...] = ()
    complete: bool = True

"""What became of all that one check found, which holds until something changes."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from exporter.domain.evaluation import Score
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.policy import Waiver
from exporter.runtime.decisions import Decisions
from exporter.runtime.rounds import Round


@dataclass(frozen=True, slots=True)
class Kept:
    """A failure whose declaration could not be read any more since the instant *lost*."""

    failure: Finding
    was: datetime
    lost: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What all checks together say of the findings of one: causes that are *void*, and *notes*."""

    void: frozenset[Cause] = frozenset()
    notes: Mapping[Subject, str] = field(default_factory=dict)

    def of(self, finding: Finding) -> Finding:
        """Return what is shown of *finding*."""
        note = self.notes.get(finding.subject)
        if note:
            finding = replace(finding, detail=f"{finding.detail}; {note}")
        return replace(finding, cause=None) if finding.cause in self.void else finding


@dataclass(slots=True, kw_only=True)
class Judged:
    """What became of all that one check *found*, at the instant *at*.

    *findings* are what the policy made of it, *amiss* all of them but the passes; *shown* are the
    same as revised by what all checks found. *rounds* is what subjects wait for, *kept* what failed
    before its declaration broke. *used* are the waivers that cover a failure. At the instant *ends*
    the first excuse does.
    """

    found: tuple[Finding, ...]
    decisions: Decisions
    at: datetime
    findings: tuple[Finding, ...] = ()
    shown: tuple[Finding, ...] = ()
    score: Score = field(default_factory=lambda: Score(counts={}))
    amiss: dict[Subject, Finding] = field(default_factory=dict)
    causes: frozenset[Cause] = frozenset()
    revision: Revision = field(default_factory=Revision)
    rounds: dict[Subject, Round] = field(default_factory=dict)
    kept: dict[Subject, Kept] = field(default_factory=dict)
    used: set[Waiver] = field(default_factory=set)
    ends: datetime | None = None

    def holds(self, found: tuple[Finding, ...], decisions: Decisions, *, at: datetime) -> bool:
        """Tell whether the same would become of *found* at the instant *at*."""
        lasting = self.at <= at and (self.ends is None or at < self.ends)
        return lasting and self.decisions == decisions and self.found == found

    def conclude(self, findings: Iterable[Finding]) -> None:
        """Take over what became of each finding."""
        self.findings = self.shown = tuple(findings)
        self.score = score(self.findings)
        self.amiss = {
            finding.subject: finding
            for finding in self.findings
            if finding.verdict is not Verdict.PASS
        }
        self.causes = frozenset(
            one.cause for one in self.amiss.values() if one.cause and one.cause.subject
        )

    def revise(self, revision: Revision) -> None:
        """Show the findings as they are by this *revision*; what is shown stays the very same."""
        if revision != self.revision:
            self.revision = revision
            self.shown = tuple(map(revision.of, self.findings))

    def ends_at(self, instant: datetime) -> None:
        """Take note that something holds until this *instant* only."""
        self.ends = min(instant, self.ends or instant)

    def speaks_of(self, subject: Subject) -> bool:
        """Tell whether *subject* was judged at all; findings are sorted by it."""
        index = bisect_left(self.found, subject, key=lambda one: one.subject)
        return index < len(self.found) and self.found[index].subject == subject


def score(findings: Sequence[Finding]) -> Score:
    """Count *findings* by their verdict."""
    counts = Counter(finding.verdict for finding in findings)
    return Score(counts={verdict: counts[verdict] for verdict in Verdict})

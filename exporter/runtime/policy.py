"""The policy: which failures are excused for now, which are accepted, and which are neither.

In this order: maintenance, then what is under way (a rollout, scaling, a sync ...), then waivers. A
waiver that covers a failure counts as used in each case. No other place excuses anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from exporter.domain.excuses import Basis, Excuse, ExcuseReason, Progress
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.policy import BLIND_SPOTS, Waiver
from exporter.domain.provenance import DECLARED
from exporter.runtime.judged import Judged, Kept
from exporter.runtime.past import CheckPast
from exporter.runtime.rounds import Beginning, Round, follow


@dataclass(frozen=True, slots=True)
class Start:
    """When the process started, and when it first judged anything: before, it remembers nothing."""

    process: datetime
    judging: datetime


@dataclass(slots=True)
class Stage:
    """Decides over the findings of one check; what it remembers for the next time is in *judged*.

    *before* is what became of them last, None at the first time; *start* is None for who looks
    once, and excuses nothing that the object does not date.
    """

    judged: Judged
    before: Judged | None
    start: Start | None
    past: CheckPast = field(default_factory=CheckPast)
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.judged.at
        self.judged.rounds = dict(self._rounds())

    def decide(self) -> None:
        """Let become of all that was found what the policy says."""
        self.judged.conclude(
            self._passed(one) if one.verdict is Verdict.PASS else self._dated(self._settle(one))
            for one in self.judged.found
        )

    def _passed(self, finding: Finding) -> Finding:
        self.past.forget(finding.subject)
        return finding

    def _rounds(self) -> Iterator[tuple[Subject, Round]]:
        """Yield what subjects waited for last, and may wait for still."""
        rounds = self.past.rounds if self.before is None else self.before.rounds
        amiss = self.past.rounds if self.before is None else self.before.amiss
        for subject, one in rounds.items():
            known = one.after(passed=subject not in amiss, at=self.at)
            if known is not None and self.judged.speaks_of(subject):
                yield subject, known

    def _settle(self, finding: Finding) -> Finding:
        if finding.verdict is Verdict.FAIL:
            return self._failed(finding)
        if finding.check == BLIND_SPOTS:
            return self._accepted(finding, self.judged.decisions.accepted.get(finding.subject, ()))
        return finding

    def _failed(self, failure: Finding) -> Finding:
        progress = failure.progress
        if progress is not None and progress.only_new and self._was_there(failure.subject):
            failure = replace(failure, progress=None)
        waivers = tuple(
            waiver for waiver in self.judged.decisions.waivers if waiver.covers(failure)
        )
        self.judged.used.update(waivers)
        under_way = self._under_way(failure)  # followed during maintenance, too: it goes on
        excuse = self._maintenance(failure) or under_way
        if excuse is not None and self.at < excuse.until:
            self.judged.ends_at(excuse.until)
            detail = _joined(failure.detail, str(excuse))
            return replace(failure, verdict=Verdict.SUPPRESSED, detail=detail, excuse=excuse)
        if waivers:
            return replace(failure, verdict=Verdict.WAIVED, waiver=waivers[0].id)
        if excuse is not None:
            return replace(failure, detail=_joined(failure.detail, _overdue(excuse)))
        return _undated(failure, failure.progress) if failure.progress else failure

    def _accepted(self, finding: Finding, waivers: tuple[Waiver, ...]) -> Finding:
        """Let an item stay unknown that somebody accepts nobody to compare."""
        return replace(finding, waiver=waivers[0].id) if waivers else finding

    def _maintenance(self, failure: Finding) -> Excuse | None:
        windows = self.judged.decisions.maintenance
        window = next((one for one in windows if one.covers(failure, at=self.at)), None)
        if window is None:
            return None
        return Excuse(
            reason=ExcuseReason.MAINTENANCE,
            waits_for="maintenance",
            since=window.start,
            until=window.end,
            basis=Basis.WINDOW,
        )

    def _under_way(self, failure: Finding) -> Excuse | None:
        """Return what is under way, however long; None where nothing is, or nobody can date it."""
        progress, subject = failure.progress, failure.subject
        if progress is None:
            return None
        limit = self.judged.decisions.deadline if progress.limit is None else progress.limit
        progress = progress.shifted(-self.judged.decisions.ahead)
        known, otherwise = self.judged.rounds.get(subject), self._first_sight(subject)
        followed = follow(progress, known, limit=limit, otherwise=otherwise, at=self.at)
        if followed is None:
            return None
        self.judged.rounds[subject] = followed
        return Excuse(
            reason=progress.reason,
            waits_for=progress.waits_for,
            since=followed.began.at,
            until=followed.ends,
            basis=followed.began.basis,
        )

    def _was_there(self, subject: Subject) -> bool:
        """Tell whether a subject was judged before, and nothing excused it then."""
        before = self.before
        return before is not None and before.speaks_of(subject) and subject not in before.rounds

    def _first_sight(self, subject: Subject) -> Beginning | None:
        """Return when what is seen of *subject* for the first time may have begun.

        Since the last look, if that saw something else; where nobody could look for a while, at
        the beginning of that. Else it is as old as this process at least, for all that is known.
        """
        if self.start is None:
            return None
        last = self.before.amiss.get(subject) if self.before else None
        if last is None and self.before is not None and self.before.speaks_of(subject):
            return Beginning(self.at, Basis.FIRST_SIGHT)
        if last is not None and last.verdict is not Verdict.UNKNOWN:
            return Beginning(self.at, Basis.FIRST_SIGHT)
        if last is not None and last.since is not None and last.since > self.start.judging:
            return Beginning(min(last.since, self.at), Basis.FIRST_SIGHT)
        return Beginning(min(self.start.process, self.at), Basis.EXPORTER_START)

    def _dated(self, finding: Finding) -> Finding:
        """Return *finding* with the instant since which it is as it is."""
        if self.start is None:
            return finding
        last = self.before.amiss.get(finding.subject) if self.before else None
        since = self.at
        if last is not None and last.since is not None and last.verdict is finding.verdict:
            since = min(last.since, since)
        elif known := self.past.since_when(finding):
            since = min(known, since)
        kept = self._kept(finding, last)
        if kept is None:
            return replace(finding, since=since)
        if finding.verdict is Verdict.FAIL:
            return replace(finding, since=min(kept.was, since))
        self.judged.kept[finding.subject] = kept
        self.judged.ends_at(kept.lost + self.judged.decisions.declared_max_age)
        return replace(finding, since=since, was=kept.was)

    def _kept(self, finding: Finding, last: Finding | None) -> Kept | None:
        """Return since when *finding* failed before its declaration broke, if that is remembered.

        So a typing error in the code ends no alert.
        """
        unread = finding.verdict is Verdict.UNKNOWN and _is_undeclared(finding)
        kept = self.before.kept.get(finding.subject) if self.before else None
        if unread and last is not None and last.verdict is Verdict.FAIL and last.since is not None:
            kept = Kept(failure=last, was=last.since, lost=self.at)
        recovered = finding.verdict is Verdict.FAIL and kept is not None
        if kept is None or not (unread or recovered):
            return None
        lasting = min(kept.lost, self.at) + self.judged.decisions.declared_max_age
        return kept if self.at < lasting else None


def _is_undeclared(finding: Finding) -> bool:
    """Tell whether a finding is unknown as what declares its subject could not be read."""
    cause = finding.cause
    return cause is not None and cause.subject is None and cause.id in DECLARED


def _undated(failure: Finding, progress: Progress) -> Finding:
    """Return *failure* as unknown: it may be excused, and nothing tells for how long already."""
    reason = f"{progress.waits_for}, and nothing tells since when"
    return replace(failure, verdict=Verdict.UNKNOWN, detail=_joined(failure.detail, reason))


def _overdue(excuse: Excuse) -> str:
    return f"{excuse}, now overdue"


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))

"""What becomes of findings: excused, waived, suppressed and dated, by what was found before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from exporter.domain.evaluation import Score
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.policy import Maintenance, Waiver
from exporter.runtime.answers import Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What the owners decided about failures, and for how long a check may excuse one."""

    waivers: tuple[Waiver, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    deadline: timedelta = timedelta.max

    def holding(self, at: datetime) -> "Decisions":
        """Return those that hold at the instant *at*."""
        return Decisions(
            waivers=tuple(one for one in self.waivers if at < one.expires),
            maintenance=tuple(one for one in self.maintenance if one.start <= at < one.end),
            deadline=self.deadline,
        )

    def apply(self, failure: Finding, *, at: datetime) -> Finding:
        """Waive or suppress a failure that the owners spoke of."""
        for window in self.maintenance:
            if window.covers(failure, at=at):
                detail = f"{failure.detail}; maintenance until {window.end.isoformat()}"
                return replace(
                    failure, verdict=Verdict.SUPPRESSED, detail=detail, cause="maintenance"
                )
        for waiver in self.waivers:
            if waiver.covers(failure):
                return replace(failure, verdict=Verdict.WAIVED, waiver=waiver.id)
        return failure


@dataclass(slots=True, kw_only=True)
class Judged:
    """What became of all that one check *found*, which holds until something changes.

    *findings* are what is shown, *score* counts them. *since* is from when each subject has its
    verdict, for all but passes; *excused* from when each is suppressed by the check. *used* are
    the waivers that cover a failure. *oldest* is when the first of what is still excused began, by
    how long that may go on. None of these instants is later than *at*.
    """

    found: tuple[Finding, ...]
    decisions: Decisions
    at: datetime
    findings: tuple[Finding, ...] = ()
    score: Score = field(default_factory=lambda: Score(counts={}))
    since: dict[Subject, tuple[Verdict, datetime]] = field(default_factory=dict)
    excused: dict[Subject, datetime] = field(default_factory=dict)
    used: set[Waiver] = field(default_factory=set)
    oldest: dict[timedelta, datetime] = field(default_factory=dict)

    def holds(self, found: tuple[Finding, ...], decisions: Decisions, *, at: datetime) -> bool:
        """Tell whether the same would become of *found* at the instant *at*."""
        ended = any(at - began >= deadline for deadline, began in self.oldest.items())
        set_back = at < self.at
        return self.decisions == decisions and not (ended or set_back) and self.found == found


@dataclass(slots=True)
class History:
    """What was found last: *answers* of the checks, and what became of them.

    Of what it saw at its first evaluation it cannot tell since when that holds: it takes that
    instant. Where the clock was set back, nothing began later than now. Without *dates* nothing is
    dated.
    """

    dates: bool = True
    answers: Answers = field(default_factory=Answers)
    _last: Mapping[str, Judged] = field(default_factory=dict)

    def judge(
        self, found: Mapping[str, tuple[Finding, ...]], decisions: Decisions, *, at: datetime
    ) -> Mapping[str, Judged]:
        """Return what becomes of that which each check *found*, at the instant *at*.

        Where a check found the very same and nothing else has changed, that is the same as before.
        """
        holding = decisions.holding(at)
        self._last = {
            name: self._judge(self._last.get(name), findings, holding, at=at)
            for name, findings in found.items()
        }
        return self._last

    def _judge(
        self,
        last: Judged | None,
        found: tuple[Finding, ...],
        decisions: Decisions,
        *,
        at: datetime,
    ) -> Judged:
        if last is not None and last.holds(found, decisions, at=at):
            return last
        judged = Judged(found=found, decisions=decisions, at=at)
        before = last or judged
        judged.findings = tuple(
            one if one.verdict is Verdict.PASS else self._settle(one, judged, before, at=at)
            for one in found
        )
        judged.score = score(judged.findings)
        return judged

    def _settle(self, finding: Finding, judged: Judged, before: Judged, *, at: datetime) -> Finding:
        """Return what becomes of a *finding* that is no pass, and take note of it."""
        if finding.verdict is Verdict.SUPPRESSED:
            finding = _excuse(finding, judged, before, at=at)
        if finding.verdict is Verdict.FAIL:
            judged.used.update(one for one in judged.decisions.waivers if one.covers(finding))
            finding = judged.decisions.apply(finding, at=at)
        if not self.dates:
            return finding
        verdict, since = before.since.get(finding.subject, (finding.verdict, at))
        since = min(since, at) if verdict is finding.verdict else at
        judged.since[finding.subject] = (finding.verdict, since)
        return replace(finding, since=since)


def score(findings: Sequence[Finding]) -> Score:
    """Count *findings* by their verdict."""
    counts = Counter(one.verdict for one in findings)
    return Score(counts={verdict: counts[verdict] for verdict in Verdict})


def _excuse(finding: Finding, judged: Judged, before: Judged, *, at: datetime) -> Finding:
    """Return what a check has suppressed; for longer than the deadline it fails.

    No rollout goes on for ever, though not every controller says when one has failed.
    """
    began = judged.excused[finding.subject] = min(before.excused.get(finding.subject, at), at)
    deadline = judged.decisions.deadline if finding.excuse is None else finding.excuse
    if at - began < deadline:
        judged.oldest[deadline] = min(began, judged.oldest.get(deadline, began))
        return finding
    detail = f"{finding.detail}; suppressed since {began.isoformat()}, now overdue"
    return replace(finding, verdict=Verdict.FAIL, detail=detail)

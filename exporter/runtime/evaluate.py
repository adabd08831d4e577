"""One evaluation: every check over all facts, then what the owners decided, then the scores."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from exporter.domain.applications import ObservedApplications
from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation, Score, SourceStatus, WaiverState
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Layer, Subject, Verdict
from exporter.domain.policy import Maintenance, Policy, Waiver
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedPods, ObservedWorkloads
from exporter.runtime.answers import Answers

logger = logging.getLogger(__name__)

EXPIRING = timedelta(days=7)
INTERNAL = "internal"
_NAMESPACED = frozenset({ObservedWorkloads, ObservedPods, ObservedApplications})
_ORDER = tuple(Layer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What the owners decided about failures."""

    waivers: tuple[Waiver, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()


@dataclass(slots=True)
class History:
    """Since when each subject has the verdict it has; remembers all but passes.

    Of what it saw at its first evaluation it cannot tell since when that holds: it takes that
    instant. *answers* are what checks found last.
    """

    answers: Answers = field(default_factory=Answers)
    since: dict[tuple[str, Subject], tuple[Verdict, datetime]] = field(default_factory=dict)
    excused: dict[tuple[str, Subject], datetime] = field(default_factory=dict)

    def end_excuses(
        self, findings: Iterable[Finding], *, at: datetime, deadline: timedelta
    ) -> Iterator[Finding]:
        """Yield the findings; what a check has suppressed for longer than *deadline* fails.

        No rollout goes on for ever, though not every controller says when one has failed.
        """
        current: dict[tuple[str, Subject], datetime] = {}
        for finding in findings:
            if finding.verdict is not Verdict.SUPPRESSED:
                yield finding
                continue
            key = (finding.check, finding.subject)
            began = current[key] = self.excused.get(key, at)
            if at - began < deadline:
                yield finding
            else:
                detail = f"{finding.detail}; suppressed since {began.isoformat()}, now overdue"
                yield replace(finding, verdict=Verdict.FAIL, detail=detail)
        self.excused = current

    def date(self, findings: Iterable[Finding], *, at: datetime) -> Iterator[Finding]:
        """Yield the findings with ``since``, and remember them for the next evaluation."""
        current: dict[tuple[str, Subject], tuple[Verdict, datetime]] = {}
        for finding in findings:
            if finding.verdict is Verdict.PASS:
                yield finding
                continue
            key = (finding.check, finding.subject)
            verdict, since = self.since.get(key, (finding.verdict, at))
            since = since if verdict is finding.verdict else at
            current[key] = (finding.verdict, since)
            yield replace(finding, since=since)
        self.since = current


def evaluate(
    checks: Sequence[Check],
    *,
    facts: Facts,
    decisions: Decisions,
    sources: tuple[SourceStatus, ...],
    at: datetime,
    history: History | None = None,
) -> Evaluation:
    """Judge everything at the instant *at*; pure but for the log and *history*."""
    started = time.perf_counter()
    answers = Answers() if history is None else history.answers
    findings: list[Finding] = []
    for check in checks:
        findings += _run(check, facts, answers)
    policy = facts.find(Policy)
    if history is not None and policy is not None:
        findings = list(history.end_excuses(findings, at=at, deadline=policy.rollout_deadline))
    judged = [_decide(one, decisions, at=at) for one in findings]
    if history is not None:
        judged = list(history.date(judged, at=at))
    scores = _scores(checks, judged)
    return Evaluation(
        at=at,
        seconds=time.perf_counter() - started,
        checks=tuple(checks),
        findings=tuple(judged),
        layers=_layers(checks, scores),
        scores=scores,
        facts=facts,
        sources=sources,
        waivers=_waiver_states(decisions.waivers, findings, at=at),
        errors=tuple(sorted({one.check for one in findings if one.cause == INTERNAL})),
    )


def _run(check: Check, facts: Facts, answers: Answers) -> list[Finding]:
    """Return the findings of one check; what it cannot judge, or fails to, is unknown."""
    gaps = facts.gaps_in(check.needs)
    lacking = facts.lacks(check.needs)
    if gaps or lacking:
        reasons = "; ".join(gap.message for gap in gaps) or f"nothing is known of {lacking}"
        cause = gaps[0].source if gaps else ""
        return _unknown(check, facts, detail=reasons, cause=cause)
    try:
        findings = answers.judge(check, facts)
        if facts.unseen or facts.namespaces:
            return [_as_far_as_seen(one, check, facts) for one in findings]
        return list(findings)
    except Exception:
        logger.exception("check %s failed", check.id)
        return _unknown(check, facts, detail="the check itself failed; see the log", cause=INTERNAL)


def _as_far_as_seen(finding: Finding, check: Check, facts: Facts) -> Finding:
    """Return *finding*, or unknown where what it speaks of was not looked at."""
    gap = facts.unseen_by(check.needs).get(finding.subject.kind)
    if gap is None and facts.namespaces and not _NAMESPACED.isdisjoint(check.needs):
        gap = _out_of_sight(finding, facts.namespaces)
    if gap is None:
        return finding
    return Finding(
        check=finding.check,
        subject=finding.subject,
        verdict=Verdict.UNKNOWN,
        detail=gap.message,
        cause=gap.source,
    )


def _out_of_sight(finding: Finding, namespaces: frozenset[str]) -> Gap | None:
    """Return why *finding* cannot be relied on where only these *namespaces* were looked at.

    A failure that was seen in them is one; that all is well everywhere nobody can tell.
    """
    subject = finding.subject
    if subject.namespace and subject.namespace not in namespaces:
        return Gap(Source.KUBERNETES, f"the namespace {subject.namespace} is not looked at")
    if not subject.namespace and finding.verdict is Verdict.PASS:
        seen = ", ".join(sorted(namespaces))
        return Gap(Source.KUBERNETES, f"only the namespaces {seen} are looked at")
    return None


def _unknown(check: Check, facts: Facts, *, detail: str, cause: str) -> list[Finding]:
    """Return ``unknown`` for every subject, or for the check as such where none is known."""
    subjects: Iterable[Subject] = check.subjects(facts)
    named = sorted(set(subjects)) or [Subject(kind="Check", namespace="", name=check.id)]
    return [
        Finding(check=check.id, subject=one, verdict=Verdict.UNKNOWN, detail=detail, cause=cause)
        for one in named
    ]


def _decide(finding: Finding, decisions: Decisions, *, at: datetime) -> Finding:
    """Waive or suppress a failure that the owners spoke of."""
    if finding.verdict is not Verdict.FAIL:
        return finding
    for window in decisions.maintenance:
        if window.covers(finding.subject, at=at):
            detail = f"{finding.detail}; maintenance until {window.end.isoformat()}"
            return replace(finding, verdict=Verdict.SUPPRESSED, detail=detail, cause="maintenance")
    for waiver in decisions.waivers:
        if at < waiver.expires and waiver.covers(finding):
            return replace(finding, verdict=Verdict.WAIVED, waiver=waiver.id)
    return finding


def _scores(checks: Sequence[Check], findings: Iterable[Finding]) -> dict[str, Score]:
    counts: dict[str, Counter[Verdict]] = {check.id: Counter() for check in checks}
    for finding in findings:
        counts[finding.check][finding.verdict] += 1
    return {name: Score(counts=_all_verdicts(count)) for name, count in counts.items()}


def _layers(checks: Sequence[Check], scores: Mapping[str, Score]) -> dict[Layer, Score]:
    counts: dict[Layer, Counter[Verdict]] = {}
    for check in checks:
        counts.setdefault(check.layer, Counter()).update(scores[check.id].counts)
    ordered = sorted(counts, key=_ORDER.index)
    return {layer: Score(counts=_all_verdicts(counts[layer])) for layer in ordered}


def _all_verdicts(counts: Mapping[Verdict, int]) -> dict[Verdict, int]:
    return {verdict: counts.get(verdict, 0) for verdict in Verdict}


def _waiver_states(
    waivers: Sequence[Waiver], findings: Sequence[Finding], *, at: datetime
) -> tuple[tuple[Waiver, WaiverState], ...]:
    failures = [one for one in findings if one.verdict is Verdict.FAIL]
    return tuple((one, _waiver_state(one, failures, at=at)) for one in waivers)


def _waiver_state(waiver: Waiver, failures: Sequence[Finding], *, at: datetime) -> WaiverState:
    if at >= waiver.expires:
        return WaiverState.EXPIRED
    if not any(waiver.covers(one) for one in failures):
        return WaiverState.UNUSED
    return WaiverState.EXPIRING if waiver.expires - at <= EXPIRING else WaiverState.ACTIVE

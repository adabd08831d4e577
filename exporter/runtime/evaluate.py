"""One evaluation: every check over all facts, then what the owners decided, then the scores."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from exporter.domain.applications import ObservedApplications
from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation, Score, SourceStatus, WaiverState
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Layer, Subject, Verdict
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedPods, ObservedWorkloads
from exporter.runtime.answers import Answers
from exporter.runtime.history import Decisions, History, Judged

logger = logging.getLogger(__name__)

EXPIRING = timedelta(days=7)
INTERNAL = "internal"
_NAMESPACED = frozenset({ObservedWorkloads, ObservedPods, ObservedApplications})
_ORDER = tuple(Layer)


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
    history = history or History(dates=False)
    found = {check.id: _run(check, facts, history.answers) for check in checks}
    judged = history.judge(found, decisions, at=at)
    scores = {name: one.score for name, one in judged.items()}
    by_check = {name: one.findings for name, one in judged.items()}
    return Evaluation(
        at=at,
        seconds=time.perf_counter() - started,
        checks=tuple(checks),
        findings=tuple(chain.from_iterable(by_check.values())),
        by_check=by_check,
        layers=_layers(checks, scores),
        scores=scores,
        facts=facts,
        sources=sources,
        waivers=_waiver_states(decisions.waivers, judged.values(), at=at),
        errors=tuple(sorted(name for name, one in found.items() if _broke(one))),
    )


def _run(check: Check, facts: Facts, answers: Answers) -> tuple[Finding, ...]:
    """Return the findings of one check; what it cannot judge, or fails to, is unknown."""
    gaps = facts.gaps_in(check.needs)
    lacking = facts.lacks(check.needs)
    if gaps or lacking:
        reasons = "; ".join(gap.message for gap in gaps) or f"nothing is known of {lacking}"
        cause = gaps[0].source if gaps else ""
        return _unknown(check, facts, detail=reasons, cause=cause)
    try:
        if facts.unseen or facts.namespaces:
            check = replace(check, judge=partial(_as_far_as_seen, check))
        return answers.judge(check, facts)
    except Exception:
        logger.exception("check %s failed", check.id)
        return _unknown(check, facts, detail="the check itself failed; see the log", cause=INTERNAL)


def _broke(findings: Sequence[Finding]) -> bool:
    """Tell whether a check failed by itself; then all of its findings say so."""
    return bool(findings) and findings[0].cause == INTERNAL


def _as_far_as_seen(check: Check, facts: Facts) -> Iterator[Finding]:
    """Yield what *check* finds; unknown where what a finding speaks of was not looked at."""
    unseen = facts.unseen_by(check.needs)
    namespaces = frozenset() if _NAMESPACED.isdisjoint(check.needs) else facts.namespaces
    for finding in check.judge(facts):
        gap = unseen.get(finding.subject.kind)
        if gap is None and namespaces:
            gap = _out_of_sight(finding, namespaces)
        yield finding if gap is None else _unseen(finding, gap)


def _unseen(finding: Finding, gap: Gap) -> Finding:
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


def _unknown(check: Check, facts: Facts, *, detail: str, cause: str) -> tuple[Finding, ...]:
    """Return ``unknown`` for every subject, or for the check as such where none is known."""
    subjects: Iterable[Subject] = check.subjects(facts)
    named = sorted(set(subjects)) or [Subject(kind="Check", namespace="", name=check.id)]
    return tuple(
        Finding(check=check.id, subject=one, verdict=Verdict.UNKNOWN, detail=detail, cause=cause)
        for one in named
    )


def _layers(checks: Sequence[Check], scores: Mapping[str, Score]) -> dict[Layer, Score]:
    counts: dict[Layer, Counter[Verdict]] = {}
    for check in checks:
        counts.setdefault(check.layer, Counter()).update(scores[check.id].counts)
    ordered = sorted(counts, key=_ORDER.index)
    return {layer: Score(counts=dict(counts[layer])) for layer in ordered}


def _waiver_states(
    waivers: Sequence[Waiver], judged: Iterable[Judged], *, at: datetime
) -> tuple[tuple[Waiver, WaiverState], ...]:
    used = {waiver for one in judged for waiver in one.used}
    return tuple((one, _waiver_state(one, at=at, used=one in used)) for one in waivers)


def _waiver_state(waiver: Waiver, *, at: datetime, used: bool) -> WaiverState:
    if at >= waiver.expires:
        return WaiverState.EXPIRED
    if not used:
        return WaiverState.UNUSED
    return WaiverState.EXPIRING if waiver.expires - at <= EXPIRING else WaiverState.ACTIVE

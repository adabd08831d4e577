"""One evaluation: every check over all facts, then what the owners decided, then the scores."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from msgspec import structs

from exporter.domain.applications import ObservedApplications, Repository
from exporter.domain.check import Check
from exporter.domain.declaration import PRESENT, ApplicationKey
from exporter.domain.delivered import application_of
from exporter.domain.evaluation import Evaluation, Score, SourceStatus, WaiverState
from exporter.domain.facts import Facts
from exporter.domain.finding import INTERNAL, Cause, Finding, Layer, Subject, Verdict
from exporter.domain.gaps import Gap, Limitations
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.objects import ObservedObjects
from exporter.domain.pending import PendingSyncs
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedPods, ObservedWorkloads
from exporter.runtime.answers import Answers
from exporter.runtime.coverage import Share, overall
from exporter.runtime.decisions import Decisions
from exporter.runtime.history import History
from exporter.runtime.judged import Judged

logger = logging.getLogger(__name__)

EXPIRING = timedelta(days=7)
_NAMESPACED = frozenset({ObservedWorkloads, ObservedPods, ObservedApplications})
_OF_BOTH = frozenset({ObservedObjects})
"""Facts of kinds with namespaces, and of kinds without, which are looked at everywhere."""
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
    facts = history.refused.known(history.expected.known(facts))
    held = decisions.holding(at)
    history.revision = (facts.find(Repository) or Repository()).revision
    account = history.accounting.of(facts, held, checks=checks)
    found = {
        check.id: history.attribution.of(
            check.id, _run(check, facts=facts, answers=history.answers), facts
        )
        for check in checks
    }
    judged = history.judge(found, replace(held, accepted=account.accepted), at=at)
    scores = {name: one.score for name, one in judged.items()}
    by_check = {name: one.shown for name, one in judged.items()}
    shares = history.coverage.of(checks, by_check, account.items, excused=_excused(judged))
    used = account.used.union(*(one.used for one in judged.values()))
    return Evaluation(
        at=at,
        seconds=time.perf_counter() - started,
        checks=tuple(checks),
        findings=tuple(chain.from_iterable(by_check.values())),
        by_check=by_check,
        remembered=history.remembered,
        transitions=tuple(history.transitions),
        layers=_layers(checks, scores=scores, by_check=by_check, shares=shares),
        items=account.counts,
        coverage=overall(shares.values()),
        scores=scores,
        facts=facts,
        sources=sources,
        waivers=tuple(
            (waiver, _state(waiver, at=at, used=waiver in used)) for waiver in decisions.waivers
        ),
        errors=tuple(sorted(name for name, one in found.items() if _broke(one))),
    )


def _excused(judged: Mapping[str, Judged]) -> frozenset[Cause]:
    """Return what is excused for now, as causes of what is unknown for that."""
    return frozenset(
        Cause(name, finding.subject)
        for name, one in judged.items()
        if one.score.counts[Verdict.SUPPRESSED]
        for finding in one.amiss.values()
        if finding.verdict is Verdict.SUPPRESSED
    )


def _run(check: Check, *, facts: Facts, answers: Answers) -> tuple[Finding, ...]:
    """Return the findings of one check; what it cannot judge, or fails to, is unknown."""
    handed = facts.only(check.handed)
    gaps = handed.gaps_in(check.needs)
    lacking = handed.lacks(check.needs)
    if gaps or lacking:
        reasons = "; ".join(gap.message for gap in gaps) or f"nothing is known of {lacking}"
        cause = Cause(gaps[0].source) if gaps else None
        return _unknown(check, handed, detail=reasons, cause=cause)
    try:
        if check.delivered:
            check = replace(check, judge=partial(_delivered, check))
        limits = Limits.of(check, handed)
        if limits:
            check = replace(check, judge=partial(_as_far_as_known, check, limits))
        return answers.judge(check, handed)
    except Exception:
        logger.exception("check %s failed", check.id)
        detail = "the check itself failed; see the log"
        return _unknown(check, handed, detail=detail, cause=Cause(INTERNAL))


def _broke(findings: Sequence[Finding]) -> bool:
    """Tell whether a check failed by itself; then all of its findings say so."""
    return bool(findings) and findings[0].cause == Cause(INTERNAL)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a check cannot know: of the facts that it *needs*, and of those that it *uses*.

    *namespaces* are those that were looked at, none for all; where a subject has none, a pass
    cannot be relied on if it *spans* all namespaces. *nodes* tell what the cluster calls the nodes
    of which a finding speaks.
    """

    needs: Limitations
    uses: Limitations
    namespaces: frozenset[str]
    spans: bool
    nodes: DeclaredNodes | None

    @classmethod
    def of(cls, check: Check, facts: Facts) -> "Limits":
        """Gather what is not known of the facts that *check* judges by."""
        nodes = facts.known.get(DeclaredNodes)
        spans = not _NAMESPACED.isdisjoint(check.needs)
        namespaced = spans or not _OF_BOTH.isdisjoint(check.needs)
        return cls(
            needs=facts.limitations(check.needs),
            uses=facts.limitations(check.uses),
            namespaces=facts.namespaces if namespaced else frozenset(),
            spans=spans,
            nodes=nodes if isinstance(nodes, DeclaredNodes) else None,
        )

    def __bool__(self) -> bool:
        return bool(self.needs or self.uses or self.namespaces)

    def gap(self, finding: Finding, aspect: str) -> Gap | None:
        """Return why *finding* cannot be relied on, if so."""
        subject = self._observed(finding.subject)
        gap = self.needs.gap(subject, aspect)
        if gap is None and self.namespaces:
            gap = _out_of_sight(finding, self.namespaces, spans=self.spans)
        if gap is None and finding.verdict is Verdict.PASS:
            gap = (
                self.needs.doubt(subject, aspect)
                or self.uses.gap(subject, aspect)
                or self.uses.doubt(subject, aspect)
            )
        return gap

    def _observed(self, subject: Subject) -> Subject:
        """Return a node by the cluster's name for it, as facts know it."""
        if self.nodes is None or subject.kind != "Node":
            return subject
        return subject._replace(name=self.nodes.key_of(subject.name))


def _as_far_as_known(check: Check, limits: Limits, facts: Facts) -> Iterator[Finding]:
    """Yield what *check* finds; unknown where what a finding speaks of is not known."""
    for finding in check.judge(facts):
        gap = limits.gap(finding, check.judges or check.aspect)
        yield finding if gap is None else _unseen(finding, gap)


def _delivered(check: Check, facts: Facts) -> Iterator[Finding]:
    """Yield what a check finds, and of failures what tells of their delivery, and it waits for."""
    pending = facts.find(PendingSyncs) or PendingSyncs()
    there = facts.find(ObservedApplications)
    for finding in check.judge(facts):
        if finding.verdict is not Verdict.FAIL:
            yield finding
            continue
        application = application_of(finding.subject, facts, among=check.needs)
        cause = _undelivered(application, pending, there) if application else None
        progress = None if finding.progress else pending.of(application)
        if progress is not None:
            progress = structs.replace(progress, only_new=PRESENT in {check.aspect, check.judges})
        yield structs.replace(
            finding, cause=finding.cause or cause, progress=finding.progress or progress
        )


def _undelivered(
    application: ApplicationKey, pending: PendingSyncs, there: ObservedApplications | None
) -> Cause | None:
    """Return what tells why an *application* delivers not what it should, if anything does."""
    if there is not None and application not in there:
        subject = Subject("Application", application.namespace, application.name)
        return Cause("application_present", subject)
    return pending.behind.get(application)


def _unseen(finding: Finding, gap: Gap) -> Finding:
    return Finding(
        check=finding.check,
        subject=finding.subject,
        verdict=Verdict.UNKNOWN,
        detail=gap.message,
        provenance=finding.provenance,
        cause=Cause(gap.source),
    )


def _out_of_sight(finding: Finding, namespaces: frozenset[str], *, spans: bool) -> Gap | None:
    """Return why *finding* cannot be relied on where only these *namespaces* were looked at.

    A failure that was seen in them is one; that all is well everywhere nobody can tell.
    """
    subject = finding.subject
    if subject.namespace and subject.namespace not in namespaces:
        return Gap(Source.KUBERNETES, f"the namespace {subject.namespace} is not looked at")
    if spans and not subject.namespace and finding.verdict is Verdict.PASS:
        seen = ", ".join(sorted(namespaces))
        return Gap(Source.KUBERNETES, f"only the namespaces {seen} are looked at")
    return None


def _unknown(
    check: Check, facts: Facts, *, detail: str, cause: Cause | None
) -> tuple[Finding, ...]:
    """Return ``unknown`` for every subject, or for the check as such where none is known.

    Of a check whose findings name their own layer nobody could say which: what is declared is a
    matter of configuration.
    """
    layer = Layer.CONFIGURATION if check.layer is None else None
    subjects: Iterable[Subject] = check.subjects(facts)
    named = sorted(set(subjects)) or [Subject(kind="Check", namespace="", name=check.id)]
    return tuple(
        Finding(
            check=check.id,
            subject=one,
            verdict=Verdict.UNKNOWN,
            detail=detail,
            cause=cause,
            layer=layer,
        )
        for one in named
    )


def _layers(
    checks: Sequence[Check],
    *,
    scores: Mapping[str, Score],
    by_check: Mapping[str, tuple[Finding, ...]],
    shares: Mapping[Layer, Share],
) -> dict[Layer, Score]:
    counts: dict[Layer, Counter[Verdict]] = {}
    for check in checks:
        if check.layer is None:
            for finding in by_check[check.id]:
                counts.setdefault(check.layer_of(finding), Counter())[finding.verdict] += 1
        else:
            counts.setdefault(check.layer, Counter()).update(scores[check.id].counts)
    ordered = sorted(counts, key=_ORDER.index)
    return {
        layer: Score(
            counts={verdict: counts[layer][verdict] for verdict in Verdict},
            coverage=shares[layer].ratio,
        )
        for layer in ordered
    }


def _state(waiver: Waiver, *, at: datetime, used: bool) -> WaiverState:
    if at >= waiver.expires:
        return WaiverState.EXPIRED
    if not used:
        return WaiverState.UNUSED
    return WaiverState.EXPIRING if waiver.expires - at <= EXPIRING else WaiverState.ACTIVE

"""What to do about an evaluation: derived from its findings, in three terms."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from exporter.domain.evaluation import WaiverState
from exporter.domain.finding import INTERNAL, Cause, Finding, Severity, Subject, Verdict
from exporter.report.account import NotCompared
from exporter.report.rows import (
    Advice,
    FindingRow,
    LayerRow,
    Recommendation,
    SourceRow,
    Term,
    WaiverRow,
)

SOON = timedelta(days=90)
"""A waiver that lasts longer is a plan for later."""
EXAMPLES = 5
"""How many subjects a row names."""

_ORDER = (tuple(Term), tuple(Advice))


def recommendations(
    *,
    at: datetime,
    findings: Iterable[FindingRow],
    sources: Iterable[SourceRow],
    waivers: Iterable[WaiverRow],
    layers: Iterable[LayerRow],
    not_compared: Iterable[NotCompared] = (),
) -> tuple[Recommendation, ...]:
    """Return what is worth doing, the soonest first, each once."""
    found = [
        *_failures(findings),
        *_sources(sources),
        *map(_compare, (row for row in not_compared if not row.accepted)),
        *(advice for row in waivers for advice in _waiver(row, at=at)),
        *_blind_spots(layers),
    ]
    terms, kinds = _ORDER
    return tuple(sorted(found, key=lambda row: (terms.index(row.term), kinds.index(row.advice))))


def _failures(findings: Iterable[FindingRow]) -> Iterator[Recommendation]:
    """Yield one for each check that fails; what is only for information may wait."""
    failing: dict[str, list[Finding]] = {}
    broken: dict[str, list[Finding]] = {}
    severities: dict[str, Severity] = {}
    for row in findings:
        severities[row.finding.check] = row.severity
        if row.finding.verdict is Verdict.FAIL:
            failing.setdefault(row.finding.check, []).append(row.finding)
        elif row.finding.cause == Cause(INTERNAL):
            broken.setdefault(row.finding.check, []).append(row.finding)
    for check, some in failing.items():
        term = Term.MEDIUM if severities[check] is Severity.INFO else Term.SHORT
        yield _about(Advice.FIX, check, term=term, subjects=[row.subject for row in some])
    for check, some in broken.items():
        subjects = [row.subject for row in some]
        yield _about(Advice.MEND_CHECK, check, term=Term.SHORT, subjects=subjects)


def _about(advice: Advice, about: str, *, term: Term, subjects: list[Subject]) -> Recommendation:
    return Recommendation(
        term=term,
        advice=advice,
        about=about,
        count=len(subjects),
        subjects=tuple(subjects[:EXAMPLES]),
    )


def _sources(sources: Iterable[SourceRow]) -> Iterator[Recommendation]:
    for row in sources:
        if not row.status.up:
            yield _about(Advice.RESTORE_SOURCE, row.status.source, term=Term.SHORT, subjects=[])


def _compare(row: NotCompared) -> Recommendation:
    """Return what would open most of what one source declares and nobody compares."""
    return Recommendation(
        term=Term.MEDIUM,
        advice=Advice.COMPARE,
        about=row.source,
        count=row.count,
        subjects=row.subjects,
        state=row.reason,
        remedy=row.remedies[0].advice,
    )


def _waiver(row: WaiverRow, *, at: datetime) -> Iterator[Recommendation]:
    """Yield what to do about one waiver: renew or resolve it before it ends, remove it after."""
    expires = row.waiver.expires
    match row.state:
        case WaiverState.EXPIRED | WaiverState.UNUSED:
            advice, term = Advice.REMOVE_WAIVER, Term.MEDIUM
        case WaiverState.EXPIRING:
            advice, term = Advice.RENEW_WAIVER, Term.SHORT
        case WaiverState.ACTIVE:
            advice = Advice.RESOLVE_WAIVED
            term = Term.MEDIUM if expires - at <= SOON else Term.LONG
    yield Recommendation(
        term=term,
        advice=advice,
        about=row.waiver.id,
        count=len(row.subjects),
        subjects=row.subjects[:EXAMPLES],
        by=expires if row.state in {WaiverState.EXPIRING, WaiverState.ACTIVE} else None,
    )


def _blind_spots(layers: Iterable[LayerRow]) -> Iterator[Recommendation]:
    for row in layers:
        if row.score is None:
            yield _about(Advice.CHECK_LAYER, row.layer, term=Term.MEDIUM, subjects=[])

"""Single failures."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import islice

from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.metrics.chunks import Sample
from exporter.metrics.family import CHECK, family
from exporter.metrics.view import View


def _failing(view: View) -> Iterator[tuple[Check, Finding]]:
    """Yield the failures, the worst first and then in a stable order; remembered ones, too."""
    if view.detail == "summary":
        return
    found, remembered = view.evaluation.by_check, view.evaluation.remembered
    for check in sorted(view.evaluation.checks, key=lambda check: (check.severity.rank, check.id)):
        failed = (finding for finding in found.get(check.id, ()) if finding.verdict is Verdict.FAIL)
        before = (finding for finding in remembered if finding.check == check.id)
        yield from ((check, finding) for finding in (*failed, *before))


@family(
    name="finding_since_timestamp_seconds",
    help="Since when a subject fails a check, as far as this process saw it.",
    labels=(*CHECK, "severity", "object_kind", "object_namespace", "object_name"),
)
def finding_since(view: View) -> Iterator[Sample]:
    for check, finding in islice(_failing(view), view.limit):
        since = finding.was or finding.since or view.evaluation.at
        labels = (
            check.layer_of(finding),
            check.id,
            check.severity,
            *_of(finding.subject),
        )
        yield labels, since.timestamp()


@family(
    name="finding_owner_info",
    help="Who owns a subject that fails a check, where the settings or the code say so.",
    labels=("check", "object_kind", "object_namespace", "object_name", "owner"),
)
def finding_owner(view: View) -> Iterator[Sample]:
    for check, finding in islice(_failing(view), view.limit):
        owner = view.evaluation.owner_of(finding, check)
        if owner:
            yield (check.id, *_of(finding.subject), owner), 1


@family(
    name="finding_cause_info",
    help="Failures that follow from another check's failure, as severe or worse, which alarms.",
    labels=("check", "object_kind", "object_namespace", "object_name", "cause"),
)
def finding_cause(view: View) -> Iterator[Sample]:
    checks = {check.id: check for check in view.evaluation.checks}
    for check, finding in islice(_failing(view), view.limit):
        if finding.cause and _follows(finding, view.evaluation, checks):
            yield (check.id, *_of(finding.subject), finding.cause.id), 1


@family(
    name="findings_truncated",
    help="Failing subjects beyond metrics.findings_limit, which have no series of their own.",
)
def findings_truncated(view: View) -> Iterator[Sample]:
    failing = 0 if view.detail == "summary" else _failures(view)
    yield (), max(0, failing - view.limit)


def _follows(finding: Finding, evaluation: Evaluation, checks: Mapping[str, Check]) -> bool:
    """Tell whether another failure behind *finding* alarms, and none of them follows from it."""
    passed = {(finding.check, finding.subject)}
    following, cause = False, _behind(finding, evaluation, checks)
    while cause is not None:
        if (cause.check, cause.subject) in passed:
            return False
        passed.add((cause.check, cause.subject))
        following, cause = True, _behind(cause, evaluation, checks)
    return following


def _behind(
    finding: Finding, evaluation: Evaluation, checks: Mapping[str, Check]
) -> Finding | None:
    """Return the failure that *finding* names as its cause, if that is as severe and alarms."""
    cause, own = finding.cause, checks.get(finding.check)
    other = checks.get(cause.id) if cause else None
    if own is None or cause is None or cause.subject is None or other is None:
        return None
    if other.alert is None or other.severity.rank > own.severity.rank:
        return None
    found = evaluation.by_check.get(other.id, ())
    index = bisect_left(found, cause.subject, key=lambda one: one.subject)
    there = index < len(found) and found[index].subject == cause.subject
    return found[index] if there and found[index].verdict is Verdict.FAIL else None


def _of(subject: Subject) -> tuple[str, str, str]:
    return subject.kind, subject.namespace, subject.name


def _failures(view: View) -> int:
    failing = sum(score.counts[Verdict.FAIL] for score in view.evaluation.scores.values())
    return failing + len(view.evaluation.remembered)

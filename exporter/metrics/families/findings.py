"""Single failures."""

from collections.abc import Iterator
from itertools import islice

from exporter.domain.check import Check
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
    name="findings_truncated",
    help="Failing subjects beyond metrics.findings_limit, which have no series of their own.",
)
def findings_truncated(view: View) -> Iterator[Sample]:
    failing = 0 if view.detail == "summary" else _failures(view)
    yield (), max(0, failing - view.limit)


def _of(subject: Subject) -> tuple[str, str, str]:
    return subject.kind, subject.namespace, subject.name


def _failures(view: View) -> int:
    failing = sum(score.counts[Verdict.FAIL] for score in view.evaluation.scores.values())
    return failing + len(view.evaluation.remembered)

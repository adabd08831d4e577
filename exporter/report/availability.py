"""What of an evaluation may be shown as seen, and what every check says of a subject."""

from collections.abc import Mapping

from exporter.domain.availability import available, would_show
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Subject, Verdict

__all__ = ["Verdicts", "available", "verdicts", "would_show"]


def verdicts(outcome: Evaluation) -> dict[Subject, dict[str, Verdict]]:
    """Return what every check says of each subject."""
    found: dict[Subject, dict[str, Verdict]] = {}
    for finding in outcome.findings:
        found.setdefault(finding.subject, {})[finding.check] = finding.verdict
    return found


Verdicts = Mapping[Subject, Mapping[str, Verdict]]

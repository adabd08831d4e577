"""What of an evaluation's facts may be shown as seen: a fact with a gap may not."""

from collections.abc import Mapping
from typing import TypeVar

from exporter.domain.declaration import PRESENT
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject, Verdict

T = TypeVar("T")


def available(facts: Facts, kind: type[T]) -> T | None:
    """Return the fact of this *kind*, or None where it is missing or cannot be relied on."""
    return None if facts.gaps_in((kind,)) else facts.find(kind)


def would_show(facts: Facts, kind: type, subject: Subject) -> bool:
    """Tell whether the fact of this *kind* would show *subject* if it existed."""
    if facts.limitations((kind,)).gap(subject, PRESENT):
        return False
    return not (subject.namespace and facts.namespaces) or subject.namespace in facts.namespaces


def verdicts(outcome: Evaluation) -> dict[Subject, dict[str, Verdict]]:
    """Return what every check says of each subject."""
    found: dict[Subject, dict[str, Verdict]] = {}
    for finding in outcome.findings:
        found.setdefault(finding.subject, {})[finding.check] = finding.verdict
    return found


Verdicts = Mapping[Subject, Mapping[str, Verdict]]

"""Whether subjects conform, by the aspect that a check looks at."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from exporter.domain.finding import Finding, Subject, Verdict
from exporter.metrics.view import View

Findings: TypeAlias = Sequence[Finding]


def by_aspect(view: View) -> Iterator[tuple[str, Findings]]:
    """Yield the findings of each check that has an aspect, with that."""
    if view.detail == "full":
        for check in view.evaluation.checks:
            if check.aspect:
                yield check.aspect, view.evaluation.by_check.get(check.id, ())


def judged(findings: Findings, kinds: frozenset[str]) -> Iterator[tuple[Subject, float]]:
    """Yield whether subjects of these *kinds* conform; while unknown, a series is withdrawn."""
    for finding in findings:
        if finding.verdict is not Verdict.UNKNOWN and finding.subject.kind in kinds:
            yield finding.subject, float(finding.verdict is Verdict.PASS)

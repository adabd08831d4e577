"""What a finding follows from: ``Application Degraded <- 0 of 2 pods ready <- no image``."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from exporter.domain.finding import Finding, Subject, Verdict
from exporter.report.rows import Link

LONGEST = 8
"""Steps after which a chain ends, whatever the causes say."""
Deviations: TypeAlias = Mapping[tuple[str, Subject], Finding]


def deviations(findings: Iterable[Finding]) -> Deviations:
    """Return all *findings* but passes, by what a cause names."""
    return {
        (finding.check, finding.subject): finding
        for finding in findings
        if finding.verdict is not Verdict.PASS
    }


def chain(finding: Finding, among: Deviations) -> tuple[Link, ...]:
    """Return what *finding* follows from, the nearest first; empty where no other finding says so.

    A cause that is a source, not a check, is :attr:`Finding.cause` of the last link.
    """
    links: list[Link] = []
    passed = {(finding.check, finding.subject)}
    while len(links) < LONGEST and finding.cause is not None and finding.cause.subject is not None:
        named = finding.cause.id, finding.cause.subject
        found = among.get(named)
        if found is None or named in passed:
            break
        links.append(Link(found, more=finding.cause.others))
        finding = found
        passed.add(named)
    return tuple(links)

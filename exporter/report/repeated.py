"""Findings that say the same for one cause, taken together: one cause is one row with a count."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from exporter.domain.finding import Finding, Subject
from exporter.report.folded import with_reason

NAMES = 3
"""How many subjects, or checks, one row names."""
Key: TypeAlias = tuple[object, ...]


def together(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Return *findings* in groups of the same cause, each where its first one stands.

    What follows from another finding is together whatever check finds it, and so is what a source
    is the cause of, if it is said in the same words. The rest is together by check and words.
    """
    groups: dict[Key, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_key(finding), []).append(finding)
    return [tuple(group) for group in groups.values()]


def _key(finding: Finding) -> Key:
    cause = finding.cause
    if cause is None:
        return finding.verdict, finding.check, finding.detail, finding.advice
    if cause.subject is None:
        return finding.verdict, cause.id, finding.detail
    return finding.verdict, cause.id, cause.subject


def checks_of(group: Sequence[Finding]) -> str:
    """Return the checks that found it: the first by name, and how many more."""
    return _first([finding.check for finding in group])


def subjects_of(group: Sequence[Finding]) -> str:
    """Return what it is about: one subject, or how many of which kinds, and the first names."""
    subjects = list(dict.fromkeys(finding.subject for finding in group))
    if len(subjects) == 1:
        return _named(subjects[0])
    kinds = Counter(subject.kind for subject in subjects)
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return f"{counted}: {_first([str(subject) for subject in subjects])}"


def detail_of(group: Sequence[Finding]) -> str:
    """Return what is said of all; where that differs, the finding that they follow from."""
    first = group[0]
    texts = {with_reason(finding, finding.detail) for finding in group}
    if len(texts) == 1 or first.cause is None or first.cause.subject is None:
        return with_reason(first, first.detail)
    return f"follows from {first.cause.id} of {_named(first.cause.subject)}"


def _named(subject: Subject) -> str:
    return f"{subject.kind} {subject}"


def _first(names: Sequence[str]) -> str:
    known = list(dict.fromkeys(names))
    more = f" and {len(known) - NAMES} more" if len(known) > NAMES else ""
    return ", ".join(known[:NAMES]) + more

"""What a finding follows from: ``Application Degraded <- 0 of 2 pods ready <- no image``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from exporter.domain.declaration import ApplicationKey
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.workloads import DeclaredWorkloads
from exporter.report.homes import NODE_CHECKS, Homes
from exporter.report.rows import WORST_FIRST, Link
from exporter.report.workloads import subject_of

LONGEST = 8
"""Steps after which a chain ends, whatever the facts say."""
EXPLAINED = frozenset({"application_healthy", "workload_ready"})
"""The checks whose findings may follow from others though they name no cause."""

_RANKS = {verdict: rank for rank, verdict in enumerate(WORST_FIRST)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Which findings there are but passes, and which subjects belong together."""

    findings: Mapping[tuple[str, Subject], Finding]
    workloads: Mapping[Subject, tuple[Subject, ...]] = field(default_factory=dict)
    """By Application, the workloads that it delivers."""
    members: Mapping[Subject, tuple[Subject, ...]] = field(default_factory=dict)
    """By node group, its declared nodes."""
    home: Callable[[Subject, str], Link | None] = lambda _subject, _check: None
    """By workload and check, the lost node that its pods miss."""

    @classmethod
    def of(cls, outcome: Evaluation) -> "Related":
        """Index one evaluation, in time that grows with the number of findings."""
        findings = {
            (one.check, one.subject): one
            for one in outcome.findings
            if one.verdict is not Verdict.PASS
        }
        return cls(
            findings=findings,
            workloads=_by_application(outcome.facts),
            members=_members(outcome.facts),
            home=Homes(outcome.facts, findings),
        )

    def worst(self, check: str, subjects: Sequence[Subject]) -> Link | None:
        """Return the worst that *check* finds of *subjects*, and how many others there are."""
        found = [one for each in subjects if (one := self.findings.get((check, each))) is not None]
        if not found:
            return None
        first = min(found, key=lambda one: (_RANKS[one.verdict], one.subject))
        return Link(first, more=len(found) - 1)


def chain(finding: Finding, related: Related) -> tuple[Link, ...]:
    """Return what *finding* follows from, the nearest first; empty where nothing is known of it.

    Where several things stand at one place, the worst of them is followed and the others are
    counted. A cause that is a source, not a check, is :attr:`Finding.cause` of the last link.
    """
    links: list[Link] = []
    passed = {(finding.check, finding.subject)}
    while len(links) < LONGEST and (finding.cause or finding.check in EXPLAINED):
        link = next(filter(None, _nearest(finding, related)), None)
        if link is None or (link.finding.check, link.finding.subject) in passed:
            break
        links.append(link)
        finding = link.finding
        passed.add((finding.check, finding.subject))
    return tuple(links)


def _nearest(finding: Finding, related: Related) -> Iterator[Link | None]:
    """Yield what one finding may follow from directly, the likeliest first."""
    subject, cause = finding.subject, finding.cause
    if cause:
        yield related.worst(cause, (subject,))
        yield related.worst(cause, related.members.get(subject, ()))
    if cause in NODE_CHECKS:
        yield related.home(subject, cause)
    match finding.check:
        case "application_healthy":
            delivered = related.workloads.get(subject, ())
            yield related.worst("workload_present", delivered)
            yield related.worst("workload_ready", delivered)
        case "workload_ready":
            yield related.worst("workload_images", (subject,))
            yield related.worst("workload_tolerations", (subject,))
            for check in NODE_CHECKS:
                yield related.home(subject, check)
        case _:
            return


def _by_application(facts: Facts) -> dict[Subject, tuple[Subject, ...]]:
    declared = facts.find(DeclaredWorkloads)
    found: dict[ApplicationKey, list[Subject]] = {}
    for key, one in (declared.workloads if declared else {}).items():
        if one.application is not None:
            found.setdefault(one.application, []).append(subject_of(key))
    return {
        Subject("Application", key.namespace, key.name): tuple(some) for key, some in found.items()
    }


def _members(facts: Facts) -> dict[Subject, tuple[Subject, ...]]:
    declared = facts.find(DeclaredNodes)
    return {
        Subject("NodeGroup", "", name): tuple(Subject("Node", "", one) for one in group.members)
        for name, group in (declared.groups if declared else {}).items()
    }

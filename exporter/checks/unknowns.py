"""Findings of what cannot be judged because something else is amiss: one cause, one alarm."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from exporter.checks import subjects
from exporter.checks.stranded import Loss
from exporter.checks.wording import excerpt
from exporter.domain.declaration import (
    DeclaredApplication,
    DeclaredNode,
    DeclaredWorkload,
    Failure,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict


def absent_node(check: str, node: DeclaredNode) -> Finding:
    """Return what *check* finds of a declared node that the cluster lacks."""
    return Finding(
        check=check,
        subject=subjects.node(node.name),
        verdict=Verdict.UNKNOWN,
        detail="node is not in the cluster",
        provenance=node.places,
        cause="node_present",
    )


def absent_application(check: str, application: DeclaredApplication) -> Finding:
    """Return what *check* finds of a declared Application that the cluster lacks."""
    return Finding(
        check=check,
        subject=subjects.application(application.key),
        verdict=Verdict.UNKNOWN,
        detail="Application is not in the cluster",
        provenance=(application.place,),
        cause="application_present",
    )


def absent_workload(check: str, workload: DeclaredWorkload) -> Finding:
    """Return what *check* finds of a declared workload that the cluster lacks."""
    return Finding(
        check=check,
        subject=subjects.workload(workload.key),
        verdict=Verdict.UNKNOWN,
        detail="workload is not in the cluster",
        provenance=(workload.place,),
        cause="workload_present",
    )


def for_want_of(loss: Loss | None, finding: Finding) -> Finding:
    """Return *finding*, or unknown where a *loss* that another check reports explains it."""
    if loss is None:
        return finding
    cause, said = loss
    detail = f"{finding.detail}; {said}"
    return replace(finding, verdict=Verdict.UNKNOWN, detail=detail, cause=cause)


def blind(facts: Facts, kinds: Sequence[type]) -> str:
    """Return why facts of these *kinds* cannot be relied on, or nothing."""
    gaps = facts.gaps_in(kinds)
    lacking = facts.lacks(kinds)
    said = "; ".join(one.message for one in gaps)
    return said or (f"nothing is known of {lacking[0]}" if lacking else "")


def unreadable(check: str, failures: Iterable[Failure]) -> Iterator[Finding]:
    """Yield one finding for each part of a source that could not be read, sorted.

    What such a part declares nobody knows; so it shows, and the coverage falls.
    """
    by_part: dict[Subject, list[Failure]] = {}
    for failure in failures:
        by_part.setdefault(subjects.unreadable_part(failure), []).append(failure)
    for part, found in sorted(by_part.items()):
        yield Finding(
            check=check,
            subject=part,
            verdict=Verdict.UNKNOWN,
            detail="; ".join(dict.fromkeys(excerpt(failure.message) for failure in found)),
            provenance=tuple(sorted({failure.place for failure in found})),
            cause=found[0].place.source,
        )

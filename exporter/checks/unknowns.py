"""Findings of what cannot be judged because something else is amiss: one cause, one alarm."""

from collections.abc import Sequence

from msgspec.structs import replace

from exporter.checks import subjects
from exporter.checks.stranded import Loss
from exporter.domain.declaration import (
    DeclaredApplication,
    DeclaredNode,
    DeclaredWorkload,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Place


def absent_node(check: str, node: DeclaredNode) -> Finding:
    """Return what *check* finds of a declared node that the cluster lacks."""
    return Finding(
        check=check,
        subject=subjects.node(node.name),
        verdict=Verdict.UNKNOWN,
        detail="node is not in the cluster",
        provenance=node.places,
        cause=Cause("node_present", subjects.node(node.name)),
    )


def undeclared(check: str, node: DeclaredNode, gap: Gap | None) -> Finding:
    """Return what *check* finds of a node of which a *gap* hides what is declared."""
    return Finding(
        check=check,
        subject=subjects.node(node.name),
        verdict=Verdict.UNKNOWN,
        detail=gap.message if gap else "what is declared is not known",
        provenance=node.places,
        cause=Cause(gap.source) if gap else None,
    )


def absent_application(check: str, application: DeclaredApplication) -> Finding:
    """Return what *check* finds of a declared Application that the cluster lacks."""
    return Finding(
        check=check,
        subject=subjects.application(application.key),
        verdict=Verdict.UNKNOWN,
        detail="Application is not in the cluster",
        provenance=(application.place,),
        cause=Cause("application_present", subjects.application(application.key)),
    )


def absent_workload(check: str, workload: DeclaredWorkload) -> Finding:
    """Return what *check* finds of a declared workload that the cluster lacks."""
    return Finding(
        check=check,
        subject=subjects.workload(workload.key),
        verdict=Verdict.UNKNOWN,
        detail="workload is not in the cluster",
        provenance=(workload.place,),
        cause=Cause("workload_present", subjects.workload(workload.key)),
    )


def unreadable(check: str, subject: Subject, *, gap: Gap, place: Place | None) -> Finding:
    """Return what *check* finds of an object that cannot be read, declared at *place* or nowhere.

    Only a declared one is sure to be in order: whose another one is, nobody can tell.
    """
    return Finding(
        check=check,
        subject=subject,
        verdict=Verdict.PASS if place else Verdict.UNKNOWN,
        detail="" if place else f"whether it must be declared is not known: {gap.message}",
        declared="present" if place else "absent",
        observed="present",
        provenance=(place,) if place else (),
        cause=None if place else Cause(gap.source),
    )


def explained_by(finding: Finding, loss: Loss) -> Finding:
    """Return *finding* as unknown because of a *loss* that another check reports."""
    detail = f"{finding.detail}; {loss.said}"
    return replace(finding, verdict=Verdict.UNKNOWN, detail=detail, cause=loss.cause)


def blind(facts: Facts, kinds: Sequence[type]) -> str:
    """Return why facts of these *kinds* cannot be relied on, or nothing."""
    gaps = facts.gaps_in(kinds)
    lacking = facts.lacks(kinds)
    said = "; ".join(gap.message for gap in gaps)
    return said or (f"nothing is known of {lacking[0]}" if lacking else "")

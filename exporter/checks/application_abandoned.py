"""Every Application made from this repository must still be declared in it."""

from collections.abc import Iterator

from exporter.checks import subjects
from exporter.domain.addresses import normalise
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.check import Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Source

ID = "application_abandoned"


def ours(facts: Facts) -> list[Subject]:
    """Return the observed Applications that this repository should declare, sorted."""
    declared, observed = facts.find(DeclaredApplications), facts.find(ObservedApplications)
    if declared is None or observed is None:
        return []
    return [subjects.application(one.key) for one in _ours(declared, observed)]


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for the declaration of every such Application."""
    declared = facts.get(DeclaredApplications)
    for application in _ours(declared, facts.get(ObservedApplications)):
        yield _judge(application, declared)


def _ours(
    declared: DeclaredApplications, observed: ObservedApplications
) -> list[ObservedApplication]:
    """Return what is declared, made by a declared ApplicationSet, or deploys this repository."""
    addresses = {
        normalise(source.repository)
        for application in declared.applications.values()
        for source in application.sources
        if source.local and source.repository
    }
    return [
        one
        for key, one in sorted(observed.applications.items())
        if key in declared.applications
        or one.application_set in declared.application_sets
        or any(normalise(source.repository) in addresses for source in one.sources)
    ]


def _judge(application: ObservedApplication, declared: DeclaredApplications) -> Finding:
    verdict, detail, cause = Verdict.PASS, "", ""
    place = None
    if application.key in declared.applications:
        place = declared.applications[application.key].place
    elif application.deleting:
        detail = "is declared no more, and is being deleted"
    elif application.application_set in declared.unevaluated:
        verdict, cause = Verdict.UNKNOWN, Source.ARGOCD.value
        detail = f"ApplicationSet {application.application_set} cannot be told from the code"
    elif declared.unreadable:
        verdict, cause = Verdict.UNKNOWN, declared.unreadable[0].place.source.value
        detail = f"may be declared in {declared.unreadable[0].place}, which could not be read"
    else:
        verdict, detail = Verdict.FAIL, "is declared nowhere"
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=verdict,
        detail=detail,
        declared="absent" if place is None else "present",
        observed="deleting" if application.deleting else "present",
        provenance=(place,) if place else (),
        cause=cause,
    )


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.WARNING,
    title="Applications of this repository are declared in it",
    needs=(DeclaredApplications, ObservedApplications),
    subjects=ours,
    judge=judge,
)

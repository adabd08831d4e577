"""Every Application made from this repository must still be declared in it."""

from collections.abc import Iterator, Mapping

from exporter.checks import subjects, unknowns
from exporter.domain.addresses import normalise
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSets,
)
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import PRESENT
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Source

ID = "application_abandoned"


def ours(facts: Facts) -> list[Subject]:
    """Return the observed Applications that this repository should declare, sorted."""
    declared, observed = facts.find(DeclaredApplications), facts.find(ObservedApplications)
    if declared is None or observed is None:
        return []
    known = [application.key for application in _ours(declared, observed)]
    return sorted(map(subjects.application, (*known, *observed.unreadable)))


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for the declaration of every such Application."""
    declared, observed = facts.get(DeclaredApplications), facts.get(ObservedApplications)
    sets = facts.find(ObservedApplicationSets)
    odd = {key.name: gap for key, gap in sets.unreadable.items()} if sets else {}
    found = [_judge(application, declared, odd=odd) for application in _ours(declared, observed)]
    found += [
        unknowns.unreadable(
            ID,
            subjects.application(key),
            gap=gap,
            place=known.place if (known := declared.applications.get(key)) else None,
        )
        for key, gap in observed.unreadable.items()
    ]
    yield from sorted(found, key=lambda one: one.subject)


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


def _judge(
    application: ObservedApplication, declared: DeclaredApplications, *, odd: Mapping[str, Gap]
) -> Finding:
    """Judge one of ours; *odd* are ApplicationSets in the cluster that cannot be read."""
    verdict, detail = Verdict.PASS, ""
    cause: Cause | None = None
    place = None
    if application.key in declared.applications:
        place = declared.applications[application.key].place
    elif application.deleting:
        detail = "is declared no more, and is being deleted"
    elif application.application_set in declared.unevaluated:
        verdict, cause = Verdict.UNKNOWN, Cause(Source.ARGOCD)
        detail = f"ApplicationSet {application.application_set} cannot be told from the code"
    elif application.application_set in odd:
        verdict, cause = Verdict.UNKNOWN, Cause(Source.KUBERNETES)
        detail = (
            f"may be declared by its ApplicationSet: {odd[application.application_set].message}"
        )
    elif declared.incomplete:
        verdict, cause = Verdict.UNKNOWN, Cause(declared.incomplete[0].source)
        detail = f"may be declared where nobody can tell: {declared.incomplete[0].message}"
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
    weighs=(ObservedApplicationSets,),
    judges=PRESENT,
    covers=False,
    advice="Delete the Applications that no code declares any more, or declare them again.",
    alert=Alert(
        name="ApplicationAbandoned",
        after="30m",
        summary="An Application of this repository is declared nowhere.",
        description=(
            "Application {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} "
            "deploys from this repository, and no code declares it. Next: delete it, or declare "
            "it."
        ),
    ),
)

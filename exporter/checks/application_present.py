"""Every declared Application must be in the cluster."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns
from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.check import Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Source

ID = "application_present"


def applications_and_gaps(facts: Facts) -> list[Subject]:
    """Return the declared Applications and what hides further ones, sorted."""
    known = facts.find(DeclaredApplications)
    if known is None:
        return []
    return [
        *subjects.declared_applications(facts),
        *map(_application_set, sorted(known.unevaluated)),
        *subjects.unreadable_parts(known.unreadable),
    ]


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up every declared Application; where further ones may be declared, say so."""
    declared = facts.get(DeclaredApplications)
    observed = facts.get(ObservedApplications).applications
    for key, application in sorted(declared.applications.items()):
        present = key in observed
        yield Finding(
            check=ID,
            subject=subjects.application(key),
            verdict=Verdict.PASS if present else Verdict.FAIL,
            detail="" if present else "Application is not in the cluster",
            declared="present",
            observed="present" if present else "absent",
            provenance=(application.place,),
        )
    for name in sorted(declared.unevaluated):
        yield Finding(
            check=ID,
            subject=_application_set(name),
            verdict=Verdict.UNKNOWN,
            detail="not all of its Applications can be told from the code",
            cause=Source.ARGOCD.value,
        )
    yield from unknowns.unreadable(ID, declared.unreadable)


def _application_set(name: str) -> Subject:
    return Subject("ApplicationSet", "", name)


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.CRITICAL,
    title="Declared Applications are in the cluster",
    needs=(DeclaredApplications, ObservedApplications),
    subjects=applications_and_gaps,
    judge=judge,
    aspect="present",
)

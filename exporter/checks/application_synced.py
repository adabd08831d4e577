"""Every declared Application must be Synced."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt, first
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.policy import Patience

ID = "application_synced"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at the sync status of every declared Application."""
    patience = facts.get(Patience)
    observed = facts.get(ObservedApplications).applications
    for key, application in sorted(facts.get(DeclaredApplications).applications.items()):
        have = observed.get(key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        else:
            yield _judge(application, have, patience=patience)


def _judge(
    application: DeclaredApplication, have: ObservedApplication, *, patience: Patience
) -> Finding:
    verdict, detail = _verdict(have, patience)
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=verdict,
        detail=detail,
        declared="Synced",
        observed=have.sync,
        provenance=(application.place,),
    )


def _verdict(have: ObservedApplication, patience: Patience) -> tuple[Verdict, str]:
    match have.sync:
        case "Synced":
            return Verdict.PASS, ""
        case "OutOfSync" if have.operation_running and patience.excuses(have.operation_started):
            return Verdict.SUPPRESSED, "OutOfSync while a sync runs"
        case "OutOfSync":
            late = ", and its sync does not end" if have.operation_running else ""
            return Verdict.FAIL, f"OutOfSync{late}"
        case _:
            return Verdict.UNKNOWN, _unsaid(have)


def _unsaid(have: ObservedApplication) -> str:
    status = excerpt(have.sync) or "not yet said"
    conditions = "; ".join(first(have.conditions))
    return f"sync status is {status}" + (f": {conditions}" if conditions else "")


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.WARNING,
    title="Applications are Synced",
    needs=(DeclaredApplications, ObservedApplications, Patience),
    subjects=subjects.declared_applications,
    judge=judge,
    aspect="synced",
)

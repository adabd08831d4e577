"""Every declared Application must be Synced."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns, witness
from exporter.checks.flow import rollback
from exporter.checks.wording import excerpt, first
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.freshness import Freshness
from exporter.domain.pending import PENDING, PendingSyncs

ID = "application_synced"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at the sync status of every declared Application."""
    observed = facts.get(ObservedApplications).applications
    pending = facts.find(PendingSyncs) or PendingSyncs()
    for key, application in sorted(facts.get(DeclaredApplications).applications.items()):
        have = observed.get(key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        else:
            outdated = witness.outdated(ID, application, have, facts=facts)
            yield outdated or _judge(application, have, pending=pending)


def _judge(
    application: DeclaredApplication, have: ObservedApplication, *, pending: PendingSyncs
) -> Finding:
    verdict, detail = _verdict(have)
    hindrance = None if verdict is Verdict.PASS else witness.not_delivering(have)
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=verdict,
        detail=detail,
        declared="Synced",
        observed=have.sync,
        provenance=(application.place,),
        cause=hindrance or pending.held_back.get(have.key),
        progress=pending.of(have.key) if verdict is Verdict.FAIL else None,
    )


def _verdict(have: ObservedApplication) -> tuple[Verdict, str]:
    match have.sync:
        case "Synced":
            return Verdict.PASS, ""
        case "OutOfSync":
            return Verdict.FAIL, "; ".join(filter(None, ("OutOfSync", rollback(have))))
        case _:
            return Verdict.UNKNOWN, _unsaid(have)


def _unsaid(have: ObservedApplication) -> str:
    status = excerpt(have.sync) or "not yet said"
    conditions = "; ".join(first(map(str, have.conditions)))
    return f"sync status is {status}" + (f": {conditions}" if conditions else "")


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.WARNING,
    title="Applications are Synced",
    needs=(DeclaredApplications, ObservedApplications),
    weighs=(Freshness, *PENDING),
    subjects=subjects.declared_applications,
    judge=judge,
    aspect="synced",
    headline=True,
    advice="Synchronise the Applications, and find out what holds them back.",
    alert=Alert(
        name="ApplicationOutOfSync",
        after="15m",
        summary="An Application is OutOfSync.",
        description=(
            "Application {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} is "
            "declared to match its repository, and Argo CD sees it OutOfSync while no sync runs. "
            "Next: argocd app diff {{ $labels.object_name }}."
        ),
    ),
)

"""Every declared Application must be Healthy."""

from collections.abc import Iterator
from functools import cache

from exporter.checks import subjects, unknowns
from exporter.checks.stranded import Losses
from exporter.checks.wording import excerpt, first, listing
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

ID = "application_healthy"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at the health of every declared Application.

    One whose pods lack for want of their nodes is those nodes' matter.
    """
    losses = cache(lambda: Losses(facts))
    patience = facts.get(Patience)
    observed = facts.get(ObservedApplications).applications
    for key, application in sorted(facts.get(DeclaredApplications).applications.items()):
        have = observed.get(key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        else:
            finding = _judge(application, have, patience=patience)
            if finding.verdict is Verdict.FAIL:
                loss = losses().of_application(key, ailing=have.ailing)
                finding = unknowns.for_want_of(loss, finding)
            yield finding


def _judge(
    application: DeclaredApplication, have: ObservedApplication, *, patience: Patience
) -> Finding:
    verdict = _verdict(have, patience)
    healthy = have.health == "Healthy"
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=verdict,
        detail="" if healthy else _describe(have),
        declared="Healthy",
        observed="Healthy" if healthy else {"health": have.health, "ailing": first(have.ailing)},
        provenance=(application.place,),
    )


def _verdict(have: ObservedApplication, patience: Patience) -> Verdict:
    """Judge as Argo CD means its words; Suspended is waiting for somebody, on purpose.

    Source: Argo CD, Resource Health, and ``gitops-engine/pkg/health``.
    """
    match have.health:
        case "Healthy" | "Suspended":
            return Verdict.PASS
        case "Progressing" if patience.excuses(have.health_since):
            return Verdict.SUPPRESSED
        case "Progressing" | "Degraded" | "Missing":
            return Verdict.FAIL
        case _:
            return Verdict.UNKNOWN


def _describe(have: ObservedApplication) -> str:
    status = excerpt(have.health) or "health is not yet said"
    since = f" since {have.health_since.isoformat()}" if have.health_since is not None else ""
    reasons = [excerpt(have.health_message)] if have.health_message else []
    if have.ailing:
        reasons.append(listing([excerpt(one) for one in have.ailing]))
    return f"{status}{since}" + (f": {'; '.join(reasons)}" if reasons else "")


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.WARNING,
    title="Applications are Healthy",
    needs=(DeclaredApplications, ObservedApplications, Patience),
    subjects=subjects.declared_applications,
    judge=judge,
    aspect="healthy",
)

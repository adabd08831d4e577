"""Every declared Application must be Healthy."""

from collections.abc import Iterator
from functools import cache

from msgspec.structs import replace

from exporter.checks import subjects, unknowns, witness
from exporter.checks.stranded import FACTS_OF_LOSSES, Losses
from exporter.checks.wording import excerpt, first, listing
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import DeclaredApplication
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.freshness import Freshness

ID = "application_healthy"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at the health of every declared Application.

    One whose pods lack because of their nodes alone is those nodes' matter.
    """
    losses = cache(lambda: Losses(facts))
    observed = facts.get(ObservedApplications).applications
    for key, application in sorted(facts.get(DeclaredApplications).applications.items()):
        have = observed.get(key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        elif outdated := witness.outdated(ID, application, have, facts=facts):
            yield outdated
        else:
            finding = _judge(application, have)
            yield (
                _ailing(finding, have=have, losses=losses())
                if finding.verdict is Verdict.FAIL
                else finding
            )


def _judge(application: DeclaredApplication, have: ObservedApplication) -> Finding:
    healthy = have.health == "Healthy"
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=_verdict(have),
        detail="" if healthy else _describe(have),
        declared="Healthy",
        observed="Healthy" if healthy else {"health": have.health, "ailing": first(have.ailing)},
        provenance=(application.place,),
    )


def _verdict(have: ObservedApplication) -> Verdict:
    """Judge as Argo CD means its words; Suspended is waiting for somebody, on purpose.

    Source: Argo CD, Resource Health, and ``gitops-engine/pkg/health``.
    """
    match have.health:
        case "Healthy" | "Suspended":
            return Verdict.PASS
        case "Progressing" | "Degraded" | "Missing":
            return Verdict.FAIL
        case _:
            return Verdict.UNKNOWN


def _ailing(finding: Finding, *, have: ObservedApplication, losses: Losses) -> Finding:
    """Return *finding* with what it follows from, and with what is under way."""
    loss = losses.of_application(have.key, ailing=have.ailing)
    if loss is not None:
        return unknowns.explained_by(finding, loss)
    return replace(finding, cause=losses.behind(have.key), progress=_progress(have))


def _progress(have: ObservedApplication) -> Progress | None:
    """Return the rollout that Argo CD speaks of: the same one as long as the same is deployed."""
    if have.health != "Progressing":
        return None
    return Progress(
        reason=ExcuseReason.ROLLOUT,
        waits_for="its resources are on their way",
        since=have.health_since,
        round=f"revisions {' '.join(have.revisions)}",
    )


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
    needs=(DeclaredApplications, ObservedApplications),
    weighs=(*FACTS_OF_LOSSES, Freshness),
    subjects=subjects.declared_applications,
    judge=judge,
    aspect="healthy",
    headline=True,
    advice="Repair what makes the Applications unhealthy; the causes are listed above.",
    alert=Alert(
        name="ApplicationDegraded",
        after="15m",
        keep="15m",
        summary="An Application is not Healthy.",
        description=(
            "Application {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} is "
            "Degraded or Missing, or has been Progressing for too long. Next: argocd app get "
            "{{ $labels.object_name }} lists the resources that ail."
        ),
    ),
)

"""Argo CD must be able to compare and to deliver every declared Application."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns, witness
from exporter.checks.wording import MAX_ITEMS, excerpt
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

ID = witness.DELIVERING


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for what Argo CD itself says keeps it from comparing or delivering an Application."""
    observed = facts.get(ObservedApplications).applications
    for key, application in sorted(facts.get(DeclaredApplications).applications.items()):
        have = observed.get(key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        else:
            outdated = witness.outdated(ID, application, have, facts=facts)
            yield outdated or _judge(application, have)


def _judge(application: DeclaredApplication, have: ObservedApplication) -> Finding:
    errors = [excerpt(text) for text in have.errors][:MAX_ITEMS]
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=_verdict(have, errors),
        detail="; ".join(errors) or ("" if have.sync else "Argo CD has not compared it yet"),
        declared="compared and delivered",
        observed=errors or have.sync,
        provenance=(application.place,),
    )


def _verdict(have: ObservedApplication, errors: list[str]) -> Verdict:
    if errors:
        return Verdict.FAIL
    return Verdict.PASS if have.sync else Verdict.UNKNOWN


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.WARNING,
    title="Argo CD can compare and deliver Applications",
    needs=(DeclaredApplications, ObservedApplications),
    weighs=(Freshness,),
    subjects=subjects.declared_applications,
    judge=judge,
    aspect="delivering",
    advice="Mend what keeps Argo CD from comparing or syncing; its own words are above.",
    alert=Alert(
        name="ApplicationNotDelivered",
        after="15m",
        keep="15m",
        summary="Argo CD cannot compare or sync an Application.",
        description=(
            "Argo CD reports an error of Application {{ $labels.object_namespace }}/"
            "{{ $labels.object_name }}{of_cluster}: what runs is what it delivered before, and "
            "nothing newer reaches the cluster. Next: kubectl -n {{ $labels.object_namespace }} "
            "get application {{ $labels.object_name }} -o jsonpath='{.status.conditions}'."
        ),
    ),
)

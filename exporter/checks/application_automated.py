"""Every Application must be synced automatically, or by hand, as the code declares."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSets,
)
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import ApplicationKey, Automation, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Source

ID = "application_automated"


def stating_automation(facts: Facts) -> list[Subject]:
    """Return the declared Applications that say how they are synced, sorted."""
    known = facts.find(DeclaredApplications)
    return [subjects.application(key) for key, _ in _stating(known)] if known else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare ``syncPolicy.automated`` of every declared Application, both ways."""
    observed = facts.get(ObservedApplications).applications
    sets = facts.find(ObservedApplicationSets)
    for key, application in _stating(facts.get(DeclaredApplications)):
        have = observed.get(key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        else:
            yield _judge(application, have, sets)


def _stating(declared: DeclaredApplications) -> list[tuple[ApplicationKey, DeclaredApplication]]:
    """Leave out what the hand-written inventory declares: it has no words for automation."""
    return sorted(
        (key, application)
        for key, application in declared.applications.items()
        if application.automation is not None or application.place.source is not Source.INVENTORY
    )


def _judge(
    application: DeclaredApplication,
    have: ObservedApplication,
    sets: ObservedApplicationSets | None,
) -> Finding:
    """Compare one; a RollingSync takes the automation off and syncs in its place."""
    left = application.leaves("/spec/syncPolicy/automated")
    owner = sets.owner_of(have) if sets else None
    rolling = owner is not None and owner.is_rolling and have.automation is None
    detail = "" if left or rolling else _difference(application.automation, have.automation)
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=Verdict.FAIL if detail else Verdict.PASS,
        detail=detail,
        declared=_plain(application.automation),
        observed=_plain(have.automation),
        provenance=(application.place,),
    )


def _difference(want: Automation | None, have: Automation | None) -> str:
    if want == have:
        return ""
    if have is None:
        return "missing automated"
    if want is None:
        return "undeclared automated"
    pairs = (("prune", want.prune, have.prune), ("selfHeal", want.self_heal, have.self_heal))
    return ", ".join(
        f"{name}={str(has).lower()} instead of {str(wants).lower()}"
        for name, wants, has in pairs
        if wants is not has
    )


def _plain(automation: Automation | None) -> JsonObject | None:
    if automation is None:
        return None
    return {"prune": automation.prune, "selfHeal": automation.self_heal}


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.INFO,
    title="Applications are automated as declared",
    needs=(DeclaredApplications, ObservedApplications),
    weighs=(ObservedApplicationSets,),
    subjects=stating_automation,
    judge=judge,
    aspect="automated",
    advice="Set the declared sync policy on the Applications again.",
    alert=Alert(
        name="ApplicationAutomationChanged",
        after="1h",
        summary="An Application's automation differs from the declared one.",
        description=(
            "Application {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} "
            "syncs, prunes or heals itself in another way than declared. Next: ask who switched "
            "it, and apply the declaration again when the reason is gone."
        ),
    ),
)

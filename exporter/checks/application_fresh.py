"""Argo CD must go on comparing every declared Application."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns, witness
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.freshness import Freshness

ID = witness.FRESH


def comparing(facts: Facts) -> list[Subject]:
    """Return all declared Applications, and the controllers of those that are in the cluster."""
    return sorted({*subjects.declared_applications(facts), *map(witness.controller, _of(facts))})


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at when Argo CD last compared each declared Application, and anything at all."""
    observed = facts.get(ObservedApplications).applications
    known = facts.get(Freshness)
    for key, application in sorted(facts.get(DeclaredApplications).applications.items()):
        have = observed.get(key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        else:
            yield _judge(application, have, known=known)
    dated = {have.controller for have in observed.values() if have.reconciled is not None}
    for namespace in sorted(_of(facts)):
        yield _controller(namespace, known, dated=namespace in dated)


def _of(facts: Facts) -> set[str]:
    """Return the controllers of the declared Applications that are in the cluster."""
    declared, observed = facts.find(DeclaredApplications), facts.find(ObservedApplications)
    if declared is None or observed is None:
        return set()
    there = observed.applications.keys() & declared.applications.keys()
    return {observed.applications[key].controller for key in there}


def _judge(
    application: DeclaredApplication, have: ObservedApplication, *, known: Freshness
) -> Finding:
    verdict, detail, cause = _verdict(have, known)
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=verdict,
        detail=detail,
        declared="compared again and again",
        observed=have.reconciled.isoformat() if verdict is Verdict.FAIL and have.reconciled else "",
        provenance=(application.place,),
        cause=cause,
    )


def _verdict(have: ObservedApplication, known: Freshness) -> tuple[Verdict, str, Cause | None]:
    if have.paused:
        annotation = "the annotation argocd.argoproj.io/skip-reconcile keeps Argo CD away"
        return Verdict.FAIL, f"{annotation}{_since(have)}", None
    if have.reconciled is None:
        return Verdict.UNKNOWN, "Argo CD does not tell when it last compared it", None
    if have.controller in known.controllers:
        cause = Cause(ID, witness.controller(have.controller))
        return Verdict.UNKNOWN, f"Argo CD compares nothing{_since(have)}", cause
    if have.key in known.applications:
        return Verdict.FAIL, f"Argo CD compares others, but not this one{_since(have)}", None
    return Verdict.PASS, "", None


def _since(have: ObservedApplication) -> str:
    return f" since {have.reconciled.isoformat()}" if have.reconciled else ""


def _controller(namespace: str, known: Freshness, *, dated: bool) -> Finding:
    """Judge a controller by the newest of what it says of any Application, if that is *dated*."""
    halted = known.controllers.get(namespace)
    verdict = Verdict.PASS if dated else Verdict.UNKNOWN
    detail = "" if dated else "Argo CD does not tell when it last compared any Application"
    if halted is not None:
        verdict = Verdict.FAIL
        detail = f"it has compared no Application since {halted.isoformat()}"
    return Finding(
        check=ID,
        subject=witness.controller(namespace),
        verdict=verdict,
        detail=detail,
        declared=f"compares Applications within {known.limit}",
        observed=halted.isoformat() if halted else "",
    )


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.WARNING,
    title="Argo CD goes on comparing Applications",
    needs=(DeclaredApplications, ObservedApplications, Freshness),
    subjects=comparing,
    judge=judge,
    aspect="fresh",
    advice="Let Argo CD compare the Applications again: is its application controller running?",
    alert=Alert(
        name="ApplicationStale",
        after="5m",
        keep="15m",
        summary="Argo CD no longer compares an Application, or any.",
        description=(
            "{{ $labels.object_kind }} {{ $labels.object_namespace }}/{{ $labels.object_name }}"
            "{of_cluster}: what Argo CD says is too old to count, so drift goes unseen and commits "
            "are not delivered. Next: kubectl -n {{ $labels.object_namespace }} get pods -l "
            "app.kubernetes.io/component=application-controller."
        ),
    ),
)

"""Argo CD as a witness: its word counts while it is fresh, and while it can compare at all."""

from exporter.checks import subjects
from exporter.domain.applications import ObservedApplication
from exporter.domain.declaration import DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.freshness import Freshness

DELIVERING = "application_delivering"
FRESH = "application_fresh"
CONTROLLER = "argocd-application-controller"


def controller(namespace: str) -> Subject:
    """Return the application controller of a namespace as a subject."""
    return Subject("ApplicationController", namespace, CONTROLLER)


def outdated(
    check: str, application: DeclaredApplication, have: ObservedApplication, *, facts: Facts
) -> Finding | None:
    """Return what *check* finds where Argo CD's word is too old to count; None where it counts."""
    known = facts.find(Freshness)
    if known is None or not known.is_stale(have):
        return None
    halted = have.controller in known.controllers
    subject = controller(have.controller) if halted else subjects.application(application.key)
    since = known.controllers[have.controller] if halted else known.applications[have.key]
    return Finding(
        check=check,
        subject=subjects.application(application.key),
        verdict=Verdict.UNKNOWN,
        detail=f"Argo CD last compared it at {since.isoformat()}",
        provenance=(application.place,),
        cause=Cause(FRESH, subject),
    )


def not_delivering(have: ObservedApplication) -> Cause | None:
    """Return the cause of what is not known or not synced where Argo CD says what hinders it."""
    return Cause(DELIVERING, subjects.application(have.key)) if any(have.errors) else None

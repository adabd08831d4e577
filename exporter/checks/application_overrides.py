"""No Application of the cluster may override images or parameters that nobody declares."""

from collections.abc import Iterator, Sequence

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt, listing
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    ObservedImageUpdaters,
)
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Source

ID = "application_overrides"

FIELDS = ("kustomize/images", "helm/parameters")


def written_as_manifests(facts: Facts) -> list[Subject]:
    """Return the declared Applications of which all is said, sorted."""
    known = facts.find(DeclaredApplications)
    return [subjects.application(one.key) for one in _manifests(known)] if known else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Tell of every declared Application what its live sources override beside the code.

    Which tags Image Updater may set was told where the declaration was read, as patterns and
    constraints are the repository's. Where the cluster's ImageUpdaters cannot be seen, one of them
    may have set what nobody declares.
    """
    observed = facts.get(ObservedApplications).applications
    gaps = facts.gaps_in((ObservedImageUpdaters,))
    for application in _manifests(facts.get(DeclaredApplications)):
        have = observed.get(application.key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        else:
            yield _judge(application, have, gaps)


def _manifests(declared: DeclaredApplications) -> list[DeclaredApplication]:
    """Leave out what the hand-written inventory declares: it has no words for images."""
    return [
        application
        for _, application in sorted(declared.applications.items())
        if application.place.source is not Source.INVENTORY
    ]


def _judge(
    application: DeclaredApplication, have: ObservedApplication, gaps: Sequence[Gap]
) -> Finding:
    amiss = () if _is_left_to_others(application) else application.overridden
    hidden = gaps if amiss else ()
    detail = listing([excerpt(one) for one in amiss])
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=Verdict.UNKNOWN if hidden else Verdict.FAIL if amiss else Verdict.PASS,
        detail="; ".join((detail, *(gap.message for gap in hidden[:1]))),
        cause=Cause(hidden[0].source) if hidden else None,
        declared=None,
        observed=_plain(have),
        provenance=(application.source_place or application.place,),
    )


def _is_left_to_others(application: DeclaredApplication) -> bool:
    above = ("source", *(f"sources/{index}" for index in range(len(application.sources))))
    return application.leaves(*(f"/spec/{one}/{field}" for one in above for field in FIELDS))


def _plain(have: ObservedApplication) -> JsonObject | None:
    images = [excerpt(image) for one in have.overrides for image in one.images]
    parameters = [excerpt(f"{k}={v}") for one in have.overrides for k, v in one.parameters]
    found = {"kustomize.images": images, "helm.parameters": parameters}
    return {field: values for field, values in found.items() if values} or None


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.INFO,
    title="Applications override nothing that nobody declares",
    needs=(DeclaredApplications, ObservedApplications),
    weighs=(ObservedImageUpdaters,),
    subjects=written_as_manifests,
    judge=judge,
    judges="overrides",
    advice="Declare the images and parameters that live Applications override, or take them back.",
    alert=Alert(
        name="ApplicationOverridden",
        after="1h",
        summary="An Application overrides images or parameters that nobody declares.",
        description=(
            "Application {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} "
            "has images or parameters in the cluster that neither the code nor Image Updater "
            "gives it. Next: who set them, and shall they stay? Then they belong into the code."
        ),
    ),
)

"""Every declared Application must be in the cluster."""

from collections.abc import Iterator

from exporter.checks import subjects
from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.check import Alert, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict

ID = "application_present"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up every declared Application."""
    declared = facts.get(DeclaredApplications)
    observed = facts.get(ObservedApplications)
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


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.CRITICAL,
    title="Declared Applications are in the cluster",
    needs=(DeclaredApplications, ObservedApplications),
    subjects=subjects.declared_applications,
    judge=judge,
    aspect="present",
    headline=True,
    advice="Create the missing Applications in Argo CD.",
    alert=Alert(
        name="ApplicationMissing",
        after="10m",
        summary="A declared Argo CD Application is not in the cluster.",
        description=(
            "Application {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} is "
            "declared, and the cluster has none of that name: nothing deploys what it stands for. "
            "Next: kubectl -n {{ $labels.object_namespace }} get applicationsets,applications."
        ),
    ),
)

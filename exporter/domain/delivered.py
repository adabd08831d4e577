"""Which Application delivers what is declared."""

from collections.abc import Container

from exporter.domain.declaration import ApplicationKey, DeclaredManifest, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.objects import DeclaredObjects
from exporter.domain.workloads import DeclaredWorkloads


def manifest_of(
    subject: Subject, facts: Facts, *, among: Container[type] = (DeclaredWorkloads, DeclaredObjects)
) -> DeclaredManifest | None:
    """Return what is declared of a workload or another object, if the facts *among* these do."""
    workloads = facts.find(DeclaredWorkloads) if DeclaredWorkloads in among else None
    objects = facts.find(DeclaredObjects) if DeclaredObjects in among else None
    key = WorkloadKey(subject.namespace, subject.kind, subject.name)
    if workloads and key in workloads.workloads:
        return workloads.workloads[key]
    return next(iter(objects.by_subject.get(subject, ())), None) if objects else None


def application_of(
    subject: Subject, facts: Facts, *, among: Container[type]
) -> ApplicationKey | None:
    """Return the Application that delivers a workload or another object, if one does."""
    manifest = manifest_of(subject, facts, among=among)
    return manifest.application if manifest else None

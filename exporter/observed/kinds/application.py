"""What an Application of Argo CD says; source: its API (``argoproj.io/v1alpha1``)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from msgspec import field

from exporter.domain.applications import (
    Condition,
    ObservedApplication,
    ObservedApplications,
    Operation,
    Overrides,
)
from exporter.domain.declaration import ApplicationKey, ApplicationSource, Automation
from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_instant
from exporter.domain.objects import ObjectName
from exporter.observed.folds import ObjectFold, by_name
from exporter.observed.kindspec import Declared, FactSpec, KindSpec
from exporter.observed.records import SPARE, Metadata, OwnedMetadata, Record, SpareText

_LONGEST = 2000
"""Characters that are kept of a message; Argo CD puts whole command lines and diffs into them."""

_KEPT = 10
"""Entries of the history, as many as Argo CD keeps by default (``revisionHistoryLimit``)."""


class KustomizeRecord(Record):
    """What a source says to kustomize of images."""

    images: list[str] | None = None


class ParameterRecord(Record):
    """A parameter of a chart."""

    name: str | None = None
    value: str | None = None


class HelmRecord(Record):
    """What a source says to helm by parameters."""

    parameters: list[ParameterRecord] | None = None


class SourceRecord(Record):
    """A source of an Application."""

    repo_url: str | None = field(default=None, name="repoURL")
    path: str | None = None
    target_revision: str | None = None
    chart: str | None = None
    ref: str | None = None
    kustomize: Annotated[KustomizeRecord | None, SPARE] = None
    helm: Annotated[HelmRecord | None, SPARE] = None


class AutomatedRecord(Record):
    """``syncPolicy.automated``."""

    prune: bool | None = None
    self_heal: bool | None = None
    enabled: bool | None = None


class SyncPolicy(Record):
    """``spec.syncPolicy``."""

    automated: AutomatedRecord | None = None


class Destination(Record):
    """``spec.destination``."""

    namespace: SpareText = None
    name: SpareText = None
    server: SpareText = None


class ApplicationSpec(Record):
    """The spec of an Application."""

    source: SourceRecord | None = None
    sources: list[SourceRecord] | None = None
    sync_policy: SyncPolicy | None = None
    destination: Annotated[Destination | None, SPARE] = None
    project: SpareText = None


class SyncStatus(Record):
    """``status.sync``."""

    status: str | None = None
    revision: str | None = None
    revisions: list[str] | None = None


class HealthStatus(Record):
    """``status.health``, and the health of a resource."""

    status: str | None = None
    message: SpareText = None
    last_transition_time: str | None = None


class OperationState(Record):
    """``status.operationState``."""

    phase: str | None = None
    started_at: str | None = None
    finished_at: SpareText = None
    message: SpareText = None
    sync_result: Annotated[SyncStatus | None, SPARE] = None


class ResourceRecord(Record):
    """An entry of ``status.resources``."""

    group: SpareText = None
    kind: SpareText = None
    name: SpareText = None
    namespace: SpareText = None
    status: SpareText = None
    health: Annotated[HealthStatus | None, SPARE] = None


class ApplicationCondition(Record):
    """An entry of ``status.conditions``."""

    type: SpareText = None
    message: SpareText = None


class HistoryRecord(Record):
    """An entry of ``status.history``."""

    revision: SpareText = None
    revisions: Annotated[list[str] | None, SPARE] = None


class ApplicationStatus(Record):
    """The status of an Application."""

    sync: SyncStatus | None = None
    health: HealthStatus | None = None
    operation_state: OperationState | None = None
    history: Annotated[list[HistoryRecord] | None, SPARE] = None
    reconciled_at: SpareText = None
    controller_namespace: SpareText = None
    conditions: Annotated[list[ApplicationCondition] | None, SPARE] = None
    resources: Annotated[list[ResourceRecord] | None, SPARE] = None


class ApplicationAnnotations(Record):
    """The annotations of an Application that say what Argo CD shall do with it."""

    skip_reconcile: SpareText = field(default=None, name="argocd.argoproj.io/skip-reconcile")


class ApplicationMetadata(OwnedMetadata):
    """Metadata of an Application."""

    labels: Annotated[dict[str, str] | None, SPARE] = None
    annotations: Annotated[ApplicationAnnotations | None, SPARE] = None
    deletion_timestamp: str | None = None


class ApplicationRecord(Record):
    """Argo CD's Application."""

    metadata: ApplicationMetadata
    spec: ApplicationSpec | None = None
    status: ApplicationStatus | None = None


def observed_application(record: ApplicationRecord) -> ObservedApplication:
    """Return the Application that *record* shows.

    Raises :exc:`ParseError` where it has no spec, or a time amiss that could excuse it.
    """
    metadata = record.metadata
    if record.spec is None:
        raise ParseError("it has no spec")
    spec = record.spec
    status = record.status or ApplicationStatus()
    sync = status.sync or SyncStatus()
    destination = spec.destination or Destination()
    health = status.health or HealthStatus()
    return ObservedApplication(
        key=application_key(metadata),
        sources=_sources(spec),
        labels=metadata.labels or {},
        sync=sync.status or "",
        health=health.status or "",
        health_message=health.message or "",
        health_since=_instant(health.last_transition_time),
        revisions=_revisions(sync),
        automation=_automation(spec),
        operation=_operation(status.operation_state or OperationState()),
        reconciled=instant_or_none(status.reconciled_at),
        controller_namespace=status.controller_namespace or "",
        paused=bool(metadata.annotations and metadata.annotations.skip_reconcile == "true"),
        application_set=_application_set(record),
        deleting=bool(metadata.deletion_timestamp),
        conditions=tuple(
            Condition(condition.type, (condition.message or "")[:_LONGEST])
            for condition in status.conditions or ()
            if condition.type
        ),
        ailing=tuple(sorted(filter(None, map(_ailment, status.resources or ())))),
        overrides=_overrides(spec),
        secrets=tuple(sorted(_secrets(status))),
        missing_secrets=tuple(sorted(_missing_secrets(status))),
        history=tuple(map(_revisions, (status.history or ())[-_KEPT:])),
        project=spec.project or "default",
        destination_namespace=destination.namespace or "",
        destination_name=destination.name or "",
        destination_server=destination.server or "",
    )


def _sources(spec: ApplicationSpec) -> tuple[ApplicationSource, ...]:
    """Return all sources; where ``sources`` stand, Argo CD ignores ``source``."""
    if spec.sources:
        return tuple(map(_source, spec.sources))
    return (_source(spec.source),) if spec.source else ()


def _source(record: SourceRecord) -> ApplicationSource:
    return ApplicationSource(
        repository=record.repo_url or "",
        path=record.path or "",
        revision=record.target_revision or "HEAD",
        chart=record.chart or "",
        reference=record.ref or "",
    )


def _overrides(spec: ApplicationSpec) -> tuple[Overrides, ...]:
    """Return what of images each source overrides; nothing where none does, as most."""
    records = spec.sources or ([spec.source] if spec.source else [])
    found = tuple(map(_override, records))
    return found if any(override != Overrides() for override in found) else ()


def _override(record: SourceRecord) -> Overrides:
    images = record.kustomize.images if record.kustomize else None
    parameters = record.helm.parameters if record.helm else None
    return Overrides(
        images=tuple(images or ()),
        parameters=tuple((entry.name or "", entry.value or "") for entry in parameters or ()),
    )


def _revisions(sync: SyncStatus | HistoryRecord) -> tuple[str, ...]:
    if sync.revisions:
        return tuple(sync.revisions)
    return (sync.revision,) if sync.revision else ()


def _operation(state: OperationState) -> Operation:
    return Operation(
        phase=state.phase or "",
        started=_instant(state.started_at),
        finished=instant_or_none(state.finished_at),
        message=(state.message or "")[:_LONGEST],
        revisions=_revisions(state.sync_result or SyncStatus()),
    )


def _automation(spec: ApplicationSpec) -> Automation | None:
    """Return the automation; ``enabled: false`` (Argo CD 3.1) switches it off."""
    automated = (spec.sync_policy or SyncPolicy()).automated
    if automated is None or automated.enabled is False:
        return None
    return Automation(prune=bool(automated.prune), self_heal=bool(automated.self_heal))


def _application_set(record: ApplicationRecord) -> str:
    owners = record.metadata.owner_references or ()
    return next((owner.name for owner in owners if owner.kind == "ApplicationSet"), "")


def _ailment(resource: ResourceRecord) -> str:
    """Return a resource that is not Healthy in words; one without a health is no concern."""
    health = resource.health.status if resource.health else None
    if not health or health == "Healthy":
        return ""
    name = resource.name or ""
    where = f"{resource.namespace}/{name}" if resource.namespace else name
    return f"{resource.kind or 'object'} {where}: {health}"


def _secrets(status: ApplicationStatus) -> Iterator[ObjectName]:
    """Yield the Secrets that are there as Git has them: one that is OutOfSync may be missing."""
    for one in status.resources or ():
        if one.kind == "Secret" and not one.group and one.status == "Synced":
            yield one.namespace or "", one.name or ""


def _missing_secrets(status: ApplicationStatus) -> Iterator[ObjectName]:
    """Yield the Secrets that Git has and the cluster has not; Argo CD then says that of health."""
    for one in status.resources or ():
        health = one.health.status if one.health else None
        if one.kind == "Secret" and not one.group and health == "Missing":
            yield one.namespace or "", one.name or ""


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


def instant_or_none(text: str | None) -> datetime | None:
    """Return an instant by which no more than an age is told, or None where it is amiss."""
    try:
        return _instant(text)
    except ParseError:
        return None


def application_key(metadata: Metadata) -> ApplicationKey:
    """Return what names an Application or ApplicationSet."""
    return ApplicationKey(metadata.namespace or "", metadata.name)


KIND = KindSpec(
    kind="Application",
    group="argoproj.io",
    version="v1alpha1",
    plural="applications",
    optional=True,
    record=ApplicationRecord,
    fold=lambda: ObjectFold(key=application_key, value=observed_application),
    fact=FactSpec(
        type=ObservedApplications, name="Applications", build=by_name(ObservedApplications)
    ),
    read_for=frozenset({Declared.APPLICATIONS}),
)

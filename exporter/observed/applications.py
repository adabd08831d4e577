"""What an Application object of Argo CD says."""

from datetime import datetime

import msgspec

from exporter.domain.applications import ObservedApplication
from exporter.domain.declaration import ApplicationKey, ApplicationSource, Automation
from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_instant
from exporter.domain.json import JsonObject
from exporter.observed.lenient import BROKEN, message_of
from exporter.observed.records import (
    ApplicationRecord,
    ApplicationSetRecord,
    ApplicationSpec,
    ApplicationStatus,
    HealthStatus,
    OperationState,
    ResourceRecord,
    SourceRecord,
    SyncPolicy,
    SyncStatus,
)

_SPEC = msgspec.json.Decoder(dict[str, object] | None)
_UNDER_WAY = frozenset({"Running", "Terminating"})


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
    health = status.health or HealthStatus()
    operation = status.operation_state or OperationState()
    return ObservedApplication(
        key=ApplicationKey(metadata.namespace or "", metadata.name),
        sources=_sources(spec),
        labels=metadata.labels or {},
        sync=sync.status or "",
        health=health.status or "",
        health_message=health.message or "",
        health_since=_instant(health.last_transition_time),
        revisions=_revisions(sync),
        automation=_automation(spec),
        operation_running=operation.phase in _UNDER_WAY,
        operation_started=_instant(operation.started_at),
        reconciled=_instant_or_none(status.reconciled_at),
        application_set=_application_set(record),
        deleting=bool(metadata.deletion_timestamp),
        conditions=tuple(one.type for one in status.conditions or () if one.type),
        ailing=tuple(sorted(filter(None, map(_ailment, status.resources or ())))),
        destination_namespace=(spec.destination and spec.destination.namespace) or "",
    )


def observed_application_set(record: ApplicationSetRecord) -> JsonObject:
    """Return the manifest that *record* shows, as somebody would have written it.

    Raises :exc:`ParseError` where the spec is no object.
    """
    metadata = record.metadata
    try:
        spec = _SPEC.decode(record.spec) or {}
    except BROKEN as error:
        raise ParseError(f"spec: {message_of(error)}") from None
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": metadata.name, "namespace": metadata.namespace or ""},
        "spec": spec,
    }


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


def _revisions(sync: SyncStatus) -> tuple[str, ...]:
    if sync.revisions:
        return tuple(sync.revisions)
    return (sync.revision,) if sync.revision else ()


def _automation(spec: ApplicationSpec) -> Automation | None:
    """Return the automation; ``enabled: false`` (Argo CD 3.1) switches it off."""
    automated = (spec.sync_policy or SyncPolicy()).automated
    if automated is None or automated.enabled is False:
        return None
    return Automation(prune=bool(automated.prune), self_heal=bool(automated.self_heal))


def _application_set(record: ApplicationRecord) -> str:
    owners = record.metadata.owner_references or ()
    return next((one.name for one in owners if one.kind == "ApplicationSet"), "")


def _ailment(resource: ResourceRecord) -> str:
    """Return a resource that is not Healthy in words; one without a health is no concern."""
    health = resource.health.status if resource.health else None
    if not health or health == "Healthy":
        return ""
    name = resource.name or ""
    where = f"{resource.namespace}/{name}" if resource.namespace else name
    return f"{resource.kind or 'object'} {where}: {health}"


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


def _instant_or_none(text: str | None) -> datetime | None:
    try:
        return _instant(text)
    except ParseError:
        return None

"""What Deployments, StatefulSets and DaemonSets have in common; source: apps/v1."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from msgspec import Raw

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.instants import known_instant
from exporter.domain.json import JsonObject, dig, shared
from exporter.domain.rollouts import ROLLOUT, referred_workload, with_template
from exporter.domain.workloads import ObservedWorkload, ObservedWorkloads
from exporter.observed.folds import ObjectFold, apart
from exporter.observed.kindspec import Declared, FactSpec, KindSpec
from exporter.observed.lenient import BROKEN, message_of
from exporter.observed.records import Condition, Metadata, OwnedMetadata, Record, SpareText

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
TRACKING_ID = "argocd.argoproj.io/tracking-id"
_COLONS = 2
"""How many a tracking ID has at the least; Argo CD takes what has fewer for none."""
INSTANCE_LABELS = ("argocd.argoproj.io/instance", "app.kubernetes.io/instance")

_SPEC = msgspec.json.Decoder(dict[str, object] | None)


class WorkloadStatus(Record):
    """The status of a Deployment, StatefulSet or DaemonSet."""

    observed_generation: int | None = None
    conditions: list[Condition] | None = None
    replicas: int | None = None
    ready_replicas: int | None = None
    updated_replicas: int | None = None
    available_replicas: int | None = None
    current_revision: str | None = None
    update_revision: str | None = None
    desired_number_scheduled: int | None = None
    current_number_scheduled: int | None = None
    number_ready: int | None = None
    number_available: int | None = None
    updated_number_scheduled: int | None = None


class WorkloadMetadata(OwnedMetadata):
    """Metadata of a Deployment, StatefulSet or DaemonSet."""

    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    generation: int | None = None
    creation_timestamp: SpareText = None


class WorkloadRecord(Record):
    """A Deployment, StatefulSet or DaemonSet; its spec is what is declared, so it stays whole."""

    metadata: WorkloadMetadata
    spec: Raw = Raw(b"null")
    status: WorkloadStatus | None = None


def described(record: WorkloadRecord, key: WorkloadKey) -> "partial[ObservedWorkload]":
    """Return what builds the workload that *record* shows, but for the counts of its status.

    Raises :exc:`ParseError` where there is no spec or it is no object.
    """
    metadata, status = record.metadata, record.status or WorkloadStatus()
    return partial(
        ObservedWorkload,
        key=key,
        manifest=_manifest(record),
        generation=metadata.generation or 0,
        observed_generation=status.observed_generation or 0,
        owner=metadata.controller.kind if metadata.controller else "",
        tracked_by=tracked_by(metadata),
        created=known_instant(metadata.creation_timestamp),
    )


def replicated(record: WorkloadRecord, key: WorkloadKey) -> "partial[ObservedWorkload]":
    """Return :func:`described` with the counts of a kind that has ``spec.replicas``.

    Raises :exc:`ParseError` where that is no number, too.
    """
    build, status = described(record, key), record.status or WorkloadStatus()
    return partial(
        build,
        replicas=_replicas(build.keywords["manifest"]),
        ready=status.ready_replicas or 0,
        available=status.available_replicas or 0,
        total=status.replicas or 0,
    )


def tracked_by(metadata: WorkloadMetadata) -> str:
    """Return the Application that Argo CD's tracking names, or an empty string.

    The annotation reads ``<application>:<group>/<kind>:<namespace>/<name>``; an Application
    outside of Argo CD's own namespace is written ``<namespace>_<name>``, of which the name is
    returned.
    """
    tracking = (metadata.annotations or {}).get(TRACKING_ID, "")
    labels = metadata.labels or {}
    is_whole = tracking.count(":") >= _COLONS
    named = tracking.partition(":")[0] if is_whole else ""
    named = named or next(filter(None, map(labels.get, INSTANCE_LABELS)), "")
    return named.rpartition("_")[2]


def _manifest(record: WorkloadRecord) -> JsonObject:
    """Return what can be compared with a declaration, without a second copy of it."""
    annotations = dict(record.metadata.annotations or {})
    annotations.pop(LAST_APPLIED, None)
    return {
        "metadata": {
            "labels": shared(record.metadata.labels or {}),
            "annotations": shared(annotations),
        },
        "spec": shared(_spec(record)),
    }


def _spec(record: WorkloadRecord) -> dict[str, object]:
    """Return the spec, which the API server lets nobody leave out."""
    try:
        spec: dict[str, object] | None = _SPEC.decode(record.spec)
    except BROKEN as error:
        raise ParseError(f"spec: {message_of(error)}") from None
    if not spec:
        raise ParseError("it has no spec")
    return spec


def _replicas(manifest: JsonObject) -> int:
    """Return ``spec.replicas``, which the API server fills in with 1."""
    replicas = dig(manifest, "spec", "replicas")
    if replicas is None:
        return 1
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        raise ParseError(f"spec.replicas is {replicas!r}, no whole number")
    return replicas


def _build(contents: Sequence[Any], unseen: frozenset[str]) -> ObservedWorkloads:
    known, unreadable = apart(contents)
    return ObservedWorkloads(_with_templates(known), unseen=unseen, unreadable=unreadable)


def _with_templates(known: dict[WorkloadKey, ObservedWorkload]) -> dict[WorkloadKey, Any]:
    """Return workloads of which those that refer to another one have its template of pods."""
    rollouts = [(key, workload) for key, workload in known.items() if key.kind == ROLLOUT]
    found = dict(known) if rollouts else known
    for key, workload in rollouts:
        other = known.get(referred_workload(key, workload.manifest))
        if other is not None:
            manifest = with_template(workload.manifest, other.manifest)
            found[key] = replace(workload, manifest=manifest)
    return found


FACT = FactSpec(type=ObservedWorkloads, name="workloads", build=_build, partial=True)


def workload_kind(
    kind: str,
    *,
    plural: str,
    short_name: str,
    observe: Callable[[WorkloadRecord, WorkloadKey], ObservedWorkload],
    former_groups: tuple[str, ...] = (),
) -> KindSpec:
    """Return a kind of workloads; *observe* returns what a record shows, named by a key."""

    def key(metadata: Metadata) -> WorkloadKey:
        return WorkloadKey(metadata.namespace or "", kind, metadata.name)

    def value(record: WorkloadRecord) -> ObservedWorkload:
        return observe(record, key(record.metadata))

    return KindSpec(
        kind=kind,
        group="apps",
        plural=plural,
        short_names=(short_name,),
        former_groups=former_groups,
        record=WorkloadRecord,
        fold=lambda: ObjectFold(key=key, value=value),
        fact=FACT,
        read_for=frozenset({Declared.WORKLOADS, Declared.COMPONENTS}),
    )

"""What an ApplicationSet of Argo CD says; source: its API (``argoproj.io/v1alpha1``)."""

from typing import Annotated

import msgspec
from msgspec import Raw

from exporter.domain.applications import (
    ObservedApplicationSet,
    ObservedApplicationSets,
    SyncStep,
)
from exporter.domain.errors import ParseError
from exporter.domain.json import JsonObject
from exporter.observed.folds import ObjectFold, by_name
from exporter.observed.kinds.application import application_key, instant_or_none
from exporter.observed.kindspec import Declared, FactSpec, KindSpec
from exporter.observed.lenient import BROKEN, message_of
from exporter.observed.records import SPARE, Metadata, Record, SpareText

_SPEC = msgspec.json.Decoder(dict[str, object] | None)


class ApplicationStatusRecord(Record):
    """An entry of ``status.applicationStatus``."""

    application: str | None = None
    status: str | None = None
    step: SpareText = None
    last_transition_time: str | None = None


class ApplicationSetStatus(Record):
    """The status of an ApplicationSet."""

    application_status: list[ApplicationStatusRecord] | None = None


class ApplicationSetRecord(Record):
    """Argo CD's ApplicationSet; its spec is evaluated as one from a file, so it stays whole."""

    metadata: Metadata
    spec: Raw = Raw(b"null")
    status: Annotated[ApplicationSetStatus | None, SPARE] = None


def observed_application_set(record: ApplicationSetRecord) -> ObservedApplicationSet:
    """Return the ApplicationSet that *record* shows.

    Raises :exc:`ParseError` where the spec is no object.
    """
    metadata = record.metadata
    try:
        spec = _SPEC.decode(record.spec) or {}
    except BROKEN as error:
        raise ParseError(f"spec: {message_of(error)}") from None
    manifest: JsonObject = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": metadata.name, "namespace": metadata.namespace or ""},
        "spec": spec,
    }
    entries = (record.status and record.status.application_status) or ()
    return ObservedApplicationSet(
        manifest, {entry.application: _step(entry) for entry in entries if entry.application}
    )


def _step(entry: ApplicationStatusRecord) -> SyncStep:
    return SyncStep(
        status=entry.status or "",
        step=entry.step or "",
        since=instant_or_none(entry.last_transition_time),
    )


KIND = KindSpec(
    kind="ApplicationSet",
    group="argoproj.io",
    version="v1alpha1",
    plural="applicationsets",
    short_names=("appset", "appsets"),
    optional=True,
    record=ApplicationSetRecord,
    fold=lambda: ObjectFold(key=application_key, value=observed_application_set),
    fact=FactSpec(type=ObservedApplicationSets, build=by_name(ObservedApplicationSets)),
    read_for=frozenset({Declared.APPLICATION_SETS}),
)

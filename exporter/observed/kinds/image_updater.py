"""Which Applications an ImageUpdater selects; source: Argo CD Image Updater 1.0, its API."""

import msgspec
from msgspec import Raw

from exporter.domain.applications import ObservedImageUpdaters
from exporter.domain.errors import ParseError
from exporter.domain.json import JsonObject
from exporter.observed.folds import ObjectFold, by_name
from exporter.observed.kinds.application import application_key
from exporter.observed.kindspec import Declared, FactSpec, KindSpec
from exporter.observed.lenient import BROKEN, message_of
from exporter.observed.records import Metadata, Record

_GROUP = "argocd-image-updater.argoproj.io"
_SPEC = msgspec.json.Decoder(dict[str, object] | None)


class ImageUpdaterRecord(Record):
    """An ImageUpdater; its spec is read as one from a file, so it stays whole."""

    metadata: Metadata
    spec: Raw = Raw(b"null")


def observed_image_updater(record: ImageUpdaterRecord) -> JsonObject:
    """Return the ImageUpdater as somebody would have written it.

    Raises :exc:`ParseError` where the spec is no object.
    """
    try:
        spec = _SPEC.decode(record.spec) or {}
    except BROKEN as error:
        raise ParseError(f"spec: {message_of(error)}") from None
    return {
        "apiVersion": f"{_GROUP}/v1alpha1",
        "kind": "ImageUpdater",
        "metadata": {
            "name": record.metadata.name,
            "namespace": record.metadata.namespace or "",
        },
        "spec": spec,
    }


KIND = KindSpec(
    kind="ImageUpdater",
    group=_GROUP,
    version="v1alpha1",
    plural="imageupdaters",
    optional=True,
    record=ImageUpdaterRecord,
    fold=lambda: ObjectFold(key=application_key, value=observed_image_updater),
    fact=FactSpec(type=ObservedImageUpdaters, build=by_name(ObservedImageUpdaters)),
    read_for=frozenset({Declared.APPLICATION_SETS}),
    most=10_000,
)

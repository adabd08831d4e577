"""What of an object is compared with its declaration, read alike on both sides."""

from collections.abc import Mapping
from typing import Final

from exporter.domain.fields import text_of
from exporter.domain.fingerprint import fingerprint
from exporter.domain.json import Json, JsonObject, as_object

NOT_COMPARED: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
"""Fields that identify an object, or that its controller writes."""

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
DATA: Final = ("data", "binaryData")
"""Fields of a ConfigMap whose values are nobody's business here: they are kept as fingerprints."""


def compared_content(content: Mapping[str, Json], *, group: str, kind: str) -> JsonObject:
    """Return labels, annotations and all other fields of an object but its status.

    Of a ConfigMap's data there is a fingerprint for each key; a number or truth value there has
    that of the text that the API would have refused it for.
    """
    metadata = as_object(content.get("metadata"))
    kept: dict[str, Json] = {
        "metadata": {
            "labels": as_object(metadata.get("labels")),
            "annotations": {
                key: value
                for key, value in as_object(metadata.get("annotations")).items()
                if key != LAST_APPLIED
            },
        }
    }
    for key, value in content.items():
        if key in NOT_COMPARED:
            continue
        is_data = (group, kind) == ("", "ConfigMap") and key in DATA
        kept[key] = (
            _fingerprints(as_object(value), packed=key == "binaryData") if is_data else value
        )
    return kept


def _fingerprints(data: JsonObject, *, packed: bool) -> dict[str, Json]:
    """Return the fingerprint of each value; *packed* ones are base64, which may be wrapped."""
    texts = {key: text_of(value) for key, value in data.items()}
    return {
        key: fingerprint("".join(text.split()) if packed else text) for key, text in texts.items()
    }

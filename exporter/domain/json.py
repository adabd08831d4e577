"""The shape of plain JSON data, for manifests that are compared field by field."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
JsonObject: TypeAlias = Mapping[str, Json]


def as_object(value: Json | object) -> JsonObject:
    """Return *value* where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: Json | object) -> Sequence[Json]:
    """Return *value* where it is a list, else an empty one."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_text(value: Json | object) -> str:
    """Return *value* where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def dig(value: Json, *keys: str) -> Json:
    """Follow *keys* through nested objects; None where one is missing."""
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value

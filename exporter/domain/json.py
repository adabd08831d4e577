"""The shape of plain JSON data, for manifests that are compared field by field."""

from collections.abc import Hashable, Mapping, Sequence
from sys import intern
from typing import Any, Final, TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
JsonObject: TypeAlias = Mapping[str, Json]

MAX_SHARED: Final = 10_000
"""How many values are remembered, so that equal ones are one object."""

_known: dict[Hashable, Any] = {}


def as_object(value: Json | object) -> JsonObject:
    """Return *value* where it is an object, else an empty one."""
    if type(value) is dict:  # most are, and to ask of any mapping takes five times as long
        return value
    return value if isinstance(value, Mapping) else {}


def as_list(value: Json | object) -> Sequence[Json]:
    """Return *value* where it is a list, else an empty one."""
    if value is None:
        return ()
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_text(value: Json | object) -> str:
    """Return *value* where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def dig(value: Json, *keys: str) -> Json:
    """Follow *keys* through nested objects; None where one is missing."""
    for key in keys:
        if value is None or not (type(value) is dict or isinstance(value, Mapping)):
            return None
        value = value.get(key)
    return value


def shared(value: Any) -> Any:
    """Return *value*, which nobody changes, with equal parts being one object, as far as known.

    Thousands of manifests have most of their parts in common. By identity, as all parts of what
    is known are known or held by it; so 1 and true are two.
    """
    if type(value) is str:
        return intern(value)
    key: Hashable
    if isinstance(value, dict):
        value = {
            intern(key): intern(one) if type(one) is str else shared(one)
            for key, one in value.items()
        }
        key = (dict, *value, *map(id, value.values()))
    elif isinstance(value, list):
        value = [shared(one) for one in value]
        key = (list, *map(id, value))
    elif value is None or value is True or value is False:
        return value
    else:
        key = (type(value), value)
    if len(_known) >= MAX_SHARED:
        _known.clear()
    return _known.setdefault(key, value)

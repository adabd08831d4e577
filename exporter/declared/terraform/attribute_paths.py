"""Follows the paths of the provider table through the attributes of a resource."""

import itertools
import re
from collections.abc import Iterable, Mapping

from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    Unknown,
    Value,
    text,
)
from exporter.declared.terraform.providers import Kind

_FIELD = re.compile(r"\{([^}]+)\}")


def paths_of(pattern: str) -> list[str]:
    """Return the paths that a pattern of the table names: those in braces, or itself."""
    return _FIELD.findall(pattern) or [pattern]


def roots(kind: Kind) -> list[str]:
    """Return the attributes and blocks in which the paths of a kind begin."""
    patterns = itertools.chain(kind.name, kind.tags, kind.user_data, *kind.attributes.values())
    found = (path for pattern in patterns for path in paths_of(pattern))
    return list(dict.fromkeys(path.partition(".")[0] for path in found))


def first(attributes: Mapping[str, Value], patterns: Iterable[str]) -> Value | None:
    """Return what the first pattern that leads anywhere leads to, known or not."""
    for pattern in patterns:
        found = _filled(attributes, pattern)
        if found is not None:
            return found
    return None


def _filled(attributes: Mapping[str, Value], pattern: str) -> Value | None:
    """Return what a path leads to, or a text with what its paths lead to, if all do."""
    values: dict[str, Value] = {}
    for path in paths_of(pattern):
        value = follow(attributes, path.split("."))
        if value is None:
            return None
        values[path] = value
    *_, last = values.values()
    for value in values.values():
        if pattern in values or not _is_text(value):
            return value
    return Value(_FIELD.sub(lambda path: text(values[path[1]]), pattern), last.at)


def _is_text(value: Value) -> bool:
    try:
        text(value)
    except NotKnownError:
        return False
    return True


def follow(attributes: Mapping[str, Value], path: Iterable[str]) -> Value | None:
    """Return what stands at the end of *path*; None where nothing does.

    A place (``0``) may be left out where a block is written as a single object.
    """
    root, *rest = path
    value = attributes.get(root)
    for step in rest:
        value = None if value is None else _step(value, step)
    return None if value is None or value.data is None or value.data == "" else value


def _step(value: Value, step: str) -> Value | None:
    match value.data:
        case Unknown():
            return value
        case Object() as data if step in data:
            return data[step]
        case Object(rest=Unknown() as rest):
            return Value(rest, value.at)
        case Object() if step.isdecimal():
            return value
        case Items() as data if step.isdecimal() and int(step) < len(data):
            return data[int(step)]
        case _:
            return None

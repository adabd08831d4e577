"""Functions of lists and maps.

Source: sprig v3 (``list.go``, ``dict.go``) and dario.cat/mergo.
"""

from collections.abc import Mapping
from typing import Any

from exporter.declared.argocd.gotemplate.arguments import (
    as_integer,
    as_string,
    is_nil,
    items,
    members,
    text,
    whole,
)
from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.declared.argocd.gotemplate.values import MAX_TEXT, Unordered
from exporter.domain.errors import ParseError

MAX_DEPTH = 50


def dug(*arguments: Any) -> Any:
    """Return ``dig``: what lies under some keys of a map, else another value."""
    if len(arguments) < 3:  # noqa: PLR2004 - a key, a default, a map
        raise ParseError("dig is called with too few arguments")
    *keys, other, value = arguments
    for key in keys:
        inside = members(value)
        if text(key) not in inside:
            return other
        value = inside[key]
    return value


def keys(*maps: Any) -> list[str]:
    """Return ``keys``, in an order that Go does not promise."""
    return Unordered(key for one in maps for key in members(one))


def values(value: Any) -> list[Any]:
    """Return ``values``, in an order that Go does not promise."""
    return Unordered(members(value).values())


def picked(value: Any, *names: Any) -> dict[str, Any]:
    """Return ``pick``."""
    wanted = {text(name) for name in names}
    return {key: inside for key, inside in members(value).items() if key in wanted}


def omitted(value: Any, *names: Any) -> dict[str, Any]:
    """Return ``omit``."""
    unwanted = {text(name) for name in names}
    return {key: inside for key, inside in members(value).items() if key not in unwanted}


def merged(base: Any, *others: Any, over: bool = False) -> dict[str, Any]:
    """Return ``merge``: what *base* lacks, or has empty, from *others*; *over* overrides."""
    found = dict(members(base))
    for other in others:
        found = _merged(found, members(other), over=over, depth=0)
    return found


def _merged(
    base: Mapping[str, Any], other: Mapping[str, Any], *, over: bool, depth: int
) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise ParseError("a template merges maps that are nested too deeply")
    found = dict(base)
    for key, value in other.items():
        known = found.get(key)
        if known and isinstance(known, Mapping) and isinstance(value, Mapping):
            found[key] = _merged(known, value, over=over, depth=depth + 1)
        elif not known or (over and (value or isinstance(value, bool))):
            if key in found and isinstance(known, Mapping | list) is not isinstance(
                value, Mapping | list
            ):
                raise UnsupportedError("merging values of two kinds")
            found[key] = value
        elif over:
            raise UnsupportedError("overriding a value by an empty one")
    return found


def sliced(value: Any, *bounds: Any) -> Any:
    """Return ``slice``; nothing of an empty list."""
    found = items(value)
    if not found:
        return None
    start = as_integer(bounds[0]) if bounds else 0
    end = as_integer(bounds[1]) if len(bounds) > 1 else len(found)
    if not 0 <= start <= end <= len(found):
        raise ParseError("slice is out of range")
    return found[start:end]


def sorted_texts(value: Any) -> list[str]:
    """Return ``sortAlpha``: by the bytes of the texts."""
    found = texts(value) if isinstance(value, list) else [as_string(value)]
    return sorted(found, key=lambda part: part.encode("utf-8", "surrogatepass"))


def texts(value: Any) -> list[str]:
    """Return ``toStrings``: the items as texts, nil left out; what is no list is one."""
    if is_nil(value):
        return []
    found = [
        as_string(item)
        for item in (value if isinstance(value, list) else [value])
        if not is_nil(item)
    ]
    if sum(map(len, found)) > MAX_TEXT:
        raise ParseError("a template makes a list that is too large")
    return found


def uniq(value: Any) -> list[Any]:
    """Return ``uniq``."""
    found: dict[Any, Any] = {}
    for item in items(value):
        found.setdefault(_key(item), item)
    return list(found.values())


def without(value: Any, *unwanted: Any) -> list[Any]:
    """Return ``without``."""
    gone = set(map(_key, unwanted))
    return [item for item in items(value) if _key(item) not in gone]


def _key(item: Any) -> tuple[type, Any]:
    """Return what tells values apart as Go's ``DeepEqual`` does."""
    if isinstance(item, Mapping | list):
        raise UnsupportedError("comparing lists or maps")
    return type(item), item


def concat(*lists: Any) -> list[Any]:
    """Return ``concat``."""
    return [item for one in lists for item in items(one)]


def chunks(size: Any, value: Any) -> list[list[Any]]:
    """Return ``chunk``."""
    length, found = whole(size), items(value)
    if length <= 0:
        raise ParseError("chunk is called with no size")
    return [found[at : at + length] for at in range(0, len(found), length)]


def compact(value: Any) -> list[Any]:
    """Return ``compact``: what is not empty."""
    return [item for item in items(value) if item]

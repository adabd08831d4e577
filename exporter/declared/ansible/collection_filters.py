"""Ansible's filters of lists and mappings, each bounded in size."""

from collections.abc import Iterable, Mapping
from typing import Any

from exporter.declared.ansible.bounded_values import MAX_ITEMS, bounded_list
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.located_data import LocatedMap


def dict2items(
    value: Mapping[str, Any], key_name: str = "key", value_name: str = "value"
) -> list[dict[str, Any]]:
    """Return the entries of a mapping as mappings, each with its place if that is known."""
    if not isinstance(value, Mapping):
        raise UnresolvedError("dict2items takes a mapping")
    items: list[dict[str, Any]] = []
    for key, content in value.items():
        item: dict[str, Any] = {}
        if isinstance(value, LocatedMap):
            item = LocatedMap(value.line_of(key), value.path)
        item.update({key_name: key, value_name: content})
        items.append(item)
    return items


def items2dict(
    items: Iterable[Mapping[str, Any]], key_name: str = "key", value_name: str = "value"
) -> dict[str, Any]:
    """Return the mapping whose entries *items* are."""
    return {item[key_name]: item[value_name] for item in bounded_list(items)}


def combine(*parts: Any, recursive: bool = False, list_merge: str = "replace") -> dict[str, Any]:
    """Merge mappings, or lists of them; the later overrides."""
    if list_merge != "replace":
        raise UnresolvedError("combine with list_merge is not evaluated")
    flat = [mapping for part in parts for mapping in (part if isinstance(part, list) else [part])]
    merged: dict[str, Any] = {}
    own: set[int] | None = set() if recursive else None
    for part in flat:
        _add(merged, part, own)
    return merged


def _add(merged: dict[str, Any], more: Mapping[str, Any], own: set[int] | None) -> None:
    """Add what *more* has to what was *merged* so far, and to those in it, if any is our *own*."""
    if not isinstance(more, Mapping):
        raise UnresolvedError("combine takes mappings")
    for key, value in more.items():
        known: Any = merged.get(key)
        if own is not None and isinstance(known, Mapping) and isinstance(value, Mapping):
            if id(known) not in own:
                known = merged[key] = dict(known)
                own.add(id(known))
            _add(known, value, own)
        else:
            merged[key] = value


def flatten(items: Any, levels: int | None = None) -> list[Any]:
    """Flatten lists in lists; None is left out, as Ansible does."""
    found: list[Any] = []
    for item in items:
        if isinstance(item, list | tuple) and levels != 0:
            found += flatten(item, None if levels is None else levels - 1)
        elif item is not None:
            found.append(item)
        if len(found) > MAX_ITEMS:
            raise UnresolvedError(f"a template gives more than {MAX_ITEMS} items")
    return found


def unique(items: Iterable[Any]) -> list[Any]:
    """Return *items* once each, in their order."""
    found: list[Any] = []
    seen: set[str] = set()
    for item in bounded_list(items):
        key = repr(item)
        if key not in seen:
            seen.add(key)
            found.append(item)
    return found


def difference(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    """Return what is in *left* and not in *right*, once each."""
    gone = {repr(item) for item in right}
    return [item for item in unique(left) if repr(item) not in gone]


def intersect(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    """Return what is in both, once each, in the order of *left*."""
    kept = {repr(item) for item in right}
    return [item for item in unique(left) if repr(item) in kept]


def sum_of(items: Iterable[Any], start: Any = 0) -> Any:
    """Add up *items*."""
    total = [*start] if isinstance(start, list) else start
    for item in bounded_list(items):
        if isinstance(total, list) and isinstance(item, list):
            total += item
            if len(total) > MAX_ITEMS:
                raise UnresolvedError(f"a template gives more than {MAX_ITEMS} items")
        else:
            total = total + item
    return total

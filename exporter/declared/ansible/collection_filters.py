"""Ansible's filters of lists and mappings, each bounded in size."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import pass_environment
from jinja2.environment import Environment
from jinja2.filters import do_unique, make_attrgetter

from exporter.declared.ansible.bounded_values import MAX_ITEMS, Unordered, bounded_list
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.located_data import LocatedMap

MAX_REPEAT: Final = 10
"""Of so many parts a choice may be made."""


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


def rekey_on_member(
    items: Any, key: str, duplicates: str = "error"
) -> dict[Any, Mapping[str, Any]]:
    """Return mappings by what each has at *key*; the later one of two overrides if it may."""
    found: dict[Any, Mapping[str, Any]] = {}
    for item in items.values() if isinstance(items, Mapping) else _list(items):
        if not isinstance(item, Mapping) or key not in item:
            raise UnresolvedError(f"rekey_on_member finds no {key!s:.40}")
        if found.setdefault(item[key], item) is not item and duplicates != "overwrite":
            raise UnresolvedError("rekey_on_member finds a key twice")
        found[item[key]] = item
    return found


_MERGED_LISTS: Final[Mapping[str, Callable[[list[Any], list[Any]], list[Any]]]] = {
    "replace": lambda _, new: new,
    "keep": lambda old, _: old,
    "append": lambda old, new: [*old, *new],
    "prepend": lambda old, new: [*new, *old],
    "append_rp": lambda old, new: [*(item for item in old if item not in new), *new],
    "prepend_rp": lambda old, new: [*new, *(item for item in old if item not in new)],
}
"""What becomes of two lists at the same key, by the name of the way."""


@dataclass(slots=True)
class _Merge:
    """A merge of mappings; those of *own* were made for it, and may change."""

    recursive: bool
    lists: Callable[[list[Any], list[Any]], list[Any]]
    own: set[int] = field(default_factory=set)

    def add(self, merged: dict[str, Any], more: Mapping[str, Any]) -> None:
        """Add what *more* has to what was *merged* so far, and to those in it if it shall."""
        if not isinstance(more, Mapping):
            raise UnresolvedError("combine takes mappings")
        for key, value in more.items():
            known: Any = merged.get(key)
            if self.recursive and isinstance(known, Mapping) and isinstance(value, Mapping):
                if id(known) not in self.own:
                    known = merged[key] = dict(known)
                    self.own.add(id(known))
                self.add(known, value)
            elif isinstance(known, list) and isinstance(value, list):
                merged[key] = bounded_list(self.lists(known, value))
            else:
                merged[key] = value


def combine(*parts: Any, recursive: bool = False, list_merge: str = "replace") -> Any:
    """Merge mappings, or lists of them; the later overrides."""
    if list_merge not in _MERGED_LISTS:
        raise UnresolvedError("combine with this list_merge is not evaluated")
    flat = [mapping for part in parts for mapping in (part if isinstance(part, list) else [part])]
    if len(flat) == 1:
        return flat[0]
    merged: dict[str, Any] = {}
    merge = _Merge(recursive, _MERGED_LISTS[list_merge])
    for part in flat:
        merge.add(merged, part)
    return merged


def flatten(items: Any, levels: int | None = None, skip_nulls: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - as templates call it
    """Flatten lists in lists; what stands for nothing is left out, as Ansible does."""
    found: list[Any] = []
    for item in items:
        if skip_nulls and (item is None or item in ("None", "null")):
            continue
        if isinstance(item, list | tuple) and (levels is None or levels >= 1):
            found += flatten(item, None if levels is None else levels - 1, skip_nulls)
        else:
            found.append(item)
        if len(found) > MAX_ITEMS:
            raise UnresolvedError(f"a template gives more than {MAX_ITEMS} items")
    return found


@pass_environment
def unique(
    environment: Environment,
    items: Iterable[Any],
    case_sensitive: bool | None = None,  # noqa: FBT001 - as templates call it
    attribute: str | None = None,
) -> list[Any]:
    """Return *items* once each, in their order; texts that differ by case are the same."""
    listed = bounded_list(items)
    try:
        return list(
            do_unique(environment, listed, case_sensitive=bool(case_sensitive), attribute=attribute)
        )
    except TypeError:
        if case_sensitive is False or attribute:
            raise
    return _once(listed)


def union(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    """Return what is in *left* or in *right*, once each."""
    if _hashable(left, right):
        return Unordered(_once([*left, *right]))
    return _once([*_list(left), *_list(right)])


def difference(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    """Return what is in *left* and not in *right*, once each."""
    gone = {frozen(item) for item in right}
    return _set(left, right, [item for item in left if frozen(item) not in gone])


def intersect(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    """Return what is in both, once each."""
    kept = {frozen(item) for item in right}
    return _set(left, right, [item for item in left if frozen(item) in kept])


def symmetric_difference(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    """Return what is in one of both, once each."""
    found = [*difference(left, right), *difference(right, left)]
    return _set(left, right, found)


def _set(left: Iterable[Any], right: Iterable[Any], items: list[Any]) -> list[Any]:
    """Return *items* once each: in their order only where they cannot be those of a set."""
    once = _once(items)
    return Unordered(once) if _hashable(left, right) else once


def _list(items: Any) -> list[Any]:
    if not isinstance(items, list):
        raise UnresolvedError("a template joins what are no lists")
    return items


def _hashable(*parts: Iterable[Any]) -> bool:
    return not any(isinstance(item, list | dict) for part in parts for item in part)


def _once(items: Iterable[Any]) -> list[Any]:
    found: dict[Any, Any] = {}
    for item in bounded_list(items):
        found.setdefault(frozen(item), item)
    return list(found.values())


def frozen(value: Any) -> Any:
    """Return what is equal and hashed alike for values that Python takes for equal."""
    if isinstance(value, Mapping):
        return "mapping", frozenset((key, frozen(inside)) for key, inside in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(frozen(inside) for inside in value)
    return value


@pass_environment
def sum_of(
    environment: Environment, items: Iterable[Any], attribute: Any = None, start: Any = 0
) -> Any:
    """Add up *items*, or an *attribute* of each."""
    found = bounded_list(items)
    if attribute is not None:
        found = list(map(make_attrgetter(environment, attribute), found))
    total = [*start] if isinstance(start, list) else start
    for item in found:
        if isinstance(total, list) and isinstance(item, list):
            total += item
            if len(total) > MAX_ITEMS:
                raise UnresolvedError(f"a template gives more than {MAX_ITEMS} items")
        else:
            total = total + item
    return total


def subelements(items: Any, path: Any, skip_missing: bool = False) -> list[tuple[Any, ...]]:  # noqa: FBT001, FBT002 - as templates call it
    """Return each of *items* with each item of the list that it has at *path*."""
    elements = list(items.values()) if isinstance(items, Mapping) else _list(items)
    keys = path if isinstance(path, list) else path.split(".")
    return bounded_list(
        (element, inside)
        for element in elements
        for inside in _inside(element, keys, skip_missing=skip_missing)
    )


def _inside(element: Any, keys: list[Any], *, skip_missing: bool) -> list[Any]:
    value = element
    for key in keys:
        if not isinstance(value, Mapping):
            raise UnresolvedError("subelements takes mappings")
        if key not in value:
            if skip_missing:
                return []
            raise UnresolvedError(f"subelements finds no {key!s:.40}")
        value = value[key]
    if not isinstance(value, list):
        raise UnresolvedError("subelements takes mappings that hold lists")
    return value


def rows(items: Iterable[Iterable[Any]]) -> list[tuple[Any, ...]]:
    """Return a list of tuples, bounded."""
    return bounded_list(tuple(item) for item in items)


def product(*parts: Iterable[Any], repeat: int = 1) -> list[tuple[Any, ...]]:
    """Return every choice of an item of each part."""
    if repeat > MAX_REPEAT:
        raise UnresolvedError("a template repeats something too often")
    return rows(itertools.product(*parts, repeat=repeat))


def chosen(
    choose: Callable[[list[Any], int | None], Iterable[Iterable[Any]]],
) -> Callable[..., Any]:
    """Return the filter that chooses so many of a list's items in every way."""

    def filter_(items: Iterable[Any], size: int | None = None) -> list[tuple[Any, ...]]:
        listed = bounded_list(items)
        if len(listed if size is None else range(size)) > MAX_REPEAT:
            raise UnresolvedError("a template chooses among too many items")
        return rows(choose(listed, size))

    return filter_

"""The types by which the attributes of a resource in a state are decoded, and nothing else is."""

import types
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from exporter.declared.terraform.attribute_paths import paths_of
from exporter.declared.terraform.providers import Kind

Tree: TypeAlias = dict[str, "Tree"]


@lru_cache(maxsize=64)
def attributes_type(kind: Kind, tags: tuple[str, ...]) -> Any:
    """Return a type that takes the paths of a kind and the given *tags*, or null."""
    patterns = (*kind.name, *kind.user_data, *_flat(kind.attributes.values()))
    paths = [tuple(path.split(".")) for pattern in patterns for path in paths_of(pattern)]
    paths += [(root, tag) for root in kind.tags for tag in tags]
    return _of(paths)


@lru_cache(maxsize=64)
def paths_type(patterns: tuple[str, ...]) -> Any:
    """Return a type that takes what these paths lead to, or null."""
    return _of([tuple(path.split(".")) for path in patterns])


def _of(paths: Iterable[tuple[str, ...]]) -> Any:
    tree: Tree = {}
    for path in paths:
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
    return _type(tree)


def _flat(groups: Iterable[tuple[str, ...]]) -> Iterable[str]:
    return (member for group in groups for member in group)


def _type(tree: Tree) -> Any:
    """Return a struct of the branches; of places (``0``), a list or a single object of them."""
    if not tree:
        return Any
    if all(step.isdecimal() for step in tree):
        inner: Tree = {}
        for branch in tree.values():
            inner |= branch
        element = _type(inner)
        return Any if element is Any else types.GenericAlias(list, element) | element
    names = {f"field_{place}": step for place, step in enumerate(tree)}
    fields = [(name, _type(tree[step]), None) for name, step in names.items()]
    return msgspec.defstruct("Attributes", fields, rename=names) | None

"""Changing any declared leaf of an object in the cluster is found, whatever its kind."""

import copy
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.checks import object_spec
from exporter.declared import manifests
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Verdict
from exporter.domain.objectcontent import compared_content
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.provenance import Place, Source

FILE = Path(__file__).parent / "objects.yaml"
OBJECTS: list[dict[str, Any]] = list(yaml.safe_load_all(FILE.read_text()))
NOT_COMPARED = ("/apiVersion", "/kind", "/metadata/name", "/metadata/namespace", "/status")
FILLED_IN = ("caBundle",)
"""Fields that tools put in the place of placeholders."""


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths to all values that hold no others."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in items:
        yield from leaves(part, (*path, key))
    if not isinstance(value, dict | list):
        yield path


def at(content: Any, path: tuple[Any, ...]) -> Any:
    """Return the value at *path*."""
    return reduce(getitem, path, content)


def changed(content: Any, path: tuple[Any, ...]) -> Any:
    """Return *content* with another value at *path*."""
    content = copy.deepcopy(content)
    parent = at(content, path[:-1])
    value = parent[path[-1]]
    match value:
        case bool():
            parent[path[-1]] = not value
        case int():
            parent[path[-1]] = value + 1
        case _:
            parent[path[-1]] = f"{value}-x"
    return content


def pointer(path: tuple[Any, ...]) -> str:
    return "".join(f"/{key}" for key in path)


LEAVES = [
    (content, path)
    for content in OBJECTS
    for path in leaves(content)
    if not pointer(path).startswith(NOT_COMPARED) and path[-1] not in FILLED_IN
]


def named(some: Iterable[tuple[dict[str, Any], tuple[Any, ...]]]) -> list[Any]:
    """Return leaves as parameters with their kinds and pointers for names."""
    return [
        pytest.param(content, path, id=f"{content['kind']}{pointer(path)}")
        for content, path in some
    ]


def made_of(content: dict[str, Any]) -> DeclaredObject:
    """Return the object that code declares with this content."""
    manifest = Manifest(content=content, place=Place(Source.KUSTOMIZE, "objects.yaml", 1))
    (found,) = manifests.read([manifest], namespace="shop").objects
    return found


def verdict(want: DeclaredObject, seen: dict[str, Any]) -> Verdict:
    key = want.key
    content = compared_content(seen, group=key.group, kind=key.kind)
    observed = {(key.namespace, key.name): ObservedObject(want.version, content)}
    facts = Facts(
        known={
            DeclaredObjects: DeclaredObjects({key: want}),
            ObservedObjects: ObservedObjects(kinds={key.group_kind: observed}),
        }
    )
    (finding,) = object_spec.judge(facts)
    return finding.verdict


@pytest.mark.parametrize("content", OBJECTS, ids=[one["kind"] for one in OBJECTS])
def test_an_object_that_is_as_declared_passes(content: dict[str, Any]) -> None:
    assert verdict(made_of(content), content) is Verdict.PASS


@pytest.mark.parametrize(("content", "path"), named(LEAVES))
def test_any_declared_leaf_that_is_changed_is_found(
    content: dict[str, Any], path: tuple[Any, ...]
) -> None:
    assert verdict(made_of(content), changed(content, path)) is Verdict.FAIL


@pytest.mark.parametrize(
    ("content", "path"),
    named(one for one in LEAVES if at(*one)),  # the API server drops what is empty
)
def test_any_declared_leaf_that_is_missing_is_found(
    content: dict[str, Any], path: tuple[Any, ...]
) -> None:
    seen = copy.deepcopy(content)
    del at(seen, path[:-1])[path[-1]]

    assert verdict(made_of(content), seen) is Verdict.FAIL

"""What tasks of Kubernetes' own modules could set on nodes, where what they set is not known.

Their arguments are rendered as far as they can be; what a run would put in is a :data:`UNKNOWN`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exporter.declared.ansible.extents import (
    LABELS_AND_TAINTS,
    Extent,
    attribute_name,
    union,
    valid_node_names,
)
from exporter.declared.ansible.located_data import as_items
from exporter.declared.ansible.node_keywords import NODE_KIND, UNKNOWN
from exporter.domain.declaration import LABELS, TAINTS


def k8s_extent(arguments: Any, text: str | None, *, hidden: bool) -> Extent | None:
    """Return what a ``k8s`` task could set, None where it is not about nodes.

    *text* is that of the files to which it refers, None where it cannot be had. With *hidden*,
    what is missing stands where nobody can read it: then it may be a node.
    """
    if text is None or NODE_KIND.search(text):
        return Extent(LABELS_AND_TAINTS)
    if not isinstance(arguments, dict):
        return Extent(LABELS_AND_TAINTS) if NODE_KIND.search(str(arguments)) else None
    found = [
        definition
        for definition in _objects(arguments)
        if _may_be_node(definition, arguments, hidden=hidden)
    ]
    return (
        union(_definition_extent(definition, arguments) for definition in found) if found else None
    )


def k8s_taint_extent(arguments: Any) -> Extent:
    """Return what a ``k8s_taint`` task could set or take away."""
    if not isinstance(arguments, dict):
        return Extent(frozenset({TAINTS}))
    keys = {_key(TAINTS, taint) for taint in as_items(arguments.get("taints"))}
    return Extent(frozenset(keys) or frozenset({TAINTS}), _name(arguments.get("name")))


def k8s_json_patch_extent(arguments: Any, *, hidden: bool) -> Extent | None:
    """Return what a ``k8s_json_patch`` task could set, None where it is not about nodes."""
    if not isinstance(arguments, dict) or not _is_node(arguments.get("kind"), hidden=hidden):
        return None
    paths = [
        str(operation.get("path", "")) if isinstance(operation, dict) else UNKNOWN
        for operation in as_items(arguments.get("patch")) or [UNKNOWN]
    ]
    attributes = frozenset(key for path in paths for key in _patched(path))
    return Extent(attributes, _name(arguments.get("name"))) if attributes else None


def _patched(path: str) -> Iterator[str]:
    """Yield what the JSON pointer *path* means of a node."""
    parts = path.split("/")[1:]
    match parts[:2]:
        case ["metadata", "labels"]:
            key = parts[2].replace("~1", "/").replace("~0", "~") if parts[2:] else ""
            yield attribute_name(LABELS, key)
        case ["spec", "taints"]:
            yield TAINTS
        case _:
            if UNKNOWN in path or path in {"", "/metadata", "/spec"}:
                yield from LABELS_AND_TAINTS


def _objects(arguments: Mapping[str, Any]) -> list[Any]:
    """Return all definitions, or nothing but the arguments' own."""
    given = [
        definition
        for key in ("definition", "resource_definition")
        for definition in as_items(arguments.get(key))
    ]
    return given or [{}]


def _may_be_node(definition: Any, arguments: Mapping[str, Any], *, hidden: bool) -> bool:
    if isinstance(definition, dict):
        return _is_node(definition.get("kind", arguments.get("kind")), hidden=hidden)
    if NODE_KIND.search(str(definition)) or arguments.get("kind") == "Node":
        return True
    return hidden and UNKNOWN in str(definition)


def _is_node(kind: Any, *, hidden: bool) -> bool:
    return (
        kind == "Node"
        or (isinstance(kind, str) and (UNKNOWN in kind or "{" in kind))
        or (hidden and kind is None)
    )


def _definition_extent(definition: Any, arguments: Mapping[str, Any]) -> Extent:
    if not isinstance(definition, dict):
        return Extent(LABELS_AND_TAINTS)
    metadata = definition.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    selected = arguments.get("label_selectors")
    name = frozenset() if selected else _name(metadata.get("name", arguments.get("name")))
    return Extent(frozenset(_attributes(definition, metadata)) or LABELS_AND_TAINTS, name)


def _attributes(definition: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[str]:
    labels = metadata.get("labels")
    if isinstance(labels, dict):
        yield from (attribute_name(LABELS, str(key)) for key in labels)
    elif labels is not None:
        yield LABELS
    spec = definition.get("spec")
    taints = spec.get("taints") if isinstance(spec, dict) else spec
    if isinstance(taints, list):
        yield from (_key(TAINTS, taint) for taint in taints)
    elif taints is not None:
        yield TAINTS


def _key(family: str, entry: Any) -> str:
    """Return the attribute of a taint, as the API writes it or as ``key=value:Effect``."""
    key = entry.get("key") if isinstance(entry, dict) else str(entry).partition("=")[0]
    return attribute_name(family, str(key).partition(":")[0])


def _name(value: Any) -> frozenset[str]:
    names: Sequence[str] = [value] if isinstance(value, str) else []
    return valid_node_names(names) if names else frozenset()

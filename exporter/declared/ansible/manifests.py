"""What tasks of Kubernetes' own modules could set on nodes, where it cannot be told what they set.

Their arguments are rendered as far as they can be; what a run would put in is a :data:`MARK`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exporter.declared.ansible.doubts import Reach, together
from exporter.declared.ansible.reach import BOTH, key_of, legal_names
from exporter.declared.ansible.values import items_of
from exporter.declared.ansible.words import MARK, NODE_KIND
from exporter.domain.declaration import LABELS, TAINTS


def of_objects(arguments: Any, text: str | None, *, hidden: bool) -> Reach | None:
    """Return what a ``k8s`` task could set, None where it is not about nodes.

    *text* is that of the files to which it refers, None where it cannot be had. With *hidden*,
    what is missing stands where nobody can read it: then it may be a node.
    """
    if text is None or NODE_KIND.search(text):
        return Reach(BOTH)
    if not isinstance(arguments, dict):
        return Reach(BOTH) if NODE_KIND.search(str(arguments)) else None
    found = [one for one in _objects(arguments) if _may_be_node(one, arguments, hidden=hidden)]
    return together(_of_object(one, arguments) for one in found) if found else None


def of_taints(arguments: Any) -> Reach:
    """Return what a ``k8s_taint`` task could set or take away."""
    if not isinstance(arguments, dict):
        return Reach(frozenset({TAINTS}))
    keys = {_key(TAINTS, one) for one in items_of(arguments.get("taints"))}
    return Reach(frozenset(keys) or frozenset({TAINTS}), _name(arguments.get("name")))


def of_patch(arguments: Any, *, hidden: bool) -> Reach | None:
    """Return what a ``k8s_json_patch`` task could set, None where it is not about nodes."""
    if not isinstance(arguments, dict) or not _is_node(arguments.get("kind"), hidden=hidden):
        return None
    paths = [
        str(one.get("path", "")) if isinstance(one, dict) else MARK
        for one in items_of(arguments.get("patch")) or [MARK]
    ]
    attributes = frozenset(key for path in paths for key in _patched(path))
    return Reach(attributes, _name(arguments.get("name"))) if attributes else None


def _patched(path: str) -> Iterator[str]:
    """Yield what the JSON pointer *path* means of a node."""
    parts = path.split("/")[1:]
    match parts[:2]:
        case ["metadata", "labels"]:
            key = parts[2].replace("~1", "/").replace("~0", "~") if parts[2:] else ""
            yield key_of(LABELS, key)
        case ["spec", "taints"]:
            yield TAINTS
        case _:
            if MARK in path or path in {"", "/metadata", "/spec"}:
                yield from BOTH


def _objects(arguments: Mapping[str, Any]) -> list[Any]:
    """Return all definitions, or nothing but the arguments' own."""
    given = [
        one for key in ("definition", "resource_definition") for one in items_of(arguments.get(key))
    ]
    return given or [{}]


def _may_be_node(definition: Any, arguments: Mapping[str, Any], *, hidden: bool) -> bool:
    if isinstance(definition, dict):
        return _is_node(definition.get("kind", arguments.get("kind")), hidden=hidden)
    if NODE_KIND.search(str(definition)) or arguments.get("kind") == "Node":
        return True
    return hidden and MARK in str(definition)


def _is_node(kind: Any, *, hidden: bool) -> bool:
    return (
        kind == "Node"
        or (isinstance(kind, str) and (MARK in kind or "{" in kind))
        or (hidden and kind is None)
    )


def _of_object(definition: Any, arguments: Mapping[str, Any]) -> Reach:
    if not isinstance(definition, dict):
        return Reach(BOTH)
    metadata = definition.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    selected = arguments.get("label_selectors")
    name = frozenset() if selected else _name(metadata.get("name", arguments.get("name")))
    return Reach(frozenset(_attributes(definition, metadata)) or BOTH, name)


def _attributes(definition: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[str]:
    labels = metadata.get("labels")
    if isinstance(labels, dict):
        yield from (key_of(LABELS, str(key)) for key in labels)
    elif labels is not None:
        yield LABELS
    spec = definition.get("spec")
    taints = spec.get("taints") if isinstance(spec, dict) else spec
    if isinstance(taints, list):
        yield from (_key(TAINTS, one) for one in taints)
    elif taints is not None:
        yield TAINTS


def _key(family: str, entry: Any) -> str:
    """Return the attribute of a taint, as the API writes it or as ``key=value:Effect``."""
    key = entry.get("key") if isinstance(entry, dict) else str(entry).partition("=")[0]
    return key_of(family, str(key).partition(":")[0])


def _name(value: Any) -> frozenset[str]:
    names: Sequence[str] = [value] if isinstance(value, str) else []
    return legal_names(names) if names else frozenset()

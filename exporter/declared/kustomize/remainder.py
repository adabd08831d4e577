"""What is left of a graph when something of it was left out, and what then hangs in the air."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from exporter.declared.kustomize.graph import Graph
from exporter.declared.kustomize.layer import Layer
from exporter.declared.kustomize.statements import Name, identify
from exporter.domain.errors import ParseError
from exporter.domain.json import as_object, as_text
from exporter.foreign import yaml
from exporter.foreign.yaml import YamlList, YamlMap

_SCALED: Final = ("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet")
_GENERATED: Final = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_MERGING: Final = frozenset({"merge", "replace"})


class Remainder:
    """The objects that are left, as each kustomization can reach them.

    Names count before and after prefixes alike: to take an object for one that is there leaves a
    patch in, and then kustomize itself says that it has no target.
    """

    def __init__(self, graph: Graph, left_out: Iterable[str]) -> None:
        self._names = _names(graph)
        self._lacking = _reaching(graph, left_out)

    def dangling(self, path: str, layer: Layer) -> Iterator[tuple[str, Any, int]]:
        """Yield the entries of a kustomization that are about objects which were left out.

        Each comes with its field and line. Where nothing below was left out, none is.
        """
        if path not in self._lacking:
            return
        known = self._names[path]
        content = layer.kustomization.content
        for name, judge in _JUDGES.items():
            entries = content.get(name)
            if isinstance(entries, YamlList):
                for entry, line in zip(entries, entries.lines, strict=True):
                    if judge(name, entry, layer, known):
                        yield name, entry, line


def _patch(_: str, entry: Any, layer: Layer, known: set[Name]) -> bool:
    """Tell whether a patch that names its objects itself names one that is not there."""
    if isinstance(entry, YamlMap):
        if entry.get("target"):
            return False
        entry = as_text(entry.get("patch")) or as_text(entry.get("path"))
    if not isinstance(entry, str):
        return False
    return any(patch not in known for patch in layer.patched.get(entry) or _inline(entry))


def _inline(text: str) -> list[Name]:
    try:
        values = [document.value for document in yaml.load_all(text)]
    except ParseError:
        return []
    return [found for value in values if isinstance(value, YamlMap) and (found := identify(value))]


def _replacement(_: str, entry: Any, layer: Layer, known: set[Name]) -> bool:
    del layer
    source = as_object(as_object(entry).get("source"))
    return bool(source) and not _selects(source, known)


def _variable(_: str, entry: Any, layer: Layer, known: set[Name]) -> bool:
    del layer
    return not _selects(as_object(as_object(entry).get("objref")), known)


def _replicas(_: str, entry: Any, layer: Layer, known: set[Name]) -> bool:
    del layer
    name = as_text(as_object(entry).get("name"))
    return not any((kind, name) in known for kind in _SCALED)


def _generator(field_name: str, entry: Any, layer: Layer, known: set[Name]) -> bool:
    del layer
    content = as_object(entry)
    merging = as_text(content.get("behavior")) in _MERGING
    return merging and (_GENERATED[field_name], as_text(content.get("name"))) not in known


_JUDGES: Final = {
    "patches": _patch,
    "patchesStrategicMerge": _patch,
    "replacements": _replacement,
    "vars": _variable,
    "replicas": _replicas,
    **dict.fromkeys(_GENERATED, _generator),
}


def _selects(selector: Mapping[str, Any], known: set[Name]) -> bool:
    kind, name = as_text(selector.get("kind")), as_text(selector.get("name"))
    if kind and name:
        return (kind, name) in known
    return any(
        (not kind or origin[0] == kind) and (not name or origin[1] == name) for origin in known
    )


def _names(graph: Graph) -> dict[str, set[Name]]:
    """Return the objects that each kustomization has, its components those beside them, too."""
    names: dict[str, set[Name]] = {path: set() for path in graph.layers}
    merging = set(_merging(graph))
    for (kind, _), origins in graph.origins.items():
        for origin in origins:
            if (origin.statement.path, origin.statement.first) not in merging:
                for layer in graph.built(origin.layers):
                    names[layer.kustomization.path] |= {(kind, name) for name in origin.names}
    for _ in graph.mixins:  # components may use components
        for path, components in graph.mixins.items():
            for component in components:
                names[component] |= names[path]
    return names


def _merging(graph: Graph) -> Iterator[tuple[str, int]]:
    """Yield where generators stand that change an object which must be there without them."""
    for path, layer in graph.layers.items():
        for name in _GENERATED:
            for entry in layer.kustomization.entries(name):
                if as_text(entry.get("behavior")) in _MERGING:
                    yield path, entry.line


def _reaching(graph: Graph, left_out: Iterable[str]) -> set[str]:
    """Return the kustomizations that something was left out of, or of what they build on."""
    above: dict[str, set[str]] = {}
    folders = {layer.kustomization.folder: path for path, layer in graph.layers.items()}
    for path, layer in graph.layers.items():
        for base in layer.bases:
            if base.folder in folders:
                above.setdefault(folders[base.folder], set()).add(path)
    pending, found = list(left_out), set(left_out)
    while pending:
        here = pending.pop()
        beside = graph.mixins.get(here, {})
        new = (above.get(here, set()) | set(beside)) - found
        found |= new
        pending += new
    return found

"""Which line declares which value of a rendered object.

A value is attributed to the first statement about the object, from the outermost overlay to the
resource itself, that has this very value at this place. What no statement has stays unknown.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from sys import intern
from typing import Any, Final

from exporter.declared.kinds import TRACED
from exporter.declared.kustomize.graph import Graph, Origin
from exporter.declared.kustomize.layer import Layer
from exporter.declared.kustomize.statements import Images, Statement
from exporter.declared.rendered import Manifest
from exporter.domain.fields import merge_key, same_value
from exporter.domain.json import Json, JsonObject, as_text, dig, shared
from exporter.domain.provenance import Place
from exporter.foreign.yaml import YamlList, YamlMap, plain

MAX_STATEMENTS: Final = 200
_HASH: Final = re.compile(r"-[0-9a-z]{10}\Z")


@dataclass(frozen=True, slots=True)
class _Cursor:
    """A part of a statement: its value, and its line as the statement counts."""

    statement: Statement
    value: Any
    line: int

    def child(self, key: str) -> "_Cursor | None":
        """Return the part under *key*."""
        if isinstance(self.value, Images):
            return self
        if isinstance(self.value, YamlMap) and key in self.value:
            return _Cursor(self.statement, self.value[key], self.value.line_of(key))
        return None

    def items(self, values: Sequence[Json], key: str) -> "list[_Cursor | None]":
        """Return the parts that stand for each of *values*, the items of the list *key*."""
        if isinstance(self.value, YamlList):
            return self._aligned(self.value, values, key)
        found = [self.child(str(at)) for at in range(len(values))]
        added = self.child("-") if isinstance(self.value, YamlMap) else None
        if added is None:
            return found
        return [
            layer or (added if added.value == value else None)
            for layer, value in zip(found, values, strict=True)
        ]

    def _aligned(self, mine: YamlList, values: Sequence[Json], key: str) -> "list[_Cursor | None]":
        known = {merge_key(statement, key): at for at, statement in enumerate(mine)}
        found: list[_Cursor | None] = []
        for index, value in enumerate(values):
            name = merge_key(value, key)
            at = index if name is None else known.get(name, len(mine))
            inside = at < len(mine)
            found.append(_Cursor(self.statement, mine[at], mine.lines[at]) if inside else None)
        return found

    def states(self, value: Json, key: str) -> int:
        """Return the line in its file at which this states *value* of the field *key*, or 0."""
        if isinstance(self.value, Images):
            return self.value.line_of(value) if key == "image" and isinstance(value, str) else 0
        if _is_collection(value):
            same = self.statement.own and isinstance(self.value, type(value))
        else:
            same = not _is_collection(self.value) and same_value(self.value, value)
        return self.statement.line(self.line) if same else 0


@dataclass(slots=True)
class Tracer:
    """Traces the objects of one rendering; *place* makes a place of a path and a line."""

    place: Callable[[str, int], Place]

    def __post_init__(self) -> None:
        """Make each place once: thousands of objects share their overlay's lines."""
        self.place = lru_cache(maxsize=None)(self.place)

    def built(self, content: JsonObject, graph: Graph) -> Manifest:
        """Return an object that kustomize made of *graph* with where it comes from."""
        origin = _origin(content, graph)
        if origin is None:
            place = self.place(graph.root.kustomization.path, 0)
            return Manifest(content=_lean(content), place=place)
        above = islice(_above(content, origin, graph), MAX_STATEMENTS)
        return self.stated(content, [*above, origin.statement])

    def stated(self, content: JsonObject, statements: Sequence[Statement]) -> Manifest:
        """Return an object of which *statements* are made, the strongest first."""
        trace = _Trace(self)
        if as_text(content.get("kind")) in TRACED:
            trace.parts(
                content,
                "",
                "",
                [_Cursor(statement, statement.value, 0) for statement in statements],
            )
        own = [statement for statement in statements if statement.own]
        chosen = next((statement for statement in own if id(statement) in trace.used), own[-1])
        return Manifest(
            content=_lean(content),
            place=self.place(chosen.path, chosen.first),
            places=trace.places,
        )

    def written(self, value: YamlMap, path: str) -> Manifest:
        """Return an object that is as it stands in the file *path*: every value has its line."""
        places: dict[str, Place] = {}
        if as_text(value.get("kind")) in TRACED:
            self._inside(value, "", path, places)
        place = self.place(path, value.line)
        return Manifest(content=_lean(plain(value)), place=place, places=places)

    def _inside(
        self, value: YamlMap | YamlList, above: str, path: str, places: dict[str, Place]
    ) -> None:
        """Add the places of everything in *value*, which is at *above* in the file *path*."""
        if isinstance(value, YamlMap):
            parts = [(_escape(key), line, value[key]) for key, line in value.lines.items()]
        else:
            parts = [(str(at), line, value[at]) for at, line in enumerate(value.lines)]
        for key, line, part in parts:
            pointer = intern(f"{above}/{key}")
            places[pointer] = self.place(path, line)
            if isinstance(part, YamlMap | YamlList):
                self._inside(part, pointer, path, places)


@dataclass(slots=True)
class _Trace:
    """The places of one object's values, and the statements that gave any."""

    tracer: Tracer
    places: dict[str, Place] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def parts(self, value: Json, pointer: str, key: str, cursors: Sequence[_Cursor]) -> None:
        """Trace the members of an object or list at *pointer*, the value of the field *key*."""
        if isinstance(value, Mapping):
            for name, part in value.items():
                found = [child for cursor in cursors if (child := cursor.child(name)) is not None]
                self.part(part, f"{pointer}/{_escape(name)}", name, found)
        elif isinstance(value, list):
            rows = [cursor.items(value, key) for cursor in cursors]
            for at, part in enumerate(value):
                found = [item for row in rows if (item := row[at]) is not None]
                self.part(part, f"{pointer}/{at}", key, found)

    def part(self, value: Json, pointer: str, key: str, cursors: Sequence[_Cursor]) -> None:
        """Trace the value at *pointer* and what is in it."""
        for cursor in cursors:
            line = cursor.states(value, key)
            if line:
                self.places[intern(pointer)] = self.tracer.place(cursor.statement.path, line)
                if not _is_collection(value):
                    self.used.add(id(cursor.statement))
                break
        if cursors:
            self.parts(value, pointer, key, cursors)


def _lean(content: JsonObject) -> JsonObject:
    """Return *content* with what others have, too, being one object, if it is of a kind to keep."""
    return shared(content) if as_text(content.get("kind")) in TRACED else content


def _is_collection(value: object) -> bool:
    return isinstance(value, dict | list)


@lru_cache(maxsize=1024)
def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _origin(content: JsonObject, graph: Graph) -> Origin | None:
    """Return the resource that *content* was made of, the one of the same namespace if any."""
    kind, name = as_text(content.get("kind")), as_text(dig(content, "metadata", "name"))
    found = graph.origins.get((kind, name), [])
    if not found and kind in {"ConfigMap", "Secret"}:
        found = graph.origins.get((kind, _HASH.sub("", name)), [])
    namespace = as_text(dig(content, "metadata", "namespace"))
    same = (statement for statement in found if _namespace(statement) == namespace)
    return next(same, found[0] if found else None)


def _namespace(origin: Origin) -> str:
    for layer in origin.layers:
        namespace = as_text(layer.kustomization.content.get("namespace"))
        if namespace:
            return namespace
    value = origin.statement.value
    return as_text(dig(value, "metadata", "namespace")) if isinstance(value, YamlMap) else ""


def _above(content: JsonObject, origin: Origin, graph: Graph) -> Iterator[Statement]:
    """Yield what the kustomizations above the resource state about it, the outermost first."""
    kind = as_text(content.get("kind"))
    for layer in origin.layers:
        for used in _with_mixins(layer, graph):
            yield from used.statements(kind, origin.names)


def _with_mixins(layer: Layer, graph: Graph) -> Iterator[Layer]:
    """Yield a layer and its components; the last of them is the last to change anything."""
    yield layer
    for mixin in reversed(graph.mixins.get(layer.kustomization.path, {}).values()):
        yield from _with_mixins(mixin, graph)

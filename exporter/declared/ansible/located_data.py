"""YAML data that remembers its file and lines."""

from typing import Any

from exporter.domain.provenance import Place
from exporter.foreign.yaml import YamlList, YamlMap


class LocatedMap(YamlMap):
    """A YAML mapping that also remembers its file."""

    __slots__ = ("path",)

    def __init__(self, line: int = 0, path: str = "") -> None:
        super().__init__(line)
        self.path = path


class LocatedList(YamlList):
    """A YAML sequence that also remembers its file."""

    __slots__ = ("path",)

    def __init__(self, line: int = 0, path: str = "") -> None:
        super().__init__(line)
        self.path = path


def located(value: Any, path: str) -> Any:
    """Return *value* as read from *path*, every collection knowing that path."""
    return _located(value, path, {})


def _located(value: Any, path: str, known: dict[int, Any]) -> Any:
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, YamlMap):
        mapping = known[id(value)] = LocatedMap(value.line, path)
        mapping.lines = value.lines
        mapping.update((key, _located(content, path, known)) for key, content in value.items())
        return mapping
    if isinstance(value, YamlList):
        items = known[id(value)] = LocatedList(value.line, path)
        items.lines = value.lines
        items.extend(_located(item, path, known) for item in value)
        return items
    return value


def located_like(original: Any, value: Any) -> Any:
    """Return *value*, a mapping or list made of *original*, with the places of its parts."""
    if isinstance(original, LocatedMap):
        mapping = LocatedMap(original.line, original.path)
        mapping.lines = original.lines
        mapping.update(value)
        return mapping
    if isinstance(original, LocatedList):
        items = LocatedList(original.line, original.path)
        items.lines = original.lines
        items.extend(value)
        return items
    return value


def place_in(container: Any, key: Any, place: Place) -> Place:
    """Return where the item *key* of a mapping or list stands; *place* where that is not known."""
    if isinstance(container, LocatedMap):
        line = container.line_of(key)
    elif isinstance(container, LocatedList) and key < len(container.lines):
        line = container.lines[key]
    else:
        return place
    return Place(place.source, container.path, line, place.revision)


def as_items(value: Any) -> list[Any]:
    """Return a list as it is, nothing as an empty list, anything else as its only item."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]

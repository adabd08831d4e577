"""Foreign data as trees of which every part knows where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from exporter.declared.rendered import Manifest
from exporter.domain.errors import ReadError, Reason
from exporter.domain.json import Json
from exporter.domain.provenance import Located, Place
from exporter.foreign.yaml import Opaque, YamlList, YamlMap

MAX_PARTS = 200_000
Content: TypeAlias = (
    "bool | int | float | str | tuple[LocatedTree, ...] | Mapping[str, LocatedTree] | None"
)


class UnresolvedError(Exception):
    """Something that was understood, but that only a run can tell."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message


@dataclass(frozen=True, slots=True)
class LocatedTree:
    """A JSON value and its place; the parts of an object or list have places of their own.

    The accessors validate: where the value has another shape than is asked for they raise
    :exc:`ReadError` with the place. An absent key and ``null`` are the same to them, as they are
    to the API server.
    """

    content: Content
    place: Place

    @property
    def fields(self) -> Mapping[str, "LocatedTree"]:
        """The members of an object; none where this is no object."""
        return self.content if isinstance(self.content, Mapping) else {}

    @property
    def items(self) -> tuple["LocatedTree", ...]:
        """The items of a list; none where this is no list."""
        return self.content if isinstance(self.content, tuple) else ()

    @property
    def size(self) -> int:
        """How many values it has, itself one of them."""
        parts = self.fields.values() or self.items
        return 1 + sum(part.size for part in parts)

    def has(self, key: str) -> bool:
        """Tell whether *key* is there and not ``null``."""
        return key in self.fields and self.fields[key].content is not None

    def object(self, key: str) -> "LocatedTree":
        """Return the object under *key*, an empty one where it is absent."""
        part = self._part(key, {})
        if not isinstance(part.content, Mapping):
            raise part.wrong(f"{key} is no object")
        return part

    def list(self, key: str) -> tuple["LocatedTree", ...]:
        """Return the items of the list under *key*."""
        part = self._part(key, ())
        if not isinstance(part.content, tuple):
            raise part.wrong(f"{key} is no list")
        return part.content

    def text(self, key: str, default: str = "") -> str:
        """Return the string under *key*."""
        part = self._part(key, default)
        if not isinstance(part.content, str):
            raise part.wrong(f"{key} is no string", advice="put it in quotes")
        return part.content

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of strings under *key*."""
        found = []
        for one in self.list(key):
            if not isinstance(one.content, str):
                raise one.wrong(f"{key} holds something else than strings")
            found.append(one.content)
        return tuple(found)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return the boolean under *key*."""
        part = self._part(key, default)
        if not isinstance(part.content, bool):
            raise part.wrong(f"{key} is neither true nor false")
        return part.content

    def stated(self, key: str) -> Mapping[str, Located[str]]:
        """Return the map of strings under *key*, each with its place."""
        found = self.object(key)
        return {one: Located(found.text(one), found.fields[one].place) for one in found.fields}

    def place_of(self, *keys: str) -> Place:
        """Return the place of the value at the end of *keys*, or of the nearest one around it."""
        here = self
        for key in keys:
            here = here.fields.get(key, here)
        return here.place

    def plain(self) -> Json:
        """Return the value without its places."""
        if isinstance(self.content, Mapping):
            return {key: part.plain() for key, part in self.content.items()}
        if isinstance(self.content, tuple):
            return [part.plain() for part in self.content]
        return self.content

    def wrong(self, message: str, *, advice: str = "") -> ReadError:
        """Return the error that this value is not what it has to be."""
        return ReadError(
            message,
            reason=Reason.MALFORMED,
            path=self.place.path,
            line=self.place.line,
            advice=advice,
        )

    def _part(self, key: str, default: Content) -> "LocatedTree":
        return self.fields[key] if self.has(key) else LocatedTree(default, self.place)


@dataclass(slots=True)
class _Locate:
    """Builds trees, but never of more than ``MAX_PARTS`` parts (aliases repeat them)."""

    parts: int = 0
    known: dict[int, Place] = field(default_factory=dict)

    def count(self, place: Place) -> None:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise ReadError(
                f"expands to more than {MAX_PARTS:,} values",
                reason=Reason.TOO_LARGE,
                path=place.path,
                line=place.line,
            )

    def line(self, place: Place, line: int) -> Place:
        """Return another line of the same file; values on one line share their place."""
        if line not in self.known:
            self.known[line] = replace(place, line=line)
        return self.known[line]

    def lines(self, value: Any, place: Place) -> LocatedTree:
        """Locate YAML by its lines; *place* is that of *value*."""
        self.count(place)
        if isinstance(value, YamlMap):
            parts = {
                key: self.lines(part, self.line(place, value.line_of(key)))
                for key, part in value.items()
            }
            return LocatedTree(parts, place)
        if isinstance(value, YamlList):
            pairs = zip(value, value.lines, strict=True)
            return LocatedTree(
                tuple(self.lines(part, self.line(place, line)) for part, line in pairs), place
            )
        if isinstance(value, Opaque):
            raise LocatedTree(None, place).wrong(f"has the tag {value.tag}, which is no plain data")
        return LocatedTree(value, place)

    def pointers(self, value: Any, *, pointer: str, manifest: Manifest, near: Place) -> LocatedTree:
        """Locate a rendered object by the places that came with it."""
        place = manifest.places.get(pointer, near)
        self.count(place)
        if isinstance(value, Mapping):
            parts = {
                str(key): self.pointers(
                    part, pointer=f"{pointer}/{escape(str(key))}", manifest=manifest, near=place
                )
                for key, part in value.items()
            }
            return LocatedTree(parts, place)
        if isinstance(value, (list, tuple)):
            return LocatedTree(
                tuple(
                    self.pointers(part, pointer=f"{pointer}/{at}", manifest=manifest, near=place)
                    for at, part in enumerate(value)
                ),
                place,
            )
        known = value is None or isinstance(value, (bool, int, float, str))
        return LocatedTree(value if known else str(value), place)


def from_yaml(value: Any, place: Place) -> LocatedTree:
    """Locate parsed YAML by its own lines; raises :exc:`ReadError` where it is no plain data."""
    return _Locate().lines(value, place)


def from_plain(value: Any, place: Place) -> LocatedTree:
    """Locate data of which all is stated at one *place*."""
    manifest = Manifest(content={}, place=place)
    return _Locate().pointers(value, pointer="", manifest=manifest, near=place)


def from_manifest(manifest: Manifest) -> LocatedTree:
    """Locate a rendered object by the places that the renderer knows."""
    return _Locate().pointers(manifest.content, pointer="", manifest=manifest, near=manifest.place)


def flatten(
    values: Mapping[str, LocatedTree], prefix: str = ""
) -> Iterator[tuple[str, LocatedTree]]:
    """Yield the scalars within *values* under dotted keys (``a.b``, ``a.0``).

    Source: ``flatten.Flatten`` with ``DotStyle``, as the git files generator uses it.
    """
    for key, value in values.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value.content, Mapping):
            yield from flatten(value.content, name)
        elif isinstance(value.content, tuple):
            yield from flatten({str(at): one for at, one in enumerate(value.content)}, name)
        else:
            yield name, value


def escape(key: str) -> str:
    """Return *key* as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")

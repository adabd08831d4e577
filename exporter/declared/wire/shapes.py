"""How values of each type are written, and read again: worked out from the types themselves.

So who adds a field to a declaration never sees it. What is read is checked against the type.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from exporter.declared.wire.tables import (
    GarbledReadingError,
    Tables,
    Writer,
    all_at,
    at,
    named,
    sequence,
)
from exporter.domain.cloud import CloudGap
from exporter.domain.declaration import Failure, NodeGap, Unresolved
from exporter.domain.items import Item
from exporter.domain.json import JsonObject
from exporter.domain.monitoring.stack import StackGap
from exporter.domain.provenance import Located, Place

Write: TypeAlias = Callable[[Any, Writer], Any]
Read: TypeAlias = Callable[[Any, Tables], Any]


class Shape(NamedTuple):
    """How values of one type are written and read; reading raises ``GarbledReadingError``."""

    write: Write
    read: Read
    rows: Callable[[Tables], Sequence[Any]] | None = None
    """Where what is read stands as a number, the table of it."""


_REMARKS: Final = frozenset({Failure, Unresolved, Item, NodeGap, StackGap, CloudGap})
"""They tell of what was looked for, too, also where no such file can be."""


@cache
def shape(kind: Any, *, remark: bool = False) -> Shape:
    """Return the shape of a type, in a *remark* or not.

    Raises :exc:`TypeError` for a type that no declaration has.
    """
    if kind is Place:
        return _REMARKED if remark else _PLACE
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin = typing.get_origin(kind)
    if origin in {types.UnionType, typing.Union}:
        return _optional(*typing.get_args(kind), remark=remark)
    if origin is not None:
        return _generic(origin, typing.get_args(kind), remark=remark)
    if issubclass(kind, Enum):
        return _enumeration(kind)
    return _record(kind, _fields(kind), remark=remark)


def _fields(kind: Any) -> Mapping[str, Any]:
    """Return the fields of a type with their types; raises :exc:`TypeError` where it has none."""
    if issubclass(kind, msgspec.Struct):
        return {one.name: one.type for one in msgspec.structs.fields(kind)}
    if dataclasses.is_dataclass(kind):
        return {one.name: one.type for one in dataclasses.fields(kind)}
    if issubclass(kind, tuple):
        return typing.get_type_hints(kind)
    raise TypeError(f"nobody knows how to write {kind}")


def _exactly(kind: type) -> Shape:
    def read(value: Any, _: Tables) -> Any:
        if type(value) is not kind:
            raise GarbledReadingError(f"{type(value).__name__} where {kind.__name__} belongs")
        return value

    return Shape(lambda value, _: value, read)


def _numbered(write: Write, rows: Callable[[Tables], Sequence[Any]]) -> Shape:
    return Shape(write, lambda value, tables: at(rows(tables), value), rows)


_TEXT: Final = _numbered(lambda text, writer: writer.texts[text], lambda tables: tables.texts)
_MANIFEST: Final = Shape(
    lambda value, writer: writer.part(value), lambda value, tables: tables.manifest(value)
)
_PLAIN: Final[Mapping[Any, Shape]] = {
    bool: _exactly(bool),
    int: _exactly(int),
    str: _TEXT,
    JsonObject: _MANIFEST,
}
_PLACE: Final = _numbered(
    lambda place, writer: writer.places.of(place), lambda tables: tables.places
)
_REMARKED: Final = _numbered(
    lambda place, writer: writer.remarks.of(place), lambda tables: tables.remarked
)


def _optional(*kinds: Any, remark: bool) -> Shape:
    (kind,) = (one for one in kinds if one is not type(None))
    inner = shape(kind, remark=remark)
    return Shape(
        lambda value, writer: None if value is None else inner.write(value, writer),
        lambda value, tables: None if value is None else inner.read(value, tables),
    )


def _enumeration(kind: type[Enum]) -> Shape:
    members = {str(one.value): one for one in kind}

    def read(value: Any, _: Tables) -> Any:
        if not isinstance(value, str) or value not in members:
            raise GarbledReadingError(f"a value that no {kind.__name__} has")
        return members[value]

    return Shape(lambda value, _: str(value.value), read)


def _record(kind: Any, fields: Mapping[str, Any], *, remark: bool) -> Shape:
    """Return the shape of a type with named fields."""
    names = tuple(fields)
    remark = remark or kind in _REMARKS
    parts = [shape(one, remark=remark) for one in fields.values()]
    writers, readers = [one.write for one in parts], [one.read for one in parts]

    def write(value: Any, writer: Writer) -> Any:
        return [one(getattr(value, name), writer) for name, one in zip(names, writers, strict=True)]

    def read(value: Any, tables: Tables) -> Any:
        given = sequence(value, len(names))
        found = [one(each, tables) for each, one in zip(given, readers, strict=True)]
        return kind(**dict(zip(names, found, strict=True)))

    return Shape(write, read)


def _generic(origin: Any, arguments: tuple[Any, ...], *, remark: bool) -> Shape:
    inner = [shape(one, remark=remark) for one in arguments if one is not Ellipsis]
    if origin is Located:
        return _stated(inner[0], shape(Place, remark=remark))
    if issubclass(origin, Mapping):
        return _mapping(*inner)
    if origin is frozenset:
        return _collection(frozenset, *inner)
    if origin is tuple and arguments[-1] is Ellipsis:
        return _collection(tuple, *inner)
    if origin is tuple:
        return _fixed(inner)
    raise TypeError(f"nobody knows how to write {origin}")


def _stated(value_shape: Shape, place: Shape) -> Shape:
    def write(stated: Any, writer: Writer) -> Any:
        return [value_shape.write(stated.value, writer), place.write(stated.place, writer)]

    def read(given: Any, tables: Tables) -> Any:
        value, where = sequence(given, 2)
        return Located(value_shape.read(value, tables), place.read(where, tables))

    return Shape(write, read)


def _mapping(key: Shape, value: Shape) -> Shape:
    keys, values = _collection(list, key), _collection(list, value)

    def write(mapping: Any, writer: Writer) -> Any:
        names = writer.names[tuple(mapping)] if key is _TEXT else keys.write(mapping, writer)
        return [names, values.write(mapping.values(), writer)]

    def read(given: Any, tables: Tables) -> Any:
        names, found = sequence(given, 2)
        read_names = at(tables.names, names) if key is _TEXT else keys.read(names, tables)
        return named(read_names, values.read(found, tables))

    return Shape(write, read)


def _collection(make: Callable[[Any], Any], inner: Shape) -> Shape:
    def write(values: Any, writer: Writer) -> Any:
        one = inner.write
        return [one(value, writer) for value in values]

    def read(value: Any, tables: Tables) -> Any:
        if inner.rows is not None:
            return make(all_at(inner.rows(tables), value))
        one = inner.read
        return make([one(each, tables) for each in sequence(value)])

    return Shape(write, read)


def _fixed(parts: Sequence[Shape]) -> Shape:
    def write(values: Any, writer: Writer) -> Any:
        return [one.write(each, writer) for one, each in zip(parts, values, strict=True)]

    def read(value: Any, tables: Tables) -> Any:
        given = sequence(value, len(parts))
        return tuple(one.read(each, tables) for one, each in zip(parts, given, strict=True))

    return Shape(write, read)

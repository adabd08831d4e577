"""How values of each type are written, and read again: worked out from the types themselves.

So who adds a field to a declaration never sees it. What is read is checked against the type. Values
of one type go in columns, one for each field: there are tens of thousands of a few types, and a
column is numbered, checked and looked up as a whole.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from itertools import chain, compress, islice
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from exporter.declared.wire.tables import (
    GarbledReadingError,
    Tables,
    Writer,
    all_at,
    checked,
    counts,
    sequence,
)
from exporter.domain.cloud import CloudGap
from exporter.domain.declaration import Failure, NodeGap, Unresolved
from exporter.domain.items import Item
from exporter.domain.json import JsonObject
from exporter.domain.monitoring.stack import StackGap
from exporter.domain.provenance import Located, Place

Write: TypeAlias = Callable[[Sequence[Any], Writer], Any]
Read: TypeAlias = Callable[[Any, Tables, int], Sequence[Any]]


class Shape(NamedTuple):
    """How values of one type are written as a column, and so many are read of one.

    Reading raises ``GarbledReadingError``.
    """

    write: Write
    read: Read


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
    return Shape(
        lambda values, _: list(values), lambda column, _, count: checked(column, kind, count)
    )


def _numbered(
    number: Callable[[Writer], Callable[[Any], int]], rows: Callable[[Tables], Sequence[Any]]
) -> Shape:
    """Return the shape of what stands in a table, by its number."""
    return Shape(
        lambda values, writer: [*map(number(writer), values)],
        lambda column, tables, count: all_at(rows(tables), sequence(column, count)),
    )


_PLAIN: Final[Mapping[Any, Shape]] = {
    bool: _exactly(bool),
    int: _exactly(int),
    str: _numbered(attrgetter("texts.__getitem__"), attrgetter("texts")),
    JsonObject: Shape(
        lambda values, writer: [*map(writer.part, values)],
        lambda column, tables, count: [*map(tables.manifest, sequence(column, count))],
    ),
}
_PLACE: Final = _numbered(attrgetter("places.of"), attrgetter("places"))
_REMARKED: Final = _numbered(attrgetter("remarks.of"), attrgetter("remarked"))
_NAMES: Final = _numbered(attrgetter("names.__getitem__"), attrgetter("names"))


def _optional(*kinds: Any, remark: bool) -> Shape:
    (kind,) = (one for one in kinds if one is not type(None))
    inner = shape(kind, remark=remark)

    def write(values: Sequence[Any], writer: Writer) -> Any:
        there = [one is not None for one in values]
        return [there, inner.write([*compress(values, there)], writer)]

    def read(column: Any, tables: Tables, count: int) -> Sequence[Any]:
        flags, values = sequence(column, 2)
        there = checked(flags, bool, count)
        found = iter(inner.read(values, tables, sum(there)))
        return [next(found) if one else None for one in there]

    return Shape(write, read)


def _enumeration(kind: type[Enum]) -> Shape:
    members = {str(one.value): one for one in kind}

    def read(column: Any, _: Tables, count: int) -> Sequence[Any]:
        try:
            return [*map(members.__getitem__, sequence(column, count))]
        except (KeyError, TypeError):
            raise GarbledReadingError(f"a value that no {kind.__name__} has") from None

    return Shape(lambda values, _: [str(one.value) for one in values], read)


def _record(kind: Any, fields: Mapping[str, Any], *, remark: bool) -> Shape:
    """Return the shape of a type with named fields: a column for each."""
    names = tuple(fields)
    remark = remark or kind in _REMARKS
    parts = _columns([shape(one, remark=remark) for one in fields.values()])
    getters = [*map(attrgetter, names)]

    def write(values: Sequence[Any], writer: Writer) -> Any:
        return parts.write([[*map(getter, values)] for getter in getters], writer)

    def read(column: Any, tables: Tables, count: int) -> Sequence[Any]:
        rows = zip(*parts.read(column, tables, count), strict=True)
        return [kind(**dict(zip(names, row, strict=True))) for row in rows]

    return Shape(write, read)


def _columns(parts: Sequence[Shape]) -> Shape:
    """Return the shape of columns, each of its own shape, which are as long as each other."""

    def write(columns: Sequence[Any], writer: Writer) -> Any:
        return [one.write(each, writer) for one, each in zip(parts, columns, strict=True)]

    def read(columns: Any, tables: Tables, count: int) -> Sequence[Any]:
        given = sequence(columns, len(parts))
        return [one.read(each, tables, count) for one, each in zip(parts, given, strict=True)]

    return Shape(write, read)


def _generic(origin: Any, arguments: tuple[Any, ...], *, remark: bool) -> Shape:
    inner = [shape(one, remark=remark) for one in arguments if one is not Ellipsis]
    if origin is Located:
        return _record(Located, {"value": arguments[0], "place": Place}, remark=remark)
    if issubclass(origin, Mapping):
        return _mapping(*inner) if arguments[0] is not str else _by_name(inner[1])
    if origin is frozenset:
        return _collection(frozenset, *inner)
    if origin is tuple and arguments[-1] is Ellipsis:
        return _collection(tuple, *inner)
    if origin is tuple:
        return _fixed(inner)
    raise TypeError(f"nobody knows how to write {origin}")


def _by_name(inner: Shape) -> Shape:
    """Return the shape of mappings with texts for keys, most of which have those of others."""

    def write(values: Sequence[Any], writer: Writer) -> Any:
        names = _NAMES.write([*map(tuple, values)], writer)
        return [names, inner.write([*chain.from_iterable(one.values() for one in values)], writer)]

    def read(column: Any, tables: Tables, count: int) -> Sequence[Any]:
        numbers, given = sequence(column, 2)
        names = _NAMES.read(numbers, tables, count)
        found = iter(inner.read(given, tables, sum(map(len, names))))
        return [dict(zip(one, found, strict=False)) for one in names]

    return Shape(write, read)


def _mapping(key: Shape, value: Shape) -> Shape:
    pairs = _collection(dict, _fixed([key, value]))
    return Shape(
        lambda values, writer: pairs.write([one.items() for one in values], writer), pairs.read
    )


def _collection(make: Callable[[Iterable[Any]], Any], inner: Shape) -> Shape:
    """Return the shape of collections: how long each is, and all that they hold in one column."""

    def write(values: Sequence[Any], writer: Writer) -> Any:
        held = [*chain.from_iterable(values)]
        return [[*map(len, values)], inner.write(held, writer)]

    def read(column: Any, tables: Tables, count: int) -> Sequence[Any]:
        given, held = sequence(column, 2)
        lengths = counts(given, count)
        found = iter(inner.read(held, tables, sum(lengths)))
        return [make(islice(found, length)) for length in lengths]

    return Shape(write, read)


def _fixed(parts: Sequence[Shape]) -> Shape:
    """Return the shape of tuples of as many values."""
    columns, getters = _columns(parts), [*map(itemgetter, range(len(parts)))]

    def write(values: Sequence[Any], writer: Writer) -> Any:
        return columns.write([[*map(getter, values)] for getter in getters], writer)

    def read(column: Any, tables: Tables, count: int) -> Sequence[Any]:
        return [*zip(*columns.read(column, tables, count), strict=True)]

    return Shape(write, read)

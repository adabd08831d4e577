"""``metadata.managedFields``: which client wrote which field.

Source: Kubernetes documentation, Server-Side Apply, and ``sigs.k8s.io/structured-merge-diff``
(``fieldpath``): ``f:`` a field, ``k:`` the item of a list by its keys, ``v:`` one by its value.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from operator import itemgetter
from typing import Final

import msgspec
from msgspec import Raw

from exporter.domain.fields import text_of
from exporter.domain.instants import known_instant
from exporter.domain.json import Json, as_object
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.writers import ObservedWriters, Writer
from exporter.observed.lenient import BROKEN
from exporter.observed.records import Metadata, Record

MAX_NAME: Final = 128  # as the API server has it
MAX_DUMPED: Final = 1 << 24
MAX_OF_PODS: Final = 1 << 22
"""How many bytes of managed fields are kept of a dump, and of its pods, which are most of it and
seldom written by hand; of the rest nobody tells who wrote them."""
_OVERHEAD: Final = 512
"""What Python takes to keep them for one object beside their bytes."""
_NO_FIELDS: Final = len(b"null")
_NOBODY: Final = (0, 0.0, Writer("", "", None, ""))
_UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e]+")


class Entry(Record):
    """An entry of ``managedFields``."""

    manager: str | None = None
    operation: str | None = None
    time: str | None = None
    subresource: str | None = None
    fields: Raw = msgspec.field(default=Raw(b"null"), name="fieldsV1")


class _Metadata(Record):
    managed_fields: list[Entry] | None = None


class _Object(Record):
    metadata: _Metadata


class _List(Record):
    items: list[_Object] | None = None


class _NamedMetadata(Metadata):
    managed_fields: Raw = Raw(b"null")


class _NamedObject(Record):
    metadata: _NamedMetadata


_NAMED = msgspec.json.Decoder(_NamedObject)
_ENTRIES = msgspec.json.Decoder(list[Entry] | None)
_LIST = msgspec.json.Decoder(_List)
_FIELDS = msgspec.json.Decoder(dict[str, object] | None)
_KEYS = msgspec.json.Decoder(dict[str, str | int | float | bool])


def entries_of_list(body: bytes) -> list[Entry]:
    """Return the entries of the only object of a list, none where they cannot be read."""
    try:
        items = _LIST.decode(body).items or []
    except BROKEN:
        return []
    return items[0].metadata.managed_fields or [] if len(items) == 1 else []


def writers(entries: Iterable[Entry], pointers: Iterable[str]) -> dict[str, Writer]:
    """Return who wrote the fields at *pointers* last, of those that anybody says he wrote.

    Whoever wrote a field itself counts before who wrote what it lies in: of ``securityContext: {}``
    and a field that another client added to it, both keep their own.
    """
    decoded = [(_writer(entry), fields) for entry, fields in _decoded(entries)]
    found: dict[str, Writer] = {}
    for pointer in pointers:
        tokens = _tokens(pointer)
        owners = [(_owned(fields, tokens), _age(writer), writer) for writer, fields in decoded]
        depth, _, writer = max(owners, key=itemgetter(0, 1), default=_NOBODY)
        if depth:
            found[pointer] = writer
    return found


@dataclass(slots=True)
class DumpedWriters:
    """The managed fields of a dump, kept as bytes up to a bound; most dumps have none."""

    _kept: dict[ObjectKey, bytes] = field(default_factory=dict)
    _size: int = 0
    _of_pods: int = 0
    _full: set[str] = field(default_factory=set)
    """Kinds of which no more is kept, and so no more is looked at: that takes long."""

    def take(self, item: Raw, kind: str, api_version: str) -> None:
        """Keep the managed fields of an object, if it has any and a name."""
        if kind in self._full:
            return
        try:
            metadata = _NAMED.decode(item).metadata
        except BROKEN:
            return
        size = len(memoryview(metadata.managed_fields))
        if size > _NO_FIELDS and self._has_room(size + _OVERHEAD, kind):
            group = api_version.rpartition("/")[0]
            key = ObjectKey(group, kind, metadata.namespace or "", metadata.name)
            self._kept[key] = bytes(metadata.managed_fields)

    def _has_room(self, size: int, kind: str) -> bool:
        """Take so much room for an object of a *kind*, if there is as much."""
        of_pods = self._of_pods + size * (kind == "Pod")
        if self._size + size > MAX_DUMPED or of_pods > MAX_OF_PODS:
            self._full.add(kind)
            return False
        self._size += size
        self._of_pods = of_pods
        return True

    def __bool__(self) -> bool:
        return bool(self._kept)

    def fact(self) -> ObservedWriters:
        """Return who wrote the fields of all of these."""
        return ObservedWriters({key: partial(writer_of, raw) for key, raw in self._kept.items()})


def writer_of(managed: bytes, pointer: str) -> Writer | None:
    """Return who wrote the field at *pointer* last by *managed* fields, None where nobody did."""
    try:
        entries = _ENTRIES.decode(managed) or []
    except BROKEN:
        return None
    return writers(entries, (pointer,)).get(pointer)


def _decoded(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Json]]:
    for entry in entries:
        try:
            yield entry, _FIELDS.decode(entry.fields)
        except BROKEN:
            continue


def _writer(entry: Entry) -> Writer:
    return Writer(
        _harmless(entry.manager) or "somebody without a name",
        _harmless(entry.operation),
        known_instant(entry.time),
        _harmless(entry.subresource),
    )


def _harmless(text: str | None) -> str:
    """Return a client's own word as one short line."""
    return _UNPRINTABLE.sub(" ", text or "")[:MAX_NAME].strip()


def _age(writer: Writer) -> float:
    return writer.at.timestamp() if writer.at else 0.0


def _owned(fields: Json, tokens: tuple[str, ...]) -> int:
    """Return of how many *tokens* a client wrote what stands there, 0 where not what they lead to.

    That are all of them, or fewer where he wrote a value that it lies in.
    """
    node: Json = fields
    for depth, token in enumerate(tokens):
        if node == {}:  # a field that is one value: what lies in it is written with it
            return depth
        members = as_object(node)
        node = members.get(f"f:{token}", _item(members, token))
        if node is None:
            return 0
    return len(tokens)


def _item(members: Json, token: str) -> Json:
    """Return what stands below the item of a list that pointers call *token*."""
    for key, below in as_object(members).items():
        if key.startswith("k:") and _named(key) == sorted(token.split(":")):
            return below
    return None


@lru_cache(maxsize=1024)
def _named(key: str) -> list[str]:
    """Return the values of the keys of an item, as pointers have them, sorted."""
    try:
        return sorted(":".join(map(text_of, _KEYS.decode(key[2:]).values())).split(":"))
    except BROKEN:
        return []


def _tokens(pointer: str) -> tuple[str, ...]:
    return tuple(one.replace("~1", "/").replace("~0", "~") for one in pointer.split("/")[1:])

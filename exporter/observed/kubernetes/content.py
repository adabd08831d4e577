"""The objects of one kind as one list and the events after it tell them."""

from dataclasses import dataclass, field

import msgspec
from msgspec import Raw, Struct

from exporter.domain.errors import ParseError
from exporter.observed.cluster import Cluster, Record
from exporter.observed.kinds import Kind
from exporter.observed.records import ObjectRecord

MAX_UNREADABLE = 1000
"""How many objects that make no sense are remembered by name; the others stay counted."""


class _Name(Struct, gc=False):
    name: str = ""
    namespace: str | None = None


class _Named(Struct, gc=False):
    metadata: _Name


_NAMED = msgspec.json.Decoder(_Named)


@dataclass(slots=True)
class Content:
    """Objects of one *kind*; begins empty, so it is right only once a list is complete.

    *unreadable* are the objects that make no sense to us, by name, each with the reason. As long
    as there is one, not all of the kind is known. *unnamed* counts those that even lack a name:
    nothing but another list forgets them.
    """

    kind: Kind
    cluster: Cluster = field(default_factory=Cluster)
    unreadable: dict[str, str] = field(default_factory=dict)
    unnamed: int = 0

    def put(self, item: Raw | Record) -> bool:
        """Take an object in; tell whether anything changed."""
        try:
            changed = self.cluster.put(self.kind, item)
        except ParseError as error:
            return self._doubt(item, error.message)
        return self._trust(item) or changed

    def remove(self, item: Raw | ObjectRecord) -> bool:
        """Forget an object; tell whether anything changed."""
        try:
            changed = self.cluster.remove(self.kind, item)
        except ParseError as error:
            return self._doubt(item, error.message)
        return self._trust(item) or changed

    def _doubt(self, item: Raw | Record | ObjectRecord, message: str) -> bool:
        name = _name(item)
        if not name or (len(self.unreadable) >= MAX_UNREADABLE and name not in self.unreadable):
            self.unnamed += 1
        else:
            self.unreadable[name] = message
        return True

    def _trust(self, item: Raw | Record | ObjectRecord) -> bool:
        return bool(self.unreadable) and self.unreadable.pop(_name(item), None) is not None


def _name(item: Raw | Record | ObjectRecord) -> str:
    """Return ``namespace/name`` of an object, or an empty string where it has none."""
    try:
        found = _NAMED.decode(item).metadata if isinstance(item, Raw) else item.metadata
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return f"{found.namespace}/{found.name}" if found.namespace and found.name else found.name

"""The parts of API objects that are read of several kinds, and nothing else of them.

Decoding builds records straight from bytes, so that what is not declared in them costs next to
nothing and is never kept. ``null`` is as good as absent, as it is for the API's own decoder.
What no verdict is made of is marked as *spare*: an object in which it is amiss is read without it
(:mod:`exporter.observed.lenient`).

Source: Kubernetes API reference (meta/v1).
"""

from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct

from exporter.domain.errors import ParseError
from exporter.domain.nodes import ConditionStatus

Name = Annotated[str, Meta(min_length=1, max_length=253)]
Namespace = Annotated[str, Meta(max_length=63)]
"""A DNS label (RFC 1123), as Kubernetes takes no other; empty where an object has none."""

SPARE = Meta(extra={"spare": True})
"""Marks a field that no verdict is made of."""

SpareText = Annotated[str | None, SPARE]


class Record(Struct, rename="camel", gc=False):
    """A part of an API object. Records form no cycles, so the collector need not see them."""


class Owner(Record):
    """An entry of ``ownerReferences``."""

    kind: str
    name: str
    controller: bool | None = None


class Metadata(Record):
    """What is read of every object's metadata."""

    name: Name
    namespace: Namespace | None = None
    resource_version: SpareText = None

    @property
    def version(self) -> int:
        """The resource version as a number that grows, or -1 where it is none."""
        text = self.resource_version
        return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else -1  # noqa: PLR2004 - a 64-bit number


class ObjectRecord(Record):
    """An object of any kind, of which only the metadata counts."""

    metadata: Metadata


ObservedRecord: TypeAlias = Any
"""What is read of an object of some kind: a record with ``metadata``."""


class OwnedMetadata(Metadata):
    """Metadata with the owners."""

    owner_references: list[Owner] | None = None

    @property
    def controller(self) -> Owner | None:
        """The owner that manages this object, if any."""
        for owner in self.owner_references or ():
            if owner.controller:
                return owner
        return None


class Condition(Record):
    """An entry of ``status.conditions``, of which few are needed."""

    type: str = ""
    status: SpareText = None
    reason: SpareText = None
    message: SpareText = None
    last_transition_time: SpareText = None
    last_update_time: SpareText = None

    @property
    def known_status(self) -> ConditionStatus:
        """The status; raises :exc:`ParseError` where it is none that Kubernetes knows."""
        try:
            return ConditionStatus(self.status or "")
        except ValueError:
            raise ParseError(f"the condition {self.type} is {self.status!r}") from None

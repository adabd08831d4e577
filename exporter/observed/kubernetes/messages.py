"""The API server's messages: pages of lists, events of watches, reviews of access."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct, field

from exporter.observed.kinds import KindSpec
from exporter.observed.kubernetes.errors import malformed
from exporter.observed.records import ObjectRecord, ObservedRecord

R = TypeVar("R")

INITIAL_EVENTS_END = "k8s.io/initial-events-end"
"""The annotation of the bookmark that ends a streaming list."""

MAX_VERSION = 1024
"""How many characters a resource version may have."""

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_MANAGED, _SPEC = b',"managedFields":[', b']},"spec":{'
_EARLY = 1 << 13
"""Within how many bytes managed fields begin that are worth looking for."""


class EventType(StrEnum):
    """What an event of a watch tells."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"
    ERROR = "ERROR"


class Event(Struct, gc=False):
    """One event of a watch, with its object as it came."""

    type: EventType
    object: Raw


class Added(Struct, Generic[R], tag_field="type", tag="ADDED", gc=False):
    """The event of an object that came."""

    type: ClassVar[EventType] = EventType.ADDED
    object: R


class Modified(Struct, Generic[R], tag_field="type", tag="MODIFIED", gc=False):
    """The event of an object that changed."""

    type: ClassVar[EventType] = EventType.MODIFIED
    object: R


class Deleted(Struct, tag_field="type", tag="DELETED", gc=False):
    """The event of an object that went."""

    type: ClassVar[EventType] = EventType.DELETED
    object: ObjectRecord


AnyEvent: TypeAlias = Event | Added[ObservedRecord] | Modified[ObservedRecord] | Deleted
AnyObject: TypeAlias = Raw | ObservedRecord | ObjectRecord


class _Annotations(Struct, gc=False):
    end: str | None = field(default=None, name=INITIAL_EVENTS_END)


class _Position(Struct, rename="camel", gc=False):
    resource_version: Annotated[str, Meta(min_length=1, max_length=MAX_VERSION)]
    annotations: _Annotations | None = None


class _Positioned(Struct, gc=False):
    metadata: _Position


class Bookmark(Struct, frozen=True, gc=False):
    """Up to where a watch has told everything; *end* where that is the end of a list."""

    version: str
    end: bool = False


class _ListMetadata(Struct, rename="camel", gc=False):
    resource_version: Annotated[str, Meta(min_length=1, max_length=MAX_VERSION)]
    continue_: Annotated[str, Meta(max_length=65536)] | None = field(default=None, name="continue")


class _Page(Struct, Generic[R], gc=False):
    metadata: _ListMetadata
    items: list[R] | None


class Page(Struct, frozen=True, gc=False):
    """A page of a list; its items may pin the bytes of the page, so none must be kept."""

    items: Sequence[Raw | ObservedRecord]
    version: str
    following: str


class _Access(Struct, gc=False):
    allowed: bool


class _Review(Struct, gc=False):
    status: _Access


_EVENT = msgspec.json.Decoder(Event)
_POSITION = msgspec.json.Decoder(_Positioned)
_PAGE = msgspec.json.Decoder(_Page[Raw])
_REVIEW = msgspec.json.Decoder(_Review)


def parse_event(line: bytes) -> Event:
    """Return the event that *line* holds; raises :exc:`WatchError`."""
    try:
        return _EVENT.decode(line)
    except _BROKEN as error:
        raise malformed(f"what a watch told is no event: {error}") from None


def event_reader(kind: KindSpec) -> Callable[[bytes], AnyEvent]:
    """Return what reads events of objects of this *kind*; it raises :exc:`WatchError`.

    Event and object are read in one pass over the bytes, of some kinds without their managed
    fields. Where that does not work, as the object makes no sense or is none of the kind, the
    event holds it as it came.
    """
    return _event_reader(kind.record, cuts_managed_fields=kind.cuts_managed_fields)


@cache
def _event_reader(record: Any, *, cuts_managed_fields: bool) -> Callable[[bytes], AnyEvent]:
    both: msgspec.json.Decoder[AnyEvent]
    both = msgspec.json.Decoder(Added[record] | Modified[record] | Deleted)

    def read(line: bytes) -> AnyEvent:
        try:
            return both.decode(line)
        except _BROKEN:
            return parse_event(line)

    def read_less(line: bytes) -> AnyEvent:
        try:
            return both.decode(without_managed_fields(line))
        except _BROKEN:
            return read(line)

    return read_less if cuts_managed_fields else read


def without_managed_fields(line: bytes) -> bytes:
    """Return the event of an object without its ``metadata.managedFields``, as far as it is told.

    Nobody reads them, and they are half of a pod and more. kube-apiserver writes them last of the
    metadata, ahead of the spec (the order of ``ObjectMeta``'s fields, meta/v1), so they are cut
    out unread. What is left is JSON only if all brackets that were cut out had their match, so
    then nothing but a tail of the metadata is gone. A server that sorts its fields writes the
    name behind them, and an object without name is refused. Whoever is refused reads *line*.
    """
    start, end = line.find(_MANAGED, 0, _EARLY), line.rfind(_SPEC)
    return line[:start] + line[end + 1 :] if 0 <= start < end else line


def parse_bookmark(item: AnyObject) -> Bookmark:
    """Return the place in history that an object stands for; raises :exc:`WatchError`."""
    if not isinstance(item, Raw):
        version = item.metadata.resource_version or ""
        if not 0 < len(version) <= MAX_VERSION:
            raise malformed("an event has no resourceVersion")
        return Bookmark(version=version)
    try:
        found = _POSITION.decode(item).metadata
    except _BROKEN as error:
        raise malformed(f"an event has no resourceVersion: {error}") from None
    ends = found.annotations is not None and found.annotations.end == "true"
    return Bookmark(version=found.resource_version, end=ends)


@cache
def _page_decoder(record: Any) -> msgspec.json.Decoder[_Page[ObservedRecord]]:
    return msgspec.json.Decoder(_Page[record])


def parse_page(body: bytes, kind: KindSpec) -> Page:
    """Return the page of objects of this *kind* that *body* holds; raises :exc:`WatchError`.

    Where one of them makes no sense, all are as they came.
    """
    found: _Page[ObservedRecord] | _Page[Raw]
    try:
        found = _page_decoder(kind.record).decode(body)
    except _BROKEN:
        found = _raw_page(body)
    metadata = found.metadata
    return Page(
        items=found.items or [],
        version=metadata.resource_version,
        following=metadata.continue_ or "",
    )


def _raw_page(body: bytes) -> _Page[Raw]:
    try:
        return _PAGE.decode(body)
    except _BROKEN as error:
        raise malformed(f"what came is no list: {error}") from None


def parse_review(body: bytes) -> bool:
    """Return whether a SelfSubjectAccessReview allows; raises :exc:`WatchError`."""
    try:
        return _REVIEW.decode(body).status.allowed
    except _BROKEN as error:
        raise malformed(f"what came is no review: {error}") from None

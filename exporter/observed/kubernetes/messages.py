"""The API server's messages: pages of lists, events of watches, reviews of access."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct, field

from exporter.observed.kubernetes.trouble import malformed

INITIAL_EVENTS_END = "k8s.io/initial-events-end"
"""The annotation of the bookmark that ends a streaming list."""

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class EventType(StrEnum):
    """What an event of a watch tells."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"
    ERROR = "ERROR"


class Event(Struct, gc=False):
    """One event of a watch."""

    type: EventType
    object: Raw


class _Annotations(Struct, gc=False):
    end: str | None = field(default=None, name=INITIAL_EVENTS_END)


class _Position(Struct, rename="camel", gc=False):
    resource_version: Annotated[str, Meta(min_length=1, max_length=1024)]
    annotations: _Annotations | None = None


class _Positioned(Struct, gc=False):
    metadata: _Position


class Bookmark(Struct, frozen=True, gc=False):
    """Up to where a watch has told everything; *end* where that is the end of a list."""

    version: str
    end: bool = False


class _ListMetadata(Struct, rename="camel", gc=False):
    resource_version: Annotated[str, Meta(min_length=1, max_length=1024)]
    continue_: Annotated[str, Meta(max_length=65536)] | None = field(default=None, name="continue")


class _Page(Struct, gc=False):
    metadata: _ListMetadata
    items: list[Raw] | None


class Page(Struct, frozen=True, gc=False):
    """A page of a list; its items pin the bytes of the page, so none must be kept."""

    items: list[Raw]
    version: str
    following: str


class _Access(Struct, gc=False):
    allowed: bool


class _Review(Struct, gc=False):
    status: _Access


_EVENT = msgspec.json.Decoder(Event)
_POSITION = msgspec.json.Decoder(_Positioned)
_PAGE = msgspec.json.Decoder(_Page)
_REVIEW = msgspec.json.Decoder(_Review)


def parse_event(line: bytes) -> Event:
    """Return the event that *line* holds; raises :exc:`WatchError`."""
    try:
        return _EVENT.decode(line)
    except _BROKEN as error:
        raise malformed(f"what a watch told is no event: {error}") from None


def parse_bookmark(raw: Raw) -> Bookmark:
    """Return the place in history that an object stands for; raises :exc:`WatchError`."""
    try:
        found = _POSITION.decode(raw).metadata
    except _BROKEN as error:
        raise malformed(f"an event has no resourceVersion: {error}") from None
    ends = found.annotations is not None and found.annotations.end == "true"
    return Bookmark(version=found.resource_version, end=ends)


def parse_page(body: bytes) -> Page:
    """Return the page that *body* holds; raises :exc:`WatchError`."""
    try:
        found = _PAGE.decode(body)
    except _BROKEN as error:
        raise malformed(f"what came is no list: {error}") from None
    metadata = found.metadata
    return Page(
        items=found.items or [],
        version=metadata.resource_version,
        following=metadata.continue_ or "",
    )


def parse_review(body: bytes) -> bool:
    """Return whether a SelfSubjectAccessReview allows; raises :exc:`WatchError`."""
    try:
        return _REVIEW.decode(body).status.allowed
    except _BROKEN as error:
        raise malformed(f"what came is no review: {error}") from None

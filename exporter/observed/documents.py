"""The documents of a dump's file, JSON or YAML, split into the bytes of single objects."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from exporter.domain.errors import ParseError
from exporter.foreign import yaml
from exporter.foreign.files import MIB

Text: TypeAlias = bytes | bytearray
Buffer: TypeAlias = bytes | memoryview
LineOf: TypeAlias = Callable[[int, Raw], int]
"""Tells the line of an item of a document by its index and itself."""

MAX_YAML = 16 * MIB
MAX_MARKS = yaml.MAX_NODES
"""How many marks that may separate YAML values a file may hold, so that memory is bounded."""

MAX_OBJECTS = 2_000_000
"""How many objects a file may hold: ten times the pods of the largest cluster there may be."""

MIN_SPACING = 12
"""How many bytes there are to a comma, at least, in a file of more than ``_SMALL`` bytes.

Dumps have 25 and more; decoding what has 2 would take thirty times its own size in memory.
"""

_SMALL = 16 * MIB
_MARKS = (b"\n", b",", b"[", b"{", b": ", b"- ")
_JSON = re.compile(rb"\s*[{\[]")
_BLANK = re.compile(rb"\s*")
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_POSITION = re.compile(r" \(byte (\d+)\)")
_HEAD = re.compile(rb'\s*\{\s*"apiVersion":\s*"([^"\\]{1,300})",\s*"kind":\s*"([^"\\]{1,300})"')


class _Type(Struct):
    api_version: str | None = field(default=None, name="apiVersion")
    kind: str | None = None


class _Envelope(_Type):
    items: list[Raw] | UnsetType | None = UNSET
    metadata: Raw | UnsetType = UNSET
    message: Raw = Raw(b"null")


class _Page(Struct):
    rest: str | None = field(default=None, name="continue")


_DOCUMENT = msgspec.json.Decoder(_Envelope | list[Raw])
_TYPE = msgspec.json.Decoder(_Type)
_PAGE = msgspec.json.Decoder(_Page | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A list of objects, or a single object as the only one of its *items*.

    *kind* is the document's, and empty where it is nothing that kubectl writes; a list of mixed
    kinds is a ``List``. *partial* marks a list that is one page of several; *refusal* is what
    the API server said instead of an answer. *line_of* tells the line of an item; it is slow,
    hence for messages only.
    """

    kind: str
    api_version: str
    items: Sequence[Raw]
    line_of: LineOf
    is_list: bool = False
    partial: bool = False
    refusal: str = ""

    @property
    def list_of(self) -> tuple[str, str] | None:
        """Kind and apiVersion of all items of a ``NodeList``; None for a list of mixed kinds."""
        if not self.is_list or self.kind == "List":
            return None
        return self.kind.removesuffix("List"), self.api_version

    def type_of(self, item: Raw) -> tuple[str, str]:
        """Return kind and apiVersion of an item; items of a ``NodeList`` need none of their own.

        Raises :exc:`ParseError` where an item is no object, or has no kind where it needs one.
        """
        if not self.is_list:
            return self.kind, self.api_version
        if self.list_of:
            return self.list_of
        head = _HEAD.match(item)
        if head:  # as kubectl writes it; saves one pass over the object
            return head[2].decode("utf-8", "replace"), head[1].decode("utf-8", "replace")
        try:
            own = _TYPE.decode(item)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ParseError(str(error)) from None
        if not own.kind:
            raise ParseError("has no kind")
        return own.kind, own.api_version or ""


def split(text: Text) -> Iterator[Document]:
    """Return the documents of a JSON or YAML text, one after the other.

    Raises :exc:`ParseError` with the line where one is broken, after those that stand before it;
    also where there is none.
    """
    number = 0
    found = _split_json(text) if _JSON.match(text) else _split_yaml(text)
    for number, document in enumerate(found, 1):
        if max(number, len(document.items)) > MAX_OBJECTS:
            raise ParseError(f"holds more than {MAX_OBJECTS:,} objects")
        yield document
    if not number:
        raise ParseError("is empty; the command that wrote it seems to have failed")


def line_at(text: Text, position: int) -> int:
    """Return the line of a position in *text*."""
    return text.count(b"\n", 0, position) + 1


def _split_json(text: Text) -> Iterator[Document]:
    if len(text) > _SMALL and text.count(b",") * MIN_SPACING > len(text):
        raise ParseError("holds more values than a dump of its size can")
    start = _skip_blank(text, 0)
    while start < len(text):
        rest = memoryview(text)[start:]
        try:
            content, length = _first(rest)
            yield _document(content, rest[:length], partial(_line_in, text, start))
        except (ParseError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _broken(error, text, start) from None
        start = _skip_blank(text, start + length)


def _skip_blank(text: Text, start: int) -> int:
    blank = _BLANK.match(text, start)
    return blank.end() if blank else start


def _first(rest: memoryview) -> tuple[_Envelope | list[Raw], int]:
    """Return the first of the documents in *rest*, and its length."""
    try:
        return _DOCUMENT.decode(rest), len(rest)
    except msgspec.DecodeError as error:
        trailing = _TRAILING.search(str(error))
        if trailing is None:
            raise
    length = int(trailing[1]) - 1  # the position is past the first byte of the next document
    return _DOCUMENT.decode(rest[:length]), length


def _broken(error: Exception, text: Text, start: int) -> ParseError:
    message = _POSITION.sub("", str(error)).removeprefix("JSON is malformed: ")
    if isinstance(error, RecursionError):
        return ParseError("is nested too deeply", line=line_at(text, start))
    if isinstance(error, ParseError | msgspec.ValidationError | UnicodeDecodeError):
        return ParseError(message, line=line_at(text, start))
    position = _POSITION.search(str(error))
    end = start + int(position[1]) if position else len(text)
    return ParseError(f"is no JSON: {message}", line=line_at(text, end))


def _line_in(text: Text, start: int, _index: int, item: Raw) -> int:
    position = text.find(bytes(item), start)
    return line_at(text, position) if position >= 0 else 0


def _split_yaml(text: Text) -> Iterator[Document]:
    if len(text) > MAX_YAML or sum(map(text.count, _MARKS)) > MAX_MARKS:
        raise ParseError("is too much YAML; write it with -o json")
    try:
        found = yaml.load_all(text.decode())
    except UnicodeDecodeError as error:
        raise ParseError(
            "holds a byte that is not UTF-8", line=line_at(text, error.start)
        ) from None
    for entry in found:
        if entry.value is not None:
            yield _from_yaml(entry)


def _from_yaml(document: yaml.Document) -> Document:
    items = (
        document.value.get("items") if isinstance(document.value, yaml.YamlMap) else document.value
    )
    lines = items.lines if isinstance(items, yaml.YamlList) else []
    for tagged in _tagged(document.value):
        raise ParseError(f"holds the tag {tagged.tag}, which is no plain data", line=tagged.line)
    try:
        raw = msgspec.json.encode(document.value)
        return _document(_DOCUMENT.decode(raw), raw, partial(_line_among, lines, document.line))
    except (ParseError, msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ParseError(_POSITION.sub("", str(error)), line=document.line) from None


def _tagged(value: object) -> Iterator[yaml.Opaque]:
    if isinstance(value, yaml.Opaque):
        yield value
    elif isinstance(value, yaml.YamlMap):
        for item in value.values():
            yield from _tagged(item)
    elif isinstance(value, yaml.YamlList):
        for item in value:
            yield from _tagged(item)


def _line_among(lines: Sequence[int], start: int, index: int, _item: Raw) -> int:
    return lines[index] if index < len(lines) else start


def _document(content: _Envelope | list[Raw], whole: Buffer, line_of: LineOf) -> Document:
    if isinstance(content, list):
        return Document(kind="List", api_version="v1", items=content, line_of=line_of, is_list=True)
    kind = content.kind or ("" if content.items is UNSET else "List")
    if kind.endswith("List") and content.items is not UNSET:
        return Document(
            kind=kind,
            api_version=content.api_version or "",
            items=content.items or (),
            line_of=line_of,
            is_list=True,
            partial=_is_page(content),
        )
    if not kind and content.metadata is not UNSET:
        raise ParseError("has no kind")
    return Document(
        kind=kind,
        api_version=content.api_version or "",
        items=(Raw(bytes(whole)),),
        line_of=line_of,
        refusal=_refusal(content) if kind == "Status" else "",
    )


def _is_page(content: _Envelope) -> bool:
    page = None if content.metadata is UNSET else _PAGE.decode(content.metadata)
    return page is not None and bool(page.rest)


def _refusal(content: _Envelope) -> str:
    message = msgspec.json.decode(content.message)
    return message[:300] if isinstance(message, str) and message else "no reason given"

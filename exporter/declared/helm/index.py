"""The index of a Helm repository: which versions of a chart there are, and where they lie.

Source: helm, ``pkg/repo`` (``IndexFile``). An index may have tens of megabytes; only what it says
of one chart is read, and of that only three keys.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

import msgspec

from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import Json, as_list, as_object, as_text
from exporter.foreign import yaml
from exporter.foreign.files import MIB

MAX_INDEX: Final = 64 * MIB
MAX_WHOLE: Final = MIB // 2
"""An index that is written in an uncommon way is read as a whole, if it is no larger."""
MAX_VERSIONS: Final = 10_000

_ENTRIES: Final = re.compile(rb"^entries:[ \t\r]*(?:#.*)?$", re.MULTILINE)
_FIRST: Final = re.compile(rb"\n( +)[^ #\r\n-]")
_KEY: Final = re.compile(rb"( *)(?:- +)?([A-Za-z]+):(?:[ \t\r]|$)")
_READ: Final = frozenset({b"version", b"urls", b"digest"})
_DIGEST: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a chart: where its archive lies, and its SHA-256, if the index says so."""

    version: str
    url: str
    digest: str = ""


def entries(data: bytes, name: str, *, base: str) -> tuple[Entry, ...]:
    """Return the versions of the chart *name* in an index; *base* is where that was fetched.

    Raises :exc:`ReadError` where the index cannot be read.
    """
    try:
        found = _of_chart(data, name)
    except (ParseError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        message = f"what the index says of {name}: {error}"
        raise ReadError(message, reason=Reason.MALFORMED) from None
    listed = as_list(found)
    if len(listed) > MAX_VERSIONS:
        message = f"the index has more than {MAX_VERSIONS} versions of {name}"
        raise ReadError(message, reason=Reason.TOO_LARGE)
    return tuple(_entry(one, base) for one in listed if as_text(as_object(one).get("version")))


def _entry(value: Json, base: str) -> Entry:
    content = as_object(value)
    urls = [as_text(one) for one in as_list(content.get("urls"))]
    digest = _DIGEST.fullmatch(as_text(content.get("digest")))
    return Entry(
        version=as_text(content.get("version")),
        url=_joined(base, urls[0]) if urls else "",
        digest=digest[1] if digest else "",
    )


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(f"{base.rstrip('/')}/", url)
    except ValueError:  # as with half a bracket of an address
        return ""


def _of_chart(data: bytes, name: str) -> Json:
    """Return what an index says of one chart."""
    if data[:1] == b"{":
        return as_object(as_object(msgspec.json.decode(data)).get("entries")).get(name)
    part = _part(data, name)
    if part is not None:
        return _loaded(b"\n".join(_lean(part)))
    if len(data) > MAX_WHOLE:
        if _ENTRIES.search(data):
            return None
        raise ParseError("is not written as helm writes it, and too large to be read as a whole")
    return as_object(as_object(_loaded(data)).get("entries")).get(name)


def _loaded(text: bytes) -> Json:
    found = yaml.load_all(text.decode())
    plain: Json = yaml.plain(found[0].value) if found else None
    return plain


def _part(data: bytes, name: str) -> bytes | None:
    """Return the lines below the chart's name, where the index is in block style.

    In that a name stands alone on its line, and what is below it is indented at least as far as
    it is.
    """
    start = _ENTRIES.search(data)
    first = _FIRST.search(data, start.end()) if start else None
    if first is None:
        return None
    margin, quoted = re.escape(first[1]), re.escape(name.encode())
    head = re.compile(rb"^" + margin + rb"([\"']?)" + quoted + rb"\1:[ \t\r]*$", re.MULTILINE)
    found = head.search(data, first.start())
    if found is None:
        return None
    width = len(first[1])
    following = re.compile(rb"\n(?:[^ \r\n#]| {1,%d}[^ \r\n#-])" % width)
    end = following.search(data, found.end())
    return data[found.end() : end.start() if end else len(data)]


def _lean(part: bytes) -> Iterator[bytes]:
    """Yield those lines of a list of objects that belong to the keys which are read."""
    dash = column = -1
    reading = False
    for line in part.splitlines():
        stripped = line.lstrip(b" ")
        margin = len(line) - len(stripped)
        if not stripped or stripped[:1] == b"#":
            continue
        if stripped[:2] == b"- " and margin <= (dash if dash >= 0 else margin):
            dash, column = margin, margin + 2
            yield b" " * margin + b"-"
            line = b" " * column + stripped[2:].lstrip(b" ")  # noqa: PLW2901 - without its dash
            margin = column
        if margin == column and line[margin : margin + 2] != b"- ":
            key = _KEY.match(line)
            reading = key is not None and key[2] in _READ
        if reading:
            yield line

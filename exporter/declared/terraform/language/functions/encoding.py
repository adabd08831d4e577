"""Functions that encode and decode text."""

import base64
import binascii
import csv
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote_plus

from exporter.declared.terraform.language.functions.json_writing import to_json
from exporter.declared.terraform.language.json_text import read_json
from exporter.declared.terraform.language.value_types import STRING, object_of
from exporter.declared.terraform.language.values import (
    Data,
    Function,
    Object,
    TypedList,
    Unknown,
    Value,
    collect,
    failed,
    normalised,
    short,
    text,
    unknown,
)
from exporter.declared.terraform.language.yaml_text import read_yaml, write_yaml

_CODECS: Final = {
    "UTF-8": "utf-8",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "US-ASCII": "ascii",
    "ISO-8859-1": "latin-1",
    "WINDOWS-1252": "cp1252",
}


def base64encode(value: Value) -> Data | Value:
    """Return the UTF-8 bytes of a string in Base64; what is known in part stays legible."""
    if isinstance(value.data, Unknown):
        return value
    return short(base64.b64encode(text(value).encode()).decode())


def base64decode(value: Value) -> Data:
    """Return the UTF-8 text that a Base64 string holds."""
    try:
        return _bytes(text(value)).decode()
    except UnicodeDecodeError:
        raise failed("base64decode()", "holds bytes that are no text") from None


def _bytes(encoded: str) -> bytes:
    """Return what a Base64 text holds, in which newlines count for nothing."""
    try:
        return base64.b64decode(encoded.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise failed("a text", "is no Base64") from None


def jsonencode(value: Value) -> Data:
    """Return a value as JSON, spelled as Terraform spells it."""
    return short(to_json(value))


def jsondecode(value: Value) -> Value:
    """Return the value of a JSON text; what comes from a file keeps its lines."""
    return read_json(text(value), value.at)


def yamldecode(value: Value) -> Value:
    """Return the value of a YAML text; what comes from a file keeps its lines."""
    return read_yaml(text(value), value.at)


def yamlencode(value: Value) -> Data:
    """Return a value as YAML, spelled as Terraform spells it."""
    return write_yaml(value)


def urlencode(value: Value) -> Data:
    """Return a string as a part of a query."""
    return short(quote_plus(text(value), safe="~"))


def textencodebase64(value: Value, encoding: Value) -> Data:
    """Return the bytes of a string in an encoding, in Base64."""
    try:
        return base64.b64encode(text(value).encode(_codec(encoding))).decode()
    except UnicodeEncodeError:
        raise failed("textencodebase64()", "has letters that its encoding lacks") from None


def textdecodebase64(value: Value, encoding: Value) -> Data:
    """Return the text that a Base64 string holds in an encoding."""
    try:
        found = _bytes(text(value)).decode(_codec(encoding))
    except UnicodeDecodeError:
        raise failed("textdecodebase64()", "has bytes that its encoding lacks") from None
    if "\ufffd" in found:
        raise failed("textdecodebase64()", "has bytes that its encoding lacks")
    return found


def _codec(encoding: Value) -> str:
    """Return Python's name of an encoding; others than those known to be alike are not known."""
    found = _CODECS.get(text(encoding).upper())
    if found is None:
        raise unknown("an encoding", "is not evaluated here")
    return found


def csvdecode(value: Value) -> Data:
    """Return the rows of a table as objects, by the names in its first row."""
    source = text(value).replace("\r\n", "\n")
    if "\r" in source or source.count('"') % 2:
        raise unknown("csvdecode()", "is not evaluated here for such a text")
    rows = [row for row in csv.reader(source.splitlines(keepends=True)) if row]
    if not rows or len(set(rows[0])) != len(rows[0]):
        raise failed("csvdecode()", "has no first row of different names")
    if any(len(row) != len(rows[0]) for row in rows):
        raise failed("csvdecode()", "has rows of different lengths")
    values = ([Value(normalised(one), value.at) for one in row] for row in rows[1:])
    objects = (Object(dict(zip(rows[0], row, strict=True))) for row in values)
    element = object_of(dict.fromkeys(rows[0], STRING))
    return TypedList(collect(Value(one, value.at) for one in objects), element)


FUNCTIONS: Mapping[str, Function] = {
    "base64decode": base64decode,
    "base64encode": base64encode,
    "csvdecode": csvdecode,
    "jsondecode": jsondecode,
    "jsonencode": jsonencode,
    "textdecodebase64": textdecodebase64,
    "textencodebase64": textencodebase64,
    "urlencode": urlencode,
    "yamldecode": yamldecode,
    "yamlencode": yamlencode,
}

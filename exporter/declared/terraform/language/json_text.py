"""Reads JSON as Terraform's ``jsondecode`` does: strictly, and with the line of each value.

Source: RFC 8259; Go, package ``encoding/json``; go-cty, package ``cty/json``.
"""

import re
from bisect import bisect_left
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # in all versions, and fast
from typing import Final

from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    Items,
    NotKnownError,
    Object,
    Origin,
    Unknown,
    Value,
    normalised,
    parse_number,
)

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD: Final = re.compile(r"true|false|null")
_WORDS: Final = {"true": True, "false": False, "null": None}
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def read_json(text: str, at: Origin, *, strict: bool = False) -> Value:
    """Return the value of a JSON text that begins at *at*; raises :exc:`NotKnownError`.

    With *strict*, no key may stand twice in an object; else the last one counts.
    """
    reader = _Reader(text, at, strict=strict)
    value, end = reader.value(_skipped(text, 0), 0)
    if _skipped(text, end) != len(text):
        raise reader.refused(end)
    return value


def _skipped(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


class _Reader:
    """Reads values from places in a text; each gives the place behind it, too."""

    def __init__(self, text: str, at: Origin, *, strict: bool) -> None:
        self.text = text
        self.at = at
        self.strict = strict
        self._newlines = [found.start() for found in re.finditer("\n", text)]

    def origin(self, place: int) -> Origin:
        return Origin(self.at.path, self.at.line + bisect_left(self._newlines, place))

    def refused(self, place: int, found: str = "is no JSON", *, failed: bool = True) -> Exception:
        line = bisect_left(self._newlines, place) + 1
        why = f"{found}, as its line {line} shows"
        return NotKnownError(Unknown("a text", why, failed=failed, line=line))

    def value(self, place: int, depth: int) -> tuple[Value, int]:
        if depth > MAX_DEPTH:
            raise self.refused(place, "is nested too deeply", failed=False)
        match self.text[place : place + 1]:
            case "{":
                return self.object(place, depth)
            case "[":
                return self.list(place, depth)
            case '"':
                text, end = self.string(place)
                return Value(text, self.origin(place)), end
            case _:
                return self.plain(place)

    def plain(self, place: int) -> tuple[Value, int]:
        if word := _WORD.match(self.text, place):
            return Value(_WORDS[word[0]], self.origin(place)), word.end()
        digits = _NUMBER.match(self.text, place)
        if digits is None:
            raise self.refused(place)
        return Value(parse_number(digits[0]), self.origin(place)), digits.end()

    def string(self, place: int) -> tuple[str, int]:
        try:
            found, end = scanstring(self.text, place + 1, True)  # noqa: FBT003 - strict
        except JSONDecodeError:
            raise self.refused(place) from None
        return normalised(_SURROGATE.sub("\ufffd", found)), end

    def list(self, place: int, depth: int) -> tuple[Value, int]:
        found: list[Value] = []
        at = _skipped(self.text, place + 1)
        while self.text[at : at + 1] != "]" or found:
            value, at = self.value(at, depth + 1)
            found.append(value)
            at = _skipped(self.text, at)
            if self.text[at : at + 1] == "]":
                break
            at = self.comma(at)
        return Value(Items(found), self.origin(place)), at + 1

    def object(self, place: int, depth: int) -> tuple[Value, int]:
        pairs: dict[str, Value] = {}
        at = _skipped(self.text, place + 1)
        while self.text[at : at + 1] != "}" or pairs:
            if self.text[at : at + 1] != '"':
                raise self.refused(at)
            key, end = self.string(at)
            colon = _skipped(self.text, end)
            if self.text[colon : colon + 1] != ":":
                raise self.refused(colon)
            if self.strict and key in pairs:
                raise self.refused(at, f"has the key {key[:60]!r} twice")
            value, end = self.value(_skipped(self.text, colon + 1), depth + 1)
            pairs[key] = Value(value.data, self.origin(at))
            at = _skipped(self.text, end)
            if self.text[at : at + 1] == "}":
                break
            at = self.comma(at)
        return Value(Object(pairs), self.origin(place)), at + 1

    def comma(self, place: int) -> int:
        if self.text[place : place + 1] != ",":
            raise self.refused(place)
        return _skipped(self.text, place + 1)

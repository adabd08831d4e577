"""Writes values as JSON, spelled as Terraform spells it.

Source: go-cty, package ``cty/json``; Go, package ``encoding/json``.
"""

import json
from collections.abc import Iterator
from fractions import Fraction

from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    Items,
    Letters,
    Value,
    failed,
    known,
    mapping,
    number_text,
    unknown,
)


def to_json(value: Value) -> str:
    """Return a value as JSON; raises :exc:`NotKnownError` where a part is not known."""
    return "".join(_Writer().pieces(value, 0))


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    for letter in "<>&\u2028\u2029\x7f":
        if letter in written and letter != "\x7f":
            written = written.replace(letter, f"\\u{ord(letter):04x}")
    return written


class _Writer:
    """Writes in a bounded number of steps and letters."""

    def __init__(self) -> None:
        self._steps = 0
        self._letters = Letters()

    def pieces(self, value: Value, depth: int) -> Iterator[str]:
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_ITEMS:
            raise unknown("a value", "is too large to encode")
        match known(value):
            case Items() as data:
                yield from self._list(data, depth)
            case str(data):
                yield _quoted(self._letters.write(data))
            case None:
                yield "null"
            case bool(data):
                yield "true" if data else "false"
            case Fraction() as data:
                yield self._letters.write(number_text(data))
            case dict():
                yield from self._object(value, depth)
            case _:
                raise failed("a value", "cannot be encoded")

    def _list(self, data: Items, depth: int) -> Iterator[str]:
        yield "["
        for place, one in enumerate(data):
            if place:
                yield ","
            yield from self.pieces(one, depth + 1)
        yield "]"

    def _object(self, value: Value, depth: int) -> Iterator[str]:
        yield "{"
        pairs = mapping(value)
        for place, key in enumerate(sorted(pairs)):
            if place:
                yield ","
            yield f"{_quoted(self._letters.write(key))}:"
            yield from self.pieces(pairs[key], depth + 1)
        yield "}"

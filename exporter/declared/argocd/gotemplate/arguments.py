"""What functions ask of their arguments; Go's types are stricter than Python's.

Source: Go's ``text/template`` (``validateType``), sprig v3 (``strval``, ``toInt64``).
"""

import re
from collections.abc import Mapping
from typing import Any

from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.declared.argocd.gotemplate.values import MAX_TEXT, MISSING, Int64, to_text
from exporter.domain.errors import ParseError

_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})")
_BASIC = frozenset({bool, int, float, str})


def bounded(length: int) -> None:
    """Raise :exc:`ParseError` before a text of *length* letters is made, where that is too long."""
    if length > MAX_TEXT:
        raise ParseError(f"a template grows over {MAX_TEXT // 1024} KiB")


def is_nil(value: Any) -> bool:
    """Tell whether *value* is nil, or missing."""
    return value is None or value is MISSING


def text(value: Any) -> str:
    """Return a string as it is."""
    if isinstance(value, str):
        return value
    raise ParseError("a function is given something else than a string")


def ascii_text(value: Any) -> str:
    """Return a string that is as long in Go, which counts bytes."""
    found = text(value)
    if found.isascii():
        return found
    raise UnsupportedError("cutting a text that is not ASCII")


def items(value: Any) -> list[Any]:
    """Return a list as it is."""
    if isinstance(value, list):
        return value
    raise ParseError("a function is given something else than a list")


def members(value: Any) -> Mapping[str, Any]:
    """Return a map as it is."""
    if isinstance(value, Mapping):
        return value
    raise ParseError("a function is given something else than a map")


def whole(value: Any) -> int:
    """Return an ``int`` as it is; a JSON number is none, and neither is an ``int64``."""
    if isinstance(value, int) and not isinstance(value, bool | Int64):
        return value
    raise ParseError("a function is given something else than an integer")


def basic(value: Any) -> type:
    """Return the type of a value that can be compared."""
    if type(value) in _BASIC:
        return type(value)
    if isinstance(value, Int64):
        return int
    raise ParseError("lists and maps cannot be compared")


def as_string(value: Any) -> str:
    """Return any value as sprig makes it a string."""
    return "<nil>" if is_nil(value) else to_text(value)


def as_integer(value: Any) -> int:
    """Return any value as sprig makes it an integer: what is no number is 0."""
    match value:
        case bool() | int():
            return int(value)
        case float():
            return int(value) if abs(value) < 2**63 else 0
        case str() if _INTEGER.fullmatch(value):
            return int(value)
        case str() if value[:1].isdigit() or value[:1] in {"+", "-", "."}:
            raise UnsupportedError(f"taking {value[:20]!r} for an integer")
        case _:
            return 0


def as_int64(value: int) -> int:
    """Return what is left of a whole number in Go's ``int64``, which wraps around."""
    return Int64((value + 2**63) % 2**64 - 2**63)

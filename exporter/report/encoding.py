"""Documents as JSON bytes, whatever texts of other people it holds."""

from collections.abc import Mapping
from typing import Any

import msgspec


def encode(value: Any) -> bytes:
    """Return *value* as indented JSON; a lone surrogate, which UTF-8 lacks, becomes ``?``."""
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_encodable(msgspec.to_builtins(value)))
    return msgspec.json.format(encoded, indent=2) + b"\n"


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value

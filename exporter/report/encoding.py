"""Documents as JSON bytes, whatever texts of other people it holds."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

_UNSEEN: Final = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
"""What a terminal obeys, or what turns text around or is not seen; JSON itself escapes C0 only."""


def encode(value: Any) -> bytes:
    """Return *value* as indented JSON; a lone surrogate, which UTF-8 lacks, becomes ``?``."""
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_encodable(msgspec.to_builtins(value)))
    return visible(msgspec.json.format(encoded, indent=2)) + b"\n"


def visible(document: bytes) -> bytes:
    """Return the same JSON with what cannot be seen escaped: many look at it in a terminal."""
    text = document.decode("utf-8", "surrogatepass")
    return _UNSEEN.sub(_escaped, text).encode("utf-8", "surrogatepass")


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value

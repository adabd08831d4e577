"""Functions that hash text; ``bcrypt``, ``uuid`` and others that draw lots are not evaluated."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Final

from exporter.declared.terraform.language.values import Data, Function, Value, failed, text

HASHES: Final = ("md5", "sha1", "sha256", "sha512")
_NAMESPACES: Final = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def digest(name: str, content: bytes) -> bytes:
    """Return the hash of a content."""
    return hashlib.new(name, content, usedforsecurity=False).digest()


def _hex(name: str) -> Callable[[Value], Data]:
    return lambda value: digest(name, text(value).encode()).hex()


def _base64(name: str) -> Callable[[Value], Data]:
    return lambda value: base64.b64encode(digest(name, text(value).encode())).decode()


def uuidv5(namespace: Value, name: Value) -> Data:
    """Return the UUID of a name within a namespace, which is named or a UUID itself."""
    within = text(namespace)
    try:
        found = _NAMESPACES.get(within) or uuid.UUID(within)
    except ValueError:
        raise failed("uuidv5()", "has a namespace that is none") from None
    return str(uuid.uuid5(found, text(name)))


FUNCTIONS: Mapping[str, Function] = {
    **{name: _hex(name) for name in HASHES},
    "base64sha256": _base64("sha256"),
    "base64sha512": _base64("sha512"),
    "uuidv5": uuidv5,
}

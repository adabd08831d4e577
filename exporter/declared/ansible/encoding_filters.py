"""Ansible's filters that encode: hashes, base64, addresses, names of types."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus, urlsplit

from jinja2 import Undefined
from markupsafe import Markup

from exporter.declared.ansible.bounded_values import as_text, bounded_text
from exporter.declared.ansible.errors import UnresolvedError

_NAMESPACE: Final = uuid.UUID("361E6D51-FAEC-444A-9079-341386DA8E2E")
"""In which Ansible's ``to_uuid`` makes identifiers."""

_ALGORITHMS: Final = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
_TYPES: Final = {type(None): "NoneType", Undefined: "UndefinedMarker"}


def _hash(value: Any, algorithm: str = "sha1") -> str:
    if algorithm not in _ALGORITHMS:
        raise UnresolvedError(f"the hash {algorithm!s:.20} is not evaluated")
    return hashlib.new(algorithm, as_text(value).encode(), usedforsecurity=False).hexdigest()


def _named(algorithm: str) -> Callable[[Any], str]:
    return lambda value: _hash(value, algorithm)


def _b64encode(value: Any, encoding: str = "utf-8", urlsafe: bool = False) -> str:  # noqa: FBT001, FBT002 - as templates call it
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    return bounded_text(encode(as_text(value).encode(encoding)).decode())


def _b64decode(value: Any, encoding: str = "utf-8", urlsafe: bool = False) -> str:  # noqa: FBT001, FBT002 - as templates call it
    decode = base64.urlsafe_b64decode if urlsafe else base64.b64decode
    return decode(as_text(value).encode()).decode(encoding)


HASHES: Final[Mapping[str, Callable[..., Any]]] = {
    "b64decode": _b64decode,
    "b64encode": _b64encode,
    "checksum": _named("sha1"),
    "hash": _hash,
    "md5": _named("md5"),
    "sha1": _named("sha1"),
}


def urlencoded(value: Any) -> str:
    """Encode a text for an address, or pairs for its query, as Jinja does."""
    if isinstance(value, str) or not isinstance(value, Mapping | list | tuple):
        return bounded_text(quote(as_text(value), safe="/"))
    pairs: Iterator[Any] = iter(value.items() if isinstance(value, Mapping) else value)
    encoded = (f"{quote_plus(as_text(key))}={quote_plus(as_text(text))}" for key, text in pairs)
    return bounded_text("&".join(encoded))


def urlsplit_of(value: str, query: str = "") -> Any:
    """Return the parts of an address, or the one asked for."""
    parts = urlsplit(value)
    names = ("fragment", "hostname", "netloc", "password", "path", "port", "query", "scheme")
    found = {name: getattr(parts, name) for name in (*names, "username")}
    return found[query] if query else found


def to_uuid(value: Any, namespace: str | None = None) -> str:
    """Return the identifier that a text has in a namespace, Ansible's own if none is given."""
    return str(uuid.uuid5(uuid.UUID(namespace) if namespace else _NAMESPACE, as_text(value)))


def type_debug(value: Any) -> str:
    """Return the name of a value's type, as Ansible calls it."""
    for kind in (bool, int, float, Markup, str, list, tuple, dict):
        if isinstance(value, kind):
            return kind.__name__
    return _TYPES.get(type(value)) or _unknown(value)


def _unknown(value: Any) -> str:
    raise UnresolvedError(f"how Ansible calls a {type(value).__name__} is not known")

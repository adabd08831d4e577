"""The methods that templates may call on values."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from exporter.declared.ansible.bounded_values import (
    as_text,
    bounded_text,
    joined,
    replaced,
    split,
)
from exporter.declared.ansible.collection_filters import rows
from exporter.declared.ansible.errors import UnresolvedError

_FIELD = re.compile(r"\{(\d*)\}")
_MAX_WIDTH = 1000


def _formatted(text: str, *values: Any) -> str:
    """Put *values* in the place of ``{}`` and ``{0}``."""
    plain = _FIELD.sub("", text)
    if "{" in plain or "}" in plain or sum(map(len, map(as_text, values))) > _MAX_WIDTH:
        raise UnresolvedError("a template formats in a way that is not evaluated")
    return bounded_text(bounded_text(text).format(*map(as_text, values)))


def _zero_filled(text: str, width: int) -> str:
    if width > _MAX_WIDTH:
        raise UnresolvedError("a template fills up too much")
    return text.zfill(width)


METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        "capitalize": str.capitalize,
        "count": str.count,
        "endswith": str.endswith,
        "find": str.find,
        "format": _formatted,
        "isalnum": str.isalnum,
        "isalpha": str.isalpha,
        "isdigit": str.isdigit,
        "islower": str.islower,
        "isnumeric": str.isnumeric,
        "isspace": str.isspace,
        "isupper": str.isupper,
        "join": lambda separator, parts: joined(parts, separator),
        "lower": str.lower,
        "lstrip": str.lstrip,
        "partition": str.partition,
        "removeprefix": str.removeprefix,
        "removesuffix": str.removesuffix,
        "replace": replaced,
        "rfind": str.rfind,
        "rpartition": str.rpartition,
        "rsplit": str.rsplit,
        "rstrip": str.rstrip,
        "split": split,
        "splitlines": str.splitlines,
        "startswith": str.startswith,
        "strip": str.strip,
        "title": str.title,
        "upper": str.upper,
        "zfill": _zero_filled,
    },
    Mapping: {
        "copy": dict,
        "get": lambda mapping, key, default=None: mapping.get(key, default),
        "items": lambda mapping: rows(mapping.items()),
        "keys": lambda mapping: list(mapping.keys()),
        "values": lambda mapping: list(mapping.values()),
    },
    list: {"index": list.index, "count": list.count},
}
"""What may be called on a value, by its type."""

"""The methods that templates may call on values."""

from collections.abc import Callable, Mapping
from typing import Any

from exporter.declared.ansible.bounded_values import (
    joined,
    replaced,
    split,
)
from exporter.declared.ansible.collection_filters import rows

METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        "capitalize": str.capitalize,
        "count": str.count,
        "endswith": str.endswith,
        "find": str.find,
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

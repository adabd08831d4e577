"""The methods that templates may call on values."""

from collections.abc import Callable, Mapping
from typing import Any

from exporter.declared.ansible.bounded_values import (
    joined,
    replaced,
    split,
)

METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        "capitalize": str.capitalize,
        "endswith": str.endswith,
        "find": str.find,
        "isdigit": str.isdigit,
        "join": lambda separator, parts: joined(parts, separator),
        "lower": str.lower,
        "lstrip": str.lstrip,
        "replace": replaced,
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
        "get": lambda mapping, key, default=None: mapping.get(key, default),
        "items": lambda mapping: list(mapping.items()),
        "keys": lambda mapping: list(mapping.keys()),
        "values": lambda mapping: list(mapping.values()),
    },
    list: {"index": list.index, "count": list.count},
}
"""What may be called on a value, by its type."""

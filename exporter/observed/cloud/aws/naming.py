"""How AWS names what it describes, and writes values."""

from collections.abc import Mapping
from typing import Any

from exporter.domain.cloud import CloudAttribute


def tags_of(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of a resource."""
    return {tag["Key"]: tag.get("Value", "") for tag in raw.get("Tags", ())}


def name_of(raw: Mapping[str, Any]) -> str:
    """Return its tag ``Name``; empty without one."""
    return tags_of(raw).get("Name", "")


def texts(values: Mapping[CloudAttribute, Any]) -> dict[CloudAttribute, tuple[str, ...]]:
    """Return single *values* as texts; what AWS does not tell is left out."""
    return {key: (_text(value),) for key, value in values.items() if value not in (None, "")}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

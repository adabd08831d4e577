"""What all settings are made of: strict values, and texts that have a form of their own."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from exporter.domain.instants import parse_duration, parse_instant
from exporter.domain.quantity import parse_quantity

Duration = Annotated[
    str, Meta(description="A duration: 30s, 5m, 1h30m, 15d.", extra={"parse": parse_duration})
]
Quantity = Annotated[
    str,
    Meta(description="A quantity: 256Mi, 1Gi.", extra={"parse": parse_quantity}),
]
Instant = Annotated[
    str,
    Meta(
        description="RFC 3339 with a time zone: 2025-12-01T00:00:00+09:00.",
        extra={"parse": parse_instant},
    ),
]


class Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Strict, immutable, by name."""

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:  # noqa: ARG003 - for those that object
        """Return what is wrong with what is *given* as a whole, or nothing."""
        return ""

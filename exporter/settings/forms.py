"""What all settings are made of: strict values, and texts that have a form of their own."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

from exporter.domain.cron import parse_zone
from exporter.domain.instants import parse_duration, parse_instant
from exporter.domain.quantity import parse_quantity
from exporter.domain.taints import Taint
from exporter.settings import texts


class Lies(StrEnum):
    """Where a path of the settings begins, and what has to lie there."""

    CHECKOUT = "a directory beside the settings"
    IN_REPOSITORY = "a path, or a shell pattern of paths, in the repository"
    FILE = "a file beside the settings"
    FILE_OR_FOLDER = "a file or directory beside the settings"
    MADE = "what the exporter makes in a directory beside the settings"


Duration = Annotated[
    str,
    Meta(
        description="A duration: 30s, 5m, 1h30m, 15d.",
        extra={"parse": parse_duration},
        extra_json_schema={"pattern": texts.DURATION},
    ),
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
TaintText = Annotated[
    str,
    Meta(
        description="As key=value:Effect.",
        extra={"parse": Taint.parse},
        extra_json_schema={"pattern": texts.TAINT},
    ),
]
Count = Annotated[int, Meta(ge=0)]
LabelKey = Annotated[
    str, Meta(extra={"parse": texts.parse_label_key}, extra_json_schema={"pattern": texts.LABEL})
]
Namespace = Annotated[
    str,
    Meta(extra={"parse": texts.parse_namespace}, extra_json_schema={"pattern": texts.NAMESPACE}),
]
RepositoryPath = Annotated[
    str,
    Meta(
        extra={"parse": texts.parse_inside, "lies": Lies.IN_REPOSITORY},
        extra_json_schema={"not": {"pattern": texts.OUTSIDE}},
    ),
]
CheckoutPath = Annotated[str, Meta(extra={"lies": Lies.CHECKOUT})]
FilePath = Annotated[str, Meta(extra={"lies": Lies.FILE})]
TimeZone = Annotated[
    str,
    Meta(
        description="A time zone by its name in the IANA database: Asia/Seoul.",
        extra={"parse": parse_zone},
    ),
]


class Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Strict, immutable, by name."""

    @classmethod
    def objection(cls, given: Mapping[str, Any]) -> str:  # noqa: ARG003 - for those that object
        """Return what is wrong with what is *given* as a whole, or nothing.

        Each value of it may be wrong by itself, and is told of elsewhere.
        """
        return ""

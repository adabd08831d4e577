"""What many documents have: places, subjects, and the forms of single values."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, TypeAlias, TypedDict

from msgspec import Meta, Struct

from exporter.domain import finding, provenance
from exporter.domain.provenance import Source

Instant: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""ISO 8601 with an offset, as ``datetime.isoformat`` writes it."""
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Namespace: TypeAlias = Annotated[str, Meta(description="Empty where the kind has none.")]
Path: TypeAlias = Annotated[
    str, Meta(description="Relative to the repository, with / between its parts.")
]
Line: TypeAlias = Annotated[
    Annotated[int, Meta(ge=1)] | None,
    Meta(description="From 1; null where the format has no lines."),
]
ValuesPath: TypeAlias = Annotated[
    str | None,
    Meta(description="The value of a chart that stands there, as .Values.image.tag; else missing."),
]
Revision: TypeAlias = Annotated[
    str | None, Meta(description="The commit; null where it is not known.")
]


class Location(TypedDict):
    """The fields of a place, for documents that say where they stand."""

    source: Source
    path: str
    line: int | None
    revision: str | None


def location(place: provenance.Place) -> Location:
    """Return the fields of *place*."""
    return {
        "source": place.source,
        "path": place.path,
        "line": place.line or None,
        "revision": place.revision or None,
    }


class Place(Struct, frozen=True, omit_defaults=True):
    """A place in the repository."""

    source: Source
    path: Path
    line: Line
    revision: Revision
    values_path: ValuesPath = None

    @classmethod
    def of(cls, place: provenance.Place) -> "Place":
        """Return the document of *place*."""
        return cls(**location(place), values_path=place.values_path or None)


class Attributed(Struct, frozen=True):
    """Where one value of a declared thing stands."""

    attribute: Annotated[
        str,
        Meta(
            description="name, labels.<key>, taints.<key>:<effect>, or a JSON pointer into the "
            "manifest."
        ),
    ]
    source: Source
    path: Path
    line: Line
    revision: Revision

    @classmethod
    def of(cls, attribute: str, place: provenance.Place) -> "Attributed":
        """Return the document that says that *attribute* stands at *place*."""
        return cls(attribute=attribute, **location(place))


class Subject(Struct, frozen=True):
    """What a finding is about."""

    kind: str
    namespace: Namespace
    name: str

    @classmethod
    def of(cls, subject: finding.Subject) -> "Subject":
        """Return the document of *subject*."""
        return cls(kind=subject.kind, namespace=subject.namespace, name=subject.name)


def places(some: Iterable[provenance.Place]) -> tuple[Place, ...]:
    """Return the documents of *some* places."""
    return tuple(Place.of(place) for place in some)


def instant(at: datetime | None) -> str | None:
    """Return an instant as text, None where there is none."""
    return at.isoformat() if at else None

"""What a path of the repository renders to: the border between rendering and following."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One rendered object with where it comes from.

    *place* is where the object itself is declared; *places* maps JSON pointers into *content*
    to where a single value is declared, as far as that is known.
    """

    content: JsonObject
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The object's kind."""
        return str(self.content.get("kind", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The objects of one path, or why there are none."""

    manifests: tuple[Manifest, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    failures: tuple[Failure, ...] = ()


class Render(Protocol):
    """Renders paths of the checkout."""

    def __call__(self, path: str, *, recurse: bool = False) -> Awaitable[Rendered]:
        """Return what *path* renders to; never raises :exc:`ReadError`, failures are values.

        *recurse* takes the directories within a directory of plain manifests, too.
        """
        ...

"""What a path of the repository renders to: the border between rendering and following."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from exporter.declared.options import Options
from exporter.domain.declaration import Failure
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One rendered object with where it comes from.

    *place* is where the object itself is declared; *places* maps JSON pointers into *content*
    to where a single value is declared, as far as that is known. *unknown* says why all but its
    name may be declared otherwise, if so; *undetermined* are pointers of values that are otherwise
    each time they are rendered. *chart* has the name and version of the chart, and the template, of
    one that helm rendered.
    """

    content: JsonObject
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)
    unknown: str = ""
    undetermined: tuple[str, ...] = ()
    chart: str = ""

    @property
    def kind(self) -> str:
        """The object's kind."""
        return str(self.content.get("kind", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that a path declares and nobody rendered, and why.

    *subject* names it; None for the path as a whole, of which nothing was rendered then.
    """

    place: Place
    state: ItemState
    message: str
    advice: str = ""
    subject: Subject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The objects of one path, what of it was left out, and what could not be read.

    Where *by_file*, each file stands for itself: one that fails loses its own objects only. Else
    a failure loses all of them. Where it *stands_in*, an older rendering has what is lost.
    *version* is that of the chart, where one of a registry was rendered.
    """

    manifests: tuple[Manifest, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    failures: tuple[Failure, ...] = ()
    by_file: bool = False
    stands_in: bool = False
    version: str = ""

    @property
    def whole(self) -> LeftOut | None:
        """Why nothing of it was rendered, though it may be in order."""
        return next((omission for omission in self.left_out if omission.subject is None), None)

    @property
    def is_lost(self) -> bool:
        """Whether it is broken as a whole."""
        return bool(self.failures) and not self.by_file


class Render(Protocol):
    """Renders paths of the checkout."""

    def __call__(
        self, path: str, *, recurse: bool = False, options: Options | None = None
    ) -> Awaitable[Rendered]:
        """Return what *path* renders to; never raises :exc:`ReadError`, failures are values.

        *recurse* takes the directories within a directory of plain manifests, too. *options* say
        how a chart or a kustomization is rendered.
        """
        ...

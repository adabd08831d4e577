"""Readings as bytes; what a worker wrote is read as what it is: foreign."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from exporter.declared.checkout import Checkout
from exporter.declared.repository import COMMIT
from exporter.declared.wire.shapes import shape
from exporter.declared.wire.tables import GarbledReadingError, Tables, Writer
from exporter.domain.declaration import Reading
from exporter.domain.errors import ReadError
from exporter.domain.provenance import DECLARED, Place, Source

_ODD: Final = re.compile(r"[\0\r\n]")
_LONGEST: Final = 4096


_encode = msgspec.msgpack.encode


def write(reading: Reading) -> bytes:
    """Return a reading as bytes: each table and each field by itself.

    Whoever decodes one lets nobody else run meanwhile.
    """
    writer = Writer()
    body = shape(Reading).write(reading, writer)
    return _encode([[*map(_encode, writer.tables())], [*map(_encode, body)]])


def read(content: bytes, places: "GivenPlaces") -> Reading:
    """Return the reading that :func:`write` made these bytes of.

    Raises :exc:`GarbledReadingError` for any others, and for one that names another source than
    was asked for, or a place that was not given.
    """
    try:
        tables, body = (
            [*map(msgspec.msgpack.decode, parts)]
            for parts in msgspec.msgpack.decode(content, type=tuple[list[bytes], list[bytes]])
        )
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise GarbledReadingError(f"no message ({type(error).__name__})") from None
    reading = shape(Reading).read(body, Tables.read(tables, places))
    if not isinstance(reading, Reading) or reading.source is not places.source:
        raise GarbledReadingError("a reading of another source")
    return reading


@dataclass(slots=True)
class GivenPlaces:
    """The places that a reading of *source* can name: the files of *checkouts*, and *others*.

    The first checkout is the repository's own: what was read of it at the revision *before*, and is
    the same now, stands in the present one.
    """

    source: Source
    checkouts: Sequence[Checkout]
    others: frozenset[Place] = frozenset()
    before: str | None = None
    _inside: dict[str, bool] = field(default_factory=dict)

    def stated(self, place: Place) -> Place:
        """Return where a value is said to stand; raises :exc:`ValueError`."""
        if place in self.others:
            return place
        self._check_text(place)
        if place.source not in DECLARED or not self._is_inside(place.path):
            raise ValueError("a place that was not given")
        return self._now(place)

    def remarked(self, place: Place) -> Place:
        """Return a place that was looked for, as a file that leads outside."""
        self._check_text(place)
        if place.source not in DECLARED and place.source is not Source.KUBERNETES:
            raise ValueError("a place that nobody asked about")
        return self._now(place)

    def _now(self, place: Place) -> Place:
        if self.before is None or place.revision != self.before:
            return place
        return replace(place, revision=self.checkouts[0].revision)

    def _check_text(self, place: Place) -> None:
        if len(place.path) > _LONGEST or _ODD.search(place.path):
            raise ValueError("a path that none can be")
        known = {"", self.before, *(checkout.revision for checkout in self.checkouts)}
        if place.revision not in known and not COMMIT.fullmatch(place.revision):
            raise ValueError("a revision that is none")

    def _is_inside(self, path: str) -> bool:
        known = self._inside.get(path)
        if known is None:
            known = self._inside[path] = any(_is_inside(one, path) for one in self.checkouts)
        return known


def _is_inside(checkout: Checkout, path: str) -> bool:
    """Tell whether *path* is one of *checkout*, whose name it begins with if that has one."""
    prefix = f"{checkout.name}:" if checkout.name else ""
    if not path.startswith(prefix):
        return False
    try:
        checkout.resolve(path.removeprefix(prefix))
    except ReadError:
        return False
    return True

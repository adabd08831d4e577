"""Readings as bytes; what a worker wrote is read as what it is: foreign."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final, TypeVar

import msgspec

from exporter.declared.accounting import told
from exporter.declared.checkout import Checkout
from exporter.declared.manifests import Workloads
from exporter.declared.repository import COMMIT
from exporter.declared.units import NUMBER
from exporter.declared.wire.shapes import Shape, shape
from exporter.declared.wire.tables import (
    MAX_VALUES,
    GarbledReadingError,
    Tables,
    Writer,
    sequence,
)
from exporter.domain.declaration import Reading
from exporter.domain.errors import ReadError
from exporter.domain.provenance import DECLARED, Place, Source

_ODD: Final = re.compile(r"[\0\r\n]")
_LONGEST: Final = 4096

T = TypeVar("T")

_encode = msgspec.msgpack.encode


def write(reading: Reading, parts: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """Return a reading as bytes, and the *parts* that go with it: see :func:`write_part`.

    Each table and each field goes by itself: whoever decodes one lets nobody else run meanwhile.
    """
    return _encode([*_written(shape(Reading), reading), [list(one) for one in parts]])


def write_part(declared: Workloads, *, current: frozenset[str] = frozenset()) -> bytes:
    """Return what a part of a source declares as bytes, which are the same at another commit.

    Commits that are *current* are not written: whoever reads it knows them.
    """
    return _encode(_written(shape(Workloads), declared, current))


def _written(
    kind: Shape, value: object, current: frozenset[str] = frozenset()
) -> list[list[bytes]]:
    writer = Writer(current)
    body = kind.write([value], writer)
    return [[*map(_encode, writer.tables())], [*map(_encode, body)]]


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a source declares, the *places* in it, and how many *values* manifests have.

    What is stated stands at *paths*. One that is *dated* holds what stood so at a former commit.
    """

    declared: Workloads
    places: Sequence[Place]
    paths: frozenset[str]
    values: int
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """A reading, the *parts* that it has by what they go by, and the places in the *rest* of it.

    So many of the parts were *written*: the others are known.
    """

    reading: Reading
    rest: Part
    parts: Mapping[bytes, Part]
    written: int = 0

    def confirm(self, places: "GivenPlaces") -> "Decoded":
        """Return the same where it is said to be found again in the checkouts of *places*.

        Raises :exc:`GarbledReadingError` where it cannot be.
        """
        for one in (self.rest, *self.parts.values()):
            _confirm(one, places)
        return self


def read(content: bytes, places: "GivenPlaces") -> Reading:
    """Return the reading that :func:`write` made these bytes of: see :func:`decode`."""
    return decode(content, places).reading


def decode(
    content: bytes, places: "GivenPlaces", known: Mapping[bytes, Part] = MappingProxyType({})
) -> Decoded:
    """Return the reading that :func:`write` made these bytes of, with parts that are *known*.

    Raises :exc:`GarbledReadingError` for any others, and for one that names another source than
    was asked for, or a place that was not given.
    """
    tables, body, given = _fields(content, tuple[list[bytes], list[bytes], list[list[bytes]]])
    reading, rest = _read(shape(Reading), [tables, body], places)
    if not isinstance(reading, Reading) or reading.source is not places.source:
        raise GarbledReadingError("a reading of another source")
    parts: dict[bytes, Part] = {}
    for one in given:
        number, written = sequence(one, 2)
        parts[number] = parts.get(number) or _part(number, written, places, known)
    if rest.values + sum(one.values for one in parts.values()) > MAX_VALUES:
        raise GarbledReadingError("manifests that are too much together")
    ordered = (parts[number].declared for number, _ in given)
    written = sum(bool(one[1]) for one in given)
    return Decoded(_joined(reading, [*ordered]), rest, parts, written)


def _part(
    number: bytes, written: bytes, places: "GivenPlaces", known: Mapping[bytes, Part]
) -> Part:
    """Return a part: one that is *known* already, or as it was *written*."""
    if written and blake2b(written, digest_size=NUMBER).digest() != number:
        raise GarbledReadingError("a part that goes by another number")
    if number in known and not (written and known[number].dated):
        _confirm(known[number], places)
        return known[number]
    if not written:
        raise GarbledReadingError("a part that nobody knows")
    fields = _fields(written, tuple[list[bytes], list[bytes]])
    declared, part = _read(shape(Workloads), fields, places)
    dated = any(one.revision for one in part.places)
    for one in part.places:
        if not one.revision and one.source in DECLARED:
            one.confirm(places.revision_of(one.path))
    return replace(part, declared=declared, dated=dated)


def _fields(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(content, type=kind)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise _no_message(error) from None


def _read(kind: Shape, fields: Iterable[list[bytes]], places: "GivenPlaces") -> tuple[Any, Part]:
    try:
        rows, body = ([*map(msgspec.msgpack.decode, one)] for one in fields)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise _no_message(error) from None
    tables = Tables.read(rows, places)
    (found,) = kind.read(body, tables, 1)
    stated = frozenset(one.path for one in tables.places if one not in places.others)
    return found, Part(Workloads(), (*tables.places, *tables.remarked), stated, tables.values)


def _no_message(error: Exception) -> GarbledReadingError:
    return GarbledReadingError(f"no message ({type(error).__name__})")


def _confirm(part: Part, places: "GivenPlaces") -> None:
    """Note that a part stands where it did; raises :exc:`GarbledReadingError` where it cannot."""
    if not all(map(places.is_inside, part.paths)):
        raise GarbledReadingError("a place that was not given")
    for one in part.places:
        if one.source in DECLARED:
            one.confirm(places.revision_of(one.path))


def _joined(reading: Reading, parts: Sequence[Workloads]) -> Reading:
    """Return a reading with what its *parts* declare."""
    if not parts:
        return reading
    items = tuple(item for one in parts for item in one.items)
    return replace(
        reading,
        workloads=(*reading.workloads, *(each for one in parts for each in one.workloads)),
        objects=(*reading.objects, *(each for one in parts for each in one.objects)),
        autoscalers=(*reading.autoscalers, *(each for one in parts for each in one.autoscalers)),
        stack=(*reading.stack, *(each for one in parts for each in one.stack)),
        items=(*reading.items, *items),
        unresolved=tuple(dict.fromkeys((*reading.unresolved, *told(items)))),
    )


@dataclass(slots=True)
class GivenPlaces:
    """The places that a reading of *source* can name: the files of *checkouts*, and *others*."""

    source: Source
    checkouts: Sequence[Checkout]
    others: frozenset[Place] = frozenset()
    _inside: dict[str, bool] = field(default_factory=dict)

    def is_stated(self, place: Place) -> bool:
        """Tell whether values may be said to stand in its file, on whatever line."""
        return self._is_text(place) and place.source in DECLARED and self.is_inside(place.path)

    def stated(self, place: Place) -> None:
        """Raise :exc:`ValueError` where no value can be said to stand at a place."""
        if place not in self.others and not self.is_stated(place):
            raise ValueError("a place that was not given")

    def remarked(self, place: Place) -> None:
        """Raise :exc:`ValueError` where nobody can have looked for a place, on whatever line."""
        known = place.source in DECLARED or place.source is Source.KUBERNETES
        if not known or not self._is_text(place):
            raise ValueError("a place that nobody asked about")

    def revision_of(self, path: str) -> str:
        """Return the commit of the checkout that *path* is of."""
        name = path.partition(":")[0]
        known = {one.name: one.revision for one in self.checkouts[1:]}
        return known.get(name, self.checkouts[0].revision)

    def _is_text(self, place: Place) -> bool:
        """Tell whether path and revision of a place can be such."""
        texts = place.path, place.values_path
        if any(len(text) > _LONGEST or _ODD.search(text) for text in texts):
            return False
        known = {"", *(checkout.revision for checkout in self.checkouts)}
        return place.revision in known or bool(COMMIT.fullmatch(place.revision))

    def is_inside(self, path: str) -> bool:
        """Tell whether *path* is one of a checkout, and leads to nothing outside."""
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

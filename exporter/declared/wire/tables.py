"""The tables: each distinct text, place and part of a manifest is written once."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from exporter.domain.errors import ParseError
from exporter.domain.json import Json, JsonObject
from exporter.domain.provenance import Place, Source

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Row: TypeAlias = Any

MAX_VALUES: Final = 20_000_000
"""How many values all manifests may have together, however many of their parts are shared."""
_INTERNED: Final = 200


class GarbledReadingError(ParseError):
    """What came is no reading."""


class Numbers(dict[K, int]):
    """Numbers what it is asked for in the order in which that is first done."""

    def __missing__(self, key: K) -> int:
        """Return the next number."""
        number = self[key] = len(self)
        return number


@dataclass(slots=True)
class PlaceNumbers:
    """Numbers places; most are the very same again, which is told faster than that they are equal.

    Whoever holds them must do so until all are numbered.
    """

    rows: Numbers[tuple[Place, str]] = field(default_factory=Numbers)
    _seen: dict[int, int] = field(default_factory=dict)

    def of(self, place: Place) -> int:
        """Return the number of a place."""
        number = self._seen.get(id(place))
        if number is None:
            number = self._seen[id(place)] = self.rows[place, place.revision]
        return number


@dataclass(slots=True)
class Writer:
    """Numbers what is to be written; what is numbered twice has one number.

    *names* are the keys of mappings, all of one together; *remarks* are places that were looked
    for and need not exist. Commits that are *current* are not written.
    """

    current: frozenset[str] = frozenset()
    texts: Numbers[str] = field(default_factory=Numbers)
    names: Numbers[tuple[str, ...]] = field(default_factory=Numbers)
    places: PlaceNumbers = field(default_factory=PlaceNumbers)
    remarks: PlaceNumbers = field(default_factory=PlaceNumbers)
    parts: list[Row] = field(default_factory=list)
    _known: dict[Hashable, int] = field(default_factory=dict)
    _seen: dict[int, tuple[Any, int]] = field(default_factory=dict)

    def part(self, value: Json) -> int:
        """Return the number of a value of a manifest, after those of its parts."""
        seen = self._seen.get(id(value))
        if seen is not None:
            return seen[1]
        row: Row
        match value:
            case dict():
                row = [self.names[tuple(value)], [*map(self.part, value.values())]]
            case list() | tuple():
                row = [[*map(self.part, value)]]
            case str():
                row = self.texts[value]
            case int() if not isinstance(value, bool):
                row = [value]
            case _:
                row = value
        key = _identity(row)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.parts)
            self.parts.append(row)
        self._seen[id(value)] = value, number  # which keeps its identity from being another's
        return number

    def tables(self) -> list[Any]:
        """Return all tables as they are written."""
        places = [self._row(one) for one, _ in self.places.rows]
        remarks = [self._row(one) for one, _ in self.remarks.rows]
        names = [[*map(self.texts.__getitem__, one)] for one in self.names]
        return [[*map(_writable, self.texts)], names, places, remarks, self.parts]

    def _row(self, place: Place) -> Row:
        revision = "" if place.revision in self.current else place.revision
        path, values_path = self.texts[place.path], self.texts[place.values_path]
        return [str(place.source), path, place.line, self.texts[revision], values_path]


class Places(Protocol):
    """Tells which places there can be; raises :exc:`ValueError` for others."""

    def stated(self, place: Place) -> Place:
        """Return where a value is said to stand."""

    def remarked(self, place: Place) -> Place:
        """Return a place that was looked for."""


@dataclass(slots=True)
class Tables:
    """The tables as they were read; *sizes* are those of *parts*, *values* what they add up to."""

    texts: Sequence[str]
    names: Sequence[Sequence[str]]
    places: Sequence[Place]
    remarked: Sequence[Place]
    parts: Sequence[Json]
    sizes: Sequence[int]
    values: int = 0

    @classmethod
    def read(cls, rows: object, places: Places) -> "Tables":
        """Return tables from their *rows*; raises :exc:`GarbledReadingError`."""
        texts, keys, given, remarks, parts = sequence(rows, 5)
        known = [_read_text(one) for one in sequence(texts)]
        names = [all_at(known, one) for one in sequence(keys)]
        return cls(
            known,
            names,
            [_place(row, known, places.stated) for row in sequence(given)],
            [_place(row, known, places.remarked) for row in sequence(remarks)],
            *_parts(sequence(parts), known, names),
        )

    def manifest(self, number: object) -> JsonObject:
        """Return the object of a number; raises :exc:`GarbledReadingError`."""
        found = at(self.parts, number)
        self.values += at(self.sizes, number)
        if not isinstance(found, dict) or self.values > MAX_VALUES:
            raise GarbledReadingError("a manifest that is none, or one too many")
        return found


def sequence(value: object, length: int = -1) -> list[Any]:
    """Return *value* if it is a list, of this *length* if one is given; raises."""
    if not isinstance(value, list) or length not in {-1, len(value)}:
        raise GarbledReadingError("a value that is no list")
    return value


def at(rows: Sequence[T], number: object) -> T:
    """Return the row of a *number*; raises."""
    if type(number) is not int or not 0 <= number < len(rows):
        raise GarbledReadingError("a number that stands for nothing")
    return rows[number]


def all_at(rows: Sequence[T], numbers: object) -> list[T]:
    """Return the rows of a list of numbers; raises."""
    given = sequence(numbers)
    try:
        found = list(map(rows.__getitem__, given))
        least = min(given, default=0)
    except (IndexError, TypeError):
        least = -1
    if least < 0:
        raise GarbledReadingError("numbers that stand for nothing")
    return found


def named(names: Sequence[str], values: Sequence[T]) -> dict[str, T]:
    """Return a mapping; raises where there are not as many *names* as *values*."""
    if len(names) != len(values):
        raise GarbledReadingError("a key without a value")
    return dict(zip(names, values, strict=True))


def _writable(text: str) -> str | bytes:
    """Return a text as it can be written, also one with half a character in it."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass")


def _read_text(value: object) -> str:
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise GarbledReadingError("a text that is none") from None
    if type(value) is not str:
        raise GarbledReadingError("a text that is none")
    return intern(value) if len(value) <= _INTERNED else value


def _place(row: object, texts: Sequence[str], check: Callable[[Place], Place]) -> Place:
    source, path, line, revision, values_path = sequence(row, 5)
    if type(line) is not int or line < 0:
        raise GarbledReadingError("a line that is none")
    try:
        where = at(texts, path), line, at(texts, revision), at(texts, values_path)
        return check(Place(Source(source), *where))
    except ValueError as error:
        raise GarbledReadingError(str(error)) from None


def _identity(row: Row) -> Hashable:
    """Return what equal rows have in common, and no others: 1 is not true, nor [1]."""
    if isinstance(row, list):
        return tuple(tuple(one) if isinstance(one, list) else one for one in row)
    return type(row), row


def _parts(
    rows: list[Any], texts: Sequence[str], names: Sequence[Sequence[str]]
) -> tuple[list[Json], list[int]]:
    """Return values from rows, each of which refers to earlier ones only, and how large they are.

    So no value holds itself, and how large each is can be told before anybody goes through it.
    Raises :exc:`GarbledReadingError`.
    """
    values: list[Json] = []
    sizes: list[int] = []
    for row in rows:
        value: Json
        numbers: list[Any] = []
        match row:
            case None | bool() | float():
                value = row
            case int():
                value = at(texts, row)
            case [int() as value] if type(value) is int:
                pass
            case [list() as numbers]:
                value = all_at(values, numbers)
            case [key, list() as numbers]:
                value = named(at(names, key), all_at(values, numbers))
            case _:
                raise GarbledReadingError("a part of a manifest that is none")
        values.append(value)
        sizes.append(1 + sum(map(sizes.__getitem__, numbers)))
    return values, sizes

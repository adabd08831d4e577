"""The tables: each distinct text, place and part of a manifest is written once."""

from collections.abc import Hashable, Iterable, Sequence
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
        if type(value) is str:
            number = self._known.get(value)
            return self._add(value, self.texts[value]) if number is None else number
        seen = self._seen.get(id(value))
        if seen is not None:
            return seen[1]
        number = self._part(value)
        self._seen[id(value)] = value, number  # which keeps its identity from being another's
        return number

    def _part(self, value: Json) -> int:
        """Return the number of a value that is no text: 1 is not true, nor [1]."""
        key: Hashable
        row: Row
        match value:
            case dict():
                name, held = self.names[tuple(value)], [*map(self.part, value.values())]
                key, row = (name, *held), [name, held]
            case list() | tuple():
                held = [*map(self.part, value)]
                key, row = (None, *held), [held]
            case int() if not isinstance(value, bool):
                key, row = (int, value), [value]
            case _:
                key, row = (type(value), value), value
        number = self._known.get(key)
        return self._add(key, row) if number is None else number

    def _add(self, key: Hashable, row: Row) -> int:
        number = self._known[key] = len(self.parts)
        self.parts.append(row)
        return number

    def tables(self) -> list[Any]:
        """Return all tables as they are written."""
        stated = self.places.rows
        further = [one for one in self.remarks.rows if one not in stated]
        both = {one: number for number, one in enumerate((*stated, *further))}
        remarks = [[*map(both.__getitem__, self.remarks.rows)], *self._places(further)]
        places = self._places(stated)
        names = [[*map(self.texts.__getitem__, one)] for one in self.names]
        return [[*map(_writable, self.texts)], names, places, remarks, self.parts]

    def _places(self, places: Iterable[tuple[Place, str]]) -> list[Any]:
        """Return places as they are written: of each its file's number, and the line."""
        files: Numbers[tuple[str, int, int, int]] = Numbers()
        numbers, lines = [], []
        for place, revision in places:
            path, values_path = self.texts[place.path], self.texts[place.values_path]
            commit = self.texts["" if revision in self.current else revision]
            numbers.append(files[str(place.source), path, commit, values_path])
            lines.append(place.line)
        return [[*files], numbers, lines]


class Places(Protocol):
    """Tells which places there can be."""

    def is_stated(self, place: Place) -> bool:
        """Tell whether values may be said to stand in its file, on whatever line."""

    def stated(self, place: Place) -> None:
        """Raise :exc:`ValueError` where no value can be said to stand at a place."""

    def remarked(self, place: Place) -> None:
        """Raise :exc:`ValueError` where nobody can have looked for a place, on whatever line."""


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
        try:
            stated = _stated(given, known, places)
            remarked = _remarked(remarks, known, places, stated)
        except ValueError as error:
            raise GarbledReadingError(str(error)) from None
        return cls(known, names, stated, remarked, *_parts(sequence(parts), known, names))

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


def checked(value: object, kind: type, count: int = -1) -> list[Any]:
    """Return *value* if it is a list of values of this very type, so many if told; raises."""
    found = sequence(value, count)
    if not set(map(type, found)) <= {kind}:
        raise GarbledReadingError(f"something else where {kind.__name__} belongs")
    return found


def counts(value: object, count: int = -1) -> list[int]:
    """Return *value* if it is a list of numbers that count something; raises."""
    found: list[int] = checked(value, int, count)
    if min(found, default=0) < 0:
        raise GarbledReadingError("a number that counts nothing")
    return found


def _stated(table: object, texts: Sequence[str], places: Places) -> list[Place]:
    """Return the places at which values stand; raises :exc:`ValueError`."""
    files, numbers, lines = sequence(table, 3)
    known = [_file(row, texts) for row in sequence(files)]
    certain = [places.is_stated(one) for one in known]  # few files have thousands of lines
    found = _on_lines(known, numbers, lines)
    if not all(certain):
        for place, is_certain in zip(found, all_at(certain, numbers), strict=True):
            if not is_certain:
                places.stated(place)
    return found


def _remarked(
    table: object, texts: Sequence[str], places: Places, stated: Sequence[Place]
) -> list[Place]:
    """Return the places that were looked for, of which some are *stated*; raises."""
    numbers_of_all, files, numbers, lines = sequence(table, 4)
    known = [_file(row, texts) for row in sequence(files)]
    for one in known:
        places.remarked(one)
    return all_at([*stated, *_on_lines(known, numbers, lines)], numbers_of_all)


def _on_lines(files: Sequence[Place], numbers: object, lines: object) -> list[Place]:
    found = all_at(files, numbers)
    return [
        Place(one.source, one.path, line, one.revision, one.values_path)
        for one, line in zip(found, counts(lines, len(found)), strict=True)
    ]


def _file(row: object, texts: Sequence[str]) -> Place:
    """Return the file of places, as one without a line."""
    source, *numbers = sequence(row, 4)
    path, revision, values_path = all_at(texts, numbers)
    return Place(Source(source), path, 0, revision, values_path)


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
        value, numbers = _part(row, values, texts, names)
        values.append(value)
        sizes.append(1 + sum(map(sizes.__getitem__, numbers)))
    return values, sizes


def _part(
    row: Row, values: Sequence[Json], texts: Sequence[str], names: Sequence[Sequence[str]]
) -> tuple[Json, Sequence[int]]:
    """Return the value of a row, and the numbers of those that it holds; raises."""
    kind = type(row)
    if kind is int:
        return at(texts, row), ()
    if kind is list and len(row) == len(("key", "values")):
        return named(at(names, row[0]), all_at(values, row[1])), row[1]
    if kind is list and len(row) == 1:
        held = row[0]
        return (held, ()) if type(held) is int else (all_at(values, held), held)
    if row is None or kind in {bool, float}:
        return row, ()
    raise GarbledReadingError("a part of a manifest that is none")

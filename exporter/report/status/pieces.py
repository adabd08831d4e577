"""What an entry says of both sides, in pieces that a template can mark and link."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from exporter.domain.finding import Finding, Layer, Verdict
from exporter.domain.provenance import Place
from exporter.report.likeness import alike
from exporter.report.status.comparison import Line, compare, statements
from exporter.report.status.grouping import Entry
from exporter.report.status.rows import Row
from exporter.report.status.words import Words

FEW: Final = 3
_LOOKED_AT: Final = 100
"""Members of an entry of which it says what they have in common."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A value (*code*), a place, or text between them."""

    text: str
    code: bool = False
    place: Place | None = None


def declared(entry: Entry, words: Words) -> list[Piece]:
    """Return what is declared where, or nothing where the finding has nothing to show."""
    finding = entry.first.finding
    if len(entry.members) == 1 and statements(finding):
        return list(_disputed(finding, words))
    values = _common(entry, "declared", words)
    places = tuple(
        dict.fromkeys(
            place for row in entry.members[:_LOOKED_AT] for place in places_of(row.finding)
        )
    )
    if not values and not places:
        return []
    said = _values(values, words) if values else []
    return [*said, *_places(places, words)]


def observed(entry: Entry, words: Words) -> list[Piece]:
    """Return what is observed, and who set it where that is known."""
    values = _common(entry, "observed", words)
    if statements(entry.first.finding):
        return []
    if not values:
        details = dict.fromkeys(_details(entry, words))
        if entry.first.verdict is Verdict.PASS or not details:
            return []
        return [Piece(words.listed(details, most=1))]
    pieces = _values(values, words)
    writers = sorted({one for row in entry.members[:_LOOKED_AT] for one in _writers(row.finding)})
    if writers:
        pieces.append(Piece(words.say(", set by {writers}", writers=words.listed(writers))))
    return pieces


def places_of(finding: Finding) -> tuple[Place, ...]:
    """Return where the subject of a finding is declared, each place once."""
    return tuple(dict.fromkeys(finding.provenance))


def sides(row: Row, words: Words) -> tuple[list[str], list[str]]:
    """Return in short what is declared and observed of one subject, as far as they differ."""
    lines = telling(row, words)
    return (
        [_shown(one, one.declared) for one in lines],
        [_shown(one, one.observed) for one in lines],
    )


def compared(row: Row, words: Words) -> list[Line]:
    """Return both sides of a finding, in *words* where no names of the cluster are in them."""
    finding = row.finding
    named = isinstance(finding.declared, Mapping) or isinstance(finding.observed, Mapping)
    return compare(finding, None if named and row.layer is not Layer.OBSERVABILITY else words)


def differing(row: Row, words: Words) -> list[Line]:
    """Return the lines in which both sides differ; all where none does."""
    lines = compared(row, words)
    return [one for one in lines if one.differs] or lines


def telling(row: Row, words: Words) -> list[Line]:
    """Return the lines in which both sides differ, those about what is declared if there are any.

    Beside it a check may tell what it observed besides.
    """
    lines = differing(row, words)
    named = isinstance(row.finding.declared, Mapping)
    return [one for one in lines if named and one.declared is not None] or lines


def _shown(line: Line, value: str | None) -> str:
    if value is None:
        return ""
    joint = ": " if line.own else "="
    return f"{line.field}{joint}{value}" if line.field else value


def _common(entry: Entry, side: str, words: Words) -> list[str | None]:
    """Return what the members say, each once; ``*`` stands for what is of each subject's name."""
    found: dict[str | None, None] = {}
    several = len(entry.members) > 1
    for row in entry.members[:_LOOKED_AT]:
        for line in islice(telling(row, words), FEW + 1):
            value = line.declared if side == "declared" else line.observed
            text = None if value is None else _shown(line, value)
            found[_pattern(text, row.finding) if several and text else text] = None
    real = [one for one in found if one is not None]
    return [*real] if real else list(found)


def _pattern(text: str, finding: Finding) -> str:
    """Return a value with ``*`` for the parts that are of the subject's name."""
    shown = alike(text, finding.subject)
    return shown if "#" not in shown else text


def _values(values: Sequence[str | None], words: Words) -> list[Piece]:
    pieces: list[Piece] = []
    joint = "; " if any(", " in value for value in values if value) else ", "
    for value in values[:FEW]:
        if pieces:
            pieces.append(Piece(joint))
        pieces.append(
            Piece(words.say("nothing")) if value is None else Piece(value or '""', code=True)
        )
    more = len(values) - FEW
    if more > 0:
        pieces.append(Piece(words.say(" and {n} more", n=more)))
    return pieces


def _places(places: Sequence[Place], words: Words) -> Iterator[Piece]:
    few = 1 if len(places) > FEW else FEW
    for place in places[:few]:
        yield Piece(" ")
        yield Piece(place.where, place=place)
    if len(places) > few:
        yield Piece(words.say(" and {n} more", n=len(places) - few))


def _disputed(finding: Finding, words: Words) -> Iterator[Piece]:
    """Yield each disputed value with the first place that says it."""
    known = {str(place): place for place in finding.provenance}
    found: dict[str, list[str]] = {}
    for one in statements(finding):
        found.setdefault(one.value, []).append(one.place)
    for number, (value, places) in enumerate(found.items()):
        if number:
            yield Piece(words.say(" but "))
        yield Piece(value or '""', code=True)
        place = known.get(places[0])
        yield Piece(" ")
        yield Piece(place.where if place else places[0], place=place)
        if len(places) > 1:
            yield Piece(words.say(" and {n} more", n=len(places) - 1))


def _details(entry: Entry, words: Words) -> Iterator[str]:
    for row in entry.members[:_LOOKED_AT]:
        detail = words.detail(row.finding.detail)
        if detail:
            yield alike(detail, row.finding.subject) if len(entry.members) > 1 else detail


def _writers(finding: Finding) -> Iterable[str]:
    return (finding.set_by or {}).values()

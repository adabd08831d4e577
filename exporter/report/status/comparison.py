"""Declared against observed, line by line, whatever their shapes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from exporter.domain.finding import Finding
from exporter.domain.json import Json, as_list, as_object, as_text

MOST_LINES = 100
LONGEST = 2000
"""Characters of one value that are shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """A field, or nothing where the value has none, on both sides; None where it is missing."""

    field: str
    declared: str | None
    observed: str | None

    @property
    def differs(self) -> bool:
        """Whether the sides are not the same."""
        return self.declared != self.observed


@dataclass(frozen=True, slots=True)
class Statement:
    """What one place says of an attribute, where several contradict each other."""

    attribute: str
    value: str
    place: str


def compare(finding: Finding) -> list[Line]:
    """Return both sides of a finding; empty where it has nothing to show on either."""
    declared, observed = finding.declared, finding.observed
    if statements(finding) or (declared is None and observed is None):
        return []
    return list(islice(_lines(declared, observed), MOST_LINES))


def statements(finding: Finding) -> list[Statement]:
    """Return what contradicts each other, where that is what a finding is about."""
    found = (
        Statement(
            attribute=as_text(as_object(conflict).get("attribute")),
            value=as_text(as_object(statement).get("value")),
            place=as_text(as_object(statement).get("place")),
        )
        for conflict in as_list(finding.declared)
        for statement in as_list(as_object(conflict).get("statements"))
    )
    return list(islice(found, MOST_LINES))


def _lines(declared: Json, observed: Json) -> Iterator[Line]:
    both = [side for side in (declared, observed) if side is not None]
    if all(isinstance(side, Mapping) for side in both):
        return _by_key(as_object(declared), as_object(observed))
    if all(_is_list(side) for side in both):
        return _by_item(as_list(declared), as_list(observed))
    return iter([Line("", _text(declared), _text(observed))])


def _by_key(declared: Mapping[str, Json], observed: Mapping[str, Json]) -> Iterator[Line]:
    for key in sorted({**declared, **observed}):
        yield Line(key, _text(declared.get(key)), _text(observed.get(key)))


def _by_item(declared: Iterable[Json], observed: Iterable[Json]) -> Iterator[Line]:
    """Yield each item as often as one side has it, beside that of the other side."""
    want, have = Counter(map(_shown, declared)), Counter(map(_shown, observed))
    for item in sorted(want | have):
        for number in range(max(want[item], have[item])):
            yield Line(
                "",
                item if number < want[item] else None,
                item if number < have[item] else None,
            )


def _is_list(value: Json) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _text(value: Json) -> str | None:
    return None if value is None else _shown(value)


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text)} characters)"

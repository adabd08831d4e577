"""Declared against observed, line by line, whatever their shapes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import msgspec

from exporter.domain.finding import Finding
from exporter.domain.json import Json, as_list, as_object, as_text
from exporter.report.status.words import Words

MOST_LINES = 100
LONGEST = 2000
"""Characters of one value that are shown."""
_BOUNDS = {"minimum", "maximum"}
DEEPEST = 3
"""Values in values that are written out."""


@dataclass(frozen=True, slots=True)
class Line:
    """A field, or nothing where the value has none, on both sides; None where it is missing.

    Its names are the exporter's *own* words, or those of the cluster.
    """

    field: str
    declared: str | None
    observed: str | None
    own: bool = False

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


def compare(finding: Finding, words: Words | None = None) -> list[Line]:
    """Return both sides of a finding; empty where it has nothing to show on either.

    Fields and values are told in *words* where these are the exporter's own, not the cluster's.
    """
    declared, observed = finding.declared, finding.observed
    if statements(finding) or (declared is None and observed is None):
        return []
    return list(islice(_lines(declared, observed, words), MOST_LINES))


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


def _lines(declared: Json, observed: Json, words: Words | None) -> Iterator[Line]:
    both = [side for side in (declared, observed) if side is not None]
    if all(isinstance(side, Mapping) for side in both):
        return _by_key(as_object(declared), as_object(observed), words)
    if all(_is_list(side) for side in both):
        return _by_item(as_list(declared), as_list(observed), words)
    return iter([Line("", _text(declared, words), _text(observed, words))])


def _by_key(
    declared: Mapping[str, Json], observed: Mapping[str, Json], words: Words | None
) -> Iterator[Line]:
    for key in sorted({**declared, **observed}):
        want, have = declared.get(key), observed.get(key)
        yield Line(_term(key, words), _text(want, words), _text(have, words), own=words is not None)


def _by_item(
    declared: Iterable[Json], observed: Iterable[Json], words: Words | None
) -> Iterator[Line]:
    """Yield each item as often as one side has it, beside that of the other side."""
    want = Counter(_shown(one, words) for one in declared)
    have = Counter(_shown(one, words) for one in observed)
    for item in sorted(want | have):
        for number in range(max(want[item], have[item])):
            yield Line(
                "",
                item if number < want[item] else None,
                item if number < have[item] else None,
            )


def _is_list(value: Json) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _text(value: Json, words: Words | None) -> str | None:
    return None if value is None else _shown(value, words)


def _shown(value: Json, words: Words | None) -> str:
    text = _written(value, words, depth=0)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text)} characters)"


def _written(value: Json, words: Words | None, *, depth: int) -> str:
    """Return a value as people write it; what lies deep is JSON."""
    inner = partial(_written, words=words, depth=depth + 1)
    if isinstance(value, str):
        return _term(value, words)
    if isinstance(value, Mapping) and value.keys() == _BOUNDS:
        return _range(value, words)
    if isinstance(value, Mapping) and depth < DEEPEST:
        return ", ".join(f"{_term(key, words)}: {inner(one)}" for key, one in value.items())
    if _is_list(value) and depth < DEEPEST:
        return ", ".join(map(inner, as_list(value)))
    return _term(msgspec.json.encode(value).decode(), words)


def _range(bounds: Mapping[str, Json], words: Words | None) -> str:
    low, high = (_written(bounds[one], words, depth=DEEPEST) for one in ("minimum", "maximum"))
    if low == high:
        return low
    return words.say("{low} to {high}", low=low, high=high) if words else f"{low} to {high}"


def _term(text: str, words: Words | None) -> str:
    return text if words is None or not text else words.term(text)

"""How what we read of an expression stands to what Prometheus' own parser reads."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from exporter.domain.errors import ParseError
from exporter.domain.monitoring.prometheus.rules import Need
from exporter.observed.prometheus import promql
from exporter.observed.prometheus.needs import needs
from tests.oracle.figures import Outcome

_WORST_FIRST: Final = (Outcome.DIFFERENT, Outcome.UNRESOLVED, Outcome.EQUAL)
_CLASSIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def outcome(expression: str, answer: Mapping[str, Any]) -> Outcome:
    """Return how we read an expression, as it is written and as Prometheus prints it."""
    wanted = set(_wanted(answer["needs"] or []))
    found = {_outcome(text, wanted) for text in (expression, answer["text"])}
    return next(outcome for outcome in _WORST_FIRST if outcome in found)


def _outcome(expression: str, wanted: set[Need]) -> Outcome:
    try:
        found = set(needs(expression))
    except ParseError:
        return Outcome.UNRESOLVED
    return Outcome.EQUAL if found == wanted else Outcome.DIFFERENT


def _wanted(answered: Sequence[Sequence[Any]]) -> Iterator[Need]:
    """Yield the needs, each selector as we write it."""
    for alternatives in answered:
        yield frozenset(map(_selector, alternatives))


def _selector(matchers: Sequence[Sequence[str]]) -> str:
    named = [value for label, sign, value in matchers if (label, sign) == ("__name__", "=")]
    name = named[0] if named and _CLASSIC.fullmatch(named[0]) else ""
    others = (
        f"{label}{sign}{promql.quoted(value)}"
        for label, sign, value in sorted(map(tuple, matchers))
        if not (name and label == "__name__")
    )
    return promql.selector(name, {}, *others)

"""Applications that stand in the values of a chart, and are none before helm makes them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from exporter.domain.json import as_list, as_object, as_text

KINDS: Final = {
    "applications": "Application",
    "applicationsets": "ApplicationSet",
    "additionalApplications": "Application",
    "additionalApplicationSets": "ApplicationSet",
}
"""Under which keys argocd-apps and argo-cd have them."""
OBJECTS: Final = frozenset({"extraObjects", "extraDeploy", "extraManifests", "resources"})
"""Under which keys charts have whole objects."""
_MADE: Final = frozenset(KINDS.values())
_ENTRY: Final = frozenset({"source", "sources", "generators", "template"})
_DEEPEST: Final = 3
"""Values of a chart within charts."""


@dataclass(frozen=True, slots=True)
class InValues:
    """How many of each kind there are, and under which *key* the first stands."""

    counts: Mapping[str, int]
    key: str

    def __str__(self) -> str:
        told = " and ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()))
        return (
            f"{told} under {self.key}, made by helm: read where an Application file here deploys "
            "the chart with these values, or declared.charts.roots says that it is installed"
        )


def in_values(content: Any) -> InValues | None:
    """Return which Applications a document of values has, None where it has none."""
    found = list(_found(content, 0))
    if not found:
        return None
    return InValues(Counter(kind for _, kind in found), found[0][0])


def _found(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Yield key and kind of each."""
    for key, below in as_object(value).items():
        entries = list(as_object(below).values()) if isinstance(below, dict) else as_list(below)
        if key in KINDS:
            yield from ((key, KINDS[key]) for one in entries if _ENTRY & as_object(one).keys())
        elif key in OBJECTS:
            kinds = (as_text(as_object(one).get("kind")) for one in entries)
            yield from ((key, kind) for kind in kinds if kind in _MADE)
        elif depth < _DEEPEST:
            yield from _found(below, depth + 1)

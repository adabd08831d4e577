"""What one look at a cluster gave: facts, each of which may be absent, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from exporter.domain.declaration import Failure
from exporter.domain.facts import Gap

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was observed of a cluster *at* an instant.

    *facts* are by their type; one is absent where nobody looked, or where looking failed: *gaps*
    tells of those that failed. *items* counts what was read by kind, with 0 for a kind that was
    looked for and not found. *odd* are single objects of which only the name could be read: the
    facts hold them as that.
    """

    at: datetime
    facts: Mapping[type, object] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    odd: tuple[Failure, ...] = ()
    gaps: Mapping[type, tuple[Gap, ...]] = field(default_factory=dict)

    def find(self, fact: type[T]) -> T | None:
        """Return the fact of this type, or None."""
        found = self.facts.get(fact)
        return found if isinstance(found, fact) else None

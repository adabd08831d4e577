"""Facts keyed by their own type, where absence is not emptiness."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from exporter.domain.memory import Memory
from exporter.domain.provenance import Source

T = TypeVar("T")


class MissingFactError(LookupError):
    """A check asked for a fact whose source could not be read."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Why a fact cannot be relied on: the source that failed, or whose data is too old."""

    source: Source
    message: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts keyed by their own type; at most one of each.

    A fact is absent when its source failed. Asking for an absent fact raises, so a check cannot
    mistake "could not look" for "looked and found nothing". A fact with a gap is there, but only
    good for naming subjects: the evaluation judges nothing by it. *unseen* are kinds of subjects
    of which a fact that is otherwise whole says nothing, each with the reason. *namespaces* are
    those that were looked at, none for all. *memory* spares a check that runs again, as only some
    of it changed, to work out again what did not.
    """

    known: Mapping[type, object] = field(default_factory=dict)
    gaps: Mapping[type, tuple[Gap, ...]] = field(default_factory=dict)
    unseen: Mapping[type, Mapping[str, Gap]] = field(default_factory=dict)
    namespaces: frozenset[str] = frozenset()
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

    def get(self, kind: type[T]) -> T:
        """Return the fact of this *kind*, or raise :exc:`MissingFactError`."""
        fact = self.known.get(kind)
        if not isinstance(fact, kind):
            raise MissingFactError(kind.__name__)
        return fact

    def find(self, kind: type[T]) -> T | None:
        """Return the fact of this *kind*, or None."""
        fact = self.known.get(kind)
        return fact if isinstance(fact, kind) else None

    def and_those(self, others: "Facts") -> "Facts":
        """Return these facts and *others*, which are of other types."""
        return Facts(
            known={**self.known, **others.known},
            gaps={**self.gaps, **others.gaps},
            unseen={**self.unseen, **others.unseen},
            namespaces=self.namespaces | others.namespaces,
        )

    def gaps_in(self, kinds: Iterable[type]) -> tuple[Gap, ...]:
        """Return why the facts of these *kinds* cannot be relied on, sorted; empty if they can."""
        found: set[Gap] = set()
        for kind in kinds:
            found.update(self.gaps.get(kind, ()))
        return tuple(sorted(found))

    def unseen_by(self, kinds: Iterable[type]) -> dict[str, Gap]:
        """Return the kinds of subjects of which one of the facts of these *kinds* says nothing."""
        found: dict[str, Gap] = {}
        for kind in kinds:
            found.update(self.unseen.get(kind, {}))
        return found

    def lacks(self, kinds: Iterable[type]) -> tuple[str, ...]:
        """Return the names of those *kinds* of which nothing is known."""
        return tuple(sorted(kind.__name__ for kind in kinds if kind not in self.known))

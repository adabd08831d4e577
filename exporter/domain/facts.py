"""Facts keyed by their own type, where absence is not emptiness."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from exporter.domain.gaps import Extent, Gap, Limitations
from exporter.domain.memory import Memory

__all__ = ["Extent", "Facts", "Gap", "MissingFactError", "UndeclaredFactError"]

T = TypeVar("T")


class MissingFactError(LookupError):
    """A check asked for a fact whose source could not be read."""


class UndeclaredFactError(LookupError):
    """A check asked for a fact that it says neither to need nor to use."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts keyed by their own type; at most one of each.

    A fact is absent when its source failed. Asking for an absent fact raises, so a check cannot
    mistake "could not look" for "looked and found nothing". A fact with a gap that could concern
    anything is there, but only good for naming subjects: the evaluation judges nothing by it.
    *namespaces* are those that were looked at, none for all. *memory* spares a check that runs
    again, as only some of it changed, to work out again what did not. *handed* are the types that
    may be asked for, None for any.
    """

    known: Mapping[type, object] = field(default_factory=dict)
    gaps: Mapping[type, tuple[Gap, ...]] = field(default_factory=dict)
    namespaces: frozenset[str] = frozenset()
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)
    handed: frozenset[type] | None = None

    def get(self, kind: type[T]) -> T:
        """Return the fact of this *kind*, or raise :exc:`MissingFactError`."""
        fact = self.find(kind)
        if fact is None:
            raise MissingFactError(kind.__name__)
        return fact

    def find(self, kind: type[T]) -> T | None:
        """Return the fact of this *kind*, or None.

        Raises :exc:`UndeclaredFactError` where it was not handed out.
        """
        self._allow(kind)
        fact = self.known.get(kind)
        return fact if isinstance(fact, kind) else None

    def is_asked(self, kind: type) -> bool:
        """Tell whether somebody is asked for the fact of this *kind*, whatever he answers."""
        self._allow(kind)
        return kind in self.known or kind in self.gaps

    def only(self, kinds: frozenset[type]) -> "Facts":
        """Return these facts with no others than of these *kinds* within reach."""
        return replace(self, handed=kinds)

    def and_those(self, others: "Facts") -> "Facts":
        """Return these facts and *others*, which are of other types."""
        return Facts(
            known={**self.known, **others.known},
            gaps={**self.gaps, **others.gaps},
            namespaces=self.namespaces | others.namespaces,
        )

    def gaps_in(self, kinds: Iterable[type]) -> tuple[Gap, ...]:
        """Return why the facts of these *kinds* cannot be relied on, sorted; empty if they can."""
        found = {gap for gap in self._gaps(kinds) if gap.is_total}
        return tuple(sorted(found, key=lambda one: (one.source, one.message)))

    def limitations(self, kinds: Iterable[type]) -> Limitations:
        """Return what is not known of the facts of these *kinds*, gaps and all."""
        asked = tuple(kinds)
        return Limitations.of(self._gaps(asked), (self.known.get(kind) for kind in asked))

    def lacks(self, kinds: Iterable[type]) -> tuple[str, ...]:
        """Return the names of those *kinds* of which nothing is known."""
        return tuple(sorted(kind.__name__ for kind in kinds if kind not in self.known))

    def _gaps(self, kinds: Iterable[type]) -> Iterator[Gap]:
        for kind in kinds:
            self._allow(kind)
            yield from self.gaps.get(kind, ())

    def _allow(self, kind: type) -> None:
        if self.handed is not None and kind not in self.handed:
            raise UndeclaredFactError(kind.__name__)

"""Gaps: why something is not known, and which subjects it could concern."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeGuard

from exporter.domain.finding import Subject
from exporter.domain.provenance import Source


@dataclass(frozen=True, slots=True)
class Extent:
    """What a gap could concern: subjects of these *kinds*, or of these *names*; none means any."""

    kinds: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def covers(self, subject: Subject) -> bool:
        """Tell whether the gap could concern *subject*."""
        if self.kinds and subject.kind not in self.kinds:
            return False
        return not self.names or subject.name in self.names


EVERYTHING = Extent()


@dataclass(frozen=True, slots=True)
class Gap:
    """Why something is not known: the source that failed, or whose data is too old.

    Outside of its *extent* everything is as well known as without it.
    """

    source: Source
    message: str
    extent: Extent = EVERYTHING

    @property
    def is_total(self) -> bool:
        """Whether it could concern anything."""
        return self.extent == EVERYTHING


class PartlyKnown(Protocol):
    """A fact that knows its own gaps, subject by subject.

    *aspect* is what a check judges of the subject: ``present``, ``labels``, ``taints`` ...
    """

    @property
    def has_gaps(self) -> bool:
        """Whether there is any subject of which not all is known."""
        ...

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why nothing can be said of this aspect of *subject*, if so."""
        ...

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why a pass of this aspect of *subject* could be wrong, if so."""
        ...


@dataclass(frozen=True, slots=True)
class Limitations:
    """What is not known of some facts: gaps with an extent, and facts that are partly known."""

    gaps: tuple[Gap, ...] = ()
    facts: tuple[PartlyKnown, ...] = ()

    @classmethod
    def of(cls, gaps: Iterable[Gap], facts: Iterable[object]) -> "Limitations":
        """Gather what of *facts* is not known, beside the *gaps* around them."""
        partly = (one for one in facts if _is_partly_known(one))
        return cls(tuple(gaps), tuple(one for one in partly if one.has_gaps))

    def __bool__(self) -> bool:
        return bool(self.gaps or self.facts)

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why nothing can be said of this *aspect* of *subject*, if so."""
        for gap in self.gaps:
            if gap.extent.covers(subject):
                return gap
        found = (one.gap(subject, aspect) for one in self.facts)
        return next((one for one in found if one is not None), None)

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why a pass of this *aspect* of *subject* could be wrong, if so."""
        found = (one.doubt(subject, aspect) for one in self.facts)
        return next((one for one in found if one is not None), None)


def _is_partly_known(fact: object) -> TypeGuard[PartlyKnown]:
    kind: type = type(fact)
    return _tells_gaps(kind)


@cache
def _tells_gaps(kind: type) -> bool:
    """Tell whether values of a *kind* know their own gaps; asked of each value, it takes long."""
    return all(hasattr(kind, name) for name in ("has_gaps", "gap", "doubt"))

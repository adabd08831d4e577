"""What of an evaluation's facts may be shown as seen: a fact with a gap may not."""

from typing import TypeVar

from exporter.domain.declaration import PRESENT
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject

T = TypeVar("T")


def available(facts: Facts, kind: type[T]) -> T | None:
    """Return the fact of this *kind*, or None where it is missing or cannot be relied on."""
    return None if facts.gaps_in((kind,)) else facts.find(kind)


def would_show(facts: Facts, kind: type, subject: Subject) -> bool:
    """Tell whether the fact of this *kind* would show *subject* if it existed."""
    if facts.limitations((kind,)).gap(subject, PRESENT):
        return False
    return not (subject.namespace and facts.namespaces) or subject.namespace in facts.namespaces

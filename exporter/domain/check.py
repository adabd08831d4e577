"""What a check is: its identity, what it needs to know, and how it judges."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A named rule that compares declared with observed for one kind of subject.

    *id* is the name of its module, test, page and label value. *aspect* is its label value in
    the ``*_match`` metrics, empty where it has none there; *component* the part of the monitoring
    stack that it looks at, if any. *needs* are the types of the facts
    without which it cannot judge; where one is missing or has a gap, the evaluation does not call
    *judge* but finds ``unknown`` for all *subjects*, which must make do with what is there.
    """

    id: str
    layer: Layer
    severity: Severity
    title: str
    needs: tuple[type, ...]
    subjects: Callable[[Facts], Iterable[Subject]]
    judge: Callable[[Facts], Iterator[Finding]]
    aspect: str = ""
    component: str = ""

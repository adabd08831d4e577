"""What a metric family is.

A metric may be a number of the last evaluation, in base units, with labels from closed sets or of
declared subjects. Never a pod, a commit, a message or a value.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict, Unpack

from exporter.metrics.chunks import Sample
from exporter.metrics.view import View

PREFIX = "cluster_conformance_"
CHECK = ("layer", "check")
OBJECT = ("object_namespace", "object_kind", "object_name")


class Identity(TypedDict):
    """What a family is called and means; *type* is gauge where it is not given."""

    name: str
    help: str
    labels: NotRequired[tuple[str, ...]]
    type: NotRequired[Literal["gauge", "counter"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One gauge or counter: its identity, and how an evaluation becomes its samples."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    type: Literal["gauge", "counter"] = "gauge"
    samples: Callable[[View], Iterator[Sample]]


def family(
    **identity: Unpack[Identity],
) -> Callable[[Callable[[View], Iterator[Sample]]], Family]:
    """Return a decorator that makes a function from an evaluation to samples a family."""

    def make(samples: Callable[[View], Iterator[Sample]]) -> Family:
        return Family(**identity, samples=samples)

    return make

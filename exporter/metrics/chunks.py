"""Samples in chunks that follow from something known, so that a chunk need not be made twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import is_
from typing import TypeAlias

from exporter.metrics.view import View

Sample: TypeAlias = tuple[tuple[str, ...], float]
"""The label values, in the order of the family's labels, and the number."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Samples that follow from *sources* alone: the very same sources, the very same samples."""

    sources: tuple[object, ...]
    samples: Callable[[], Iterator[Sample]]

    def follows_from(self, sources: tuple[object, ...]) -> bool:
        """Tell whether *sources* are the very same as those of this chunk."""
        return len(sources) == len(self.sources) and all(map(is_, sources, self.sources))


@dataclass(frozen=True, slots=True)
class Chunked:
    """The samples of a family, which come in *chunks*, always in the same order."""

    chunks: Callable[[View], Iterator[Chunk]]

    def __call__(self, view: View) -> Iterator[Sample]:
        """Yield all samples."""
        for chunk in self.chunks(view):
            yield from chunk.samples()

"""The objects of one kind as one list and the events after it tell them."""

from dataclasses import dataclass, field
from typing import Any

from msgspec import Raw

from exporter.domain.errors import ParseError
from exporter.observed.collection import Collection
from exporter.observed.kinds import KindSpec
from exporter.observed.kubernetes.errors import TooManyError
from exporter.observed.odd import OddObjectError
from exporter.observed.records import ObjectRecord


@dataclass(slots=True)
class Content:
    """Objects of one *kind*; begins empty, so it is right only once a list is complete.

    *told* counts what it was given, *odd* how often an object came of which only the name could be
    read. *unnamed* counts those that even lack a name, and *problem* is what was wrong with the
    last of them: as long as there is one, not all of the kind is known, and nothing but another
    list forgets it.
    """

    kind: KindSpec
    collection: Collection = field(init=False)
    told: int = 0
    odd: int = 0
    unnamed: int = 0
    problem: str = ""

    def __post_init__(self) -> None:
        """Begin empty."""
        self.collection = Collection(self.kind)

    @property
    def size(self) -> int:
        """How many objects there are, with and without names."""
        return len(self.collection) + self.unnamed

    def check_size(self) -> None:
        """Raise :exc:`TooManyError` where there are more than any cluster has."""
        most = self.kind.most
        if self.size > most:
            raise TooManyError(
                f"the server has more than {most:,} objects of this kind, more than are read"
            )

    def put(self, item: Any) -> bool:
        """Take an object in; tell whether anything changed."""
        self.told += 1
        try:
            return self.collection.put(item)
        except OddObjectError as error:
            self.odd += 1
            return error.changed
        except ParseError as error:
            return self._doubt(error)

    def remove(self, item: Raw | ObjectRecord) -> bool:
        """Forget an object; tell whether anything changed."""
        try:
            return self.collection.remove(item)
        except ParseError as error:
            return self._doubt(error)

    def _doubt(self, error: ParseError) -> bool:
        self.unnamed += 1
        self.problem = error.message
        return True

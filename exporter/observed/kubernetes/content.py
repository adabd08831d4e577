"""The objects of one kind as one list and the events after it tell them."""

from dataclasses import dataclass, field

from msgspec import Raw

from exporter.domain.errors import ParseError
from exporter.observed.cluster import Cluster, OddObjectError, Record
from exporter.observed.kinds import Kind
from exporter.observed.records import ObjectRecord


@dataclass(slots=True)
class Content:
    """Objects of one *kind*; begins empty, so it is right only once a list is complete.

    *odd* counts how often an object came of which only the name could be read, and *said* is what
    was wrong with the last one. *unnamed* counts those that even lack a name: as long as there is
    one, not all of the kind is known, and nothing but another list forgets it.
    """

    kind: Kind
    cluster: Cluster = field(default_factory=Cluster)
    odd: int = 0
    unnamed: int = 0
    said: str = ""

    def put(self, item: Raw | Record) -> bool:
        """Take an object in; tell whether anything changed."""
        try:
            return self.cluster.put(self.kind, item)
        except OddObjectError as error:
            self.odd += 1
            return error.changed
        except ParseError as error:
            return self._doubt(error)

    def remove(self, item: Raw | ObjectRecord) -> bool:
        """Forget an object; tell whether anything changed."""
        try:
            return self.cluster.remove(self.kind, item)
        except ParseError as error:
            return self._doubt(error)

    def _doubt(self, error: ParseError) -> bool:
        self.unnamed += 1
        self.said = error.message
        return True

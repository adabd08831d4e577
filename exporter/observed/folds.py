"""What becomes of the objects of one kind: each is reduced to what facts need of it."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from exporter.domain.gaps import Gap
from exporter.observed.latest import Latest
from exporter.observed.lenient import Partial
from exporter.observed.records import Metadata

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Fold(Protocol):
    """Takes in the objects of one kind as they come, change and go.

    Objects may come in any order and more than once; the newest version of each counts.
    """

    def put(self, record: Any) -> bool:
        """Take an object in; tell whether that changed any fact.

        Raises :exc:`ParseError` or what decoding raises, and nothing has changed then.
        """

    def put_unreadable(self, partial: Partial[Any], gap: Gap) -> bool:
        """Take in that an object is there of which not all is known; tell if that is news."""

    def remove(self, metadata: Metadata) -> bool:
        """Forget an object, as it was when it went; tell whether it was known."""

    def freeze(self, budget: int) -> bool:
        """Do *budget* steps of what :meth:`contents` would have to do; tell if that is all."""

    def contents(self) -> Any:
        """Return what is known, as the fact's builder wants it; it does not change any more."""

    @property
    def unreadable(self) -> Sequence[Gap]:
        """Why objects are not fully known, one for each."""

    def __len__(self) -> int:
        """Return how many objects are known."""


def gap_alone(partial: Partial[Any], gap: Gap) -> Gap:
    """Return what is kept of an object that cannot be read: why."""
    del partial
    return gap


class ObjectFold(Generic[K, V]):
    """A value for each object, or what stands in for one that cannot be read.

    *key* names an object, *value* reduces its record, *stub* makes what is kept of one that
    cannot be read; *gap_of* tells such a one by why it cannot be.
    """

    __slots__ = ("_key", "_latest", "_stub", "_value")

    def __init__(
        self,
        *,
        key: Callable[[Metadata], K],
        value: Callable[[Any], V],
        stub: Callable[[Partial[Any], Gap], Any] = gap_alone,
    ) -> None:
        self._latest: Latest[K, V | Any] = Latest()
        self._key, self._value, self._stub = key, value, stub

    def put(self, record: Any) -> bool:
        """Take an object in; tell whether that changed any fact."""
        metadata = record.metadata
        return self._latest.put(self._key(metadata), self._value(record), metadata.version)

    def put_unreadable(self, partial: Partial[Any], gap: Gap) -> bool:
        """Keep an object by its name; tell whether that is news."""
        metadata = partial.record.metadata
        return self._latest.put(self._key(metadata), self._stub(partial, gap), metadata.version)

    def remove(self, metadata: Metadata) -> bool:
        """Forget an object; a newer one of the same name stays."""
        return self._latest.drop(self._key(metadata), metadata.version)

    def freeze(self, budget: int) -> bool:
        """Return True: values are frozen from the start."""
        del budget
        return True

    def contents(self) -> dict[K, V | Any]:
        """Return all values by their key."""
        return self._latest.values()

    @property
    def unreadable(self) -> Sequence[Gap]:
        """Why objects are known by their names only, one for each."""
        gaps = (getattr(value, "gap", value) for value in self.contents().values())
        return [gap for gap in gaps if isinstance(gap, Gap)]

    def __len__(self) -> int:
        return len(self._latest)


def apart(contents: Iterable[Mapping[K, V | Gap]]) -> tuple[dict[K, V], dict[K, Gap]]:
    """Return the values of all *contents*, and why some of them cannot be read."""
    known: dict[K, V] = {}
    unreadable: dict[K, Gap] = {}
    for values in contents:
        for key, value in values.items():
            if isinstance(value, Gap):
                unreadable[key] = value
            else:
                known[key] = value
    return known, unreadable


def by_name(
    fact: Callable[[dict[Any, Any], dict[Any, Gap]], object],
) -> Callable[[Sequence[Any], frozenset[str]], object]:
    """Return what builds a *fact* of values by key and of why some of them cannot be read."""

    def build(contents: Sequence[Any], unseen: frozenset[str]) -> object:
        del unseen
        return fact(*apart(contents))

    return build

"""Objects of one kind, of which those that code declares are kept, and of all others the name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import ObjectName, ObservedObject
from exporter.domain.provenance import Source
from exporter.observed.latest import Latest
from exporter.observed.lenient import BROKEN, Partial, message_of
from exporter.observed.objects import name_of, observed_object, parse_name
from exporter.observed.odd import OddObjectError
from exporter.observed.records import Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The objects of a *kind* that code declares: their *names*, seen in API *version*."""

    kind: GroupKind
    version: str
    names: frozenset[ObjectName]


class DeclaredFold:
    """What is compared of each declared object; nothing of others but that they are there."""

    __slots__ = ("_expected", "_latest")

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._latest: Latest[ObjectName, ObservedObject | Gap | None] = Latest()

    def put(self, record: bytes | msgspec.Raw) -> bool:
        """Take an object in, as the bytes of its JSON; tell whether that changed anything.

        Raises :exc:`ParseError` where it has no name, and :exc:`OddObjectError` where it is kept
        by its name, as what it says cannot be read.
        """
        metadata = parse_name(record)
        name, expected = name_of(metadata), self._expected
        if name not in expected.names:
            return self._latest.put(name, None, metadata.version)
        try:
            value = observed_object(record, expected.kind, version=expected.version)
        except BROKEN as error:
            message = f"{expected.kind} {metadata.name} cannot be read: {message_of(error)}"
            gap = Gap(Source.KUBERNETES, message)
            changed = self._latest.put(name, gap, metadata.version)
            raise OddObjectError(message, changed=changed) from None
        return self._latest.put(name, value, metadata.version)

    def put_unreadable(self, partial: Partial[Any], gap: Gap) -> bool:
        """Refuse: what cannot be read is told apart by :meth:`put`."""
        raise ParseError(gap.message or str(partial))

    def remove(self, metadata: Metadata) -> bool:
        """Forget an object, as it was when it went; tell whether it was known."""
        return self._latest.drop(name_of(metadata), metadata.version)

    def freeze(self, budget: int) -> bool:
        """Return True: values are frozen from the start."""
        del budget
        return True

    def contents(self) -> dict[ObjectName, ObservedObject | Gap | None]:
        """Return all objects by namespace and name."""
        return self._latest.values()

    @property
    def unreadable(self) -> Sequence[Gap]:
        """Why nothing but the name of declared objects is known, one for each."""
        return [value for value in self.contents().values() if isinstance(value, Gap)]

    def __len__(self) -> int:
        return len(self._latest)

"""All objects of one kind as far as they are known, read from bytes or handed in read."""

from typing import Any, TypeAlias

import msgspec
from msgspec import Raw

from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Source
from exporter.observed import lenient
from exporter.observed.kindspec import KindSpec
from exporter.observed.lenient import BROKEN, Partial, message_of
from exporter.observed.odd import OddObjectError
from exporter.observed.records import Metadata, ObjectRecord

Buffer: TypeAlias = bytes | msgspec.Raw


class Collection:
    """The objects of one *kind*, reduced to what facts need of them."""

    __slots__ = ("_decoder", "fold", "kind")

    def __init__(self, kind: KindSpec) -> None:
        self.kind = kind
        self.fold = kind.fold()
        self._decoder = None if kind.record is Raw else msgspec.json.Decoder(kind.record)

    def put(self, item: Any) -> bool:
        """Take an object in, as the bytes of its JSON or read; tell if that changed any fact.

        An older version than the known one, or than the one that went, changes nothing. Raises
        :exc:`OddObjectError` where what is needed of it cannot be read, so that it is kept by its
        name, and another :exc:`ParseError` where it has none: nothing changes then.
        """
        if self._decoder is None:
            return self.fold.put(item)
        try:
            return self.fold.put(self._decoder.decode(item) if isinstance(item, Buffer) else item)
        except (ParseError, *BROKEN) as error:
            if not isinstance(item, Buffer):
                raise self._kept(Partial(item), message_of(error)) from None
        return self._put_rest(lenient.read(item, self.kind.record))

    def remove(self, item: Buffer | ObjectRecord) -> bool:
        """Forget an object, as it was when it went; tell whether it was known.

        A newer object of the same name stays. Raises :exc:`ParseError` where it has no name.
        """
        read = Partial(item) if isinstance(item, ObjectRecord) else lenient.read(item, ObjectRecord)
        return self.fold.remove(self._named(read))

    def __len__(self) -> int:
        return len(self.fold)

    @property
    def unreadable(self) -> list[Gap]:
        """Why objects are known by their names only, for each, sorted."""
        return sorted(self.fold.unreadable, key=lambda gap: gap.message)

    def _put_rest(self, read: Partial[Any]) -> bool:
        """Take in what can be read of an object, if that is all that is needed of it."""
        message = "; ".join(f"{path}: {why}" for path, why in read.lost.items())
        if not read.lost:
            try:
                return self.fold.put(read.record)
            except (ParseError, *BROKEN) as error:
                message = message_of(error)
        raise self._kept(read, message)

    def _kept(self, read: Partial[Any], message: str) -> OddObjectError:
        """Keep an object by its name; return what is to be told of it."""
        name = self._described(self._named(read))
        gap = Gap(Source.KUBERNETES, f"{name} cannot be read: {message}")
        return OddObjectError(message, changed=self.fold.put_unreadable(read, gap))

    def _named(self, read: Partial[Any]) -> Metadata:
        """Return the metadata that names an object; raises :exc:`ParseError` if it does not."""
        if self.kind.namespaced and read.lacks("metadata.namespace"):
            raise ParseError(f"metadata.namespace: {read.lost['metadata.namespace']}")
        metadata: Metadata = read.record.metadata
        return metadata

    def _described(self, metadata: Metadata) -> str:
        within = f"{metadata.namespace}/" if self.kind.namespaced and metadata.namespace else ""
        return f"{self.kind} {within}{metadata.name}"

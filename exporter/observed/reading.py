"""One file of a dump after the other, folded into a cluster and the evidence for it."""

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec
from msgspec import Raw

from exporter.domain.declaration import Failure
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import Json, as_text, dig
from exporter.domain.objectkeys import GroupKind
from exporter.domain.provenance import Place, Source
from exporter.observed.absence import Evidence
from exporter.observed.collection import Collection
from exporter.observed.documents import Document, Text, split
from exporter.observed.files import DumpFile, load
from exporter.observed.kinds import KINDS, KindSpec
from exporter.observed.managedfields import DumpedWriters
from exporter.observed.naming import identify, named_in, names_in
from exporter.observed.objects import READ_TWICE, DumpedObjects, is_compared
from exporter.observed.odd import OddObjectError
from exporter.observed.platform import DISCOVERED, DumpedPlatform

ADVICE = "write it again with `kubectl get ... -A -o json`"
MAX_FAILURES = 100
"""How many broken objects of a dump are reported one by one; the rest is counted."""

MAX_OTHER_KINDS = 500
"""How many of the kinds that are passed over are counted apart."""

_LIST = re.compile(rb'\s*\{\s*(?:"apiVersion":\s*"([^"]{0,300})",\s*)?"kind":\s*"(\w{1,300})List"')

_identify = lru_cache(maxsize=1024)(identify)


@dataclass(slots=True)
class Reading:
    """A dump as far as it has been read.

    *odd* are objects of which only the name could be read, so that no kind is lost with them.
    """

    collections: dict[KindSpec, Collection] = field(
        default_factory=lambda: {kind: Collection(kind) for kind in KINDS}
    )
    objects: DumpedObjects = field(default_factory=DumpedObjects)
    writers: DumpedWriters = field(default_factory=DumpedWriters)
    platform: DumpedPlatform = field(default_factory=DumpedPlatform)
    evidence: Evidence = field(default_factory=Evidence)
    items: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    odd: list[Failure] = field(default_factory=list)
    unreported: int = 0

    def take(self, file: DumpFile) -> None:
        """Read one file; what is wrong with it becomes a failure."""
        named = named_in(file.stem)
        self.evidence.name(named or ())
        text: Text = b""
        shown: set[str] = set()
        done = 0
        try:
            text = load(file)
            for document in split(text):
                _check(document, named)
                shown |= self._take_document(document, path=file.name, named=named)
                done += 1
        except ReadError as error:
            self.fail(error, path=file.name, kinds=named)
        except ParseError as error:
            kinds = named if named is not None or done else _listed(text)
            self._fail_at(file.name, error, line=error.line, kinds=kinds)
        else:
            self.objects.name(names_in(file.stem))
            if named and (not shown or not shown.isdisjoint(map(str, named))):
                self.evidence.see(*named)

    def fail(self, error: ReadError, *, path: str, kinds: Iterable[KindSpec] | None) -> None:
        """Take note of what could not be read, and of the kinds that are lost with it (None: any).

        *path* stands in where the error has none.
        """
        lost = None if kinds is None else sorted(kinds, key=str)
        failure = Failure(
            place=Place(Source.KUBERNETES, error.path or path, error.line),
            reason=error.reason,
            message=error.message,
            advice=error.advice,
            part=", ".join(map(str, lost or ())),
        )
        self.failures.append(failure)
        self.evidence.lose(failure, lost)
        if not lost or any(kind.fact.type in READ_TWICE for kind in lost):
            self.objects.lose(f"{failure.place}: {failure.message}")

    def close(self, path: str) -> None:
        """Count the failures that were not reported one by one."""
        if self.unreported:
            message = f"{self.unreported:,} more objects could not be read"
            self.fail(ReadError(message, reason=Reason.MALFORMED), path=path, kinds=())

    def _fail_at(
        self, path: str, error: ParseError, *, line: int, kinds: Iterable[KindSpec] | None
    ) -> None:
        malformed = ReadError(error.message, reason=Reason.MALFORMED, line=line, advice=ADVICE)
        self.fail(malformed, path=path, kinds=kinds)

    def _take_document(
        self, document: Document, *, path: str, named: frozenset[KindSpec] | None
    ) -> set[str]:
        shown: set[str] = set()
        if document.list_of:
            self._see(identify(*document.list_of))
            self._see_object(*document.list_of)
        if not document.kind:
            for item in document.items:
                self.platform.take("", item)
        for index, item in enumerate(document.items if document.kind else ()):
            known: KindSpec | None = None
            try:
                kind, api_version = document.type_of(item)
                shown.add(kind)
                known = _identify(kind, api_version)
                self._see(known)
                self._count(kind, known)
                self._take_object(item, kind, api_version, known)
                self.writers.take(item, kind, api_version)
                if known is not None:
                    self.collections[known].put(item)
            except OddObjectError as error:
                self._note_odd(path, _Item(document, index, known), error)
            except ParseError as error:
                kinds = named if known is None else (known,)
                if self._has_room(kinds):
                    self._lose(path, _Item(document, index, known), error, kinds)
        return shown

    def _take_object(self, item: Raw, kind: str, api_version: str, known: KindSpec | None) -> None:
        self.platform.take(kind, item)
        if kind in DISCOVERED:
            return
        group, _, version = api_version.rpartition("/")
        group_kind = GroupKind(group, kind)
        if is_compared(group_kind, known):
            self.objects.take(item, group_kind, version=version)

    def _see_object(self, kind: str, api_version: str) -> None:
        group_kind = GroupKind(api_version.rpartition("/")[0], kind)
        if kind not in DISCOVERED and is_compared(group_kind, identify(kind, api_version)):
            self.objects.see(group_kind)

    def _lose(
        self, path: str, item: "_Item", error: ParseError, kinds: Iterable[KindSpec] | None
    ) -> None:
        told = ParseError(f"{item}: {error.message}")
        self._fail_at(path, told, line=item.line, kinds=kinds)

    def _note_odd(self, path: str, item: "_Item", error: ParseError) -> None:
        if len(self.odd) >= MAX_FAILURES:
            self.unreported += 1
            return
        self.odd.append(
            Failure(
                place=Place(Source.KUBERNETES, path, item.line),
                reason=Reason.MALFORMED,
                message=f"{item}: {error.message}",
                advice=ADVICE,
            )
        )

    def _see(self, kind: KindSpec | None) -> None:
        if kind is not None:
            self.evidence.see(kind)

    def _count(self, kind: str, known: KindSpec | None) -> None:
        if known is None and kind not in self.items and len(self.items) >= MAX_OTHER_KINDS:
            kind = "other"
        self.items[kind] += 1

    def _has_room(self, kinds: Iterable[KindSpec] | None) -> bool:
        """Tell whether one more failure is worth its words; else count it.

        The first one of a kind always is, as it is by a failure that a kind is lost.
        """
        if len(self.failures) < MAX_FAILURES or not self.evidence.is_lost(kinds):
            return True
        self.unreported += 1
        return False


@dataclass(frozen=True, slots=True)
class _Item:
    """One of the objects of a document."""

    document: Document
    index: int
    kind: KindSpec | None

    @property
    def line(self) -> int:
        return self.document.line_of(self.index, self.document.items[self.index])

    def __str__(self) -> str:
        return _describe(self.index, self.document.items[self.index], self.kind)


def _check(document: Document, named: frozenset[KindSpec] | None) -> None:
    """Raise :exc:`ParseError` for a document that is not all of what was asked for."""
    if named and not document.kind:
        raise ParseError("holds no Kubernetes object")
    if document.refusal:
        raise ParseError(f"holds the API server's refusal: {document.refusal}")
    if document.partial:
        raise ParseError("holds one page of a longer list")


def _listed(text: Text) -> tuple[KindSpec, ...] | None:
    """Return the kind that a broken JSON text, by its beginning, is a list of; None for any."""
    head = _LIST.match(text)
    if head is None or not head[2]:
        return None
    known = identify(head[2].decode(), (head[1] or b"").decode("utf-8", "replace"))
    return (known,) if known else ()


def _describe(index: int, item: Raw, kind: KindSpec | None) -> str:
    """Return which object of a list is meant, as far as it can be told."""
    content: Json = None
    with suppress(ValueError, RecursionError):
        content = msgspec.json.decode(item)
    name, namespace = (as_text(dig(content, "metadata", key)) for key in ("name", "namespace"))
    if not name:
        return f"object {index + 1} ({kind or 'of no kind'})"
    where = f"{namespace}/{name}" if namespace else name
    return f"object {index + 1} ({kind or 'of no kind'} {where[:300]})"

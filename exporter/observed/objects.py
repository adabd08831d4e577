"""Objects of any kind, reduced to what can be compared with a declaration."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.json import shared
from exporter.domain.objectcontent import compared_content
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import ObjectName, ObservedObject, ObservedObjects
from exporter.domain.provenance import Source
from exporter.domain.services import ObservedEndpoints
from exporter.domain.workloads import ObservedAutoscalers
from exporter.observed.kinds import KindSpec
from exporter.observed.latest import Latest
from exporter.observed.lenient import BROKEN, message_of
from exporter.observed.objectstatus import kept_status
from exporter.observed.records import Metadata

NEVER_READ: Final = frozenset({GroupKind("", "Secret")})
UNDECLARED: Final = frozenset(
    {
        GroupKind("", "Event"),
        GroupKind("events.k8s.io", "Event"),
        GroupKind("coordination.k8s.io", "Lease"),
        GroupKind("apps", "ControllerRevision"),
        GroupKind("metrics.k8s.io", "NodeMetrics"),
        GroupKind("metrics.k8s.io", "PodMetrics"),
    }
)
"""Kinds that nobody declares, of which a dump may hold very many."""
READ_TWICE: Final = frozenset({ObservedAutoscalers, ObservedEndpoints})
"""Facts of kinds whose objects are compared as such, too."""

OF_SNAPSHOT: Final = "the snapshot holds no list of this kind"


class _Named(msgspec.Struct, gc=False):
    metadata: Metadata


_NAMED = msgspec.json.Decoder(_Named)
_CONTENT = msgspec.json.Decoder(dict[str, Any])


def is_compared(kind: GroupKind, known: KindSpec | None) -> bool:
    """Tell whether objects of a kind are compared as such; *known* is what else is read of it."""
    if kind in NEVER_READ or kind in UNDECLARED:
        return False
    return known is None or known.fact.type in READ_TWICE


def name_of(metadata: Metadata) -> ObjectName:
    """Return namespace and name of an object."""
    return metadata.namespace or "", metadata.name


def parse_name(raw: bytes | msgspec.Raw) -> Metadata:
    """Return what names an object; raises :exc:`ParseError` where nothing does."""
    try:
        return _NAMED.decode(raw).metadata
    except BROKEN as error:
        raise ParseError(message_of(error)) from None


def observed_object(raw: bytes | msgspec.Raw, kind: GroupKind, *, version: str) -> ObservedObject:
    """Return what *raw*, the JSON of an object, says; raises what decoding raises."""
    decoded = _CONTENT.decode(raw)
    content = shared(compared_content(decoded, group=kind.group, kind=kind.kind))
    return ObservedObject(version, content, kept_status(decoded, kind))


@dataclass(slots=True)
class DumpedObjects:
    """The objects of a dump by kind, and what tells of kinds of which it has none."""

    _kinds: dict[GroupKind, Latest[ObjectName, ObservedObject | Gap]] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    _lost: list[Gap] = field(default_factory=list)

    def see(self, kind: GroupKind) -> None:
        """Take note that there is a list of a kind, which may be empty."""
        self._kinds.setdefault(kind, Latest())

    def name(self, names: Iterable[str]) -> None:
        """Take note that a file is named after resources, and was read."""
        self._named.update(names)

    def lose(self, message: str) -> None:
        """Take note that there may be objects which could not be read."""
        self._lost.append(Gap(Source.KUBERNETES, message))

    def take(self, item: msgspec.Raw, kind: GroupKind, *, version: str) -> None:
        """Take an object in; raises :exc:`ParseError` where it has no name that can be read."""
        metadata = parse_name(item)
        value: ObservedObject | Gap
        try:
            value = observed_object(item, kind, version=version)
        except BROKEN as error:
            value = Gap(Source.KUBERNETES, f"{kind} {metadata.name}: {message_of(error)}")
        self.see(kind)
        self._kinds[kind].put(name_of(metadata), value, metadata.version)

    def fact(self) -> ObservedObjects:
        """Return what is known of them."""
        return ObservedObjects(
            kinds={kind: latest.values() for kind, latest in sorted(self._kinds.items())},
            others=OF_SNAPSHOT,
            named=frozenset(self._named),
            lost=tuple(self._lost[:1]),
        )

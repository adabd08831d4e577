"""One kind of which code declares objects: what is declared, and what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from msgspec import Raw

from exporter.domain.clock import Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.gaps import Gap
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import (
    DeclaredObjects,
    ObjectName,
    Objects,
    ObservedObject,
    ObservedObjects,
)
from exporter.foreign.supervisor import RootTask
from exporter.observed.declaredfold import DeclaredFold, Expected
from exporter.observed.kinds import FactSpec, KindSpec
from exporter.observed.kubernetes.discovery import Served
from exporter.observed.kubernetes.store import Store

_FACT: Final = FactSpec(type=ObservedObjects, build=lambda contents, _: contents)
NOTHING: Final[Objects] = MappingProxyType({})
"""What there is of a kind that is not served: one value, so that it is not judged again."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The objects of one kind that code declares: their *names*, and the *versions* they are in."""

    names: frozenset[ObjectName]
    versions: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Followed:
    """One kind of declared objects, and what is known of it.

    *stores* are empty before it was found out how the kind is served. It is *absent* where it is
    not at all, as was told last at the instant *told* of the boot clock. *trouble* is why it could
    not be found out.
    """

    kind: GroupKind
    declared: Declared
    stores: tuple[Store, ...] = ()
    absent: bool = False
    told: float = 0.0
    trouble: Failure | None = None
    root: RootTask | None = None
    _built: tuple[object, Objects] | None = None

    @property
    def settled(self) -> bool:
        """Whether it has been told what there is, or that it will not be told."""
        if self.absent or self.refusal:
            return True
        return bool(self.stores) and all(store.settled for store in self.stores)

    @property
    def refusal(self) -> str:
        """Why nobody lets us look at the kind; empty where somebody does."""
        troubles = [self.trouble, *(store.trouble for store in self.stores if not store.content)]
        reasons = (one.message for one in troubles if one and one.reason is Reason.FORBIDDEN)
        return next(reasons, "")

    def gap(self, *, at: Instant, max_age: timedelta) -> str:
        """Return why nothing can be said of the kind; empty where it can."""
        if self.absent and at.age(self.told) <= max_age:
            return ""
        if not self.stores:
            why = self.trouble.message if self.trouble else "not looked for yet"
            return f"{self.kind}: {why}"
        gaps = (store.gap(at=at, max_age=max_age) for store in self.stores)
        return next(filter(None, gaps), "")

    def objects(self) -> Objects:
        """Return the objects of the kind; the same value as long as nothing changed."""
        if self.absent:
            return NOTHING
        revision = tuple((id(store.content), store.revision) for store in self.stores)
        if self._built is None or self._built[0] != revision:
            found: dict[ObjectName, ObservedObject | Gap | None] = {}
            for store in self.stores:
                if store.content is not None:
                    found.update(store.content.collection.fold.contents())
            self._built = (revision, found)
        return self._built[1]


def by_kind(objects: DeclaredObjects) -> Mapping[GroupKind, Declared]:
    """Return what is declared of each kind; nothing of those that are only referred to."""
    names: dict[GroupKind, set[ObjectName]] = {kind: set() for kind in objects.referred}
    versions: dict[GroupKind, set[str]] = {kind: set() for kind in objects.referred}
    for key, declared in objects.objects.items():
        names.setdefault(key.group_kind, set()).add((key.namespace, key.name))
        versions.setdefault(key.group_kind, set()).add(declared.version)
    return {
        kind: Declared(frozenset(found), tuple(sorted(versions[kind], reverse=True)))
        for kind, found in names.items()
    }


def spec_of(followed: Followed, served: Served) -> KindSpec:
    """Return how a kind is followed, given how it is *served*."""
    names = followed.declared.names
    if not served.namespaced:
        names = frozenset(("", name) for _, name in names)
    expected = Expected(kind=followed.kind, version=served.version, names=names)
    return KindSpec(
        kind=followed.kind.kind,
        group=followed.kind.group,
        version=served.version,
        plural=served.plural,
        namespaced=served.namespaced,
        optional=True,
        record=Raw,
        metadata_only=not names,  # others only refer to them by their names
        fold=lambda: DeclaredFold(expected),
        fact=_FACT,
        read_for=frozenset(),
    )

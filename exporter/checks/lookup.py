"""Whether objects that others name are there, as far as that may be known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Final, NamedTuple

from exporter.checks import object_present
from exporter.domain.applications import ObservedApplications
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause
from exporter.domain.gaps import Gap
from exporter.domain.items import DeclaredItems
from exporter.domain.json import as_text, dig
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.domain.objects import DeclaredObjects, ObjectName, ObservedObjects
from exporter.domain.references import SECRET

MAKERS: Final[Mapping[GroupKind, tuple[str, ...]]] = {
    GroupKind("external-secrets.io", "ExternalSecret"): ("spec", "target", "name"),
    GroupKind("bitnami.com", "SealedSecret"): ("spec", "template", "metadata", "name"),
    GroupKind("cert-manager.io", "Certificate"): ("spec", "secretName"),
}
"""Kinds of objects that make a Secret, and where they name it; else it has their own name."""


class Presence(Enum):
    """What is known of an object that others name."""

    THERE = auto()
    MISSING = auto()
    """It is not there, and nothing declares it."""
    LACKING = auto()
    """It is declared and not there, which another check reports."""
    UNKNOWN = auto()
    """It could be looked at, and nobody can tell now."""
    UNSEEN = auto()
    """Nobody may look, or nobody did."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one object: *gap* says why no more is, *cause* who reports that."""

    presence: Presence
    gap: str = ""
    cause: Cause | None = None


class Secrets(NamedTuple):
    """Secrets that are *there*, or *missing*, as far as others than the cluster tell."""

    there: frozenset[ObjectName] = frozenset()
    missing: frozenset[ObjectName] = frozenset()


class Lookup:
    """Looks objects up by what identifies them; *secrets* are what is known of those."""

    __slots__ = ("_by_kind", "declared", "observed", "secrets")

    def __init__(self, facts: Facts, *, secrets: Secrets = Secrets()) -> None:  # noqa: B008 - it is frozen
        self._by_kind: dict[GroupKind, list[DeclaredObject]] = {}
        lost = gap_of(facts, ObservedObjects)
        self.declared = facts.find(DeclaredObjects) or DeclaredObjects({})
        self.observed = None if lost else facts.find(ObservedObjects)
        self.secrets = secrets

    @property
    def sources(self) -> tuple[object, ...]:
        """All that it knows, to tell whether it would say the same again."""
        return self.declared, self.observed, self.secrets

    def find(self, key: ObjectKey) -> Found:
        """Return what is known of the object *key*.

        Secrets are never looked at: that one is declared, or made of what is, has to do, unless
        Argo CD misses it.
        """
        if key.group_kind == SECRET:
            return Found(self._secret((key.namespace, key.name)), "Secrets are never read")
        if self.observed is None:
            return Found(Presence.UNSEEN, "objects are not looked at")
        return self._look(key, self.observed)

    def declared_of(self, kind: GroupKind) -> Sequence[DeclaredObject]:
        """Return the declared objects of a *kind*."""
        if not self._by_kind:
            for key, one in self.declared.objects.items():
                self._by_kind.setdefault(key.group_kind, []).append(one)
        return self._by_kind.get(kind, ())

    def _secret(self, name: ObjectName) -> Presence:
        if name in self.secrets.missing:
            return Presence.MISSING
        return Presence.THERE if name in self.secrets.there else Presence.UNSEEN

    def _look(self, key: ObjectKey, observed: ObservedObjects) -> Found:
        if key in observed:
            return Found(Presence.THERE)
        gap = observed.gap(key)
        if gap is not None:
            unseen = observed.refusal(key.group_kind) or key.group_kind not in observed.gaps
            presence = Presence.UNSEEN if unseen and not observed.lost else Presence.UNKNOWN
            return Found(presence, gap.message, Cause(gap.source))
        declared = self.declared.objects.get(key)
        if declared is not None:
            return Found(Presence.LACKING, cause=Cause(object_present.ID, declared.subject))
        return Found(Presence.MISSING)


def gap_of(facts: Facts, kind: type) -> Gap | None:
    """Return why the fact of this *kind* cannot be relied on now, if so."""
    gaps = facts.gaps_in((kind,))
    return gaps[0] if gaps else None


def known_secrets(facts: Facts) -> Secrets:
    """Return the Secrets that are declared, made of what is, or of which Argo CD tells."""
    declared, items = facts.find(DeclaredObjects), facts.find(DeclaredItems)
    observed = facts.find(ObservedApplications)
    make = partial(_secrets, declared, items, observed)
    return facts.memory.once("secrets", (declared, items, observed), make)


def _secrets(
    declared: DeclaredObjects | None,
    items: DeclaredItems | None,
    observed: ObservedApplications | None,
) -> Secrets:
    found = {
        (item.subject.namespace, item.subject.name)
        for item in (items.items if items else ())
        if item.subject.kind == SECRET.kind
    }
    for key, maker in declared.objects.items() if declared else ():
        path = MAKERS.get(key.group_kind)
        if path is not None:
            found.add((key.namespace, as_text(dig(maker.manifest, *path)) or key.name))
    applications = observed.applications.values() if observed else ()
    here = [application for application in applications if application.is_here]
    there = {name for application in here for name in application.secrets}
    missing = {name for application in here for name in application.missing_secrets} - there
    return Secrets(frozenset((found | there) - missing), frozenset(missing))

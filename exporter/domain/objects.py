"""Facts about objects of any other kind than workloads, declared and observed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from exporter.domain.declaration import PRESENT, DeclaredObject
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.json import JsonObject, as_text, dig
from exporter.domain.objectkeys import DEFINITION, GroupKind, ObjectKey
from exporter.domain.provenance import Source


@dataclass(frozen=True, slots=True)
class DeclaredObjects:
    """All declared objects that no other fact is about.

    Objects of the *referred* kinds are named by declared ones, whether any of them is declared.
    """

    objects: Mapping[ObjectKey, DeclaredObject]
    referred: frozenset[GroupKind] = frozenset()
    by_subject: Mapping[Subject, tuple[DeclaredObject, ...]] = field(
        init=False, compare=False, repr=False
    )
    has_gaps: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        found: dict[Subject, list[DeclaredObject]] = {}
        for declared in self.objects.values():
            found.setdefault(declared.subject, []).append(declared)
        ordered = {subject: tuple(objects) for subject, objects in sorted(found.items())}
        object.__setattr__(self, "by_subject", ordered)
        object.__setattr__(self, "has_gaps", any(one.unknown for one in self.objects.values()))

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return why all but the presence of an object may be declared otherwise, if so."""
        if aspect == PRESENT:
            return None
        gaps = (declared.unknown for declared in self.by_subject.get(subject, ()))
        return next((gap for gap in gaps if gap is not None), None)

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: what is not known of an object decides over a failure, too."""
        del subject, aspect
        return None


@dataclass(frozen=True, slots=True)
class ObservedObject:
    """An object as the API server shows it in API *version*; *manifest* is as of a declared one.

    *status* is what checks judge by of its status, empty for most kinds.
    """

    version: str
    manifest: JsonObject
    status: JsonObject = field(default_factory=dict)


ObjectName: TypeAlias = tuple[str, str]
"""Namespace and name."""

Objects: TypeAlias = Mapping[ObjectName, ObservedObject | Gap | None]
"""Objects of one kind: of some only that they are there is known, of some why no more is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedObjects:
    """The objects of the kinds that were looked at.

    *gaps* says of further kinds why nothing is known of them now, *refused* of which ones nobody
    lets us look. Where *others* is given, it says so of all that are named nowhere; kinds that are
    in *named* were looked at, and there are none. Where *lost* is not empty, there may be objects
    beyond those that are known.
    """

    kinds: Mapping[GroupKind, Objects] = field(default_factory=dict)
    gaps: Mapping[GroupKind, Gap] = field(default_factory=dict)
    refused: Mapping[GroupKind, str] = field(default_factory=dict)
    others: str = ""
    named: frozenset[str] = frozenset()
    lost: tuple[Gap, ...] = ()

    def refusal(self, kind: GroupKind) -> str:
        """Return why nobody lets us look at objects of this *kind*; empty where somebody does."""
        if kind in self.kinds or kind in self.gaps or not kind.names.isdisjoint(self.named):
            return ""
        return self.refused.get(kind, self.others)

    def refusal_of(self, objects: Iterable[DeclaredObject]) -> str:
        """Return why nobody lets us look at any of these *objects*; empty where one can be seen."""
        reasons = [self.refusal(declared.key.group_kind) for declared in objects]
        return reasons[0] if reasons and all(reasons) else ""

    def gap(self, key: ObjectKey) -> Gap | None:
        """Return why nobody can tell now whether an object is there, if so."""
        kind = key.group_kind
        if kind in self.gaps:
            return self.gaps[kind]
        if why := self.refusal(kind):
            return Gap(Source.KUBERNETES, why)
        if self.lost and not self._found(key):
            return self.lost[0]
        if kind in self.kinds or not kind.names.isdisjoint(self.named):
            return None
        return Gap(Source.KUBERNETES, f"{kind} was not looked for yet")

    def __contains__(self, key: ObjectKey) -> bool:
        return bool(self._found(key))

    def get(self, key: ObjectKey) -> ObservedObject | Gap | None:
        """Return an object, or why no more is known of it than its name; None where it is not."""
        found = self._found(key)
        return found[0] if found else None

    def _found(self, key: ObjectKey) -> list[ObservedObject | Gap | None]:
        """Return the one object of that name; of a kind without namespaces none counts."""
        objects = self.kinds.get(key.group_kind, {})
        names = ((key.namespace, key.name), ("", key.name))
        return [objects[name] for name in names if name in objects][:1]


def refused_items(
    declared: DeclaredObjects, observed: ObservedObjects
) -> Iterator[tuple[Subject, str]]:
    """Yield the subjects at none of whose objects anybody lets us look, and why.

    Those of one name may be of several groups: where one can be seen, a check speaks of all.
    """
    for subject, objects in declared.by_subject.items():
        if why := observed.refusal_of(objects):
            yield subject, why


def declared_resources(declared: DeclaredObjects) -> dict[GroupKind, str]:
    """Return what RBAC calls the kinds of objects that are declared or named.

    It is empty where nobody knows. Kubernetes' own are called after their kind, of others a
    definition that is declared tells.
    """
    names = dict(_defined(declared))
    kinds = sorted({key.group_kind for key in declared.objects} | declared.referred)
    return {kind: kind.resource if kind.is_built_in else names.get(kind, "") for kind in kinds}


def _defined(declared: DeclaredObjects) -> Iterator[tuple[GroupKind, str]]:
    """Yield the resources that declared custom resource definitions name."""
    for key, one in declared.objects.items():
        if key.group_kind == DEFINITION:
            group, names = dig(one.manifest, "spec", "group"), dig(one.manifest, "spec", "names")
            kind, plural = as_text(dig(names, "kind")), as_text(dig(names, "plural"))
            if kind and plural:
                yield GroupKind(as_text(group), kind), f"{plural}.{as_text(group)}"

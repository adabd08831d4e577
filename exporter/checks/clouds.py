"""What checks of the cloud share: how declared values are compared, and what of it is unknown."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from exporter.checks.wording import excerpt, first, listing
from exporter.domain.cloud import (
    FAMILIES,
    CloudAttribute,
    CloudKind,
    CloudResource,
    DeclaredCloud,
    DeclaredResource,
)
from exporter.domain.cloud_join import JOINED, CloudJoin, UnresolvedReferenceError
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place, Source

FACTS_OF_JOIN: tuple[type, ...] = (DeclaredCloud, *JOINED)
"""What a check has to be handed to ask which resource is which."""
_SETS = frozenset(
    {
        CloudAttribute.CIDRS,
        CloudAttribute.ROUTES,
        CloudAttribute.SUBNETS,
        CloudAttribute.RULES,
        CloudAttribute.GROUPS,
    }
)
"""Attributes of which a resource has any number of values."""
_OWNED: Mapping[CloudAttribute, CloudKind] = {
    CloudAttribute.ROUTES: CloudKind.ROUTE_TABLE,
    CloudAttribute.SUBNETS: CloudKind.ROUTE_TABLE,
    CloudAttribute.RULES: CloudKind.SECURITY_GROUP,
}
"""Attributes of which values may be declared elsewhere, and of what kind of resource."""


def subject(resource: DeclaredResource) -> Subject:
    """Return a declared resource as a subject, which goes by its address."""
    return Subject(resource.kind.value, "", resource.address)


def subjects(facts: Facts, *kinds: CloudKind) -> list[Subject]:
    """Return the declared resources of these *kinds*, sorted."""
    known = facts.find(DeclaredCloud)
    return sorted(map(subject, known.of(*kinds))) if known else []


def unlooked(facts: Facts, *kinds: CloudKind) -> str:
    """Return why the cloud's resources of these *kinds* are not known, or nothing."""
    wanted = tuple(FAMILIES[kind] for kind in kinds)
    gaps = facts.gaps_in(wanted)
    if gaps:
        return "; ".join(gap.message for gap in gaps)
    lacking = [
        kind.__name__ for kind in wanted if (fact := facts.find(kind)) is None or not fact.asked
    ]
    return f"nothing is known of {', '.join(sorted(lacking))}" if lacking else ""


def blind(check: str, resource: DeclaredResource, why: str) -> Finding:
    """Return what *check* finds of a resource that nobody could look at."""
    return Finding(
        check=check,
        subject=subject(resource),
        verdict=Verdict.UNKNOWN,
        detail=why,
        provenance=(resource.place,),
        cause=Cause(Source.AWS),
    )


def unclear(check: str, resource: DeclaredResource, doubt: str) -> Finding:
    """Return what *check* finds of a resource of which it is not known which it is."""
    return Finding(
        check=check,
        subject=subject(resource),
        verdict=Verdict.UNKNOWN,
        detail=f"which of the cloud's it is nobody can tell: {doubt}",
        provenance=(resource.place,),
    )


def missing(check: str, one: DeclaredResource, region: str) -> Finding:
    """Return what *check* finds of a resource that is not there."""
    which = one.id or (f"of the name {one.name}" if one.name else "like it")
    return Finding(
        check=check,
        subject=subject(one),
        verdict=Verdict.FAIL,
        detail=f"there is no {one.kind.value} {which} in {region}",
        declared="present",
        observed="absent",
        provenance=(one.place,),
    )


@dataclass(slots=True)
class Comparison:
    """What differs between a declared resource and the cloud's, and what could not be compared."""

    join: CloudJoin
    resource: DeclaredResource
    differing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    declared: dict[str, list[str]] = field(default_factory=dict)
    observed: dict[str, list[str]] = field(default_factory=dict)
    places: dict[Place, None] = field(default_factory=dict)

    def compare(
        self,
        attribute: CloudAttribute,
        have: Iterable[str] | None,
        *,
        within: str = "",
        unmanaged: Collection[str] = (),
    ) -> None:
        """Compare one attribute, if it is declared, with what the cloud has; None: not told."""
        if attribute in self.resource.unknown:
            why = self.resource.unknown[attribute].value
            self.unknown.append(f"{attribute} is not compared: {excerpt(why)}")
            return
        stated = self.resource.values.get(attribute)
        if stated is None:
            return
        if have is None:
            self.unknown.append(f"{attribute} is not told")
            return
        wanted: dict[str, Place] = {}
        for one in stated:
            try:
                wanted[self.join.resolved(one.value, within=within)] = one.place
            except UnresolvedReferenceError as error:
                self.unknown.append(
                    f"{attribute} refers to {excerpt(str(error))}, which is not found"
                )
                return
        self._note(attribute, wanted, frozenset(have), unmanaged)

    def _note(
        self,
        attribute: CloudAttribute,
        wanted: Mapping[str, Place],
        have: frozenset[str],
        unmanaged: Collection[str],
    ) -> None:
        lacking = sorted(wanted.keys() - have)
        further = sorted(have - wanted.keys() - set(unmanaged))
        if lacking or further:
            self.declared[attribute.value] = first(lacking if _is_set(attribute) else wanted)
            self.observed[attribute.value] = first(further if _is_set(attribute) else have)
        if not _is_set(attribute):
            if lacking:
                is_now = listing(sorted(map(excerpt, have))) or "none"
                meant = listing([excerpt(one) for one in lacking])
                self._differ(f"{attribute} is {is_now} instead of {meant}", wanted)
            return
        if lacking:
            where = (f"{excerpt(one)} ({wanted[one].where})" for one in lacking)
            gone = {one: wanted[one] for one in lacking}
            self._differ(f"{attribute}: lacks {listing(list(where))}", gone)
        if further:
            self._further(attribute, further)

    def _further(self, attribute: CloudAttribute, further: list[str]) -> None:
        """Note values that nobody declares, unless they may be declared where nobody can tell."""
        kind = self.resource.kind
        owned = _OWNED.get(attribute) is kind
        gap = self.join.declared.incomplete.get(kind) if owned else None
        shown = listing([excerpt(one) for one in further])
        if gap is not None:
            why = f"it may be declared where nobody can tell: {gap.message}"
            self.unknown.append(f"{attribute}: whether {shown} is declared is not known; {why}")
        else:
            self.differing.append(f"{attribute}: undeclared {shown}")

    def _differ(self, message: str, wanted: Mapping[str, Place]) -> None:
        self.differing.append(message)
        self.places.update(dict.fromkeys(wanted.values()))

    def finding(self, check: str, have: CloudResource) -> Finding:
        """Return the outcome: any difference fails, else anything unknown is unknown."""
        verdict = Verdict.PASS
        if self.unknown:
            verdict = Verdict.UNKNOWN
        if self.differing:
            verdict = Verdict.FAIL
        detail = "; ".join((*self.differing, *self.unknown))
        return Finding(
            check=check,
            subject=subject(self.resource),
            verdict=verdict,
            detail=f"{have.id}: {detail}" if detail else f"is {have.id}",
            declared=_json(self.declared) or "present",
            observed=_json(self.observed) or have.id,
            provenance=tuple(self.places) or (self.resource.place,),
        )


def _is_set(attribute: CloudAttribute) -> bool:
    return attribute in _SETS


def _json(values: Mapping[str, list[str]]) -> JsonObject:
    return {key: list(some) for key, some in values.items()}


def in_order(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield *findings* sorted by their subject."""
    yield from sorted(chain(findings), key=lambda one: one.subject)

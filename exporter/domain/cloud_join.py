"""Which declared resource is which of the cloud's: by id where a state tells it, else by name.

A name counts only where it is unique on both sides. A subnet has its VPC and CIDR, a gateway its
VPC, a route table its subnets instead. What refers to a resource means the one found for it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from exporter.domain.cloud import (
    FAMILIES,
    SELF,
    CloudAttribute,
    CloudKind,
    CloudResource,
    CloudResources,
    DeclaredCloud,
    DeclaredResource,
)
from exporter.domain.facts import Facts

_REFERENCE = re.compile(r"\$\{(.+?)\.id\}")
_ORDER = (
    CloudKind.VPC,
    CloudKind.SUBNET,
    CloudKind.INTERNET_GATEWAY,
    CloudKind.NAT_GATEWAY,
    CloudKind.SECURITY_GROUP,
    CloudKind.ROUTE_TABLE,
    CloudKind.INSTANCE,
    CloudKind.VOLUME,
    CloudKind.ADDRESS,
    CloudKind.LOAD_BALANCER,
    CloudKind.TARGET_GROUP,
)
"""What others are told apart by comes before them."""
GONE = frozenset({"terminated", "shutting-down"})
JOINED: tuple[type[CloudResources], ...] = tuple(FAMILIES[kind] for kind in _ORDER)
"""The facts of which a join is made; of those that are missing nothing is joined."""
_ALIKE: Mapping[CloudKind, tuple[CloudAttribute, ...]] = {
    CloudKind.SUBNET: (CloudAttribute.VPC, CloudAttribute.CIDRS),
    CloudKind.INTERNET_GATEWAY: (CloudAttribute.VPC,),
    CloudKind.NAT_GATEWAY: (CloudAttribute.SUBNET,),
    CloudKind.ROUTE_TABLE: (CloudAttribute.SUBNETS,),
}
"""By what a resource without a name is told from others of its kind."""


class UnresolvedReferenceError(LookupError):
    """A value refers to a resource that was not found in the cloud; the address says which."""


@dataclass(slots=True)
class CloudJoin:
    """*found* has the cloud's resource of each declared one, *doubts* why it is not known which.

    What is in neither is not there, as far as its kind was looked at.
    """

    declared: DeclaredCloud
    found: dict[str, CloudResource] = field(default_factory=dict)
    owners: dict[str, DeclaredResource] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)

    def resolved(self, value: str, *, within: str = "") -> str:
        """Return a *value* with ids in place of what it refers to; the one *within* is itself.

        Raises :exc:`UnresolvedReferenceError`.
        """
        if "${" not in value:
            return value

        def put(match: re.Match[str]) -> str:
            have = self.found.get(match[1])
            if have is None:
                raise UnresolvedReferenceError(match[1])
            return SELF if have.id == within else have.id

        return _REFERENCE.sub(put, value)

    def values(
        self, resource: DeclaredResource, attribute: CloudAttribute
    ) -> frozenset[str] | None:
        """Return what is declared of an attribute; None where nothing is, or it is not known."""
        stated = resource.values.get(attribute)
        if stated is None or attribute in resource.unknown:
            return None
        try:
            return frozenset(self.resolved(one.value) for one in stated)
        except UnresolvedReferenceError:
            return None

    def within(self, resource: DeclaredResource) -> set[str]:
        """Return the addresses of all resources that the values of *resource* refer to."""
        stated = (one.value for some in resource.values.values() for one in some)
        return {address for value in stated for address in _REFERENCE.findall(value)}

    def take(self, kind: CloudKind, observed: CloudResources) -> None:
        """Join all declared resources of one *kind*."""
        there = {one.id: one for one in observed.resources.values()}
        living = [one for one in there.values() if one.state not in GONE]
        named = _by_name(living)
        wanted = self.declared.of(kind)
        rivals = Counter(self._identity(one) for one in wanted if not one.id)
        for one in wanted:
            if one.id:
                self._put(one, there.get(one.id))
            elif rivals[self._identity(one)] > 1:
                self.doubts[one.address] = "several are declared with the same name"
            else:
                self._choose(one, self._candidates(one, named, living))

    def _identity(self, one: DeclaredResource) -> tuple[object, ...]:
        """Return by what a declared resource is told from others of its kind."""
        alike = () if one.name else _ALIKE.get(one.kind, ())
        vpc = self.values(one, CloudAttribute.VPC) if one.name else None
        return (one.name, vpc, *(self.values(one, attribute) for attribute in alike))

    def _candidates(
        self,
        one: DeclaredResource,
        named: Mapping[str, list[CloudResource]],
        living: Iterable[CloudResource],
    ) -> list[CloudResource] | None:
        """Return those of the cloud that it may be; None where nothing tells it from others."""
        if one.name:
            vpc = self.values(one, CloudAttribute.VPC)
            found = named.get(one.name, [])
            if vpc is None or len(found) < 2:  # noqa: PLR2004 - one is none too many
                return found
            return [each for each in found if frozenset(each.values[CloudAttribute.VPC]) == vpc]
        alike = {key: self.values(one, key) for key in _ALIKE.get(one.kind, ())}
        if not alike or None in alike.values():
            return None
        return [
            each
            for each in living
            if all(frozenset(each.values.get(key, ())) == some for key, some in alike.items())
        ]

    def _choose(self, one: DeclaredResource, candidates: list[CloudResource] | None) -> None:
        if candidates is None:
            self.doubts[one.address] = "nothing that is known of it tells which it is"
        elif len(candidates) > 1:
            ids = ", ".join(sorted(each.id for each in candidates)[:5])
            self.doubts[one.address] = f"several have its name: {ids}"
        else:
            self._put(one, candidates[0] if candidates else None)

    def _put(self, one: DeclaredResource, have: CloudResource | None) -> None:
        if have is not None:
            self.found[one.address] = have
            self.owners.setdefault(have.id, one)


def _by_name(resources: Iterable[CloudResource]) -> dict[str, list[CloudResource]]:
    """Return resources by their name; a security group by that of its own and its tag."""
    found: dict[str, list[CloudResource]] = {}
    for one in resources:
        for name in {one.name, one.tags.get("Name", "")} - {""}:
            found.setdefault(name, []).append(one)
    return found


def joined_cloud(facts: Facts) -> CloudJoin:
    """Return the join of what is declared with what of the cloud is known; worked out once."""
    declared = facts.get(DeclaredCloud)
    sources = tuple(None if facts.gaps_in((kind,)) else facts.find(kind) for kind in JOINED)

    def make() -> CloudJoin:
        join = CloudJoin(declared)
        for kind, observed in zip(_ORDER, sources, strict=True):
            if observed is not None:
                join.take(kind, observed)
        return join

    return facts.memory.once("cloud", (declared, *sources), make)

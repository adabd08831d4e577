"""Every declared VPC, subnet, route table and gateway must be there, and as declared."""

from collections.abc import Iterator, Mapping

from exporter.checks import clouds
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    CloudScope,
    DeclaredCloud,
    DeclaredResource,
)
from exporter.domain.cloud_join import CloudJoin, joined_cloud
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict

ID = "cloud_network"
_COMPARED: Mapping[CloudKind, tuple[CloudAttribute, ...]] = {
    CloudKind.VPC: (CloudAttribute.CIDRS,),
    CloudKind.SUBNET: (CloudAttribute.VPC, CloudAttribute.CIDRS, CloudAttribute.ZONE),
    CloudKind.ROUTE_TABLE: (CloudAttribute.VPC, CloudAttribute.ROUTES, CloudAttribute.SUBNETS),
    CloudKind.INTERNET_GATEWAY: (CloudAttribute.VPC,),
    CloudKind.NAT_GATEWAY: (CloudAttribute.SUBNET,),
}
_RESTS_ON: Mapping[CloudKind, tuple[CloudKind, ...]] = {
    CloudKind.SUBNET: (CloudKind.VPC,),
    CloudKind.INTERNET_GATEWAY: (CloudKind.VPC,),
    CloudKind.NAT_GATEWAY: (CloudKind.SUBNET,),
    CloudKind.ROUTE_TABLE: (CloudKind.SUBNET,),
}
"""What a resource is in, without which it cannot be."""


def network(facts: Facts) -> list[Subject]:
    """Return what is declared of the network."""
    return clouds.subjects(facts, *_COMPARED)


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare what is declared of the network, each kind as far as it was looked at."""
    join, region = joined_cloud(facts), facts.get(CloudScope).region
    blind = {kind: clouds.unlooked(facts, kind) for kind in _COMPARED}
    found = (
        clouds.blind(ID, one, blind[one.kind]) if blind[one.kind] else _judge(one, join, region)
        for one in facts.get(DeclaredCloud).of(*_COMPARED)
    )
    yield from clouds.in_order(found)


def _judge(one: DeclaredResource, join: CloudJoin, region: str) -> Finding:
    have = join.found.get(one.address)
    if have is None and (lost := _lost_with(one, join)) is not None:
        return lost
    if one.address in join.doubts:
        return clouds.unclear(ID, one, join.doubts[one.address])
    if have is None:
        return clouds.missing(ID, one, region)
    found = clouds.Comparison(join, one)
    for attribute in _COMPARED[one.kind]:
        found.compare(attribute, have.values.get(attribute))
    return found.finding(ID, have)


def _lost_with(one: DeclaredResource, join: CloudJoin) -> Finding | None:
    """Return what is found of a resource that went with the one it is in; None where it did not."""
    for address in sorted(join.within(one)):
        outer = join.declared.resources.get(address)
        if outer is not None and outer.kind in _RESTS_ON.get(one.kind, ()):
            if address in join.found or address in join.doubts:
                continue
            return Finding(
                check=ID,
                subject=clouds.subject(one),
                verdict=Verdict.UNKNOWN,
                detail=f"{outer.kind.value} {address} is not in the cloud",
                provenance=(one.place,),
                cause=Cause(ID, clouds.subject(outer)),
            )
    return None


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.INFO,
    title="The network is as declared",
    needs=(DeclaredCloud, CloudScope),
    weighs=clouds.FACTS_OF_JOIN,
    subjects=network,
    judge=judge,
    chapter=Chapter.CLOUD,
    advice="Apply the code of the network again, or declare what it has become.",
    alert=Alert(
        name="NetworkMismatch",
        after="15m",
        summary="The network under the cluster is another one than declared.",
        description=(
            "{{ $labels.object_kind }} {{ $labels.object_name }}{of_cluster} is missing in the "
            "cloud, or differs from the code: CIDR, zone, routes or subnets. Next: the status page "
            "names both; a lost route cuts the nodes off."
        ),
    ),
)

"""VPCs, subnets, route tables, gateways and addresses, as AWS describes them.

Source: Amazon EC2 API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from exporter.domain.cloud import (
    CloudAttribute,
    CloudResource,
    CloudResources,
    ObservedAddresses,
    ObservedInternetGateways,
    ObservedNatGateways,
    ObservedRouteTables,
    ObservedSubnets,
    ObservedVpcs,
    network,
)
from exporter.observed.cloud.aws.naming import name_of, tags_of, texts

F = TypeVar("F", bound=CloudResources)

_TARGETS: Final = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
    "NetworkInterfaceId",
    "CarrierGatewayId",
    "LocalGatewayId",
    "CoreNetworkArn",
)
_DESTINATIONS: Final = (
    "DestinationCidrBlock",
    "DestinationIpv6CidrBlock",
    "DestinationPrefixListId",
)
_GONE: Final = frozenset({"deleted", "deleting", "failed"})


def _resource(
    raw: Mapping[str, Any],
    identity: str,
    values: Mapping[CloudAttribute, tuple[str, ...]],
    *,
    state: str = "",
) -> CloudResource:
    return CloudResource(
        id=raw[identity], name=name_of(raw), state=state, values=values, tags=tags_of(raw)
    )


def _all(kind: type[F], found: Iterable[CloudResource]) -> F:
    return kind({one.id: one for one in found})


def vpcs(pages: Iterable[Mapping[str, Any]]) -> ObservedVpcs:
    """Return the VPCs of ``DescribeVpcs``, each with all its IPv4 CIDRs."""
    return _all(
        ObservedVpcs,
        (
            _resource(raw, "VpcId", {CloudAttribute.CIDRS: _cidrs(raw)})
            for page in pages
            for raw in page["Vpcs"]
        ),
    )


def _cidrs(raw: Mapping[str, Any]) -> tuple[str, ...]:
    associations = raw.get("CidrBlockAssociationSet", ())
    further = {
        one["CidrBlock"]
        for one in associations
        if one.get("CidrBlockState", {}).get("State", "associated") == "associated"
    }
    return tuple(sorted({network(one) for one in {raw["CidrBlock"], *further}}))


def subnets(pages: Iterable[Mapping[str, Any]]) -> ObservedSubnets:
    """Return the subnets of ``DescribeSubnets``."""
    return _all(
        ObservedSubnets,
        (
            _resource(
                raw,
                "SubnetId",
                texts(
                    {
                        CloudAttribute.VPC: raw["VpcId"],
                        CloudAttribute.CIDRS: network(raw["CidrBlock"]),
                        CloudAttribute.ZONE: raw.get("AvailabilityZone"),
                    }
                ),
            )
            for page in pages
            for raw in page["Subnets"]
        ),
    )


def route_tables(pages: Iterable[Mapping[str, Any]]) -> ObservedRouteTables:
    """Return the route tables of ``DescribeRouteTables``.

    A route reads ``0.0.0.0/0 igw-1``; one whose target has gone is a ``blackhole``.
    """
    return _all(
        ObservedRouteTables,
        (
            _resource(
                raw,
                "RouteTableId",
                {
                    CloudAttribute.VPC: (raw["VpcId"],),
                    CloudAttribute.ROUTES: tuple(sorted(_routes(raw))),
                    CloudAttribute.SUBNETS: tuple(
                        sorted(
                            one["SubnetId"]
                            for one in raw.get("Associations", ())
                            if one.get("SubnetId")
                        )
                    ),
                },
            )
            for page in pages
            for raw in page["RouteTables"]
        ),
    )


def _routes(raw: Mapping[str, Any]) -> Iterable[str]:
    """Yield the routes but those within the VPC, and those that gateways propagate."""
    for route in raw.get("Routes", ()):
        target = _first(route, _TARGETS)
        propagated = route.get("Origin") == "EnableVgwRoutePropagation"
        endpoint = target.startswith("vpce-") and "DestinationPrefixListId" in route
        if target == "local" or propagated or endpoint:
            continue
        lost = route.get("State") == "blackhole"
        yield f"{network(_first(route, _DESTINATIONS))} {target}{' (blackhole)' if lost else ''}"


def _first(raw: Mapping[str, Any], keys: Iterable[str]) -> str:
    return next((str(raw[key]) for key in keys if raw.get(key)), "")


def internet_gateways(pages: Iterable[Mapping[str, Any]]) -> ObservedInternetGateways:
    """Return the gateways of ``DescribeInternetGateways``."""
    return _all(
        ObservedInternetGateways,
        (
            _resource(
                raw,
                "InternetGatewayId",
                {
                    CloudAttribute.VPC: tuple(
                        sorted(one["VpcId"] for one in raw.get("Attachments", ()))
                    )
                },
            )
            for page in pages
            for raw in page["InternetGateways"]
        ),
    )


def nat_gateways(pages: Iterable[Mapping[str, Any]]) -> ObservedNatGateways:
    """Return the gateways of ``DescribeNatGateways`` that are there."""
    return _all(
        ObservedNatGateways,
        (
            _resource(
                raw,
                "NatGatewayId",
                texts({CloudAttribute.SUBNET: raw.get("SubnetId")}),
                state=raw.get("State", ""),
            )
            for page in pages
            for raw in page["NatGateways"]
            if raw.get("State") not in _GONE
        ),
    )


def addresses(pages: Iterable[Mapping[str, Any]]) -> ObservedAddresses:
    """Return the Elastic IPs of ``DescribeAddresses``."""
    return _all(
        ObservedAddresses,
        (
            _resource(
                raw,
                "AllocationId",
                {},
                state="associated" if raw.get("AssociationId") else "unassociated",
            )
            for page in pages
            for raw in page["Addresses"]
            if raw.get("AllocationId")
        ),
    )

"""Which resources of the AWS provider are compared, and where in them stands what is compared.

A path leads as in the table of nodes; what is not named here is not decoded of a state.

Source: the documentation of the AWS provider (5.x and 6.x).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from exporter.domain.cloud import CloudAttribute, CloudKind

_RULE: Final = (
    "from_port",
    "to_port",
    "protocol",
    "cidr_blocks",
    "ipv6_cidr_blocks",
    "prefix_list_ids",
    "security_groups",
    "self",
)
ROUTE_TARGETS: Final = (
    "gateway_id",
    "nat_gateway_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
    "egress_only_gateway_id",
    "network_interface_id",
    "carrier_gateway_id",
    "local_gateway_id",
    "core_network_arn",
)
_DESTINATIONS: Final = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudType:
    """A type that is a resource of its own; its *values* by the paths that lead to them.

    *blocks* are nested blocks that are read as a whole, with what is read of each. Its id has
    these *aliases*.
    """

    kind: CloudKind
    name: str = "tags.Name"
    values: Mapping[CloudAttribute, str] = field(default_factory=dict)
    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identity: str = "id"
    aliases: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Return all paths that lead to what is read."""
        nested = (f"{block}.0.{one}" for block, names in self.blocks.items() for one in names)
        return (self.identity, self.name, *self.values.values(), *nested)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartType:
    """A type that adds to another resource, which *owner* leads to; *read* are its attributes."""

    owner: str
    attribute: CloudAttribute
    read: tuple[str, ...]
    of: CloudKind


_SECURITY_GROUP = CloudType(
    kind=CloudKind.SECURITY_GROUP,
    name="name",
    values={CloudAttribute.VPC: "vpc_id"},
    blocks={"ingress": _RULE, "egress": _RULE},
)
_ROUTE_TABLE = CloudType(
    kind=CloudKind.ROUTE_TABLE,
    values={CloudAttribute.VPC: "vpc_id"},
    blocks={"route": (*_DESTINATIONS, *ROUTE_TARGETS)},
)
_LOAD_BALANCER = CloudType(
    kind=CloudKind.LOAD_BALANCER,
    name="name",
    values={
        CloudAttribute.BALANCER_TYPE: "load_balancer_type",
        CloudAttribute.INTERNAL: "internal",
        CloudAttribute.SUBNETS: "subnets",
        CloudAttribute.GROUPS: "security_groups",
    },
    aliases=("arn",),
)
_TARGET_GROUP = CloudType(
    kind=CloudKind.TARGET_GROUP,
    name="name",
    values={
        CloudAttribute.VPC: "vpc_id",
        CloudAttribute.PROTOCOL: "protocol",
        CloudAttribute.PORT: "port",
        CloudAttribute.TARGET_TYPE: "target_type",
    },
    aliases=("arn",),
)
_ATTACHMENT = PartType(
    owner="target_group_arn",
    attribute=CloudAttribute.TARGETS,
    read=("target_id", "port"),
    of=CloudKind.TARGET_GROUP,
)
_SINGLE_RULE = (
    "ip_protocol",
    "from_port",
    "to_port",
    "cidr_ipv4",
    "cidr_ipv6",
    "prefix_list_id",
    "referenced_security_group_id",
)
_TO_GROUP = "security_group_id"

TYPES: Final[Mapping[str, CloudType]] = {
    "aws_instance": CloudType(
        kind=CloudKind.INSTANCE,
        values={
            CloudAttribute.TYPE: "instance_type",
            CloudAttribute.IMAGE: "ami",
            CloudAttribute.ZONE: "availability_zone",
            CloudAttribute.SUBNET: "subnet_id",
            CloudAttribute.PRIVATE_IP: "private_ip",
            CloudAttribute.GROUPS: "vpc_security_group_ids",
            CloudAttribute.PROFILE: "iam_instance_profile",
            CloudAttribute.VOLUME_SIZE: "root_block_device.0.volume_size",
            CloudAttribute.VOLUME_TYPE: "root_block_device.0.volume_type",
            CloudAttribute.VOLUME_ENCRYPTED: "root_block_device.0.encrypted",
            CloudAttribute.HTTP_TOKENS: "metadata_options.0.http_tokens",
        },
    ),
    "aws_vpc": CloudType(kind=CloudKind.VPC, values={CloudAttribute.CIDRS: "cidr_block"}),
    "aws_subnet": CloudType(
        kind=CloudKind.SUBNET,
        values={
            CloudAttribute.VPC: "vpc_id",
            CloudAttribute.CIDRS: "cidr_block",
            CloudAttribute.ZONE: "availability_zone",
        },
    ),
    "aws_internet_gateway": CloudType(
        kind=CloudKind.INTERNET_GATEWAY, values={CloudAttribute.VPC: "vpc_id"}
    ),
    "aws_nat_gateway": CloudType(
        kind=CloudKind.NAT_GATEWAY, values={CloudAttribute.SUBNET: "subnet_id"}
    ),
    "aws_route_table": _ROUTE_TABLE,
    "aws_default_route_table": _ROUTE_TABLE,
    "aws_security_group": _SECURITY_GROUP,
    "aws_default_security_group": _SECURITY_GROUP,
    "aws_ebs_volume": CloudType(kind=CloudKind.VOLUME),
    "aws_eip": CloudType(kind=CloudKind.ADDRESS),
    "aws_lb": _LOAD_BALANCER,
    "aws_alb": _LOAD_BALANCER,
    "aws_lb_target_group": _TARGET_GROUP,
    "aws_alb_target_group": _TARGET_GROUP,
    "aws_eks_cluster": CloudType(kind=CloudKind.CLUSTER, name="name"),
    "aws_eks_node_group": CloudType(
        kind=CloudKind.NODE_GROUP,
        name="node_group_name",
        values={CloudAttribute.CLUSTER: "cluster_name"},
    ),
}
PARTS: Final[Mapping[str, PartType]] = {
    "aws_security_group_rule": PartType(
        owner=_TO_GROUP,
        attribute=CloudAttribute.RULES,
        read=(
            "type",
            *(one for one in _RULE if one != "security_groups"),
            "source_security_group_id",
        ),
        of=CloudKind.SECURITY_GROUP,
    ),
    "aws_vpc_security_group_ingress_rule": PartType(
        owner=_TO_GROUP,
        attribute=CloudAttribute.RULES,
        read=_SINGLE_RULE,
        of=CloudKind.SECURITY_GROUP,
    ),
    "aws_vpc_security_group_egress_rule": PartType(
        owner=_TO_GROUP,
        attribute=CloudAttribute.RULES,
        read=_SINGLE_RULE,
        of=CloudKind.SECURITY_GROUP,
    ),
    "aws_route": PartType(
        owner="route_table_id",
        attribute=CloudAttribute.ROUTES,
        read=(
            "destination_cidr_block",
            "destination_ipv6_cidr_block",
            "destination_prefix_list_id",
            *ROUTE_TARGETS,
        ),
        of=CloudKind.ROUTE_TABLE,
    ),
    "aws_route_table_association": PartType(
        owner="route_table_id",
        attribute=CloudAttribute.SUBNETS,
        read=("subnet_id",),
        of=CloudKind.ROUTE_TABLE,
    ),
    "aws_lb_target_group_attachment": _ATTACHMENT,
    "aws_alb_target_group_attachment": _ATTACHMENT,
    "aws_vpc_ipv4_cidr_block_association": PartType(
        owner="vpc_id", attribute=CloudAttribute.CIDRS, read=("cidr_block",), of=CloudKind.VPC
    ),
}
COMPARED: Final = frozenset(CloudKind) - {
    CloudKind.VOLUME,
    CloudKind.ADDRESS,
    CloudKind.SCALING_GROUP,
    CloudKind.CLUSTER,
    CloudKind.NODE_GROUP,
}
"""The kinds that checks compare, so that each of them is an item."""

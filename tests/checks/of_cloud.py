"""Facts of a cloud in which all is as declared, and each of its checks has something to judge."""

from collections.abc import Mapping

from exporter.domain.cloud import (
    FAMILIES,
    CloudAttribute,
    CloudKind,
    CloudResource,
    CloudScope,
    DeclaredCloud,
    DeclaredResource,
    InstanceHealth,
    ObservedAddresses,
    ObservedInstances,
    ObservedInternetGateways,
    ObservedLoadBalancers,
    ObservedNatGateways,
    ObservedRouteTables,
    ObservedScalingGroups,
    ObservedSecurityGroups,
    ObservedSubnets,
    ObservedTargetGroups,
    ObservedVolumes,
    ObservedVpcs,
    reference,
)
from exporter.domain.cloud_services import ObservedNodeGroups, ObservedTargets, Target
from exporter.domain.facts import Facts
from exporter.domain.gaps import Gap
from exporter.domain.nodes import ObservedNodes
from exporter.domain.provenance import Located, Place, Source

PLACE = Place(Source.TERRAFORM, "main.tf", 7)
REGION = "ap-northeast-2"
TAGS = {"kubernetes.io/cluster/production": "owned"}
OPEN = "ingress tcp 22 0.0.0.0/0"
RULE = "ingress tcp 6443 10.0.0.0/16"
Values = Mapping[CloudAttribute, tuple[str, ...]]


def resource(kind: CloudKind, address: str, name: str, values: Values) -> DeclaredResource:
    """Return a resource that ``.tf`` declares."""
    return DeclaredResource(
        address=address,
        kind=kind,
        origin="terraform",
        place=PLACE,
        name=name,
        values={key: tuple(Located(one, PLACE) for one in some) for key, some in values.items()},
    )


VPC = resource(CloudKind.VPC, "aws_vpc.a", "net", {CloudAttribute.CIDRS: ("10.0.0.0/16",)})
SUBNET = resource(
    CloudKind.SUBNET,
    "aws_subnet.a",
    "",
    {
        CloudAttribute.VPC: (reference(VPC.address),),
        CloudAttribute.CIDRS: ("10.0.1.0/24",),
        CloudAttribute.ZONE: ("ap-northeast-2a",),
    },
)
GATEWAY = resource(
    CloudKind.INTERNET_GATEWAY,
    "aws_internet_gateway.a",
    "",
    {CloudAttribute.VPC: (reference(VPC.address),)},
)
NAT = resource(
    CloudKind.NAT_GATEWAY,
    "aws_nat_gateway.a",
    "nat",
    {CloudAttribute.SUBNET: (reference(SUBNET.address),)},
)
TABLE = resource(
    CloudKind.ROUTE_TABLE,
    "aws_route_table.a",
    "table",
    {
        CloudAttribute.ROUTES: (f"0.0.0.0/0 {reference(GATEWAY.address)}",),
        CloudAttribute.SUBNETS: (reference(SUBNET.address),),
    },
)
GROUP = resource(
    CloudKind.SECURITY_GROUP,
    "aws_security_group.a",
    "nodes",
    {CloudAttribute.RULES: (RULE, f"ingress all all {reference('aws_security_group.a')}")},
)
INSTANCE = resource(
    CloudKind.INSTANCE,
    "aws_instance.a",
    "a.example.org",
    {
        CloudAttribute.TYPE: ("t3.small",),
        CloudAttribute.SUBNET: (reference(SUBNET.address),),
        CloudAttribute.GROUPS: (reference(GROUP.address),),
        CloudAttribute.VOLUME_SIZE: ("20",),
    },
)
BALANCER = resource(
    CloudKind.LOAD_BALANCER,
    "aws_lb.a",
    "api",
    {
        CloudAttribute.INTERNAL: ("true",),
        CloudAttribute.SUBNETS: (reference(SUBNET.address),),
    },
)
TARGETS = resource(
    CloudKind.TARGET_GROUP,
    "aws_lb_target_group.a",
    "api",
    {
        CloudAttribute.VPC: (reference(VPC.address),),
        CloudAttribute.PORT: ("6443",),
        CloudAttribute.TARGETS: (f"{reference(INSTANCE.address)} port 6443",),
    },
)
DECLARED = DeclaredCloud(
    {
        one.address: one
        for one in (VPC, SUBNET, GATEWAY, NAT, TABLE, GROUP, INSTANCE, BALANCER, TARGETS)
    }
)
SCOPE = CloudScope(region=REGION, tags=TAGS, admin_ports=(22, 6443), place=PLACE)


def _there(identity: str, values: Values, *, name: str = "", state: str = "") -> CloudResource:
    return CloudResource(id=identity, name=name, values=values, state=state)


RUNNING = CloudResource(
    id="i-1",
    name="a.example.org",
    state="running",
    tags=TAGS,
    values={
        CloudAttribute.TYPE: ("t3.small",),
        CloudAttribute.SUBNET: ("subnet-1",),
        CloudAttribute.GROUPS: ("sg-1",),
        CloudAttribute.PRIVATE_IP: ("10.0.0.7",),
        CloudAttribute.VOLUME: ("vol-1",),
    },
)
NODES = CloudResource(
    id="sg-1",
    name="nodes",
    values={CloudAttribute.RULES: ("ingress all all self", RULE), CloudAttribute.VPC: ("vpc-1",)},
)
BALANCING = CloudResource(
    id="arn:aws:elb:1",
    name="api",
    state="active",
    values={CloudAttribute.INTERNAL: ("true",), CloudAttribute.SUBNETS: ("subnet-1",)},
)
TARGETED = CloudResource(
    id="arn:aws:elb:2",
    name="api",
    values={CloudAttribute.VPC: ("vpc-1",), CloudAttribute.PORT: ("6443",)},
)
HEALTHY = Target(id="i-1", port="6443", state="healthy")
OBSERVED: tuple[tuple[object, object], ...] = (
    (ObservedInstances({"i-1": RUNNING}), ObservedInstances()),
    (InstanceHealth({"i-1": "ok"}), InstanceHealth()),
    (
        ObservedVolumes(
            {"vol-1": _there("vol-1", {CloudAttribute.VOLUME_SIZE: ("20",)}, state="in-use")}
        ),
        ObservedVolumes(),
    ),
    (
        ObservedVpcs(
            {"vpc-1": _there("vpc-1", {CloudAttribute.CIDRS: ("10.0.0.0/16",)}, name="net")}
        ),
        ObservedVpcs(),
    ),
    (
        ObservedSubnets(
            {
                "subnet-1": _there(
                    "subnet-1",
                    {
                        CloudAttribute.VPC: ("vpc-1",),
                        CloudAttribute.CIDRS: ("10.0.1.0/24",),
                        CloudAttribute.ZONE: ("ap-northeast-2a",),
                    },
                )
            }
        ),
        ObservedSubnets(),
    ),
    (
        ObservedInternetGateways({"igw-1": _there("igw-1", {CloudAttribute.VPC: ("vpc-1",)})}),
        ObservedInternetGateways(),
    ),
    (
        ObservedNatGateways(
            {"nat-1": _there("nat-1", {CloudAttribute.SUBNET: ("subnet-1",)}, name="nat")}
        ),
        ObservedNatGateways(),
    ),
    (
        ObservedRouteTables(
            {
                "rtb-1": _there(
                    "rtb-1",
                    {
                        CloudAttribute.VPC: ("vpc-1",),
                        CloudAttribute.ROUTES: ("0.0.0.0/0 igw-1",),
                        CloudAttribute.SUBNETS: ("subnet-1",),
                    },
                    name="table",
                )
            }
        ),
        ObservedRouteTables(),
    ),
    (ObservedSecurityGroups({"sg-1": NODES}), ObservedSecurityGroups()),
    (ObservedAddresses(), ObservedAddresses()),
    (ObservedScalingGroups(), ObservedScalingGroups()),
    (ObservedLoadBalancers({BALANCING.id: BALANCING}), ObservedLoadBalancers()),
    (ObservedTargetGroups({TARGETED.id: TARGETED}), ObservedTargetGroups()),
    (ObservedTargets({TARGETED.id: (HEALTHY,)}), ObservedTargets()),
    (ObservedNodeGroups(), ObservedNodeGroups()),
)
"""What is observed where all is well, and the same with nothing in it."""
EMPTY = {type(one): empty for one, empty in OBSERVED}
GOOD: dict[type, object] = {
    DeclaredCloud: DECLARED,
    CloudScope: SCOPE,
    **{type(one): one for one, _ in OBSERVED},
}
KINDS = frozenset({*FAMILIES.values(), InstanceHealth, ObservedTargets, ObservedNodeGroups})

JOINED_BY = {
    "cloud_exposure": KINDS - {ObservedSecurityGroups},
    "cloud_instance": KINDS - {ObservedInstances, InstanceHealth},
    "cloud_instance_spec": KINDS
    - {ObservedInstances, ObservedVolumes, ObservedSubnets, ObservedSecurityGroups},
    "cloud_load_balancer": KINDS - {ObservedLoadBalancers, ObservedTargetGroups, ObservedTargets},
    "cloud_network": KINDS
    - {
        ObservedInternetGateways,
        ObservedNatGateways,
        ObservedRouteTables,
        ObservedSubnets,
        ObservedVpcs,
    },
    "cloud_orphan": (KINDS | {ObservedNodes}) - {ObservedInstances},
    "cloud_security_group": KINDS - {ObservedSecurityGroups},
    "node_instance": KINDS - {ObservedInstances},
}
"""Facts by which a check only tells which resource is which."""
RESTS_ON_OTHERS: dict[tuple[str, type], set[str]] = {
    ("cloud_load_balancer", ObservedLoadBalancers): {TARGETS.address},
    ("cloud_load_balancer", ObservedTargetGroups): {BALANCER.address},
    ("cloud_load_balancer", ObservedTargets): {BALANCER.address},
    ("cloud_network", ObservedVpcs): set(),
    ("cloud_network", ObservedSubnets): {VPC.address, GATEWAY.address},
    ("cloud_network", ObservedInternetGateways): {VPC.address, SUBNET.address, NAT.address},
    ("cloud_network", ObservedNatGateways): {one.address for one in (VPC, SUBNET, GATEWAY, TABLE)},
    ("cloud_network", ObservedRouteTables): {one.address for one in (VPC, SUBNET, GATEWAY, NAT)},
}
"""Subjects of which a fact is no evidence."""


def facts(*others: object, denied: type | None = None) -> Facts:
    """Return the facts where all is well, with *others* in place of those of their type.

    What is *denied* has a gap in its place.
    """
    known = {**GOOD, **{type(one): one for one in others}}
    if denied is None:
        return Facts(known)
    known.pop(denied)
    return Facts(known, {denied: (Gap(Source.AWS, "ec2:DescribeThings is denied"),)})

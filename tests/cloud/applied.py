"""Makes what is declared in a simulated AWS, as ``terraform apply`` would, and writes its state."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.domain.cloud import (
    SELF,
    CloudAttribute,
    CloudKind,
    DeclaredCloud,
    DeclaredResource,
)

REFERENCE = re.compile(r"\$\{(.+?)\.id\}")
EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
IMAGE = "ami-12c6146b"


@dataclass(slots=True)
class Applied:
    """What was made, by the address of its declaration."""

    ec2: Any
    declared: DeclaredCloud
    ids: dict[str, str] = field(default_factory=dict)
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What is otherwise chosen by AWS, by the names of instances."""

    def apply(self) -> "Applied":
        """Make everything, what others refer to first."""
        for kind in (
            CloudKind.VPC,
            CloudKind.SUBNET,
            CloudKind.INTERNET_GATEWAY,
            CloudKind.ROUTE_TABLE,
            CloudKind.SECURITY_GROUP,
        ):
            for one in self.declared.of(kind):
                self.ids[one.address] = getattr(self, f"_make_{kind.name.lower()}")(one)
        for one in self.declared.of(CloudKind.SECURITY_GROUP):
            self._add_rules(one)
        for one in self.declared.of(CloudKind.INSTANCE):
            self.ids[one.address] = self.make_instance(one, **self.given.get(one.name, {}))
        return self

    def value(self, one: DeclaredResource, attribute: CloudAttribute) -> str:
        """Return the single value of an attribute."""
        return self.values(one, attribute)[0]

    def values(self, one: DeclaredResource, attribute: CloudAttribute) -> list[str]:
        """Return all values of an attribute, with ids for what they refer to."""
        stated = (each.value for each in one.values.get(attribute, ()))
        return [REFERENCE.sub(lambda match: self.ids[match[1]], each) for each in stated]

    def _tag(self, resource: str, one: DeclaredResource) -> str:
        if one.name:
            self.ec2.create_tags(Resources=[resource], Tags=[{"Key": "Name", "Value": one.name}])
        return resource

    def _make_vpc(self, one: DeclaredResource) -> str:
        made = self.ec2.create_vpc(CidrBlock=self.value(one, CloudAttribute.CIDRS))
        return self._tag(made["Vpc"]["VpcId"], one)

    def _make_subnet(self, one: DeclaredResource) -> str:
        made = self.ec2.create_subnet(
            VpcId=self.value(one, CloudAttribute.VPC),
            CidrBlock=self.value(one, CloudAttribute.CIDRS),
            AvailabilityZone=self.value(one, CloudAttribute.ZONE),
        )
        return self._tag(made["Subnet"]["SubnetId"], one)

    def _make_internet_gateway(self, one: DeclaredResource) -> str:
        made = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        vpc = self.value(one, CloudAttribute.VPC)
        self.ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
        return self._tag(made, one)

    def _make_route_table(self, one: DeclaredResource) -> str:
        made = self.ec2.create_route_table(VpcId=self.value(one, CloudAttribute.VPC))
        table = self._tag(made["RouteTable"]["RouteTableId"], one)
        for route in self.values(one, CloudAttribute.ROUTES):
            destination, target = route.split()
            self.ec2.create_route(
                RouteTableId=table, DestinationCidrBlock=destination, GatewayId=target
            )
        for subnet in self.values(one, CloudAttribute.SUBNETS):
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return table

    def _make_security_group(self, one: DeclaredResource) -> str:
        made = self.ec2.create_security_group(
            GroupName=one.name, Description="-", VpcId=self.value(one, CloudAttribute.VPC)
        )["GroupId"]
        self.ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[EVERYTHING])
        return str(made)

    def _add_rules(self, one: DeclaredResource) -> None:
        group = self.ids[one.address]
        for rule in self.values(one, CloudAttribute.RULES):
            direction, permission = permission_of(rule, own=group)
            add = getattr(self.ec2, f"authorize_security_group_{direction}")
            add(GroupId=group, IpPermissions=[permission])

    def make_instance(self, one: DeclaredResource, **more: Any) -> str:
        """Run an instance as declared, of which *more* is otherwise."""
        given: dict[str, Any] = {
            "ImageId": IMAGE,
            "InstanceType": self.value(one, CloudAttribute.TYPE),
            "SubnetId": self.value(one, CloudAttribute.SUBNET),
            "SecurityGroupIds": self.values(one, CloudAttribute.GROUPS),
            "BlockDeviceMappings": [
                {
                    "DeviceName": "/dev/sda1",
                    "Ebs": {
                        "VolumeSize": int(self.value(one, CloudAttribute.VOLUME_SIZE)),
                        "VolumeType": self.value(one, CloudAttribute.VOLUME_TYPE),
                        "Encrypted": True,
                    },
                }
            ],
            "MetadataOptions": {"HttpTokens": "required"},
            "TagSpecifications": [
                {
                    "ResourceType": "instance",
                    "Tags": [
                        {"Key": "Name", "Value": one.name},
                        {"Key": "kubernetes.io/cluster/production", "Value": "owned"},
                    ],
                }
            ],
        }
        made = self.ec2.run_instances(MinCount=1, MaxCount=1, **{**given, **more})
        return str(made["Instances"][0]["InstanceId"])

    def state(self) -> str:
        """Return the state that Terraform would have written: addresses, ids and what AWS chose."""
        pages = self.ec2.get_paginator("describe_instances").paginate()
        made = {
            raw["InstanceId"]: {
                "private_ip": raw["PrivateIpAddress"],
                "availability_zone": raw["Placement"]["AvailabilityZone"],
                "instance_type": raw["InstanceType"],
            }
            for page in pages
            for each in page["Reservations"]
            for raw in each["Instances"]
        }
        resources = [
            _state_of(one, self.ids[one.address], made.get(self.ids[one.address], {}))
            for one in self._known()
        ]
        return json.dumps({"version": 4, "resources": resources})

    def _known(self) -> Iterable[DeclaredResource]:
        return (one for one in self.declared.resources.values() if one.address in self.ids)


_TYPES = {
    CloudKind.VPC: "aws_vpc",
    CloudKind.SUBNET: "aws_subnet",
    CloudKind.INTERNET_GATEWAY: "aws_internet_gateway",
    CloudKind.ROUTE_TABLE: "aws_route_table",
    CloudKind.SECURITY_GROUP: "aws_security_group",
    CloudKind.INSTANCE: "aws_instance",
}


def _state_of(one: DeclaredResource, identity: str, made: dict[str, str]) -> dict[str, Any]:
    kind = _TYPES[one.kind]
    module, _, rest = one.address.rpartition(f"{kind}.")
    name, _, key = rest.partition("[")
    named: dict[str, Any] = {"tags": {"Name": one.name}} if one.name else {}
    if one.kind is CloudKind.SECURITY_GROUP:
        named = {"name": one.name}
    instance: dict[str, Any] = {"attributes": {"id": identity, **named, **made}}
    if key:
        instance["index_key"] = json.loads(key.removesuffix("]"))
    return {
        "mode": "managed",
        "type": kind,
        "name": name,
        "module": module.removesuffix("."),
        "instances": [instance],
    }


def permission_of(rule: str, *, own: str) -> tuple[str, dict[str, Any]]:
    """Return the direction of a rule, and what AWS takes for it."""
    direction, protocol, ports, peer = rule.split(" ")
    permission: dict[str, Any] = {"IpProtocol": "-1" if protocol == "all" else protocol}
    if protocol != "all":
        first, _, last = ports.partition("-")
        permission |= {"FromPort": int(first), "ToPort": int(last or first)}
    if peer == SELF or peer.startswith("sg-"):
        permission["UserIdGroupPairs"] = [{"GroupId": own if peer == SELF else peer}]
    else:
        permission["IpRanges"] = [{"CidrIp": peer}]
    return direction, permission

"""What AWS answers becomes values in one form; the answers are those of its documentation."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from exporter.domain.cloud import CloudAttribute, CloudResource, CloudResources
from exporter.observed.cloud.aws import compute, network
from exporter.observed.cloud.aws.security_groups import security_groups

A = CloudAttribute
INSTANCE = {
    "InstanceId": "i-1",
    "ImageId": "ami-1",
    "InstanceType": "m6i.large",
    "State": {"Code": 16, "Name": "running"},
    "Placement": {"AvailabilityZone": "eu-central-1a"},
    "VpcId": "vpc-1",
    "SubnetId": "subnet-1",
    "PrivateIpAddress": "10.0.0.7",
    "IamInstanceProfile": {"Arn": "arn:aws:iam::111122223333:instance-profile/nodes"},
    "SecurityGroups": [{"GroupId": "sg-2"}, {"GroupId": "sg-1"}],
    "RootDeviceName": "/dev/sda1",
    "BlockDeviceMappings": [
        {"DeviceName": "/dev/sdb", "Ebs": {"VolumeId": "vol-2"}},
        {"DeviceName": "/dev/sda1", "Ebs": {"VolumeId": "vol-1"}},
    ],
    "MetadataOptions": {"HttpTokens": "required"},
    "Tags": [{"Key": "Name", "Value": "a"}],
}
GROUP = {
    "GroupId": "sg-1",
    "GroupName": "nodes",
    "VpcId": "vpc-1",
    "IpPermissions": [
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "ours"}],
            "Ipv6Ranges": [{"CidrIpv6": "2001:DB8::/32"}],
            "PrefixListIds": [{"PrefixListId": "pl-1"}],
            "UserIdGroupPairs": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}],
        }
    ],
    "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
}


@pytest.mark.parametrize(
    ("parse", "page", "values"),
    [
        pytest.param(
            compute.instances,
            {"Reservations": [{"Instances": [INSTANCE]}]},
            {
                A.TYPE: ("m6i.large",),
                A.IMAGE: ("ami-1",),
                A.ZONE: ("eu-central-1a",),
                A.VPC: ("vpc-1",),
                A.SUBNET: ("subnet-1",),
                A.PRIVATE_IP: ("10.0.0.7",),
                A.PROFILE: ("nodes",),
                A.VOLUME: ("vol-1",),
                A.HTTP_TOKENS: ("required",),
                A.GROUPS: ("sg-1", "sg-2"),
            },
            id="an instance",
        ),
        pytest.param(
            compute.volumes,
            {
                "Volumes": [
                    {
                        "VolumeId": "vol-1",
                        "State": "in-use",
                        "Size": 20,
                        "VolumeType": "gp3",
                        "Encrypted": True,
                    }
                ]
            },
            {A.VOLUME_SIZE: ("20",), A.VOLUME_TYPE: ("gp3",), A.VOLUME_ENCRYPTED: ("true",)},
            id="a volume",
        ),
        pytest.param(
            compute.scaling_groups,
            {
                "AutoScalingGroups": [
                    {
                        "AutoScalingGroupName": "g",
                        "MinSize": 1,
                        "MaxSize": 3,
                        "DesiredCapacity": 2,
                        "Instances": [{"LifecycleState": "InService", "HealthStatus": "Healthy"}],
                    }
                ]
            },
            {A.MINIMUM: ("1",), A.MAXIMUM: ("3",)},
            id="an auto scaling group",
        ),
        pytest.param(
            security_groups,
            {"SecurityGroups": [GROUP]},
            {
                A.VPC: ("vpc-1",),
                A.RULES: (
                    "egress all all 0.0.0.0/0",
                    "ingress tcp 22 10.0.0.0/8",
                    "ingress tcp 22 2001:db8::/32",
                    "ingress tcp 22 pl-1",
                    "ingress tcp 22 self",
                    "ingress tcp 22 sg-2",
                ),
            },
            id="a security group",
        ),
        pytest.param(
            network.nat_gateways,
            {"NatGateways": [{"NatGatewayId": "nat-1", "State": "available", "SubnetId": "s-1"}]},
            {A.SUBNET: ("s-1",)},
            id="a NAT gateway",
        ),
    ],
)
def test_what_is_compared_is_read(
    parse: Callable[[Iterable[Mapping[str, Any]]], CloudResources],
    page: Mapping[str, Any],
    values: Mapping[CloudAttribute, tuple[str, ...]],
) -> None:
    (resource,) = parse([page]).resources.values()

    known = {key: some for key, some in resource.values.items() if key in values}
    assert isinstance(resource, CloudResource)
    assert known == values


def test_an_address_that_nothing_has_is_unassociated() -> None:
    free = {"AllocationId": "eipalloc-1", "PublicIp": "203.0.113.1"}
    used = {**free, "AllocationId": "eipalloc-2", "AssociationId": "eipassoc-1"}

    found = network.addresses([{"Addresses": [free, used]}]).resources

    assert found["eipalloc-1"].state == "unassociated"
    assert found["eipalloc-2"].state != "unassociated"


def test_an_auto_scaling_group_tells_how_many_of_those_it_wants_serve() -> None:
    members = [
        {"LifecycleState": "InService", "HealthStatus": "Healthy"},
        {"LifecycleState": "Pending", "HealthStatus": "Healthy"},
    ]
    group = {
        "AutoScalingGroupName": "g",
        "MinSize": 1,
        "MaxSize": 3,
        "DesiredCapacity": 2,
        "Instances": members,
    }

    (found,) = compute.scaling_groups([{"AutoScalingGroups": [group]}]).resources.values()

    assert found.state == "1 of 2 in service"

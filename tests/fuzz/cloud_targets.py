"""What Terraform declares of a cloud, and what AWS answers."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec

from exporter.declared.checkout import Checkout
from exporter.declared.cloud import declared_cloud
from exporter.declared.terraform.cloud.read import read_cloud
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.declaration import Reading
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.provenance import Source
from exporter.observed.cloud.aws.errors import translated
from exporter.observed.cloud.aws.provider import QUESTIONS, WHERE_DECLARED
from exporter.observed.cloud.aws.session import AwsSession
from exporter.settings.cloud import parse_region
from exporter.settings.declared import TerraformSettings

from .target import Target, as_file, kept

T = TypeVar("T")
Parse: TypeAlias = Callable[[Iterable[Mapping[str, Any]]], T]
_QUESTIONS = CloudQuestions(
    load_balancers=True, target_groups=frozenset({"b"}), clusters=frozenset({"shop"})
)
_CLOUD = "exporter.declared.terraform.cloud"
_GROUP = {
    "GroupId": "sg-1",
    "GroupName": "a",
    "IpPermissions": [
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
            "UserIdGroupPairs": [{"GroupId": "sg-1"}],
        }
    ],
}
_INSTANCE = {
    "InstanceId": "i-1",
    "State": {"Name": "running"},
    "SecurityGroups": [{"GroupId": "sg-1"}],
    "Tags": [{"Key": "Name", "Value": "a"}],
    "RootDeviceName": "/dev/sda1",
    "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeId": "vol-1"}}],
}
_VPC = {
    "VpcId": "vpc-1",
    "CidrBlock": "10.0.0.0/16",
    "CidrBlockAssociationSet": [{"CidrBlock": "10.1.0.0/16"}],
}
_ROUTE = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "blackhole"}
_TABLE = {
    "RouteTableId": "rtb-1",
    "VpcId": "vpc-1",
    "Routes": [_ROUTE],
    "Associations": [{"SubnetId": "subnet-1"}],
}
_STATUS = {"InstanceId": "i-1", "SystemStatus": {"Status": "ok"}}
_TARGET = {
    "Target": {"Id": "i-1", "Port": 80},
    "TargetHealth": {"State": "unhealthy", "Reason": "Target.Timeout"},
}
_NODE_GROUP = {
    "clusterName": "shop",
    "nodegroupName": "spot",
    "status": "DEGRADED",
    "scalingConfig": {"minSize": 1},
    "health": {"issues": [{"code": "AccessDenied", "resourceIds": ["i-1"]}]},
}
_ANSWERS: Mapping[str, Any] = {
    "LoadBalancers": [
        {"LoadBalancerArn": "arn:1", "LoadBalancerName": "a", "State": {"Code": "active"}}
    ],
    "TargetGroups": [{"TargetGroupArn": "arn:2", "TargetGroupName": "b", "Port": 80}],
    "TargetHealthDescriptions": [_TARGET],
    "nodegroups": ["spot"],
    "nodegroup": _NODE_GROUP,
    "Reservations": [{"Instances": [_INSTANCE]}],
    "InstanceStatuses": [_STATUS],
    "SecurityGroups": [_GROUP],
    "Vpcs": [_VPC],
    "RouteTables": [_TABLE],
}
_CODE = b"""resource "aws_security_group" "a" {
  name = "a"
  dynamic "ingress" {
    for_each = [80]
    content {
      from_port = ingress.value
      protocol  = "tcp"
      self      = true
    }
  }
}
resource "aws_subnet" "s" {
  for_each = toset(["x"])
  cidr_block = "10.0.0.0/8"
}
resource "aws_instance" "i" { subnet_id = aws_subnet.s["x"].id }
"""


def _declared(path: str) -> Any:
    def parse(checkout: Checkout) -> object:
        found = read_cloud(TerraformSettings(path=path), checkout=checkout)
        return declared_cloud(
            [
                Reading(
                    source=Source.TERRAFORM,
                    resources=tuple(found.resources),
                    parts=tuple(found.parts),
                    cloud_gaps=tuple(found.gaps),
                )
            ]
        )

    return parse


def _answered(data: bytes) -> None:
    """Parse the same page as each answer; the SDK gives objects, whatever is in them."""
    try:
        page = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    for _, _, parse in QUESTIONS.values():
        try:
            with translated("ec2:X", timeout="1s", budget=1):
                parse([page])
        except ReadError:
            continue
    for ask in WHERE_DECLARED.values():
        try:
            with translated("eks:X", timeout="1s", budget=1):
                ask(_Session(page), _QUESTIONS)
        except ReadError:
            continue


class _Session(AwsSession):
    """Answers everything with one page."""

    def __init__(self, page: Mapping[str, Any]) -> None:
        self._page = page

    def ask(self, service: str, operation: str, parse: Parse[T], **given: str) -> T:
        """Parse the page."""
        del service, operation, given
        return parse([self._page])


TARGETS = (
    Target(
        name="cloud-code",
        given=as_file("c/main.tf"),
        parse=_declared("c"),
        modules=(f"{_CLOUD}.read", f"{_CLOUD}.configuration"),
        seeds=(_CODE,),
        words=(b"dynamic", b"aws_route_table", b"aws_vpc_security_group_ingress_rule"),
    ),
    Target(
        name="cloud-state",
        given=as_file("c.tfstate"),
        parse=_declared("c.tfstate"),
        modules=(f"{_CLOUD}.read",),
        seeds=kept("terraform-state"),
        words=(b'"aws_security_group"', b'"aws_vpc"', b'"index_key"'),
    ),
    Target(
        name="cloud-answers",
        given=bytes,
        parse=_answered,
        modules=("exporter.observed.cloud.aws.services",),
        seeds=(json.dumps(_ANSWERS).encode(),),
    ),
    Target(
        name="cloud-region",
        parse=parse_region,
        modules=("exporter.settings.cloud",),
        seeds=(b"eu-central-1", b"us-gov-east-1"),
        allowed=(ParseError,),
    ),
)

"""Load balancers and their targets as Terraform declares them; AWS is moto's server, over HTTP."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from exporter.app.conformance import Conformance
from exporter.domain.cloud_services import CloudQuestions, ObservedTargets
from exporter.domain.errors import Reason
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.foreign.clock import SYSTEM
from exporter.foreign.supervisor import supervised
from exporter.observed.polling import Answer
from exporter.settings.load import load
from tests.cloud import moto
from tests.cloud.applied import IMAGE
from tests.cloud.faults import DENIED, Faults, refusal
from tests.cloud.looks import SETTINGS, Cluster, declared, look

CODE = """
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "net" }
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_instance" "master" {
  count     = 1
  subnet_id = aws_subnet.a.id
  tags      = { Name = "master" }
}
resource "aws_lb" "api" {
  name               = "api"
  load_balancer_type = "network"
  internal           = true
  subnets            = [aws_subnet.a.id]
}
resource "aws_lb_target_group" "api" {
  name     = "api"
  port     = 6443
  protocol = "TCP"
  vpc_id   = aws_vpc.this.id
}
resource "aws_lb_target_group_attachment" "master" {
  count            = length(aws_instance.master)
  target_group_arn = aws_lb_target_group.api.arn
  target_id        = aws_instance.master[count.index].id
  port             = 6443
}
"""
GROUP = "aws_lb_target_group.api"
_HEALTH = (
    '<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">'
    "<DescribeTargetHealthResult><TargetHealthDescriptions><member><Target><Id>{}</Id>"
    "<Port>6443</Port></Target><TargetHealth><State>unhealthy</State><Reason>Target.FailedHealthChecks"
    "</Reason><Description>Health checks failed</Description></TargetHealth></member>"
    "</TargetHealthDescriptions></DescribeTargetHealthResult><ResponseMetadata><RequestId>r"
    "</RequestId></ResponseMetadata></DescribeTargetHealthResponse>"
)


@dataclass(frozen=True, slots=True)
class Balanced:
    """What was made, and the code that declares it."""

    aws: str
    elb: Any
    instance: str
    group: str
    cluster: Cluster

    def find(self, aws: str = "") -> dict[str, Finding]:
        return self.judge(look(aws or self.aws, CloudQuestions.of(self.cluster.cloud)))

    def judge(self, answer: Answer) -> dict[str, Finding]:
        return {
            key: one
            for key, one in self.cluster.find(answer).items()
            if one.check in ("cloud_load_balancer", "cloud_instance")
        }

    @property
    def target(self) -> dict[str, Any]:
        targets = [{"Id": self.instance, "Port": 6443}]
        return {"TargetGroupArn": self.group, "Targets": targets}


@pytest.fixture(scope="module")
def balanced(aws: str, tmp_path_factory: pytest.TempPathFactory) -> Balanced:
    moto.reset(aws)
    folder = tmp_path_factory.mktemp("balanced")
    (folder / "repository/terraform").mkdir(parents=True)
    (folder / "repository/terraform/main.tf").write_text(CODE)
    ec2, elb = moto.client(aws), moto.client(aws, "elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    made = ec2.run_instances(ImageId=IMAGE, SubnetId=subnet, MinCount=1, MaxCount=1)
    instance = made["Instances"][0]["InstanceId"]
    for resource, name in ((vpc, "net"), (instance, "master")):
        ec2.create_tags(Resources=[resource], Tags=[{"Key": "Name", "Value": name}])
    balancer = elb.create_load_balancer(
        Name="api", Type="network", Scheme="internal", Subnets=[subnet]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name="api", Protocol="TCP", Port=6443, VpcId=vpc)
    arn = group["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": arn}]
    elb.create_listener(LoadBalancerArn=balancer, Protocol="TCP", Port=6443, DefaultActions=forward)
    found = Balanced(aws, elb, instance, arn, declared(folder))
    elb.register_targets(**found.target)
    return found


@pytest.fixture
def faults(balanced: Balanced) -> Faults:
    return Faults(balanced.aws)


@pytest.fixture
def address(faults: Faults) -> Iterator[str]:
    with faults.serving() as url:
        yield url


def verdicts(found: dict[str, Finding]) -> dict[str, Verdict]:
    return {key: one.verdict for key, one in found.items() if one.verdict is not Verdict.PASS}


def test_a_balancer_as_declared_with_healthy_targets_passes(balanced: Balanced) -> None:
    found = balanced.find()

    assert verdicts(found) == {}
    assert found[f"cloud_load_balancer {GROUP}"].detail == "is api; healthy targets: 1"


def test_a_target_that_was_taken_out_fails(balanced: Balanced) -> None:
    balanced.elb.deregister_targets(**balanced.target)

    found = balanced.find()

    balanced.elb.register_targets(**balanced.target)
    assert verdicts(found) == {f"cloud_load_balancer {GROUP}": Verdict.FAIL}
    assert f"{balanced.instance} port 6443 is" in found[f"cloud_load_balancer {GROUP}"].detail


def test_an_unhealthy_target_fails_in_the_words_of_aws(
    balanced: Balanced, address: str, faults: Faults
) -> None:
    faults.answers["DescribeTargetHealth"] = (200, _HEALTH.format(balanced.instance))

    found = balanced.find(address)

    assert verdicts(found) == {f"cloud_load_balancer {GROUP}": Verdict.FAIL}
    assert "is unhealthy (Target.FailedHealthChecks: Health checks failed)" in (
        found[f"cloud_load_balancer {GROUP}"].detail
    )


def test_a_stopped_instance_is_the_cause_of_its_lost_target(
    balanced: Balanced, address: str, faults: Faults
) -> None:
    faults.answers["DescribeTargetHealth"] = (200, _HEALTH.format(balanced.instance))
    ec2 = moto.client(balanced.aws)
    ec2.stop_instances(InstanceIds=[balanced.instance])

    found = balanced.find(address)

    ec2.start_instances(InstanceIds=[balanced.instance])
    instance = "aws_instance.master[0]"
    failing = {key for key, one in found.items() if one.verdict is Verdict.FAIL}
    assert failing == {f"cloud_instance {instance}"}
    group = found[f"cloud_load_balancer {GROUP}"]
    assert (group.verdict, group.cause) == (
        Verdict.UNKNOWN,
        Cause("cloud_instance", Subject("Instance", "", instance)),
    )


def test_denied_health_is_unknown_and_names_the_action(
    balanced: Balanced, address: str, faults: Faults
) -> None:
    faults.answers["DescribeTargetHealth"] = refusal(DENIED)

    answer = look(address, CloudQuestions.of(balanced.cluster.cloud))
    found = balanced.judge(answer)

    failure = answer.gaps[ObservedTargets]
    assert (failure.reason, failure.place.path) == (
        Reason.FORBIDDEN,
        "elasticloadbalancing:DescribeTargetHealth",
    )
    assert verdicts(found) == {f"cloud_load_balancer {GROUP}": Verdict.UNKNOWN}


def test_where_no_code_declares_a_balancer_none_is_asked_for(
    balanced: Balanced, address: str, faults: Faults
) -> None:
    answer = look(address)

    assert not answer.gaps
    assert balanced.group
    assert not [one for one in faults.calls if "Target" in one or "Balancer" in one]


async def test_the_first_evaluation_knows_the_balancers_that_are_declared(
    balanced: Balanced,
) -> None:
    folder = balanced.cluster.loaded.folder
    aws = f"aws: {{region: {moto.REGION}, endpoint: '{balanced.aws}'}}"
    live = SETTINGS.replace("aws: {region: ap-northeast-2}", aws)
    (folder / "live.yaml").write_text(live.replace("nowhere", "snapshot"))
    (folder / "snapshot").mkdir(exist_ok=True)
    conformance = Conformance(load(folder / "live.yaml"))

    async with supervised() as supervisor:
        try:
            await conformance.start(supervisor)
            found = await asyncio.wait_for(conformance.look(SYSTEM.now()), 60)
        finally:
            await conformance.stop()

    (group,) = [one for one in found.findings if one.subject.name == GROUP]
    assert group.verdict is Verdict.PASS

"""What it costs to judge a large cloud: 1,000 instances and 500 security groups of 60 rules."""

import time
from datetime import UTC, datetime

import pytest

from exporter.checks import ALL
from exporter.domain.check import Chapter
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    CloudResource,
    CloudScope,
    DeclaredCloud,
    InstanceHealth,
    ObservedInstances,
    ObservedSecurityGroups,
    ObservedSubnets,
    ObservedVpcs,
    reference,
)
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.observed.cloud.aws.compute import instances
from exporter.observed.cloud.aws.security_groups import security_groups
from exporter.runtime.decisions import Decisions
from exporter.runtime.evaluate import evaluate
from tests.checks.of_cloud import GOOD, PLACE, TAGS, resource

INSTANCES, GROUPS, RULES = 1000, 500, 60
LIMIT = 2.0
"""CPU seconds of one evaluation after the calls, the parsing of the answers included."""
pytestmark = pytest.mark.bench


def _instance(number: int) -> dict[str, object]:
    return {
        "InstanceId": f"i-{number}",
        "State": {"Name": "running"},
        "InstanceType": "m6i.large",
        "SubnetId": "subnet-1",
        "PrivateIpAddress": f"10.0.{number >> 8}.{number & 255}",
        "SecurityGroups": [{"GroupId": f"sg-{number % GROUPS}"}],
        "Tags": [{"Key": "Name", "Value": f"n{number}"}]
        + [{"Key": key, "Value": value} for key, value in TAGS.items()],
    }


def _group(number: int) -> dict[str, object]:
    ranges = [{"CidrIp": f"10.{number % 256}.{one}.0/24"} for one in range(RULES)]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges}
    return {"GroupId": f"sg-{number}", "GroupName": f"g{number}", "IpPermissions": [permission]}


def _declared() -> DeclaredCloud:
    groups = [
        resource(
            CloudKind.SECURITY_GROUP,
            f"aws_security_group.g[{number}]",
            f"g{number}",
            {
                CloudAttribute.RULES: tuple(
                    f"ingress tcp 443 10.{number % 256}.{one}.0/24" for one in range(RULES)
                )
            },
        )
        for number in range(GROUPS)
    ]
    subnet = resource(CloudKind.SUBNET, "aws_subnet.s", "s", {})
    machines = [
        resource(
            CloudKind.INSTANCE,
            f"aws_instance.n[{number}]",
            f"n{number}",
            {
                CloudAttribute.TYPE: ("m6i.large",),
                CloudAttribute.SUBNET: (reference(subnet.address),),
                CloudAttribute.GROUPS: (reference(f"aws_security_group.g[{number % GROUPS}]"),),
            },
        )
        for number in range(INSTANCES)
    ]
    return DeclaredCloud({one.address: one for one in (*groups, subnet, *machines)})


def _nodes() -> tuple[DeclaredNodes, ObservedNodes]:
    names = [f"n{number}" for number in range(INSTANCES)]
    declared = {
        name: DeclaredNode(
            name=name, group="", places=(PLACE,), attributes={}, labels={}, taints=()
        )
        for name in names
    }
    observed = {
        name: ObservedNode(
            name=name,
            labels={},
            ready=ConditionStatus.TRUE,
            provider_id=f"aws:///ap-northeast-2a/i-{number}",
        )
        for number, name in enumerate(names)
    }
    return DeclaredNodes(declared), ObservedNodes(observed)


def test_a_large_cloud_is_judged_within_two_seconds() -> None:
    answers = {"Reservations": [{"Instances": [_instance(one) for one in range(INSTANCES)]}]}
    groups = {"SecurityGroups": [_group(one) for one in range(GROUPS)]}
    declared, (code, cluster) = _declared(), _nodes()
    subnet = CloudResource(id="subnet-1", name="s", values={})
    began = time.process_time()

    known = {
        **GOOD,
        DeclaredCloud: declared,
        DeclaredNodes: code,
        ObservedNodes: cluster,
        ObservedInstances: instances([answers]),
        InstanceHealth: InstanceHealth({f"i-{one}": "ok" for one in range(INSTANCES)}),
        ObservedSecurityGroups: security_groups([groups]),
        ObservedSubnets: ObservedSubnets({"subnet-1": subnet}),
        ObservedVpcs: ObservedVpcs(),
        CloudScope: CloudScope(region="r", tags=TAGS, admin_ports=(22,), place=PLACE),
    }
    ids = {"node_present", "node_ready", "node_instance"}
    made = evaluate(
        [one for one in ALL if one.chapter is Chapter.CLOUD or one.id in ids],
        facts=Facts(known),
        decisions=Decisions(),
        sources=(),
        at=datetime(2025, 11, 12, tzinfo=UTC),
    )

    spent = time.process_time() - began
    print(f"{INSTANCES} instances, {GROUPS} groups of {RULES} rules: {spent:.2f} CPU s")  # noqa: T201 - what a benchmark is for
    assert {one.verdict for one in made.findings} == {Verdict.PASS}
    assert len(made.findings) == 6 * INSTANCES + 2 * GROUPS + 1
    assert spent <= LIMIT

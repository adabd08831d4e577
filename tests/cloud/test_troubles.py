"""An AWS that denies, throttles, is slow or refuses credentials, as its documentation has it."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.domain.cloud import (
    CloudCalls,
    InstanceHealth,
    ObservedInstances,
    ObservedSecurityGroups,
    ObservedSubnets,
    ObservedVpcs,
)
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.errors import Reason
from exporter.domain.finding import Cause, Verdict
from exporter.observed.cloud.aws.provider import QUESTIONS, AwsProvider
from exporter.settings.cloud import AwsSettings
from tests.cloud import moto
from tests.cloud.applied import Applied
from tests.cloud.faults import DENIED, THROTTLED, Faults, impaired, node_group, refusal
from tests.cloud.looks import Cluster, look, turned

POLICY = Path(__file__).parents[2] / "docs" / "cloud" / "aws-policy.json"
SECRET = moto.KEYS["AWS_SECRET_ACCESS_KEY"]
VPC = "module.network.aws_vpc.this"
REDIS = 'module.node["k8s-redis"].aws_instance.this'


@pytest.fixture
def faults(aws: str, applied: Applied) -> Faults:
    assert applied.ids
    return Faults(aws)


@pytest.fixture
def address(faults: Faults) -> Iterator[str]:
    with faults.serving() as url:
        yield url


def test_a_denied_action_makes_only_its_own_checks_unknown_and_is_named(
    aws: str, address: str, faults: Faults, cluster: Cluster
) -> None:
    faults.answers["DescribeSecurityGroups"] = refusal(DENIED)

    answer = look(address)
    found = cluster.find(answer)

    failure = answer.gaps[ObservedSecurityGroups]
    assert answer.gaps.keys() == {ObservedSecurityGroups}
    assert failure.reason is Reason.FORBIDDEN
    assert failure.place.path == "ec2:DescribeSecurityGroups"
    assert "allow ec2:DescribeSecurityGroups" in failure.advice
    changed = turned(cluster.find(look(aws)), found)
    assert {verdict for *_, verdict in changed} == {"unknown"}
    assert {check for check, *_ in changed} == {
        "cloud_exposure",
        "cloud_instance_spec",
        "cloud_security_group",
    }


def test_what_aws_says_of_a_denial_is_not_repeated(address: str, faults: Faults) -> None:
    faults.answers["DescribeVpcs"] = refusal(DENIED)

    answer = look(address)

    assert "AbCdEf-secret" not in repr(answer)


def test_a_throttled_action_is_tried_again_with_pauses_and_then_unknown(
    address: str, faults: Faults
) -> None:
    faults.answers["DescribeVpcs"] = refusal(THROTTLED)

    answer = look(address)

    assert answer.gaps[ObservedVpcs].reason is Reason.UNAVAILABLE
    assert "throttled" in answer.gaps[ObservedVpcs].message
    assert faults.calls["DescribeVpcs"] == 3
    cost = answer.facts[CloudCalls]
    assert isinstance(cost, CloudCalls)
    assert cost.calls["ec2:DescribeVpcs"] == 3


def test_a_slow_action_costs_only_what_needs_it(address: str, faults: Faults) -> None:
    faults.slow.add("DescribeSubnets")

    answer = look(address, timeout="2s")

    assert answer.gaps.keys() == {ObservedSubnets}
    assert answer.gaps[ObservedSubnets].reason is Reason.TIMEOUT


def test_an_impaired_instance_fails(
    address: str, faults: Faults, cluster: Cluster, applied: Applied
) -> None:
    faults.answers["DescribeInstanceStatus"] = impaired(applied.ids[REDIS])

    found = cluster.find(look(address))

    failing = {key for key, one in found.items() if one.verdict is Verdict.FAIL}
    assert failing == {f"cloud_instance {REDIS}"}
    assert found[f"cloud_instance {REDIS}"].detail.endswith("status checks are impaired")


def test_denied_status_checks_make_instances_unknown_with_the_source_as_cause(
    address: str, faults: Faults, cluster: Cluster
) -> None:
    faults.answers["DescribeInstanceStatus"] = refusal(DENIED)

    answer = look(address)
    found = cluster.find(answer)

    assert answer.gaps.keys() == {InstanceHealth}
    assert found[f"cloud_instance {REDIS}"].cause == Cause("aws")


def test_credentials_that_expired_are_said_to_be_and_renewed_ones_are_taken_up(
    address: str, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = AwsProvider(AwsSettings(region=moto.REGION, endpoint=address))
    faults.keys = frozenset({"AKIARENEWEDRENEWED00"})
    provider.start()
    with pytest.raises(Exception, match="expired") as refused:
        provider.ask(ObservedInstances)

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIARENEWEDRENEWED00")
    provider.start()
    renewed = provider.ask(ObservedInstances)
    provider.close()

    assert isinstance(renewed, ObservedInstances)
    assert renewed.resources
    assert SECRET not in str(refused.value)
    assert moto.KEYS["AWS_ACCESS_KEY_ID"] not in str(refused.value)


def test_without_credentials_all_is_unknown(
    aws: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in moto.KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))

    answer = look(aws)

    assert answer.gaps.keys() == QUESTIONS.keys()
    assert {one.reason for one in answer.gaps.values()} == {Reason.FORBIDDEN}


def test_a_look_ends_where_its_budget_does(address: str, faults: Faults) -> None:
    answer = look(address, calls=10)

    assert faults.calls.total() == 10
    (failure,) = answer.gaps.values()
    assert (failure.reason, "calls" in failure.message) == (Reason.TOO_LARGE, True)


def test_an_answer_that_is_none_is_malformed(address: str, faults: Faults) -> None:
    faults.answers["DescribeVpcs"] = (200, "<html>login</html>")

    answer = look(address)

    assert answer.gaps.keys() == {ObservedVpcs}
    assert answer.gaps[ObservedVpcs].reason is Reason.MALFORMED


def test_nobody_there_is_unavailable() -> None:
    answer = look("http://127.0.0.1:9")

    assert {one.reason for one in answer.gaps.values()} == {Reason.UNAVAILABLE}


def test_the_policy_allows_what_is_asked_and_nothing_else(
    address: str, faults: Faults, applied: Applied
) -> None:
    faults.node_groups["shop"] = [node_group("shop", "spot")]
    made = moto.client(address, "elbv2").create_target_group(
        Name="api", Protocol="TCP", Port=6443, TargetType="ip", VpcId=applied.ids[VPC]
    )

    answer = look(
        address,
        CloudQuestions(
            load_balancers=True, target_groups=frozenset({"api"}), clusters=frozenset({"shop"})
        ),
    )

    (statement,) = json.loads(POLICY.read_text())["Statement"]
    cost = answer.facts[CloudCalls]
    assert isinstance(cost, CloudCalls)
    assert not answer.gaps
    assert made
    assert statement["Action"] == sorted(cost.calls)


def test_credentials_are_in_no_log(address: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = look(address)

    assert SECRET in os.environ.values()
    assert SECRET not in caplog.text
    assert SECRET not in repr(answer)

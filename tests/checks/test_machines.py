"""Instances under nodes: the chain from a node to its code, and what explains a lost node."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exporter.checks import node_group_size, node_instance, node_present, node_ready
from exporter.domain.check import Check
from exporter.domain.cloud import (
    CloudAttribute,
    CloudResource,
    DeclaredCloud,
    ObservedInstances,
    ObservedScalingGroups,
)
from exporter.domain.declaration import DeclaredNode, NodeGroup
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.runtime.decisions import Decisions
from exporter.runtime.evaluate import evaluate
from tests.checks.of_cloud import (
    DECLARED,
    INSTANCE,
    PLACE,
    RUNNING,
    SCOPE,
    facts,
)

NAME = "a.example.org"
READY = ObservedNode(
    name=NAME,
    labels={},
    ready=ConditionStatus.TRUE,
    provider_id="aws:///ap-northeast-2a/i-1",
)
DECLARED_NODE = DeclaredNode(
    name=NAME, group="", places=(PLACE,), attributes={}, labels={}, taints=()
)
STOPPED = ObservedInstances({"i-1": replace(RUNNING, state="stopped")})
STRAY = replace(RUNNING, id="i-2", name="b", values={})
BOTH = ObservedInstances({"i-1": RUNNING, "i-2": STRAY})
OTHER = replace(INSTANCE, address="aws_instance.b", name="b")
TWO = DeclaredCloud({**DECLARED.resources, OTHER.address: OTHER})


def judge(
    check: Check, observed: ObservedNode | None, *others: object, denied: type | None = None
) -> Finding:
    cluster = ObservedNodes({observed.name: observed} if observed else {})
    outcome = evaluate(
        (check,),
        facts=facts(DeclaredNodes({NAME: DECLARED_NODE}), cluster, *others, denied=denied),
        decisions=Decisions(),
        sources=(),
        at=datetime(2025, 11, 12, tzinfo=UTC),
    )
    (finding,) = outcome.findings
    return finding


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(READY, id="by provider ID"),
        pytest.param(replace(READY, provider_id="", internal_ips=("10.0.0.7",)), id="by address"),
    ],
)
def test_a_node_is_followed_to_the_code_of_its_instance(observed: ObservedNode) -> None:
    finding = judge(node_instance.CHECK, observed)

    assert finding.verdict is Verdict.PASS
    assert finding.detail.endswith("i-1 = aws_instance.a")


@pytest.mark.parametrize(
    ("identity", "others", "detail"),
    [
        pytest.param(
            "i-9", (), "provider ID i-9: no such instance in ap-northeast-2", id="no instance"
        ),
        pytest.param(
            "i-2", (BOTH,), "instance i-2 is none that Terraform declares", id="undeclared"
        ),
        pytest.param(
            "i-2",
            (BOTH, TWO),
            "instance i-2 is aws_instance.b, and the code has aws_instance.a for this node",
            id="another node's",
        ),
    ],
)
def test_each_break_of_the_chain_fails_and_is_named(
    identity: str, others: tuple[object, ...], detail: str
) -> None:
    observed = replace(READY, provider_id=f"aws:///ap-northeast-2a/{identity}")

    finding = judge(node_instance.CHECK, observed, *others)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


def test_a_node_that_nothing_identifies_leads_nowhere() -> None:
    finding = judge(node_instance.CHECK, replace(READY, provider_id=""))

    assert finding.verdict is Verdict.UNKNOWN


def test_where_the_instances_are_denied_no_chain_passes() -> None:
    finding = judge(node_instance.CHECK, READY, denied=ObservedInstances)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("aws"))


@pytest.mark.parametrize(
    ("check", "observed"),
    [
        pytest.param(node_ready.CHECK, replace(READY, ready=ConditionStatus.UNKNOWN), id="ready"),
        pytest.param(node_present.CHECK, None, id="present"),
    ],
)
@pytest.mark.parametrize(
    ("instances", "said"),
    [
        pytest.param(STOPPED, "its instance i-1 is stopped", id="stopped"),
        pytest.param(ObservedInstances(), "its instance is not in the cloud", id="gone"),
    ],
)
def test_a_lost_node_follows_from_an_instance_that_does_not_run(
    check: Check, observed: ObservedNode | None, instances: ObservedInstances, said: str
) -> None:
    finding = judge(check, observed, instances)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail.endswith(said)


@pytest.mark.parametrize(
    ("others", "denied"),
    [
        pytest.param((), None, id="its instance runs"),
        pytest.param((STOPPED, replace(SCOPE, explains=False)), None, id="nobody reports it"),
        pytest.param((), ObservedInstances, id="nobody knows"),
        pytest.param((STOPPED, DeclaredCloud()), None, id="no code declares it"),
    ],
)
def test_else_a_lost_node_fails_by_itself(others: tuple[object, ...], denied: type | None) -> None:
    lost = replace(READY, ready=ConditionStatus.FALSE)

    finding = judge(node_ready.CHECK, lost, *others, denied=denied)

    assert finding.verdict is Verdict.FAIL


def test_the_cause_is_the_instance_at_its_address() -> None:
    (finding,) = node_present.judge(
        facts(DeclaredNodes({NAME: DECLARED_NODE}), ObservedNodes({}), STOPPED)
    )

    assert finding.cause == Cause("cloud_instance", Subject("Instance", "", "aws_instance.a"))


def scaling(minimum: str, maximum: str) -> ObservedScalingGroups:
    values = {CloudAttribute.MINIMUM: (minimum,), CloudAttribute.MAXIMUM: (maximum,)}
    group = CloudResource(
        id="eks-1",
        state="1 of 1 in service",
        values=values,
        tags={"eks:nodegroup-name": "spot"},
    )
    return ObservedScalingGroups({"eks-1": group})


@pytest.mark.parametrize(
    ("groups", "verdict", "detail"),
    [
        pytest.param(scaling("0", "3"), Verdict.PASS, "has 1 of 1 in service", id="as declared"),
        pytest.param(scaling("0", "9"), Verdict.FAIL, "has maximum 9 instead of 3", id="wider"),
        pytest.param(ObservedScalingGroups(), Verdict.PASS, "", id="none of that name"),
    ],
)
def test_an_auto_scaling_group_is_one_more_witness_of_a_size(
    groups: ObservedScalingGroups, verdict: Verdict, detail: str
) -> None:
    spot = NodeGroup(name="spot", minimum=0, maximum=3, name_pattern="a.*", place=PLACE)
    declared = DeclaredNodes({}, {"spot": spot})

    finding = judge(node_group_size.CHECK, READY, declared, groups)

    assert finding.verdict is verdict
    assert finding.detail.endswith(detail)

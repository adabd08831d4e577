"""The health of EKS node groups, which moto does not model: answers as AWS documents them."""

from collections.abc import Iterator

import pytest

from exporter.checks import node_group_size
from exporter.domain.cloud_services import CloudQuestions, ObservedNodeGroups
from exporter.domain.declaration import NodeGroup
from exporter.domain.errors import Reason
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.observed.cloud.aws.provider import AwsProvider
from exporter.observed.cloud.poller import CloudPoller
from exporter.observed.polling import Answer
from exporter.runtime.expected import Expected
from exporter.settings.cloud import AwsSettings
from tests.cloud import moto
from tests.cloud.faults import Faults, node_group

LABEL = "eks.amazonaws.com/nodegroup"
WORDS = "You've reached the limit of your quota for the number of instances you can run"
ISSUE = {
    "code": "InstanceLimitExceeded",
    "message": WORDS,
    "resourceIds": ["i-0a1b2c3d4e5f60718"],
}
QUESTIONS = CloudQuestions(clusters=frozenset({"shop", "elsewhere"}))


@pytest.fixture
def faults(aws: str) -> Faults:
    return Faults(aws, node_groups={"shop": [node_group("shop", "spot")]})


@pytest.fixture
def address(faults: Faults) -> Iterator[str]:
    with faults.serving() as url:
        yield url


class NodeGroupsAlone(AwsProvider):
    """Asks nothing but what this is about."""

    kinds = (ObservedNodeGroups,)


async def look(address: str, questions: CloudQuestions = QUESTIONS) -> Answer:
    poller = CloudPoller(NodeGroupsAlone(AwsSettings(region=moto.REGION, endpoint=address)))
    poller.want(questions)
    try:
        return await poller.ask()
    finally:
        await poller.close()


def judge(answer: Answer, *, maximum: int = 3, name: str = "spot") -> Finding:
    group = NodeGroup(
        name="spot",
        minimum=0,
        maximum=maximum,
        labels={LABEL: f"{name}*"},
        place=Place(Source.TERRAFORM, "main.tf", 7),
    )
    node = ObservedNode(name="ip-10-0-0-7", labels={LABEL: name})
    known = {
        DeclaredNodes: DeclaredNodes({}, {"spot": group}),
        ObservedNodes: ObservedNodes({node.name: node}),
        **answer.facts,
    }
    gaps = {
        kind: (Gap(Source.AWS, f"{one.place.where} {one.message}"),)
        for kind, one in answer.gaps.items()
    }
    (finding,) = node_group_size.judge(Expected().known(Facts(known, gaps)))
    return finding


async def test_a_healthy_node_group_is_told_with_the_group(address: str) -> None:
    finding = judge(await look(address))

    assert finding.verdict is Verdict.PASS
    assert finding.detail.endswith("EKS node group spot of shop is ACTIVE and wants 1")


async def test_an_issue_of_its_health_fails_in_the_words_of_aws(
    address: str, faults: Faults
) -> None:
    faults.node_groups["shop"] = [node_group("shop", "spot", ISSUE)]

    finding = judge(await look(address))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == (
        f"EKS node group spot of shop is DEGRADED: InstanceLimitExceeded: {WORDS} "
        "(i-0a1b2c3d4e5f60718)"
    )


async def test_other_bounds_than_declared_fail(address: str) -> None:
    finding = judge(await look(address), maximum=5)

    assert finding.verdict is Verdict.FAIL
    assert "has maximum 3 instead of 5" in finding.detail


async def test_a_group_with_a_random_end_of_its_name_is_found(address: str, faults: Faults) -> None:
    faults.node_groups["shop"] = [node_group("shop", "spot-20260101000000000000000001", ISSUE)]

    finding = judge(await look(address), name="spot-")

    assert (finding.verdict, "is DEGRADED" in finding.detail) == (Verdict.FAIL, True)


async def test_which_of_two_clusters_it_is_is_not_guessed(address: str, faults: Faults) -> None:
    faults.node_groups["elsewhere"] = [node_group("elsewhere", "spot", ISSUE)]

    finding = judge(await look(address))

    assert (finding.verdict, "DEGRADED" in finding.detail) == (Verdict.UNKNOWN, False)
    assert "or of several" in finding.detail


@pytest.mark.parametrize("action", ["ListNodegroups", "DescribeNodegroup"])
async def test_a_denied_action_leaves_the_health_unknown_and_is_named(
    address: str, faults: Faults, action: str
) -> None:
    faults.denies.add(action)

    answer = await look(address)
    finding = judge(answer)

    assert answer.gaps.keys() == {ObservedNodeGroups}
    assert answer.gaps[ObservedNodeGroups].reason is Reason.FORBIDDEN
    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause(Source.AWS))
    assert f"eks:{action} is denied" in finding.detail
    assert "secret-arn" not in repr(answer)


async def test_a_cluster_that_the_account_does_not_have_is_no_failure(
    address: str, faults: Faults
) -> None:
    faults.node_groups.clear()

    answer = await look(address)

    assert not answer.gaps
    assert answer.facts[ObservedNodeGroups] == ObservedNodeGroups((), QUESTIONS.clusters)
    assert judge(answer).verdict is Verdict.UNKNOWN


async def test_where_no_code_names_a_cluster_nothing_is_asked_of_eks(
    address: str, faults: Faults
) -> None:
    await look(address, CloudQuestions())

    assert not faults.calls.keys() & {"ListNodegroups", "DescribeNodegroup"}

import pytest

from exporter.checks import node_ready
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.TERRAFORM, "main.tf", 12)
NODE = DeclaredNode(name="a", group="", places=(PLACE,), attributes={}, labels={}, taints=())


def judge(*observed: ObservedNode) -> Finding:
    cluster = ObservedNodes({node.name: node for node in observed})
    known = {DeclaredNodes: DeclaredNodes({"a": NODE}), ObservedNodes: cluster}
    (finding,) = node_ready.judge(Facts(known=known))
    return finding


def test_a_ready_node_passes_and_says_nothing() -> None:
    node = ObservedNode(name="a", labels={}, ready=ConditionStatus.TRUE, ready_message="is ready")

    finding = judge(node)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("status", "message", "detail"),
    [
        pytest.param(
            ConditionStatus.FALSE, "CNI is down", "Ready is False: CNI is down", id="false"
        ),
        pytest.param(ConditionStatus.UNKNOWN, "", "Ready is Unknown", id="silent-kubelet"),
        pytest.param(ConditionStatus.FALSE, "a\n  b", "Ready is False: a b", id="many-lines"),
    ],
)
def test_a_node_that_is_not_ready_fails_with_its_message(
    status: ConditionStatus, message: str, detail: str
) -> None:
    finding = judge(ObservedNode(name="a", labels={}, ready=status, ready_message=message))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)
    assert finding.observed == status.value


def test_a_long_message_is_cut() -> None:
    node = ObservedNode(
        name="a", labels={}, ready=ConditionStatus.FALSE, ready_message="x" * 1_000_000
    )

    assert len(judge(node).detail) < 400


def test_a_missing_node_is_unknown_and_names_its_cause() -> None:
    finding = judge()

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_present", finding.subject),
    )
    assert finding.detail == "node is not in the cluster"
    assert finding.provenance == (PLACE,)

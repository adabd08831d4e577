from datetime import UTC, datetime, timedelta

import pytest

from exporter.checks import node_maintenance
from exporter.domain.declaration import DeclaredNode
from exporter.domain.excuses import ExcuseReason
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Policy
from exporter.domain.provenance import Place, Source
from exporter.domain.taints import Taint, TaintEffect

PLACE = Place(Source.TERRAFORM, "main.tf", 12)
NODE = DeclaredNode(name="a", group="", places=(PLACE,), attributes={}, labels={}, taints=())
AT = datetime(2025, 11, 12, 1, 10, tzinfo=UTC)


def judge(*observed: ObservedNode) -> Finding:
    known = (
        DeclaredNodes({"a": NODE}),
        ObservedNodes({node.name: node for node in observed}),
        Policy(drain_deadline=timedelta(hours=2)),
    )
    (finding,) = node_maintenance.judge(Facts({type(fact): fact for fact in known}))
    return finding


def node(
    *taints: str, tainted: dict[str, datetime] | None = None, unschedulable: bool = False
) -> ObservedNode:
    return ObservedNode(
        name="a",
        labels={},
        ready=ConditionStatus.TRUE,
        taints=frozenset(Taint(key, TaintEffect.NO_SCHEDULE) for key in taints),
        tainted=tainted or {},
        unschedulable=unschedulable,
    )


@pytest.mark.parametrize(
    "usual",
    [
        pytest.param(node(), id="no-taint"),
        pytest.param(node("dedicated", tainted={"dedicated": AT}), id="another-taint"),
        pytest.param(
            node("DeletionCandidateOfClusterAutoscaler"), id="only-considered-for-removal"
        ),
    ],
)
def test_a_node_that_takes_pods_passes(usual: ObservedNode) -> None:
    finding = judge(usual)

    assert (finding.verdict, finding.detail, finding.progress) == (Verdict.PASS, "", None)
    assert finding.observed == "schedulable"


@pytest.mark.parametrize(
    ("marked", "detail", "since"),
    [
        pytest.param(node(unschedulable=True), "cordoned", None, id="cordoned-undated"),
        pytest.param(
            node(
                node_maintenance.CORDONED,
                tainted={node_maintenance.CORDONED: AT},
                unschedulable=True,
            ),
            "cordoned",
            AT,
            id="cordoned",
        ),
        pytest.param(
            node("karpenter.sh/disrupted", tainted={"karpenter.sh/disrupted": AT, "other": AT}),
            "karpenter.sh/disrupted",
            AT,
            id="karpenter",
        ),
        pytest.param(
            node(
                "ToBeDeletedByClusterAutoscaler",
                tainted={
                    "ToBeDeletedByClusterAutoscaler": AT + timedelta(minutes=5),
                    node_maintenance.CORDONED: AT,
                },
                unschedulable=True,
            ),
            "ToBeDeletedByClusterAutoscaler, cordoned",
            AT,
            id="both-from-the-first",
        ),
        pytest.param(
            node(tainted={"other": AT}, unschedulable=True),
            "cordoned",
            None,
            id="another-taint-dates-nothing",
        ),
    ],
)
def test_a_node_that_takes_none_fails_unless_that_is_excused_for_a_while(
    marked: ObservedNode, detail: str, since: datetime | None
) -> None:
    finding = judge(marked)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, detail)
    assert finding.detail == f"takes no new pods: {detail}"
    assert finding.progress
    assert finding.progress.reason is ExcuseReason.DRAIN
    assert (finding.progress.since, finding.progress.limit) == (since, timedelta(hours=2))


def test_a_missing_node_is_unknown_and_names_its_cause() -> None:
    finding = judge()

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("node_present", finding.subject)

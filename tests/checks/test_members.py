"""Members of groups that may grow are judged as declared nodes are."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from exporter.checks import (
    node_group_size,
    node_labels,
    node_present,
    node_ready,
    node_taints,
    node_unexpected,
    node_version,
    workload_ready,
)
from exporter.domain.declaration import DeclaredWorkload, NodeGroup, WorkloadKey
from exporter.domain.excuses import ExcuseReason
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import AsOf, Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions

NOW = parse_instant("2025-11-12T14:30:00+09:00")
PLACE = Place(Source.TERRAFORM, "main.tf", 12)
TAINT = Taint.parse("only=web:NoSchedule")
LEAVING = Taint.parse("ToBeDeletedByClusterAutoscaler=1:NoSchedule")
POOL = NodeGroup(
    name="pool",
    minimum=1,
    maximum=3,
    labels={"pool": "a"},
    place=PLACE,
    node_labels={"tier": Located("web", PLACE)},
    taints=(Located(TAINT, PLACE),),
    version=Located("1.31", PLACE),
    pool=True,
)
GOOD = ObservedNode(
    name="n1",
    labels={"pool": "a", "tier": "web"},
    taints=frozenset({TAINT}),
    ready=ConditionStatus.TRUE,
    version="v1.31.4",
    created=NOW - timedelta(days=3),
)
CHECKS = [
    node_group_size.CHECK,
    node_labels.CHECK,
    node_present.CHECK,
    node_ready.CHECK,
    node_taints.CHECK,
    node_unexpected.CHECK,
    node_version.CHECK,
]


def change(**changes: Any) -> ObservedNode:
    return replace(GOOD, **changes)


def judge(*nodes: ObservedNode, groups: tuple[NodeGroup, ...] = (POOL,)) -> list[Finding]:
    known = {
        DeclaredNodes: DeclaredNodes({}, {one.name: one for one in groups}),
        ObservedNodes: ObservedNodes({one.name: one for one in nodes}),
        Policy: Policy(unmanaged_taints=("ToBeDeletedByClusterAutoscaler",)),
        AsOf: AsOf(NOW),
    }
    outcome = evaluate(CHECKS, facts=Facts(known), decisions=Decisions(), sources=(), at=NOW)
    return list(outcome.findings)


def failing(findings: list[Finding]) -> set[str]:
    return {one.check for one in findings if one.verdict is Verdict.FAIL}


def test_a_member_that_is_as_its_group_says_passes_all_but_presence_which_nobody_declares() -> None:
    found = judge(GOOD)

    assert {one.verdict for one in found} == {Verdict.PASS}
    assert {one.check for one in found} == {one.id for one in CHECKS} - {"node_present"}
    assert {one.provenance for one in found if one.subject.name == "n1"} == {(PLACE,)}


@pytest.mark.parametrize(
    ("node", "check"),
    [
        pytest.param(change(ready=ConditionStatus.UNKNOWN), "node_ready", id="lost"),
        pytest.param(change(labels={"pool": "a"}), "node_labels", id="label missing"),
        pytest.param(change(taints=frozenset()), "node_taints", id="taint missing"),
        pytest.param(
            change(taints=frozenset({TAINT, Taint.parse("x=y:NoExecute")})),
            "node_taints",
            id="undeclared taint",
        ),
        pytest.param(change(version="v1.30.9"), "node_version", id="another version"),
        pytest.param(change(labels={}), "node_unexpected", id="a foreign node"),
    ],
)
def test_what_differs_fails_alone(node: ObservedNode, check: str) -> None:
    found = judge(change(name="n0"), node)

    assert failing(found) == {check}


def test_a_pool_that_is_too_small_or_too_large_fails_alone() -> None:
    many = [change(name=f"n{number}") for number in range(4)]

    assert failing(judge()) == failing(judge(*many)) == {"node_group_size"}


def test_a_group_that_says_nothing_of_labels_and_taints_leaves_them_alone() -> None:
    group = NodeGroup(name="pool", maximum=3, labels={"pool": "a"}, place=PLACE)

    found = judge(change(taints=frozenset({Taint.parse("x=y:NoExecute")})), groups=(group,))

    assert not {"node_labels", "node_taints"} & {one.check for one in found}


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        pytest.param(
            change(ready=ConditionStatus.FALSE, created=NOW - timedelta(minutes=2)),
            ExcuseReason.STARTING,
            id="new",
        ),
        pytest.param(
            change(
                ready=ConditionStatus.UNKNOWN,
                taints=frozenset({TAINT, LEAVING}),
                tainted={"ToBeDeletedByClusterAutoscaler": NOW - timedelta(minutes=1)},
            ),
            ExcuseReason.REMOVAL,
            id="leaving",
        ),
    ],
)
def test_a_member_that_an_autoscaler_adds_or_removes_is_excused(
    node: ObservedNode, reason: ExcuseReason
) -> None:
    found = judge(change(name="n0"), node)

    (ready,) = (one for one in found if (one.check, one.subject.name) == ("node_ready", "n1"))
    assert ready.verdict is Verdict.SUPPRESSED
    assert ready.excuse
    assert ready.excuse.reason is reason
    assert not failing(found)


def test_nodes_of_a_pool_count_there_whatever_other_group_takes_them() -> None:
    mine = NodeGroup(name="mine", minimum=2, maximum=9, name_pattern="n*", place=PLACE)

    found = judge(GOOD, change(name="n2"), groups=(mine, POOL))

    sizes = {one.subject.name: one.observed for one in found if one.check == "node_group_size"}
    assert sizes == {"mine": 2, "pool": 2}


def test_a_lost_member_is_the_cause_of_what_its_daemonset_lacks() -> None:
    key = WorkloadKey("web", "DaemonSet", "agent")
    lost = PodGroup(owner=key, node="n1", tolerations=(), pods=1, ready=0, pulled=1)
    known = {
        DeclaredNodes: DeclaredNodes({}, {"pool": POOL}),
        ObservedNodes: ObservedNodes({"n1": change(ready=ConditionStatus.UNKNOWN)}),
        ObservedPods: ObservedPods(by_owner={key: (lost,)}, by_node={"n1": (lost,)}),
        DeclaredWorkloads: DeclaredWorkloads(
            {key: DeclaredWorkload(key=key, manifest={}, place=PLACE)}
        ),
        ObservedWorkloads: ObservedWorkloads(
            {key: ObservedWorkload(key=key, manifest={}, replicas=1, ready=0)}
        ),
        AsOf: AsOf(NOW),
    }

    outcome = evaluate(
        [node_ready.CHECK, workload_ready.CHECK],
        facts=Facts(known),
        decisions=Decisions(),
        sources=(),
        at=NOW,
    )

    (short,) = (one for one in outcome.findings if one.check == "workload_ready")
    assert (short.verdict, short.cause) == (
        Verdict.UNKNOWN,
        Cause("node_ready", Subject("Node", "", "n1")),
    )

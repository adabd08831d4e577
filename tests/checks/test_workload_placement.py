from collections.abc import Mapping
from typing import Any

import pytest

from exporter.checks import workload_placement
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, WorkloadKey
from exporter.domain.excuses import ExcuseReason
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

KEY = WorkloadKey("api", "Deployment", "scan-api")
PLACE = Place(Source.KUSTOMIZE, "k8s/scan/deployment.yaml", 1)
SELECTOR = Place(Source.KUSTOMIZE, "k8s/scan/patch.yaml", 7)
NODES = {"scan-1": "scan", "scan-2": "scan", "auth": "auth"}


def spec(**fields: object) -> dict[str, Any]:
    return {"spec": {"template": {"spec": fields}}}


SCAN = spec(nodeSelector={"domain": "scan"})


def facts(
    pods: Mapping[str, int],
    declared: dict[str, Any] = SCAN,
    **status: Any,
) -> Facts:
    workload = DeclaredWorkload(
        key=KEY,
        manifest=declared,
        place=PLACE,
        places={"/spec/template/spec/nodeSelector": SELECTOR},
    )
    groups = tuple(
        PodGroup(owner=KEY, node=node, tolerations=(), pods=n) for node, n in pods.items()
    )
    cluster = {
        name: ObservedNode(name=name, labels={"domain": domain}) for name, domain in NODES.items()
    }
    seen = {KEY: ObservedWorkload(key=KEY, manifest={}, **status)} if status else {}
    return Facts(
        known={
            DeclaredWorkloads: DeclaredWorkloads({KEY: workload}),
            ObservedWorkloads: ObservedWorkloads(seen),
            ObservedNodes: ObservedNodes(cluster),
            ObservedPods: ObservedPods(by_owner={KEY: groups}, by_node={}),
        }
    )


def judge(pods: Mapping[str, int], **status: Any) -> Finding:
    (finding,) = workload_placement.judge(facts(pods, **(status or {"replicas": 2, "updated": 2})))
    return finding


ODD = Gap(Source.KUBERNETES, "Node odd cannot be read")


def beside_an_unreadable_node(pods: Mapping[str, int]) -> Finding:
    world = facts(pods, replicas=2, updated=2)
    nodes = ObservedNodes(world.get(ObservedNodes).nodes, {"odd": ODD})
    (finding,) = workload_placement.judge(Facts({**world.known, ObservedNodes: nodes}))
    return finding


def test_pods_on_a_node_that_cannot_be_read_prove_nothing() -> None:
    finding = beside_an_unreadable_node({"scan-1": 1, "odd": 1})

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, ODD.message)


def test_pods_elsewhere_fail_whatever_else_cannot_be_read() -> None:
    assert beside_an_unreadable_node({"auth": 1, "odd": 1}).verdict is Verdict.FAIL


def test_a_node_that_cannot_be_read_concerns_only_what_runs_there() -> None:
    assert beside_an_unreadable_node({"scan-1": 2}).verdict is Verdict.PASS


def test_a_workload_that_asks_for_no_pods_says_so() -> None:
    finding = judge({}, replicas=0)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "it asks for no pods")


def test_pods_on_the_selected_nodes_pass() -> None:
    finding = judge({"scan-1": 1, "scan-2": 2})

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert (finding.declared, finding.observed) == ("domain=scan", {"scan-1": 1, "scan-2": 2})
    assert finding.provenance == (SELECTOR, PLACE)


def test_pods_elsewhere_fail_and_are_counted_by_node() -> None:
    finding = judge({"auth": 2, "scan-1": 1})

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "2 of 3 pods run elsewhere than on domain=scan: auth (2)"
    assert finding.observed == {"auth": 2, "scan-1": 1}


def test_a_rollout_may_excuse_old_pods() -> None:
    finding = judge({"auth": 1}, replicas=2, updated=1)

    assert finding.verdict is Verdict.FAIL
    assert finding.progress
    assert finding.progress.reason is ExcuseReason.ROLLOUT


@pytest.mark.parametrize(
    "pods",
    [
        pytest.param({}, id="no pods"),
        pytest.param({"": 2}, id="pods that wait for a node"),
        pytest.param({"gone": 2}, id="pods on a node that is gone"),
    ],
)
def test_without_a_placed_pod_nothing_is_known_unless_none_is_asked_for(
    pods: Mapping[str, int],
) -> None:
    finding = judge(pods)

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_ready", finding.subject),
    )
    assert judge(pods, replicas=0).verdict is Verdict.PASS


def test_node_affinity_selects_like_a_node_selector() -> None:
    requirement = {"key": "domain", "operator": "NotIn", "values": ["auth"]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [requirement]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    declared = spec(affinity={"nodeAffinity": required})

    def verdict(node: str) -> Verdict:
        (finding,) = workload_placement.judge(facts({node: 1}, declared, replicas=1, updated=1))
        return finding.verdict

    assert (verdict("scan-1"), verdict("auth")) == (Verdict.PASS, Verdict.FAIL)


def test_a_workload_that_selects_no_nodes_is_no_subject() -> None:
    world = facts({"auth": 1}, spec(), replicas=1)

    assert list(workload_placement.judge(world)) == []
    assert list(workload_placement.CHECK.subjects(world)) == []


def test_a_selection_that_is_not_understood_is_unknown() -> None:
    world = facts({"auth": 1}, spec(nodeSelector=["odd"]), replicas=1)

    (finding,) = workload_placement.judge(world)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("kustomize"))
    assert finding.detail == "not understood: nodeSelector is no mapping"
    assert list(workload_placement.CHECK.subjects(world)) == [finding.subject]


def test_what_is_not_in_the_cluster_is_unknown() -> None:
    (finding,) = workload_placement.judge(facts({}))

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_present", finding.subject),
    )


@pytest.mark.parametrize(
    ("declared", "verdict", "cause"),
    [
        pytest.param(
            "scan",
            Verdict.UNKNOWN,
            Cause("node_labels", Subject("Node", "", "auth")),
            id="the node is the right one",
        ),
        pytest.param("auth", Verdict.FAIL, None, id="the node is another one"),
    ],
)
def test_a_node_that_lost_its_declared_label_is_the_nodes_matter(
    declared: str, verdict: Verdict, cause: Cause | None
) -> None:
    node = DeclaredNode(
        name="auth",
        group="",
        places=(PLACE,),
        attributes={},
        labels={"domain": Located(declared, PLACE)},
        taints=(),
    )
    known = facts({"auth": 2}, replicas=2, updated=2).known

    (finding,) = workload_placement.judge(
        Facts({**known, DeclaredNodes: DeclaredNodes({"auth": node})})
    )

    assert (finding.verdict, finding.cause) == (verdict, cause)


def test_nodes_whose_declaration_is_not_whole_excuse_nothing() -> None:
    node = DeclaredNode(
        name="auth",
        group="",
        places=(PLACE,),
        attributes={},
        labels={"domain": Located("scan", PLACE)},
        taints=(),
    )
    known = {
        **facts({"auth": 2}, replicas=2, updated=2).known,
        DeclaredNodes: DeclaredNodes({"auth": node}),
    }
    gaps: dict[type, tuple[Gap, ...]] = {DeclaredNodes: (Gap(Source.TERRAFORM, "main.tf: broken"),)}

    (finding,) = workload_placement.judge(Facts(known, gaps))

    assert (finding.verdict, finding.cause) == (Verdict.FAIL, None)

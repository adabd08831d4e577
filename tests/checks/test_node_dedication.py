from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from exporter.checks import node_dedication
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint, TaintEffect, Toleration, TolerationOperator
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

PLACE = Place(Source.ANSIBLE, "label-nodes.yml", 7)
POLICY = Policy(
    unmanaged_taints=("node-role.kubernetes.io/control-plane",),
)
SCAN = "domain=scan:NoSchedule"
BEARS_SCAN = Toleration("domain", value="scan", effect=TaintEffect.NO_SCHEDULE)
BEARS_ALL = Toleration(operator=TolerationOperator.EXISTS)


def pods(name: str, *tolerations: Toleration, kind: str = "Deployment", n: int = 1) -> PodGroup:
    owner = WorkloadKey("api", kind, name)
    return PodGroup(owner=owner, node="scan", tolerations=tolerations, pods=n)


def facts(
    *groups: PodGroup,
    declared: Mapping[str, list[str]] | None = None,
    observed: Mapping[str, list[str]] | None = None,
) -> Facts:
    nodes = {
        name: DeclaredNode(
            name=name,
            group="",
            places=(PLACE,),
            attributes={},
            labels={},
            taints=tuple(Located(Taint.parse(text), PLACE) for text in taints),
        )
        for name, taints in (declared or {}).items()
    }
    cluster = {
        name: ObservedNode(name=name, labels={}, taints=frozenset(map(Taint.parse, taints)))
        for name, taints in (observed or {}).items()
    }
    return Facts(
        known={
            DeclaredNodes: DeclaredNodes(nodes),
            ObservedNodes: ObservedNodes(cluster),
            ObservedPods: ObservedPods(by_owner={}, by_node={"scan": groups}),
            Policy: POLICY,
        }
    )


def judge(*groups: PodGroup) -> Finding:
    (finding,) = node_dedication.judge(
        facts(*groups, declared={"scan": [SCAN]}, observed={"scan": [SCAN]})
    )
    return finding


def test_a_cluster_that_shows_no_pod_at_all_proves_nothing() -> None:
    world = facts(declared={"scan": [SCAN]}, observed={"scan": [SCAN]})
    blind = {**world.known, ObservedPods: ObservedPods(by_owner={}, by_node={})}

    (finding,) = node_dedication.judge(Facts(blind))
    (other,) = node_dedication.judge(world)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("kubernetes"))
    assert other.verdict is Verdict.PASS


def test_a_node_that_cannot_be_read_may_be_dedicated() -> None:
    odd = Gap(Source.KUBERNETES, "Node odd cannot be read")
    world = facts(pods("scan"))
    blind = {**world.known, ObservedNodes: ObservedNodes({}, {"odd": odd})}

    (finding,) = node_dedication.judge(Facts(blind))

    assert (finding.subject.name, finding.verdict) == ("odd", Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        pytest.param(pods("scan", BEARS_SCAN), Verdict.PASS, id="tolerates"),
        pytest.param(pods("any", BEARS_ALL), Verdict.PASS, id="tolerates everything"),
        pytest.param(pods("web"), Verdict.FAIL, id="does not"),
        pytest.param(pods("log", kind="DaemonSet"), Verdict.PASS, id="DaemonSet"),
        pytest.param(pods("proxy", kind="Node"), Verdict.PASS, id="mirror pod"),
        pytest.param(pods("bare", kind="Pod"), Verdict.FAIL, id="bare pod"),
    ],
)
def test_a_dedicated_node_is_for_pods_that_tolerate_its_taints(
    group: PodGroup, verdict: Verdict
) -> None:
    finding = judge(group)

    assert finding.verdict is verdict
    assert (finding.declared, finding.provenance) == ([SCAN], (PLACE,))


def test_foreign_pods_are_counted_by_owner() -> None:
    finding = judge(pods("web", n=2), pods("scan", BEARS_SCAN), pods("bare", kind="Pod"))

    assert finding.detail == (
        f"3 pods do not tolerate what dedicates the node ({SCAN}): "
        "Deployment api/web (2), Pod api/bare (1)"
    )
    assert finding.observed == {"Deployment api/web": 2, "Pod api/bare": 1}


@pytest.mark.parametrize(
    ("declared", "observed"),
    [
        pytest.param([SCAN], [], id="declared only"),
        pytest.param([], [SCAN], id="observed only"),
        pytest.param([SCAN], ["domain=auth:NoSchedule"], id="the declared value counts"),
    ],
)
def test_declared_and_observed_taints_dedicate_alike(
    declared: list[str], observed: list[str]
) -> None:
    world = {"declared": {"scan": declared}, "observed": {"scan": observed}}

    (good,) = node_dedication.judge(facts(pods("scan", BEARS_SCAN), **world))
    (bad,) = node_dedication.judge(facts(pods("web"), **world))

    assert (good.verdict, bad.verdict) == (Verdict.PASS, Verdict.FAIL)


@pytest.mark.parametrize(
    "taint",
    [
        pytest.param("a:PreferNoSchedule", id="soft"),
        pytest.param("node.kubernetes.io/not-ready:NoExecute", id="state of the node"),
        pytest.param("node-role.kubernetes.io/control-plane:NoSchedule", id="unmanaged"),
    ],
)
def test_other_taints_dedicate_nothing(taint: str) -> None:
    world = facts(pods("web"), observed={"scan": [taint]})

    assert list(node_dedication.judge(world)) == []
    assert list(node_dedication.CHECK.subjects(world)) == []


def test_a_dedicated_node_that_is_missing_is_unknown() -> None:
    world = facts(declared={"z": [SCAN], "a": [SCAN], "plain": []}, observed={"a": []})

    findings = list(node_dedication.judge(world))

    assert [(one.subject.name, one.verdict, one.cause) for one in findings] == [
        ("a", Verdict.PASS, None),
        ("z", Verdict.UNKNOWN, Cause("node_present", Subject("Node", "", "z"))),
    ]
    assert [one.subject for one in findings] == list(node_dedication.CHECK.subjects(world))


WEB = WorkloadKey("api", "Deployment", "web")
ELSEWHERE = {"spec": {"template": {"spec": {"nodeSelector": {"domain": "web"}}}}}


def selecting_other_nodes(world: Facts) -> dict[type, object]:
    """Return what is known of a *world* where the workload ``web`` selects none of its nodes."""
    place = Place(Source.KUSTOMIZE, "k8s/web/deployment.yaml", 1)
    return {
        **world.known,
        DeclaredWorkloads: DeclaredWorkloads(
            {WEB: DeclaredWorkload(key=WEB, manifest=ELSEWHERE, place=place)}
        ),
        ObservedWorkloads: ObservedWorkloads({WEB: ObservedWorkload(key=WEB, manifest={})}),
    }


def test_pods_that_are_astray_are_their_workloads_matter_whatever_the_code_calls_the_node() -> None:
    known = selecting_other_nodes(
        facts(pods("web"), declared={"scan": [SCAN]}, observed={"scan": [SCAN]})
    )
    node = replace(known_nodes(known)["scan"], name="scan.example")
    joined = {**known, DeclaredNodes: DeclaredNodes({"scan": node})}

    for named in (known, joined):
        (finding,) = node_dedication.judge(Facts(named))

        assert finding.verdict is Verdict.UNKNOWN
        assert finding.cause == Cause("workload_placement", Subject("Deployment", "api", "web"))


def known_nodes(known: Mapping[type, object]) -> Mapping[str, DeclaredNode]:
    return Facts(known).get(DeclaredNodes).nodes


class Asked(dict[type, object]):
    """Facts that count how often each is asked for."""

    def __init__(self, known: Mapping[type, object]) -> None:
        super().__init__(known)
        self.times: Counter[object] = Counter()

    def get(self, key: type, default: object = None) -> object:
        self.times[key] += 1
        return super().get(key, default)


def times_asked(*, nodes: int) -> Counter[object]:
    taints = {f"n{number:02}": [SCAN] for number in range(nodes)}
    known = selecting_other_nodes(facts(declared=taints, observed=taints))
    asked = Asked(
        {**known, ObservedPods: ObservedPods({}, dict.fromkeys(taints, (pods("web"),)))},
    )
    findings = list(node_dedication.judge(Facts(asked)))
    assert {one.verdict for one in findings} == {Verdict.UNKNOWN}
    assert len(findings) == nodes
    return asked.times


def test_facts_are_asked_for_as_often_for_many_failing_nodes_as_for_one() -> None:
    assert times_asked(nodes=30) == times_asked(nodes=1)


def test_pods_that_only_an_undeclared_taint_makes_foreign_are_told_with_that() -> None:
    world = facts(pods("web"), declared={"scan": []}, observed={"scan": ["debug:NoSchedule"]})

    (finding,) = node_dedication.judge(world)

    assert finding.verdict is Verdict.FAIL
    assert finding.cause == Cause("node_taints", Subject("Node", "", "scan"))


def test_pods_that_a_declared_taint_makes_foreign_are_told_by_themselves() -> None:
    observed = {"scan": [SCAN, "debug:NoSchedule"]}
    world = facts(pods("web"), declared={"scan": [SCAN]}, observed=observed)

    (finding,) = node_dedication.judge(world)

    assert (finding.verdict, finding.cause) == (Verdict.FAIL, None)

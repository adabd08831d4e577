from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from exporter.checks.component_ready import CHECK
from exporter.domain.components import PRESETS, Component, DeclaredComponents, Part, presets
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

PLACE = Place(Source.ANSIBLE, "cni.yml", 14)
GAP = Gap(Source.KUBERNETES, "cannot be read")
AGENT = WorkloadKey("kube-system", "DaemonSet", "agent")
SERVER = WorkloadKey("kube-system", "Deployment", "server")
EVERYWHERE = Component(parts=(Part(kinds=("DaemonSet",), name="agent", everywhere=True),))
SOMEWHERE = Component(parts=(Part(kinds=("Deployment",), name="server"),))


def node(name: str, labels: Mapping[str, str] | None = None, *, ready: bool = True) -> ObservedNode:
    status = ConditionStatus.TRUE if ready else ConditionStatus.FALSE
    return ObservedNode(name=name, labels=labels or {}, ready=status)


def pods(owner: WorkloadKey, on: Mapping[str, tuple[int, int]]) -> tuple[PodGroup, ...]:
    """Return pods of *owner* by node: all, and the ready ones."""
    return tuple(
        PodGroup(owner=owner, node=name, tolerations=(), pods=count, ready=ready)
        for name, (count, ready) in on.items()
    )


def running(
    key: WorkloadKey, ready: int = 2, replicas: int = 2, labels: dict[str, str] | None = None
) -> ObservedWorkload:
    manifest = {"metadata": {"labels": labels or {}}, "spec": {}}
    return ObservedWorkload(
        key=key, manifest=manifest, ready=ready, replicas=replicas, updated=replicas, total=replicas
    )


def world(
    component: Component,
    *workloads: ObservedWorkload,
    nodes: tuple[ObservedNode, ...] = (node("a"), node("b")),
    on: Mapping[WorkloadKey, Mapping[str, tuple[int, int]]] | None = None,
    declared: tuple[WorkloadKey, ...] = (),
    **observed: Any,
) -> Facts:
    groups = {owner: pods(owner, spread) for owner, spread in (on or {}).items()}
    known = (
        DeclaredComponents({"it": component}, {"it": (PLACE,)}),
        ObservedWorkloads({one.key: one for one in workloads}, **observed),
        ObservedPods(groups, {}),
        ObservedNodes({one.name: one for one in nodes}),
        DeclaredNodes(
            {
                one.name: DeclaredNode(
                    name=one.name, group="", places=(), attributes={}, labels={}, taints=()
                )
                for one in nodes
            }
        ),
        DeclaredWorkloads(
            {key: DeclaredWorkload(key=key, manifest={}, place=PLACE) for key in declared}
        ),
    )
    return Facts({type(one): one for one in known})


def only(facts: Facts) -> Finding:
    (finding,) = CHECK.judge(facts.only(CHECK.handed))
    return finding


BOTH = {AGENT: {"a": (1, 1), "b": (1, 1)}}


def test_a_component_that_is_ready_passes_with_its_counts() -> None:
    finding = only(world(SOMEWHERE, running(SERVER)))

    assert (finding.verdict, finding.subject) == (Verdict.PASS, Subject("Component", "", "it"))
    assert finding.detail == "Deployment kube-system/server: 2 ready"
    assert finding.provenance == (PLACE,)


def test_one_that_is_missing_fails() -> None:
    finding = only(world(SOMEWHERE))

    assert (finding.verdict, finding.detail) == (
        Verdict.FAIL,
        "Deployment server is not in the cluster",
    )


def test_an_optional_part_may_be_missing_but_not_unready() -> None:
    optional = Component(parts=(Part(kinds=("Deployment",), name="server", optional=True),))

    assert only(world(optional)).verdict is Verdict.PASS
    assert only(world(optional, running(SERVER, 1))).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("ready", "replicas", "verdict"),
    [
        pytest.param(2, 2, Verdict.PASS, id="all"),
        pytest.param(1, 2, Verdict.FAIL, id="one lacks"),
        pytest.param(0, 0, Verdict.FAIL, id="none asked for"),
        pytest.param(3, 2, Verdict.PASS, id="one too many"),
    ],
)
def test_all_its_pods_are_ready(ready: int, replicas: int, verdict: Verdict) -> None:
    assert only(world(SOMEWHERE, running(SERVER, ready, replicas))).verdict is verdict


@pytest.mark.parametrize(
    ("part", "verdict"),
    [
        pytest.param(Part(kinds=("Deployment",), name="ser*"), Verdict.PASS, id="pattern"),
        pytest.param(Part(kinds=("DaemonSet",), name="server"), Verdict.FAIL, id="another kind"),
        pytest.param(
            Part(kinds=("Deployment",), name="server", namespaces=("kube-system",)),
            Verdict.PASS,
            id="namespace",
        ),
        pytest.param(
            Part(kinds=("Deployment",), name="server", namespaces=("other",)),
            Verdict.FAIL,
            id="another namespace",
        ),
        pytest.param(
            Part(kinds=("Deployment",), name="x", labels={"app": "it"}), Verdict.PASS, id="label"
        ),
        pytest.param(
            Part(kinds=("Deployment",), name="x", labels={"app": "it", "b": "c"}),
            Verdict.FAIL,
            id="only one of two labels",
        ),
        pytest.param(Part(kinds=("Deployment",), name="x"), Verdict.FAIL, id="another name"),
    ],
)
def test_it_is_found_by_kind_namespace_and_name_or_labels(part: Part, verdict: Verdict) -> None:
    seen = running(SERVER, labels={"app": "it"})

    assert only(world(Component(parts=(part,)), seen)).verdict is verdict


def test_a_daemon_set_runs_on_every_node() -> None:
    finding = only(world(EVERYWHERE, running(AGENT), on={AGENT: {"a": (1, 1)}}))

    assert finding.detail == "DaemonSet kube-system/agent has no pod on b"
    assert only(world(EVERYWHERE, running(AGENT), on=BOTH)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "labels",
    [
        {"kubernetes.io/os": "windows"},
        {"eks.amazonaws.com/compute-type": "fargate"},
        {"type": "virtual-kubelet"},
    ],
)
def test_a_node_on_which_no_daemon_runs_is_not_missed(labels: dict[str, str]) -> None:
    nodes = (node("a"), node("b"), node("odd", labels))

    assert only(world(EVERYWHERE, running(AGENT), nodes=nodes, on=BOTH)).verdict is Verdict.PASS


def test_pods_that_lack_for_a_lost_node_are_that_nodes_matter() -> None:
    nodes = (node("a"), node("b", ready=False))

    finding = only(
        world(EVERYWHERE, running(AGENT, 1), nodes=nodes, on={AGENT: {"a": (1, 1), "b": (1, 0)}})
    )

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("node_ready", Subject("Node", "", "b"))


def test_a_workload_that_is_declared_itself_is_its_own_matter() -> None:
    finding = only(world(SOMEWHERE, running(SERVER, 1), declared=(SERVER,)))

    assert finding.cause == Cause("workload_ready", Subject("Deployment", "kube-system", "server"))


def test_a_kind_that_nobody_looked_at_is_unknown() -> None:
    finding = only(world(SOMEWHERE, unseen=frozenset({"Deployment"})))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause(Source.KUBERNETES))


def test_a_workload_that_cannot_be_read_is_unknown() -> None:
    assert only(world(SOMEWHERE, unreadable={SERVER: GAP})).verdict is Verdict.UNKNOWN
    assert only(world(SOMEWHERE, unreadable={AGENT: GAP})).verdict is Verdict.FAIL


STATIC = Component(static=True)


def master(count: int, ready: int) -> Mapping[WorkloadKey, Mapping[str, tuple[int, int]]]:
    return {WorkloadKey("kube-system", "Node", "m"): {"m": (count, ready)}}


@pytest.mark.parametrize(
    ("count", "ready", "verdict"),
    [
        pytest.param(4, 4, Verdict.PASS, id="with etcd"),
        pytest.param(3, 3, Verdict.PASS, id="without etcd"),
        pytest.param(4, 3, Verdict.FAIL, id="one not ready"),
        pytest.param(2, 2, Verdict.FAIL, id="one missing"),
    ],
)
def test_static_pods_of_a_labelled_node_are_counted(
    count: int, ready: int, verdict: Verdict
) -> None:
    labelled = node("m", {"node-role.kubernetes.io/control-plane": ""})

    found = only(world(STATIC, nodes=(labelled,), on=master(count, ready)))

    assert found.verdict is verdict


def test_a_node_without_the_label_is_known_by_its_static_pods() -> None:
    assert only(world(STATIC, nodes=(node("m"),), on=master(4, 4))).verdict is Verdict.PASS
    assert only(world(STATIC, nodes=(node("m"),), on=master(4, 3))).verdict is Verdict.FAIL


def test_a_control_plane_that_nobody_sees_is_unknown() -> None:
    assert only(world(STATIC, nodes=(node("m"),), on=master(2, 2))).verdict is Verdict.UNKNOWN


def test_static_pods_of_a_node_that_is_not_ready_are_its_matter() -> None:
    finding = only(world(STATIC, nodes=(node("m", ready=False),), on=master(4, 0)))

    assert finding.cause == Cause("node_ready", Subject("Node", "", "m"))


def test_without_any_node_nobody_can_tell_that_it_is_everywhere() -> None:
    assert only(world(EVERYWHERE, running(AGENT), nodes=())).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("namespaces", "seen", "verdict"),
    [
        pytest.param((), {"shop"}, Verdict.UNKNOWN, id="anywhere"),
        pytest.param(("a", "b"), {"a"}, Verdict.UNKNOWN, id="one of two"),
        pytest.param(("a", "b"), {"a", "b", "c"}, Verdict.FAIL, id="all"),
        pytest.param((), set(), Verdict.FAIL, id="everything is looked at"),
    ],
)
def test_what_may_be_where_nobody_looks_is_not_missed(
    namespaces: tuple[str, ...], seen: set[str], verdict: Verdict
) -> None:
    part = Part(kinds=("Deployment",), name="server", namespaces=namespaces)

    facts = replace(world(Component(parts=(part,))), namespaces=frozenset(seen))

    assert only(facts).verdict is verdict


def test_a_control_plane_where_nobody_looks_is_unknown() -> None:
    known = world(STATIC, nodes=(node("m"),), on=master(4, 3))

    assert only(replace(known, namespaces=frozenset({"shop"}))).verdict is Verdict.UNKNOWN
    assert only(replace(known, namespaces=frozenset({"kube-system"}))).verdict is Verdict.FAIL


def test_a_rollout_is_told() -> None:
    moving = ObservedWorkload(
        key=SERVER, manifest={"spec": {}}, replicas=2, ready=1, updated=1, total=2
    )

    finding = only(world(SOMEWHERE, moving))

    assert finding.progress is not None


@pytest.mark.parametrize("name", PRESETS)
def test_every_usual_component_consists_of_something(name: str) -> None:
    assert PRESETS[name].parts or PRESETS[name].static


def test_kubeadm_stands_for_what_it_installs() -> None:
    assert set(presets(["kubeadm", "calico", "x"])) == {
        "calico",
        "control-plane",
        "coredns",
        "kube-proxy",
    }


def test_components_are_judged_in_order() -> None:
    facts = world(SOMEWHERE, running(SERVER))
    known = {**facts.known, DeclaredComponents: DeclaredComponents(dict.fromkeys("ba", SOMEWHERE))}

    found = list(CHECK.judge(Facts(known)))

    assert [finding.subject.name for finding in found] == ["a", "b"]
    assert [finding.subject for finding in found] == list(CHECK.subjects(Facts(known)))

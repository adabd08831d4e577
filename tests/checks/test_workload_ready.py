from collections.abc import Mapping
from typing import Any

import pytest

from exporter.checks import workload_ready
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, WorkloadKey
from exporter.domain.excuses import ExcuseReason
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.podtroubles import ImageTrouble, PodTroubles
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

KEY = WorkloadKey("api", "Deployment", "scan-api")
SUBJECT = Subject("Deployment", "api", "scan-api")
PLACE = Place(Source.KUSTOMIZE, "k8s/scan/deployment.yaml", 1)


def judge(waiting: Mapping[str, int] | None, *, node: str = "n", **status: Any) -> Finding:
    group = PodGroup(owner=KEY, node=node, tolerations=(), pods=1, waiting=waiting or {})
    observed = ObservedWorkload(key=KEY, manifest={}, **status) if status else None
    known: dict[type, object] = {
        DeclaredWorkloads: DeclaredWorkloads(
            {KEY: DeclaredWorkload(key=KEY, manifest={}, place=PLACE)}
        ),
        ObservedWorkloads: ObservedWorkloads({KEY: observed} if observed else {}),
    }
    if waiting is not None:
        known[ObservedPods] = ObservedPods(by_owner={KEY: (group,)}, by_node={node: (group,)})
    (finding,) = workload_ready.judge(Facts(known=known))
    return finding


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        pytest.param({"replicas": 2, "ready": 2, "updated": 2, "total": 2}, "pass", id="all"),
        pytest.param({"replicas": 2, "ready": 3, "updated": 2, "total": 3}, "pass", id="more"),
        pytest.param({"replicas": 0, "ready": 0}, "pass", id="none asked for"),
        pytest.param(
            {"replicas": 2, "ready": 2, "updated": 2, "total": 2, "generation": 2},
            "unknown",
            id="its controller has not looked",
        ),
        pytest.param({"replicas": 2, "ready": 1, "updated": 2, "total": 2}, "fail", id="lack"),
        pytest.param({"replicas": 2, "ready": 1, "updated": 1, "total": 2}, "fail", id="roll"),
    ],
)
def test_all_desired_pods_must_be_ready(status: dict[str, Any], verdict: str) -> None:
    finding = judge(None, **status)

    assert finding.verdict == verdict
    assert (finding.declared, finding.observed) == (status["replicas"], status["ready"])


def test_a_rollout_may_excuse_it_and_so_it_says_which() -> None:
    rolling = judge(None, replicas=2, ready=1, updated=1, total=2)
    settled = judge(None, replicas=2, ready=1, updated=2, total=2)

    assert rolling.progress
    assert rolling.progress.reason is ExcuseReason.ROLLOUT
    assert settled.progress is None


def test_a_rollout_that_was_aborted_fails_though_its_pods_are_ready() -> None:
    status: dict[str, Any] = {"replicas": 2, "ready": 2, "updated": 2, "total": 2}

    aborted, paused = judge(None, aborted="a metric", **status), judge(None, paused="p", **status)

    assert (aborted.verdict, aborted.detail) == (
        Verdict.FAIL,
        "its rollout was aborted: a metric",
    )
    assert (paused.verdict, paused.detail) == (Verdict.PASS, "p")


def test_a_rollout_that_stands_still_fails_though_the_last_template_serves() -> None:
    status: dict[str, Any] = {"replicas": 2, "ready": 2, "updated": 1, "total": 3}

    stuck = judge({"CrashLoopBackOff": 1}, rollout_failed=True, **status)

    assert (stuck.verdict, stuck.progress) == (Verdict.FAIL, None)
    assert stuck.cause == Cause("workload_restarts", SUBJECT)
    assert stuck.detail == (
        "its rollout stands still: 1 pods are of the newest template; CrashLoopBackOff (1)"
    )


def test_a_failure_says_how_many_are_ready() -> None:
    assert judge(None, replicas=2, updated=2, total=2).detail == "0 of 2 pods are ready"


@pytest.mark.parametrize(
    ("waiting", "cause"),
    [
        pytest.param({"ImagePullBackOff": 2}, Cause("workload_images", SUBJECT), id="images"),
        pytest.param({"CrashLoopBackOff": 2}, Cause("workload_restarts", SUBJECT), id="crash"),
        pytest.param(
            {"CreateContainerConfigError": 1}, Cause("secret_references", SUBJECT), id="references"
        ),
        pytest.param({"ContainerCreating": 2}, None, id="something else"),
        pytest.param(None, None, id="pods not known"),
    ],
)
def test_a_failure_for_want_of_images_names_them_and_still_fails(
    waiting: Mapping[str, int] | None, cause: Cause | None
) -> None:
    finding = judge(waiting, replicas=2, updated=2, total=2)

    assert (finding.verdict, finding.cause) == (Verdict.FAIL, cause)


@pytest.mark.parametrize(
    ("waiting", "detail"),
    [
        pytest.param({"CrashLoopBackOff": 2}, "; CrashLoopBackOff (2)", id="crash"),
        pytest.param({"ContainerCreating": 2}, "", id="about to start"),
        pytest.param({"ImagePullBackOff": 2}, "", id="images, which another check tells"),
    ],
)
def test_a_failure_says_what_containers_wait_for(waiting: dict[str, int], detail: str) -> None:
    finding = judge(waiting, replicas=2, updated=2, total=2)

    assert finding.detail == f"0 of 2 pods are ready{detail}"


def test_a_failure_says_what_the_scheduler_says() -> None:
    words = {"0/3 nodes are available: 3 Insufficient memory.": 2, ImageTrouble.DENIED.value: 1}
    group = PodGroup(owner=KEY, node="", tolerations=(), pods=2)
    troubles = PodTroubles(words={KEY: words})
    pods = ObservedPods({KEY: (group,)}, {}, troubles=troubles)
    have = ObservedWorkload(key=KEY, manifest={}, replicas=2, updated=2, total=2)
    known = {
        DeclaredWorkloads: DeclaredWorkloads(
            {KEY: DeclaredWorkload(key=KEY, manifest={}, place=PLACE)}
        ),
        ObservedWorkloads: ObservedWorkloads({KEY: have}),
        ObservedPods: pods,
    }

    (finding,) = workload_ready.judge(Facts(known=known))

    assert finding.detail == (
        "0 of 2 pods are ready; 0/3 nodes are available: 3 Insufficient memory. (2)"
    )


def test_pods_that_no_node_lets_in_may_lack_a_toleration() -> None:
    finding = judge({}, node="", replicas=1, updated=1, total=1)

    assert (finding.verdict, finding.cause) == (
        Verdict.FAIL,
        Cause("workload_tolerations", SUBJECT),
    )


def test_what_is_not_in_the_cluster_is_unknown() -> None:
    finding = judge(None)

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_present", finding.subject),
    )


def test_pods_that_lack_for_want_of_their_node_are_the_nodes_matter() -> None:
    known = {
        DeclaredNodes: DeclaredNodes(
            {
                "n": DeclaredNode(
                    name="n", group="", places=(PLACE,), attributes={}, labels={}, taints=()
                )
            }
        ),
        ObservedNodes: ObservedNodes({}),
        DeclaredWorkloads: DeclaredWorkloads(
            {KEY: DeclaredWorkload(key=KEY, manifest={}, place=PLACE)}
        ),
        ObservedWorkloads: ObservedWorkloads(
            {KEY: ObservedWorkload(key=KEY, manifest={}, replicas=1, updated=1, total=1)}
        ),
        ObservedPods: ObservedPods(
            by_owner={KEY: (PodGroup(owner=KEY, node="", tolerations=(), pods=1),)}, by_node={}
        ),
    }

    (finding,) = workload_ready.judge(Facts(known=known))

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_present", Subject("Node", "", "n")),
    )
    assert finding.detail == "0 of 1 pods are ready; node n is not in the cluster"

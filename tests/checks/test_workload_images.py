from collections.abc import Mapping

import pytest

from exporter.checks import workload_images
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
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
PLACE = Place(Source.KUSTOMIZE, "k8s/scan/deployment.yaml", 1)
IMAGE = Place(Source.KUSTOMIZE, "k8s/scan/kustomization.yaml", 9)


def judge(*waiting: Mapping[str, int], pulled: int = 0, replicas: int | None = 2) -> Finding:
    """Judge a workload with a pod for each of *waiting*, of which the first have their images."""
    workload = DeclaredWorkload(
        key=KEY,
        manifest={},
        place=PLACE,
        places={"/spec/template/spec/containers": IMAGE},
    )
    groups = tuple(
        PodGroup(
            owner=KEY, node=f"n{n}", tolerations=(), pods=1, pulled=int(n < pulled), waiting=one
        )
        for n, one in enumerate(waiting)
    )
    seen = (
        {} if replicas is None else {KEY: ObservedWorkload(key=KEY, manifest={}, replicas=replicas)}
    )
    known = {
        DeclaredWorkloads: DeclaredWorkloads({KEY: workload}),
        ObservedWorkloads: ObservedWorkloads(seen),
        ObservedPods: ObservedPods(by_owner={KEY: groups} if groups else {}, by_node={}),
    }
    (finding,) = workload_images.judge(Facts(known=known))
    return finding


def test_pods_that_have_their_images_pass() -> None:
    assert judge({}, {}, pulled=2).verdict is Verdict.PASS


REASONS = (
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
)


@pytest.mark.parametrize("reason", REASONS)
def test_whatever_kubelet_calls_waiting_for_an_image_fails(reason: str) -> None:
    """Source: ``pkg/kubelet/images/types.go`` of Kubernetes."""
    assert judge({reason: 1}).verdict is Verdict.FAIL


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing"])
def test_a_container_that_has_not_begun_proves_nothing(reason: str) -> None:
    finding = judge({reason: 1}, {}, pulled=1)

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_ready", finding.subject),
    )
    assert finding.observed == {}


def test_a_container_that_crashed_has_its_image() -> None:
    assert judge({"CrashLoopBackOff": 1}, {}, pulled=2).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("pods", "pulled", "detail"),
    [
        pytest.param(2, 0, "0 of 2 pods are known to have their images", id="never scheduled"),
        pytest.param(2, 1, "1 of 2 pods are known to have their images", id="one is starting"),
        pytest.param(1, 1, "1 of 2 pods are known to have their images", id="one is not made yet"),
        pytest.param(3, 2, "2 of 3 pods are known to have their images", id="a new one beside two"),
    ],
)
def test_nothing_that_contradicts_is_no_evidence(pods: int, pulled: int, detail: str) -> None:
    finding = judge(*({} for _ in range(pods)), pulled=pulled)

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_ready", finding.subject),
    )
    assert finding.detail == detail


def test_containers_are_counted_by_reason_over_all_nodes() -> None:
    finding = judge({"ImagePullBackOff": 2}, {"ImagePullBackOff": 1, "ErrImagePull": 1})

    assert finding.detail == (
        "containers wait for their image: ErrImagePull (1), ImagePullBackOff (3)"
    )
    assert finding.observed == {"ErrImagePull": 1, "ImagePullBackOff": 3}
    assert finding.provenance == (IMAGE,)


def test_what_the_registry_answered_is_told() -> None:
    group = PodGroup(owner=KEY, node="a", tolerations=(), pods=1, waiting={"ImagePullBackOff": 1})
    troubles = PodTroubles(words={KEY: {ImageTrouble.DENIED: 1, "0/3 nodes": 2}})
    known = {
        DeclaredWorkloads: DeclaredWorkloads(
            {KEY: DeclaredWorkload(key=KEY, manifest={}, place=PLACE)}
        ),
        ObservedWorkloads: ObservedWorkloads({KEY: ObservedWorkload(key=KEY, manifest={})}),
        ObservedPods: ObservedPods({KEY: (group,)}, {}, troubles=troubles),
    }

    (finding,) = workload_images.judge(Facts(known=known))

    assert finding.detail == (
        "containers wait for their image: ImagePullBackOff (1); the registry denies access (1)"
    )


def test_without_pods_nothing_is_known_of_images_unless_none_are_asked_for() -> None:
    lacking = judge()

    assert (lacking.verdict, lacking.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_ready", lacking.subject),
    )
    assert (judge(replicas=0).verdict, judge(replicas=0).detail) == (
        Verdict.PASS,
        "it asks for no pods",
    )


def test_what_is_not_in_the_cluster_is_unknown() -> None:
    finding = judge(replicas=None)

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_present", finding.subject),
    )

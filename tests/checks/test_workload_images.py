from collections.abc import Mapping

import pytest

from exporter.checks import workload_images
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
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


def judge(*waiting: Mapping[str, int], replicas: int | None = 2) -> Finding:
    workload = DeclaredWorkload(
        key=KEY,
        manifest={},
        place=PLACE,
        places={"/spec/template/spec/containers": IMAGE},
    )
    groups = tuple(
        PodGroup(owner=KEY, node=f"n{n}", tolerations=(), pods=1, waiting=one)
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


def test_pods_that_wait_for_nothing_pass() -> None:
    assert judge({}, {}).verdict is Verdict.PASS


@pytest.mark.parametrize("reason", sorted(workload_images.IMAGE_REASONS))
def test_waiting_for_an_image_fails(reason: str) -> None:
    assert judge({reason: 1}).verdict is Verdict.FAIL


@pytest.mark.parametrize("reason", ["CrashLoopBackOff", "ContainerCreating", "PodInitializing"])
def test_waiting_for_something_else_passes(reason: str) -> None:
    finding = judge({reason: 1})

    assert (finding.verdict, finding.observed) == (Verdict.PASS, {})


def test_containers_are_counted_by_reason_over_all_nodes() -> None:
    finding = judge({"ImagePullBackOff": 2}, {"ImagePullBackOff": 1, "ErrImagePull": 1})

    assert finding.detail == (
        "containers wait for their image: ErrImagePull (1), ImagePullBackOff (3)"
    )
    assert finding.observed == {"ErrImagePull": 1, "ImagePullBackOff": 3}
    assert finding.provenance == (IMAGE,)


def test_without_pods_nothing_is_known_of_images_unless_none_are_asked_for() -> None:
    lacking = judge()

    assert (lacking.verdict, lacking.cause) == (Verdict.UNKNOWN, "workload_ready")
    assert judge(replicas=0).verdict is Verdict.PASS


def test_what_is_not_in_the_cluster_is_unknown() -> None:
    finding = judge(replicas=None)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "workload_present")

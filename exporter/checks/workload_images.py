"""The images of every declared workload must be there for its pods to start."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from exporter.checks import subjects, unknowns
from exporter.checks.wording import counted
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict
from exporter.domain.podtroubles import ImageTrouble
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

ID = "workload_images"

IMAGE_REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
        "SignatureValidationFailed",
        "ImageVolumeMountFailed",
    }
)
"""Why containers wait for an image, as ``k8s.io/kubernetes/pkg/kubelet/images`` and
``k8s.io/cri-api/pkg/errors`` name it."""


def waiting_for_images(groups: Iterable[PodGroup]) -> dict[str, int]:
    """Return how many containers wait for their image, by reason, sorted."""
    counts: Counter[str] = Counter()
    for group in groups:
        if group.waiting:
            counts.update({one: n for one, n in group.waiting.items() if one in IMAGE_REASONS})
    return dict(sorted(counts.items()))


def judge(facts: Facts) -> Iterator[Finding]:
    """Count the containers of every declared workload that wait for an image.

    That none waits proves nothing: a pod that was never scheduled has not asked for any. So each
    pod must have its images, and there must be as many as it asks for.
    """
    observed, pods = facts.get(ObservedWorkloads).workloads, facts.get(ObservedPods)
    for workload in facts.get(DeclaredWorkloads).in_order:
        have = observed.get(workload.key)
        if have is None:
            yield unknowns.absent_workload(ID, workload)
        else:
            groups = pods.by_owner.get(workload.key, ())
            words = pods.troubles.words.get(workload.key)
            look = partial(_judge, workload, have, groups, words or {})
            yield facts.memory.once(workload.key, (workload, have, groups, words), look)


def _judge(
    workload: DeclaredWorkload,
    have: ObservedWorkload,
    groups: tuple[PodGroup, ...],
    words: Mapping[str, int],
) -> Finding:
    counts = waiting_for_images(groups)
    pods, pulled = sum(one.pods for one in groups), sum(group.pulled for group in groups)
    subject = subjects.workload(workload.key)
    verdict, detail, cause = Verdict.PASS, "", None
    if counts:
        answers = {one: words[one] for one in ImageTrouble if one in words}
        said = counted(counts) + (f"; {counted(answers)}" if answers else "")
        verdict, detail = Verdict.FAIL, f"containers wait for their image: {said}"
    elif pulled < max(pods, have.replicas):
        verdict, cause = Verdict.UNKNOWN, Cause("workload_ready", subject)
        detail = f"{pulled} of {max(pods, have.replicas)} pods are known to have their images"
    elif not pods:
        detail = "it asks for no pods"
    return Finding(
        check=ID,
        subject=subject,
        verdict=verdict,
        detail=detail,
        declared={},
        observed=counts,
        provenance=(workload.place_of("/spec/template/spec/containers"),),
        cause=cause,
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.CRITICAL,
    title="Images of workloads can be pulled",
    needs=(DeclaredWorkloads, ObservedWorkloads, ObservedPods),
    subjects=subjects.declared_workloads,
    judge=judge,
    aspect="images",
    chapter=Chapter.WORKLOADS,
    advice="Publish the missing images, and check that the pull secret may read them.",
    alert=Alert(
        name="WorkloadImagesUnavailable",
        after="5m",
        keep="15m",
        summary="Images of a workload cannot be pulled.",
        description=(
            "Pods of {{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} wait for an "
            "image that cannot be pulled. Next: kubectl -n {{ $labels.object_namespace }} describe "
            "pods tells what the registry answered: not found, or not allowed?"
        ),
    ),
)

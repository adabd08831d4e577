"""Every declared autoscaler must be able to scale what it is declared for."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from exporter.checks import object_present, subjects
from exporter.checks.parts import Part, fails, judged, unknown
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredObject, WorkloadKey
from exporter.domain.expectation import REPLICAS, leaves_replicas
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.provenance import Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads

ID = "autoscaler"

HPA: Final = GroupKind("autoscaling", "HorizontalPodAutoscaler")
SCALED_OBJECT: Final = GroupKind("keda.sh", "ScaledObject")
BOUNDS: Final = {
    HPA: ("minReplicas", "maxReplicas"),
    SCALED_OBJECT: ("minReplicaCount", "maxReplicaCount"),
}
PAUSED: Final = ("autoscaling.keda.sh/paused", "autoscaling.keda.sh/paused-replicas")
SCALABLE: Final = frozenset({"Deployment", "Rollout", "StatefulSet"})
AMISS: Final = {
    "AbleToScale": "False",
    "ScalingActive": "False",
    "Ready": "False",
    "Fallback": "True",
    "Paused": "True",
}
"""Conditions of both kinds that tell of an autoscaler that cannot scale, and when they do."""
LIMITED: Final = "ScalingLimited"
AT_MAXIMUM: Final = "TooManyReplicas"
DISABLED: Final = "ScalingDisabled"
"""Why a HorizontalPodAutoscaler rests whose target has no replicas."""


def autoscalers(facts: Facts) -> list[tuple[Subject, DeclaredObject]]:
    """Return the declared autoscalers at which somebody lets us look, sorted."""
    declared, observed = facts.find(DeclaredObjects), facts.find(ObservedObjects)
    found = declared.objects.values() if declared else ()
    return sorted(
        (
            (one.subject, one)
            for one in found
            if one.key.group_kind in BOUNDS
            and not (observed and observed.refusal(one.key.group_kind))
        ),
        key=lambda pair: pair[0],
    )


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at the target and the conditions of every declared autoscaler.

    That its fields are as declared is ``object_spec``'s to tell.
    """
    observed = facts.get(ObservedObjects)
    for subject, declared in autoscalers(facts):
        target = _target(declared)
        have = observed.get(declared.key)
        workloads = facts.get(DeclaredWorkloads).workloads.get(target)
        running = target in facts.get(ObservedWorkloads)
        make = partial(_judge, declared, target, facts)
        if isinstance(have, ObservedObject):
            sources = (declared, have, workloads, running)
            yield facts.memory.once(subject, sources, make)
        else:
            yield make()


def _judge(declared: DeclaredObject, target: WorkloadKey, facts: Facts) -> Finding:
    spec, have = as_object(declared.manifest.get("spec")), facts.get(ObservedObjects)
    passing = Finding(
        check=ID,
        subject=declared.subject,
        verdict=Verdict.PASS,
        detail=f"scales {target}",
        declared={name: spec.get(name) for name in BOUNDS[declared.key.group_kind]},
        observed=_shown(have.get(declared.key)),
        provenance=(declared.place,),
    )
    parts = (*_bounds(declared, spec), *_of_target(target, facts), *_state(declared, have))
    return judged(passing, parts)


def _bounds(declared: DeclaredObject, spec: JsonObject) -> Iterator[Part]:
    lowest, highest = (spec.get(name) for name in BOUNDS[declared.key.group_kind])
    if isinstance(lowest, int) and isinstance(highest, int) and lowest > highest:
        yield fails(f"its minimum {lowest} is above its maximum {highest}")


def _of_target(target: WorkloadKey, facts: Facts) -> Iterator[Part]:
    """Yield what is amiss with what it scales: that it is not there, or has a fixed number."""
    workload = facts.get(DeclaredWorkloads).workloads.get(target)
    observed = facts.get(ObservedWorkloads)
    if target.kind in SCALABLE and target.kind not in observed.unseen and target not in observed:
        cause = Cause("workload_present", subjects.workload(target)) if workload else None
        detail = f"{target}, which it scales, is not in the cluster"
        yield unknown(detail, cause=cause) if cause else fails(detail)
    pinned = dig(workload.manifest, "spec", "replicas") if workload else None
    if workload is not None and pinned is not None and not leaves_replicas(workload):
        place = workload.place_of(REPLICAS)
        at = f" ({place.where})" if place.path else ""
        yield fails(
            f"{target} declares replicas itself{at}, and each sync resets what is scaled",
            place=place,
        )


def _state(declared: DeclaredObject, observed: ObservedObjects) -> Iterator[Part]:
    """Yield what the autoscaler says of itself that keeps it from scaling."""
    have = observed.get(declared.key)
    gap = have if isinstance(have, Gap) else observed.gap(declared.key)
    if gap is not None:
        yield unknown(gap.message, cause=Cause(gap.source))
    elif declared.key not in observed:
        cause = Cause(object_present.ID, declared.subject)
        yield unknown(f"{declared.key.kind} is not in the cluster", cause=cause)
    elif not isinstance(have, ObservedObject) or not have.status.get("conditions"):
        detail = "nothing has told of its state yet"
        yield unknown(detail, cause=Cause(Source.KUBERNETES))
    else:
        paused = not _annotations(declared.manifest).keys().isdisjoint(PAUSED)
        for condition in map(as_object, as_list(have.status["conditions"])):
            yield from _condition(condition, paused=paused)


def _condition(condition: JsonObject, *, paused: bool) -> Iterator[Part]:
    kind, status = as_text(condition.get("type")), condition.get("status")
    reason, message = as_text(condition.get("reason")), as_text(condition.get("message"))
    if (kind == "Paused" and paused) or reason == DISABLED:
        return
    if kind == LIMITED and status == "True" and reason == AT_MAXIMUM:
        yield fails("it wants more replicas than its maximum allows")
    elif AMISS.get(kind) == status:
        said = f"{kind} is {status}: {reason or 'no reason'}"
        yield fails(f"{said}: {excerpt(message)}" if message else said)


def _annotations(manifest: JsonObject) -> JsonObject:
    return as_object(dig(manifest, "metadata", "annotations"))


def _shown(have: ObservedObject | Gap | None) -> Json:
    """Return what the autoscaler says of itself in short."""
    if not isinstance(have, ObservedObject):
        return None
    conditions = map(as_object, as_list(have.status.get("conditions")))
    return {as_text(one.get("type")): as_text(one.get("status")) for one in conditions}


def _target(declared: DeclaredObject) -> WorkloadKey:
    reference = as_object(dig(declared.manifest, "spec", "scaleTargetRef"))
    kind = as_text(reference.get("kind")) or "Deployment"
    return WorkloadKey(declared.key.namespace, kind, as_text(reference.get("name")))


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Autoscalers can scale their targets",
    needs=(DeclaredObjects, ObservedObjects, DeclaredWorkloads, ObservedWorkloads),
    subjects=lambda facts: [subject for subject, _ in autoscalers(facts)],
    judge=judge,
    judges="scaling",
    chapter=Chapter.DEPENDENCIES,
    advice="Raise the maximum of the autoscalers that are at it, and repair those that are stuck.",
    alert=Alert(
        name="AutoscalerStuck",
        after="30m",
        summary="A declared autoscaler wants to scale and cannot, or fights with the code.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} is at its "
            "maximum, gets no metrics, has no target, or scales a workload whose number of "
            "replicas is declared. Next: kubectl -n {{ $labels.object_namespace }} describe "
            "{{ $labels.object_kind }} {{ $labels.object_name }}."
        ),
    ),
)

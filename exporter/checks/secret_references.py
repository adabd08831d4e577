"""What pods of declared workloads refer to must be there; credentials must be referred to."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from exporter.checks import subjects, unknowns
from exporter.checks.lookup import Lookup, Presence, known_secrets
from exporter.checks.parts import Part, fails, judged, unknown
from exporter.checks.wording import excerpt
from exporter.domain.applications import ObservedApplications
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.credentials import credentials
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict
from exporter.domain.items import DeclaredItems
from exporter.domain.json import as_object
from exporter.domain.objects import DeclaredObjects, ObservedObjects
from exporter.domain.placement import pod_spec
from exporter.domain.provenance import Place
from exporter.domain.references import CONFIG_MAP, Reference, references
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

ID = "secret_references"

POD: Final = "/spec/template/spec"
UNCONFIGURED: Final = "CreateContainerConfigError"
"""Why a container waits whose ConfigMap, Secret or key in it is missing; source: kubelet."""


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up what the template of each declared workload names, and read its variables."""
    lookup, pods = Lookup(facts, secrets=known_secrets(facts)), facts.find(ObservedPods)
    observed = facts.get(ObservedWorkloads).workloads
    by_owner = pods.by_owner if pods else {}
    for workload in facts.get(DeclaredWorkloads).in_order:
        have, groups = observed.get(workload.key), by_owner.get(workload.key, ())
        named = facts.memory.once(workload.key, (workload,), partial(_named, workload))
        sources = (workload, have, groups, *lookup.sources)
        make = partial(_judge, workload, named, have=have, groups=groups, lookup=lookup)
        yield facts.memory.once(("judged", workload.key), sources, make)


def _judge(
    workload: DeclaredWorkload,
    named: "_Named",
    *,
    have: ObservedWorkload | None,
    groups: Sequence[PodGroup],
    lookup: Lookup,
) -> Finding:
    found = [
        part
        for reference in named.references
        for part in _look(reference, workload, have=have, groups=groups, lookup=lookup)
    ]
    parts = (*found, *named.plain)
    if have is None and not any(part.verdict is Verdict.FAIL for part in parts):
        return unknowns.absent_workload(ID, workload)
    return judged(_passing(workload, named.references), parts)


class _Named:
    """What a workload's template names, and the credentials that it holds itself."""

    __slots__ = ("plain", "references")

    def __init__(self, references: Sequence[Reference], plain: Sequence[Part]) -> None:
        self.references, self.plain = references, plain


def _named(workload: DeclaredWorkload) -> _Named:
    spec = pod_spec(workload.manifest)
    plain = [
        fails(
            f"variable {excerpt(found.variable)} of container {excerpt(found.container)} holds a "
            "credential in plain text",
            place=workload.place_of(f"{POD}{found.pointer}"),
        )
        for found in credentials(spec)
    ]
    return _Named(list(references(spec)), plain)


def _passing(workload: DeclaredWorkload, named: Sequence[Reference]) -> Finding:
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.PASS,
        detail="" if named else "its pods refer to nothing",
        provenance=(workload.place_of(POD),),
    )


def _look(
    reference: Reference,
    workload: DeclaredWorkload,
    *,
    have: ObservedWorkload | None,
    groups: Sequence[PodGroup],
    lookup: Lookup,
) -> Iterator[Part]:
    """Yield what is amiss with one thing that pods name, if anything is.

    Where nobody may look, a pod that runs is the evidence: it would not have started without.
    """
    if reference.optional:
        return
    place = workload.place_of(f"{POD}{reference.pointer}")
    name = f"{reference.kind.kind} {excerpt(reference.name)}"
    found = lookup.find(reference.key(workload.key.namespace))
    match found.presence:
        case Presence.THERE:
            yield from _item(reference, workload, lookup)
        case Presence.MISSING:
            yield fails(f"{name} is not in the cluster", place=place)
        case Presence.LACKING:
            yield unknown(f"{name} is not in the cluster", cause=found.cause, place=place)
        case Presence.UNKNOWN:
            yield unknown(found.gap, cause=found.cause, place=place)
        case Presence.UNSEEN:
            if not reference.pulls:
                yield from _evidence(name, workload, have=have, groups=groups, place=place)


def _evidence(
    name: str,
    workload: DeclaredWorkload,
    *,
    have: ObservedWorkload | None,
    groups: Sequence[PodGroup],
    place: Place,
) -> Iterator[Part]:
    """Yield what pods tell of what nobody may look at, unless they all run.

    Of what they pull images with, the images tell (``workload_images``).
    """
    if have is None or have.ready >= have.replicas:
        return
    if any(UNCONFIGURED in group.waiting for group in groups):
        yield fails(f"pods wait ({UNCONFIGURED}), and refer to {name}", place=place)
        return
    cause = Cause("workload_ready", subjects.workload(workload.key))
    detail = f"whether {name} is there is not known, and not all pods are ready"
    yield unknown(detail, cause=cause, place=place)


def _item(reference: Reference, workload: DeclaredWorkload, lookup: Lookup) -> Iterator[Part]:
    """Yield that a declared ConfigMap has no such key, if so."""
    declared = lookup.declared.objects.get(reference.key(workload.key.namespace))
    if declared is None or reference.kind != CONFIG_MAP or not reference.item or declared.unknown:
        return
    keys = {
        key for field in ("data", "binaryData") for key in as_object(declared.manifest.get(field))
    }
    if reference.item not in keys:
        yield fails(
            f"ConfigMap {excerpt(reference.name)} has no key {excerpt(reference.item)}",
            place=workload.place_of(f"{POD}{reference.pointer}"),
        )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="What pods refer to is there, and credentials are referred to",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    weighs=(
        DeclaredObjects,
        ObservedObjects,
        ObservedApplications,
        DeclaredItems,
        ObservedPods,
    ),
    subjects=subjects.declared_workloads,
    judge=judge,
    judges="references",
    chapter=Chapter.DEPENDENCIES,
    advice="Declare what pods refer to, and move credentials out of plain variables into Secrets.",
    alert=Alert(
        name="WorkloadReferencesBroken",
        after="15m",
        summary="A workload refers to what is not there, or holds a credential in plain text.",
        description=(
            "The pods of {{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} refer to a "
            "ConfigMap, Secret, volume claim, service account or priority class that is not "
            "there, or a variable of theirs is a credential in plain text. Next: the status page "
            "names it; its value is shown nowhere."
        ),
    ),
)

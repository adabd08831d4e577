"""Every declared route into the cluster must lead to somebody who answers."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from exporter.checks import gateway_api, ingress, istio, object_present
from exporter.checks.backends import Backend, Backends
from exporter.checks.parts import Part, judged, unknown
from exporter.domain.applications import ObservedApplications
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.items import DeclaredItems
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.provenance import Source
from exporter.domain.references import GATEWAY, INGRESS, ISTIO_GATEWAY, ROUTES, VIRTUAL_SERVICE
from exporter.domain.services import ObservedEndpoints
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkloads

ID = "ingress_routes"

KINDS = frozenset({INGRESS, GATEWAY, ISTIO_GATEWAY, VIRTUAL_SERVICE, *ROUTES})


def routes(facts: Facts) -> list[tuple[Subject, Sequence[DeclaredObject]]]:
    """Return the declared routes at which somebody lets us look, sorted.

    Istio and the Gateway API both have a Gateway: those of one name are one subject.
    """
    declared, observed = facts.find(DeclaredObjects), facts.find(ObservedObjects)
    found: list[tuple[Subject, Sequence[DeclaredObject]]] = []
    for subject, objects in declared.by_subject.items() if declared else ():
        own = [
            one
            for one in objects
            if one.key.group_kind in KINDS
            and not (observed and observed.refusal(one.key.group_kind))
        ]
        if own:
            found.append((subject, own))
    return found


def judge(facts: Facts) -> Iterator[Finding]:
    """Follow every declared route to the end."""
    look, observed = Backends(facts), facts.get(ObservedObjects)
    declared = facts.get(DeclaredObjects)
    claimed = facts.memory.once("claims", (declared,), lambda: ingress.claimed(declared))
    for subject, objects in routes(facts):
        key = ("backends", subject)
        make = partial(_backends, objects)
        behind = facts.memory.once(key, (*objects,), make)
        answers = [look.endpoints(backend) for backend in behind]
        judge_one = partial(_judge, subject, objects, behind, _World(look, observed, claimed))
        if all(one is None or one.ready for one in answers) and not _is_of_pods(objects):
            sources = (*objects, *look.lookup.sources, *answers)
            yield facts.memory.once(subject, sources, judge_one)
        else:
            yield judge_one()


class _World:
    """What routes are held against."""

    __slots__ = ("claimed", "look", "observed")

    def __init__(
        self,
        look: Backends,
        observed: ObservedObjects,
        claimed: Mapping[ingress.Claim, ObjectKey],
    ) -> None:
        self.look, self.observed, self.claimed = look, observed, claimed


def _is_of_pods(objects: Sequence[DeclaredObject]) -> bool:
    """Tell whether pods decide over one of *objects* by themselves."""
    return any(one.key.group_kind == ISTIO_GATEWAY for one in objects)


def _backends(objects: Sequence[DeclaredObject]) -> list[Backend]:
    return list(dict.fromkeys(backend for one in objects for backend in _leads_to(one)))


def _leads_to(declared: DeclaredObject) -> Iterator[Backend]:
    kind = declared.key.group_kind
    if kind == INGRESS:
        yield from ingress.backends(declared)
    elif kind == VIRTUAL_SERVICE:
        yield from (found.backend for found in istio.destinations(declared))
    elif kind in ROUTES:
        yield from gateway_api.backends(declared)


def _judge(
    subject: Subject,
    objects: Sequence[DeclaredObject],
    behind: Sequence[Backend],
    world: _World,
) -> Finding:
    parts = [part for one in objects for part in _parts(one, world)]
    if any(isinstance(world.observed.get(one.key), ObservedObject) for one in objects):
        parts += [part for backend in behind for part in world.look.look(backend)]
    shown = [f"{one.namespace}/{one.name}:{one.port}" for one in behind]
    passing = Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.PASS,
        detail=f"leads to {len(shown)} Services that answer" if shown else "",
        declared=shown,
        provenance=tuple(one.place for one in objects),
    )
    return judged(passing, parts)


def _parts(declared: DeclaredObject, world: _World) -> Iterator[Part]:
    have, kind = world.observed.get(declared.key), declared.key.group_kind
    gap = have if isinstance(have, Gap) else world.observed.gap(declared.key)
    if gap is not None:
        yield unknown(gap.message, cause=Cause(gap.source))
    elif declared.key not in world.observed:
        cause = Cause(object_present.ID, declared.subject)
        yield unknown(f"{kind.kind} is not in the cluster", cause=cause)
    elif not isinstance(have, ObservedObject):
        cause = Cause(Source.KUBERNETES)
        yield unknown("it is there, and its content was not read yet", cause=cause)
    elif kind == INGRESS:
        yield from ingress.parts(declared, have, world.look, claimed=world.claimed)
    elif kind == GATEWAY:
        yield from gateway_api.of_gateway(declared, have, world.look)
    elif kind == ISTIO_GATEWAY:
        yield from istio.of_gateway(declared, world.look)
    elif kind == VIRTUAL_SERVICE:
        yield from istio.of_service(declared, world.look)
    else:
        yield from gateway_api.of_route(declared, have, world.look)


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.INFO,
    title="Routes lead to Services that answer",
    needs=(DeclaredObjects, ObservedObjects, DeclaredWorkloads, ObservedWorkloads),
    uses=(ObservedEndpoints,),
    weighs=(ObservedApplications, DeclaredItems),
    subjects=lambda facts: [subject for subject, _ in routes(facts)],
    judge=judge,
    judges="routes",
    chapter=Chapter.DEPENDENCIES,
    advice="Let the broken routes lead to Services that exist and answer.",
    alert=Alert(
        name="RouteBroken",
        after="10m",
        summary="A declared route leads nowhere, or is not accepted.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} names a "
            "Service, port, class, gateway or subset that is not there, has no address, is not "
            "accepted by its gateway, or routes what another one does. Next: kubectl -n "
            "{{ $labels.object_namespace }} describe {{ $labels.object_kind }} "
            "{{ $labels.object_name }}."
        ),
    ),
)

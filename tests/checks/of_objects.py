"""Objects, workloads and the facts about them, for checks that hold one against the other."""

from collections.abc import Mapping
from typing import Any

from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredObject, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Subject
from exporter.domain.items import DeclaredItems
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.provenance import Place, Source
from exporter.domain.services import Endpoints, ObservedEndpoints
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
)

PLACE = Place(Source.KUSTOMIZE, "k8s/web.yaml", 1)
GAP = Gap(Source.KUBERNETES, "last seen too long ago")
WEB = WorkloadKey("shop", "Deployment", "web")
Json = dict[str, Any]


def key(kind: GroupKind, name: str, namespace: str = "shop") -> ObjectKey:
    return ObjectKey(*kind, namespace, name)


def declared(
    kind: GroupKind, name: str, spec: Json | None = None, *, namespace: str = "shop", **more: Any
) -> DeclaredObject:
    manifest = {"metadata": more.pop("metadata", {}), "spec": spec or {}, **more}
    return DeclaredObject(
        key=key(kind, name, namespace),
        subject=Subject(kind.kind, namespace, name),
        version="v1",
        manifest=manifest,
        place=PLACE,
    )


def template(labels: Json | None = None, **spec: Any) -> Json:
    return {"metadata": {"labels": labels or {}}, "spec": spec}


def workload(pods: Json, name: WorkloadKey = WEB, **spec: Any) -> DeclaredWorkload:
    return DeclaredWorkload(key=name, manifest={"spec": {**spec, "template": pods}}, place=PLACE)


def running(pods: Json, name: WorkloadKey = WEB, *, ready: int, replicas: int) -> ObservedWorkload:
    return ObservedWorkload(
        key=name, manifest={"spec": {"template": pods}}, ready=ready, replicas=replicas
    )


def seen(
    *objects: DeclaredObject, status: Mapping[str, Json] | None = None, **more: Any
) -> ObservedObjects:
    """Return a cluster that has *objects* as they are declared, each with its *status* by name."""
    kinds: dict[GroupKind, dict[tuple[str, str], ObservedObject | Gap | None]] = {}
    for one in objects:
        state = (status or {}).get(one.key.name, {})
        found = ObservedObject(one.version, one.manifest, state)
        kinds.setdefault(one.key.group_kind, {})[one.key.namespace, one.key.name] = found
    return ObservedObjects(kinds={**kinds, **more.pop("kinds", {})}, **more)


def facts(*known: object, gaps: Mapping[type, tuple[Gap, ...]] | None = None) -> Facts:
    """Return facts in which what is not given is empty, but for EndpointSlices, which may lack."""
    empty = (
        DeclaredObjects({}),
        ObservedObjects(),
        DeclaredWorkloads({}),
        ObservedWorkloads({}),
        DeclaredItems(()),
        ObservedPods({}, {}),
    )
    return Facts({type(one): one for one in (*empty, *known)}, gaps or {})


def of(*objects: DeclaredObject) -> DeclaredObjects:
    return DeclaredObjects({one.key: one for one in objects})


def workloads(*some: DeclaredWorkload) -> DeclaredWorkloads:
    return DeclaredWorkloads({one.key: one for one in some})


def run(*some: ObservedWorkload) -> ObservedWorkloads:
    return ObservedWorkloads({one.key: one for one in some})


def endpoints(**services: tuple[int, int]) -> ObservedEndpoints:
    """Return ready and all endpoints of Services in one namespace."""
    return ObservedEndpoints(
        {("shop", name): Endpoints(*counts) for name, counts in services.items()}
    )


def judge(check: Check, known: Facts) -> list[Finding]:
    return list(check.judge(known.only(check.handed)))

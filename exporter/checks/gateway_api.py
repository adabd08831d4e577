"""Gateways and their routes; source: Gateway API reference (``gateway.networking.k8s.io/v1``)."""

from collections.abc import Iterator
from typing import Final

from exporter.checks.backends import Backend, Backends, absent
from exporter.checks.lookup import Presence
from exporter.checks.parts import Part, fails
from exporter.checks.wording import excerpt
from exporter.domain.declaration import DeclaredObject
from exporter.domain.fields import text_of
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import ObservedObject
from exporter.domain.references import GATEWAY, GATEWAY_CLASS

OF_GATEWAY: Final = ("Accepted", "Programmed")
OF_ROUTE: Final = ("Accepted", "ResolvedRefs")


def backends(route: DeclaredObject) -> Iterator[Backend]:
    """Yield the Services that a route leads to, but those that get no traffic."""
    for rule in as_list(dig(route.manifest, "spec", "rules")):
        for backend in map(as_object, as_list(dig(rule, "backendRefs"))):
            is_service = (backend.get("group") or "", backend.get("kind") or "Service") == (
                "",
                "Service",
            )
            if is_service and backend.get("weight") != 0:
                namespace = as_text(backend.get("namespace")) or route.key.namespace
                port = text_of(backend.get("port"))
                yield Backend(namespace, as_text(backend.get("name")), port)


def of_gateway(gateway: DeclaredObject, have: ObservedObject, look: Backends) -> Iterator[Part]:
    """Yield what is amiss with a Gateway."""
    name = as_text(dig(gateway.manifest, "spec", "gatewayClassName"))
    found = look.lookup.find(ObjectKey(*GATEWAY_CLASS, "", name))
    if found.presence is not Presence.UNSEEN:
        yield from absent(found, f"GatewayClass {excerpt(name)}")
    yield from _conditions(have.status.get("conditions"), OF_GATEWAY, "its controller")
    if not have.status.get("addresses"):
        yield fails("it has been given no address")


def of_route(route: DeclaredObject, have: ObservedObject, look: Backends) -> Iterator[Part]:
    """Yield which of the parents that a route names have not accepted it."""
    told = [as_object(parent) for parent in as_list(have.status.get("parents"))]
    for reference in map(as_object, as_list(dig(route.manifest, "spec", "parentRefs"))):
        parent = _parent(reference, route.key.namespace)
        name = f"{reference.get('kind') or GATEWAY.kind} {excerpt(parent['name'])}"
        if (reference.get("kind") or GATEWAY.kind) == GATEWAY.kind:
            found = look.lookup.find(ObjectKey(*GATEWAY, parent["namespace"], parent["name"]))
            if found.presence in {Presence.MISSING, Presence.LACKING}:
                yield from absent(found, name)
                continue
        answers = [
            one.get("conditions")
            for one in told
            if _parent(as_object(one.get("parentRef")), route.key.namespace) == parent
        ]
        if not answers:
            yield fails(f"{name} says nothing of it")
        for conditions in answers:
            yield from _conditions(conditions, OF_ROUTE, name)


def _parent(reference: JsonObject, namespace: str) -> dict[str, str]:
    """Return what tells parents apart."""
    return {
        "kind": as_text(reference.get("kind")) or GATEWAY.kind,
        "namespace": as_text(reference.get("namespace")) or namespace,
        "name": as_text(reference.get("name")),
        "sectionName": as_text(reference.get("sectionName")),
    }


def _conditions(conditions: Json, wanted: tuple[str, ...], who: str) -> Iterator[Part]:
    """Yield which of the *wanted* conditions are not True, and why."""
    known = {as_text(dig(one, "type")): as_object(one) for one in as_list(conditions)}
    for name in wanted:
        found = known.get(name, {})
        if found.get("status") != "True":
            status = as_text(found.get("status")) or "not told"
            reason = as_text(found.get("reason")) or as_text(found.get("message"))
            said = f": {excerpt(reason)}" if reason else ""
            yield fails(f"{name} by {who} is {status}{said}")

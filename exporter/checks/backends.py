"""The Services that routes lead to."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from exporter.checks.lookup import Found, Lookup, Presence, gap_of, known_secrets
from exporter.checks.parts import Part, fails, unknown
from exporter.checks.selected import Workloads
from exporter.checks.wording import excerpt
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.fields import text_of
from exporter.domain.finding import Cause, Subject
from exporter.domain.json import Json, as_list, as_object, dig
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.domain.references import SERVICE
from exporter.domain.services import Endpoints, ObservedEndpoints

BEHIND: Final = "service_endpoints"


class Backend(NamedTuple):
    """A Service that a route leads to, at the *port* of this name or number, empty for any."""

    namespace: str
    name: str
    port: str = ""

    @property
    def key(self) -> ObjectKey:
        """What identifies the Service."""
        return ObjectKey(*SERVICE, self.namespace, self.name)


class Backends:
    """Looks up what routes lead to, and other objects that they name."""

    __slots__ = ("_endpoints", "lookup", "workloads")

    def __init__(self, facts: Facts) -> None:
        self.lookup = Lookup(facts, secrets=known_secrets(facts))
        self.workloads = Workloads(facts)
        lost = gap_of(facts, ObservedEndpoints)
        self._endpoints = None if lost else facts.find(ObservedEndpoints)

    def endpoints(self, backend: Backend) -> Endpoints | None:
        """Return who answers behind a Service, None where nobody looked."""
        return self._endpoints.of(backend.namespace, backend.name) if self._endpoints else None

    def look(self, backend: Backend) -> Iterator[Part]:
        """Yield what is amiss behind a route, or not known."""
        yield from self.named(SERVICE, backend.namespace, backend.name)
        if self.lookup.find(backend.key).presence is not Presence.THERE:
            return
        declared = self.lookup.declared.objects.get(backend.key)
        if declared is not None:
            yield from _ports(backend, declared)
        if declared is None or dig(declared.manifest, "spec", "type") != "ExternalName":
            yield from self._answers(backend, declared)

    def named(self, kind: GroupKind, namespace: str, name: str) -> Iterator[Part]:
        """Yield that an object which is named is not there, or not known to be."""
        found = self.lookup.find(ObjectKey(*kind, namespace, name))
        yield from absent(found, f"{kind.kind} {excerpt(name)}")

    def _answers(self, backend: Backend, declared: DeclaredObject | None) -> Iterator[Part]:
        endpoints = self.endpoints(backend)
        if endpoints is None or endpoints.ready or self._asks_for_none(declared):
            return
        hidden = self._endpoints and self._endpoints.hidden(backend.namespace)
        detail = f"Service {excerpt(backend.name)} has no ready endpoints"
        if declared is not None:
            cause = Cause(BEHIND, Subject(SERVICE.kind, backend.namespace, backend.name))
            yield unknown(detail, cause=cause)
        elif hidden:
            yield unknown(hidden.message, cause=Cause(hidden.source))
        else:
            yield fails(detail)

    def _asks_for_none(self, service: DeclaredObject | None) -> bool:
        """Tell whether the workloads behind a Service ask for no pods now."""
        if service is None:
            return False
        selector = as_object(dig(service.manifest, "spec", "selector"))
        keys = self.workloads.selected(service.key.namespace, selector)
        return bool(keys) and not self.workloads.lacking(keys) and not self.workloads.wanted(keys)


def absent(found: Found, name: str) -> Iterator[Part]:
    """Yield that what is called *name* is not there, or not known to be, if so."""
    match found.presence:
        case Presence.THERE:
            pass
        case Presence.MISSING:
            yield fails(f"{name} is not in the cluster")
        case Presence.LACKING:
            yield unknown(f"{name} is not in the cluster", cause=found.cause)
        case Presence.UNKNOWN | Presence.UNSEEN:
            yield unknown(f"whether {name} is there is not known: {found.gap}", cause=found.cause)


def _ports(backend: Backend, service: DeclaredObject) -> Iterator[Part]:
    """Yield that a declared Service has no such port, if so."""
    ports = [as_object(port) for port in as_list(dig(service.manifest, "spec", "ports"))]
    known = {text_of(port.get(name)) for port in ports for name in ("name", "port")}
    headless = dig(service.manifest, "spec", "clusterIP") == "None"
    if backend.port and ports and backend.port not in known and not headless:
        yield fails(f"Service {excerpt(backend.name)} has no port {excerpt(backend.port)}")


def port_of(value: Json) -> str:
    """Return the name or number that an Ingress, or Istio, has for a port."""
    content = as_object(value)
    return text_of(content.get("name") or content.get("number"))

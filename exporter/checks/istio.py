"""Istio's Gateways and VirtualServices; source: Istio reference (``networking.istio.io``).

A host that is no Service of the cluster has to be one of a ServiceEntry: of others Istio knows
nothing.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from exporter.checks.backends import Backend, Backends, absent, port_of
from exporter.checks.lookup import Lookup, Presence
from exporter.checks.parts import Part, fails, unknown
from exporter.checks.wording import excerpt, listing
from exporter.domain.declaration import DeclaredObject
from exporter.domain.json import JsonObject, as_list, as_object, as_text, dig
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import ObjectName
from exporter.domain.references import DESTINATION_RULE, ISTIO_GATEWAY, SERVICE_ENTRY

MESH: Final = "mesh"
_PARTS: Final = 3


class Destination(NamedTuple):
    """Where a VirtualService leads: a Service, and a *subset* of its pods, empty for all."""

    backend: Backend
    subset: str = ""


def destinations(service: DeclaredObject) -> Iterator[Destination]:
    """Yield the Services of the cluster that a VirtualService leads to."""
    for found in _destinations(service):
        name = service_of(as_text(found.get("host")), service.key.namespace)
        if name:
            port = port_of(found.get("port"))
            yield Destination(Backend(*name, port), as_text(found.get("subset")))


def _destinations(service: DeclaredObject) -> Iterator[JsonObject]:
    spec = as_object(service.manifest.get("spec"))
    for protocol in ("http", "tls", "tcp"):
        for rule in map(as_object, as_list(spec.get(protocol))):
            routed = [dig(route, "destination") for route in as_list(rule.get("route"))]
            mirrors = [dig(one, "destination") for one in as_list(rule.get("mirrors"))]
            yield from map(as_object, (*routed, rule.get("mirror"), *mirrors))


def service_of(host: str, namespace: str) -> tuple[str, str] | None:
    """Return namespace and name of the Service that *host* is, None where it is none."""
    labels = host.split(".")
    if len(labels) == 1 and host not in {"", "*"}:
        return namespace, host
    if len(labels) >= _PARTS and labels[2] == "svc":
        return labels[1], labels[0]
    return None


def of_gateway(gateway: DeclaredObject, look: Backends) -> Iterator[Part]:
    """Yield that no pods are what a Gateway is for."""
    selector = as_object(dig(gateway.manifest, "spec", "selector"))
    keys = look.workloads.selected("", selector)
    if not keys and selector:
        yield fails("its selector selects the pods of no workload")
    elif keys and (cause := look.workloads.lacking(keys)) and not look.workloads.ready(keys):
        yield unknown("none of the pods that it selects is ready", cause=cause)
    elif keys and not look.workloads.ready(keys):
        yield fails("none of the pods that it selects is ready")


def of_service(service: DeclaredObject, look: Backends) -> Iterator[Part]:
    """Yield what is amiss with the gateways and subsets that a VirtualService names."""
    namespace = service.key.namespace
    for gateway in map(as_text, as_list(dig(service.manifest, "spec", "gateways"))):
        if gateway != MESH:
            where, _, name = gateway.rpartition("/")
            key = ObjectKey(*ISTIO_GATEWAY, where if where not in {"", "."} else namespace, name)
            yield from look.named(ISTIO_GATEWAY, key.namespace, key.name)
            yield from _hosts(service, look.lookup.declared.objects.get(key))
    for found in dict.fromkeys(destinations(service)):
        if found.subset:
            yield from _subset(found, look.lookup)
    hosts = [as_text(found.get("host")) for found in _destinations(service)]
    for host in dict.fromkeys(hosts):
        if "." in host and service_of(host, namespace) is None:
            yield from _outside(host, look.lookup)


def _outside(host: str, lookup: Lookup) -> Iterator[Part]:
    """Yield that Istio does not know a *host* outside of the cluster, if so.

    Of undeclared ServiceEntries nobody knows more than the names, and of what cannot be seen not
    even those.
    """
    declared = lookup.declared_of(SERVICE_ENTRY)
    entries = [one for one in declared if _has(one, host)]
    found = [lookup.find(one.key) for one in entries]
    if found:
        if not any(one.presence is Presence.THERE for one in found):
            yield from absent(found[0], f"ServiceEntry {excerpt(entries[0].key.name)}")
        return
    others = lookup.observed.kinds.get(SERVICE_ENTRY) if lookup.observed else None
    strange = others is None or _strange(others, declared)
    detail = f"no declared ServiceEntry has the host {excerpt(host)}"
    yield unknown(detail) if strange else fails(detail)


def _has(entry: DeclaredObject, host: str) -> bool:
    hosts = map(as_text, as_list(dig(entry.manifest, "spec", "hosts")))
    return any(fnmatchcase(host, one) for one in hosts)


def _strange(observed: Iterable[ObjectName], declared: Iterable[DeclaredObject]) -> bool:
    """Tell whether nobody declares one of those that are *observed*."""
    return not {(one.key.namespace, one.key.name) for one in declared}.issuperset(observed)


def _hosts(service: DeclaredObject, gateway: DeclaredObject | None) -> Iterator[Part]:
    """Yield that a declared Gateway lets in none of a VirtualService's hosts, if so."""
    hosts = [as_text(host) for host in as_list(dig(service.manifest, "spec", "hosts"))]
    servers = as_list(dig(gateway.manifest, "spec", "servers")) if gateway else ()
    allowed = [as_text(host) for server in servers for host in as_list(dig(server, "hosts"))]
    if gateway is None or not hosts or any(_meet(host, allowed) for host in hosts):
        return
    shown = listing([excerpt(host) for host in hosts])
    yield fails(f"Gateway {gateway.key.namespace}/{gateway.key.name} does not let in {shown}")


def _meet(host: str, allowed: Iterable[str]) -> bool:
    """Tell whether one of the *allowed* hosts, each perhaps with a namespace, may be *host*."""
    names = [one.rpartition("/")[2] for one in allowed]
    return any(fnmatchcase(host, name) or fnmatchcase(name, host) for name in names)


def _subset(found: Destination, lookup: Lookup) -> Iterator[Part]:
    """Yield that no DestinationRule has a subset, if so; of undeclared rules nobody knows more."""
    backend = found.backend
    target = (backend.namespace, backend.name)
    declared = lookup.declared_of(DESTINATION_RULE)
    rules = [one.manifest for one in declared if _rules(one.manifest, one.key.namespace) == target]
    if found.subset in {as_text(name) for rule in rules for name in _subsets(rule)}:
        return
    detail = f"no declared DestinationRule of {backend.name} has the subset {excerpt(found.subset)}"
    others = lookup.observed.kinds.get(DESTINATION_RULE) if lookup.observed else None
    strange = others is None or _strange(others, declared)
    yield unknown(detail) if strange else fails(detail)


def _rules(rule: JsonObject, namespace: str) -> tuple[str, str] | None:
    return service_of(as_text(dig(rule, "spec", "host")), namespace)


def _subsets(rule: JsonObject) -> Iterator[str]:
    for subset in as_list(dig(rule, "spec", "subsets")):
        yield as_text(dig(subset, "name"))

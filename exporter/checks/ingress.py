"""Where Ingresses lead; source: Kubernetes API reference (networking.k8s.io/v1)."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from exporter.checks.backends import Backend, Backends, absent, port_of
from exporter.checks.lookup import Presence
from exporter.checks.parts import Part, fails
from exporter.checks.wording import excerpt
from exporter.domain.declaration import DeclaredObject
from exporter.domain.fields import text_of
from exporter.domain.json import JsonObject, as_list, as_object, as_text, dig
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObject
from exporter.domain.references import INGRESS, INGRESS_CLASS, SECRET

CLASS: Final = "kubernetes.io/ingress.class"
"""The annotation that named a class before there were objects of it; some controllers heed it."""
CANARY: Final = "nginx.ingress.kubernetes.io/canary"


class Claim(NamedTuple):
    """What only one Ingress of a class may route: *path* of *host*, matched as *kind* says."""

    ingress_class: str
    host: str
    path: str
    kind: str


def backends(ingress: DeclaredObject) -> Iterator[Backend]:
    """Yield the Services that an Ingress leads to."""
    spec = as_object(ingress.manifest.get("spec"))
    found = [spec.get("defaultBackend") or spec.get("backend")]
    for rule in map(as_object, as_list(spec.get("rules"))):
        found += [dig(path, "backend") for path in as_list(dig(rule, "http", "paths"))]
    for backend in map(as_object, found):
        service = as_object(backend.get("service"))
        name = as_text(service.get("name") or backend.get("serviceName"))
        port = port_of(service.get("port")) or text_of(backend.get("servicePort"))
        if name:
            yield Backend(ingress.key.namespace, name, port)


def parts(
    ingress: DeclaredObject,
    have: ObservedObject,
    look: Backends,
    *,
    claimed: Mapping[Claim, ObjectKey],
) -> Iterator[Part]:
    """Yield what is amiss with an Ingress beside what it leads to."""
    name = as_text(dig(ingress.manifest, "spec", "ingressClassName"))
    if name:
        found = look.lookup.find(ObjectKey(*INGRESS_CLASS, "", name))
        if found.presence is not Presence.UNSEEN:
            yield from absent(found, f"IngressClass {excerpt(name)}")
    for name in _certificates(ingress):
        found = look.lookup.find(ObjectKey(*SECRET, ingress.key.namespace, name))
        if found.presence is Presence.MISSING:
            yield from absent(found, f"Secret {excerpt(name)}")
    if not have.status.get("addresses"):
        yield fails("it has been given no address")
    for claim in claims(ingress):
        first = claimed.get(claim, ingress.key)
        if first != ingress.key:
            where = excerpt(f"{claim.host or '*'}{claim.path}")
            yield fails(f"{where} is routed by Ingress {first.namespace}/{first.name}, too")


def _certificates(ingress: DeclaredObject) -> Iterator[str]:
    """Yield the Secrets that an Ingress serves TLS with; without one its class has a default."""
    for entry in as_list(dig(ingress.manifest, "spec", "tls")):
        name = as_text(dig(entry, "secretName"))
        if name:
            yield name


def claimed(declared: DeclaredObjects) -> dict[Claim, ObjectKey]:
    """Return which Ingress claims a path of a host first, in the order of their names."""
    found: dict[Claim, ObjectKey] = {}
    for key, ingress in sorted(declared.objects.items(), key=lambda item: item[0]):
        if key.group_kind == INGRESS:
            for claim in claims(ingress):
                found.setdefault(claim, key)
    return found


def claims(ingress: DeclaredObject) -> Iterator[Claim]:
    """Yield what an Ingress claims; a canary shares on purpose."""
    annotations = as_object(dig(ingress.manifest, "metadata", "annotations"))
    if text_of(annotations.get(CANARY)) == "true":
        return
    spec = as_object(ingress.manifest.get("spec"))
    named = as_text(spec.get("ingressClassName")) or as_text(annotations.get(CLASS))
    for rule in map(as_object, as_list(spec.get("rules"))):
        for path in map(as_object, as_list(dig(rule, "http", "paths"))):
            yield Claim(
                named, as_text(rule.get("host")), _path(path), as_text(path.get("pathType"))
            )


def _path(path: JsonObject) -> str:
    return as_text(path.get("path")) or "/"

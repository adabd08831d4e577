"""Objects that the templates of pods name; source: Kubernetes API reference, PodSpec (core/v1)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.objectkeys import GroupKind, ObjectKey

CONFIG_MAP: Final = GroupKind("", "ConfigMap")
SECRET: Final = GroupKind("", "Secret")
CLAIM: Final = GroupKind("", "PersistentVolumeClaim")
SERVICE: Final = GroupKind("", "Service")
SERVICE_ACCOUNT: Final = GroupKind("", "ServiceAccount")
PRIORITY_CLASS: Final = GroupKind("scheduling.k8s.io", "PriorityClass")
INGRESS: Final = GroupKind("networking.k8s.io", "Ingress")
INGRESS_CLASS: Final = GroupKind("networking.k8s.io", "IngressClass")
GATEWAY: Final = GroupKind("gateway.networking.k8s.io", "Gateway")
GATEWAY_CLASS: Final = GroupKind("gateway.networking.k8s.io", "GatewayClass")

VIRTUAL_SERVICE: Final = GroupKind("networking.istio.io", "VirtualService")
ISTIO_GATEWAY: Final = GroupKind("networking.istio.io", "Gateway")
DESTINATION_RULE: Final = GroupKind("networking.istio.io", "DestinationRule")
SERVICE_ENTRY: Final = GroupKind("networking.istio.io", "ServiceEntry")
ROUTES: Final = tuple(
    GroupKind("gateway.networking.k8s.io", kind)
    for kind in ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute")
)

BUILT_IN: Final = frozenset(
    {
        (SERVICE_ACCOUNT, "default"),
        (CONFIG_MAP, "kube-root-ca.crt"),
        (PRIORITY_CLASS, "system-cluster-critical"),
        (PRIORITY_CLASS, "system-node-critical"),
    }
)
"""Objects that Kubernetes makes in each cluster, or in each namespace of it."""
NAMED_BY: Final[Mapping[GroupKind, frozenset[GroupKind]]] = {
    INGRESS: frozenset({SERVICE, INGRESS_CLASS}),
    GATEWAY: frozenset({GATEWAY_CLASS}),
    VIRTUAL_SERVICE: frozenset({SERVICE, ISTIO_GATEWAY, DESTINATION_RULE, SERVICE_ENTRY}),
    **dict.fromkeys(ROUTES, frozenset({SERVICE, GATEWAY})),
}
"""Of which kinds objects are that an object of a kind names."""
CONTAINERS: Final = ("initContainers", "containers")


class Reference(NamedTuple):
    """An object that pods need to start, and the *item* in it, if any; or *pulls* images with.

    An *optional* one may be missing. *pointer* is where the pod's spec names it.
    """

    kind: GroupKind
    name: str
    pointer: str
    item: str = ""
    optional: bool = False
    pulls: bool = False

    def key(self, namespace: str) -> ObjectKey:
        """Return what identifies the object that pods of *namespace* mean."""
        where = "" if self.kind == PRIORITY_CLASS else namespace
        return ObjectKey(self.kind.group, self.kind.kind, where, self.name)


def references(spec: JsonObject) -> Iterator[Reference]:
    """Yield what a pod's *spec* names, but what each cluster has."""
    for reference in _named(spec):
        if reference.name and (reference.kind, reference.name) not in BUILT_IN:
            yield reference


def _named(spec: JsonObject) -> Iterator[Reference]:
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    yield Reference(SERVICE_ACCOUNT, as_text(account), "/serviceAccountName")
    yield Reference(PRIORITY_CLASS, as_text(spec.get("priorityClassName")), "/priorityClassName")
    for index, secret in enumerate(as_list(spec.get("imagePullSecrets"))):
        name = as_text(dig(secret, "name"))
        yield Reference(SECRET, name, f"/imagePullSecrets/{index}", pulls=True)
    for index, volume in enumerate(as_list(spec.get("volumes"))):
        yield from _of_volume(as_object(volume), f"/volumes/{index}")
    for field in CONTAINERS:
        for index, container in enumerate(as_list(spec.get(field))):
            yield from _of_container(as_object(container), f"/{field}/{index}")


def _of_volume(volume: JsonObject, pointer: str) -> Iterator[Reference]:
    claim = as_text(dig(volume, "persistentVolumeClaim", "claimName"))
    yield Reference(CLAIM, claim, pointer)
    yield from _reference(CONFIG_MAP, volume.get("configMap"), pointer)
    yield from _reference(SECRET, volume.get("secret"), pointer, name="secretName")
    for source in as_list(dig(volume, "projected", "sources")):
        yield from _reference(CONFIG_MAP, dig(source, "configMap"), pointer)
        yield from _reference(SECRET, dig(source, "secret"), pointer)


def _of_container(container: JsonObject, pointer: str) -> Iterator[Reference]:
    for index, source in enumerate(as_list(container.get("envFrom"))):
        where = f"{pointer}/envFrom/{index}"
        yield from _reference(CONFIG_MAP, dig(source, "configMapRef"), where)
        yield from _reference(SECRET, dig(source, "secretRef"), where)
    for index, variable in enumerate(as_list(container.get("env"))):
        where = f"{pointer}/env/{index}"
        yield from _reference(CONFIG_MAP, dig(variable, "valueFrom", "configMapKeyRef"), where)
        yield from _reference(SECRET, dig(variable, "valueFrom", "secretKeyRef"), where)


def _reference(
    kind: GroupKind, source: Json, pointer: str, *, name: str = "name"
) -> Iterator[Reference]:
    if source is None:
        return
    yield Reference(
        kind,
        as_text(dig(source, name)),
        pointer,
        item=as_text(dig(source, "key")),
        optional=dig(source, "optional") is True,
    )


def referred_kinds(specs: Iterable[JsonObject], kinds: Iterable[GroupKind]) -> frozenset[GroupKind]:
    """Return the kinds of objects that pods' *specs*, and objects of the declared *kinds*, name.

    Secrets are not among them: nobody reads or lists them.
    """
    named = {reference.kind for spec in specs for reference in references(spec)} - {SECRET}
    for kind in kinds:
        named |= NAMED_BY.get(kind, frozenset())
    return frozenset(named)

"""Rendered objects read as workloads and autoscalers.

Sources: Kubernetes API reference (``apps/v1``, ``autoscaling/v1`` and ``v2``), KEDA's ScaledObject
specification (``keda.sh/v1alpha1``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from exporter.declared.rendered import Manifest
from exporter.declared.stack import in_manifest
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredAutoscaler,
    DeclaredWorkload,
    Unresolved,
    WorkloadKey,
)
from exporter.domain.errors import ParseError
from exporter.domain.json import Json, JsonObject, as_object, as_text, dig
from exporter.domain.monitoring.stack import StackStatement

WORKLOADS: Final = frozenset({"DaemonSet", "Deployment", "StatefulSet"})
DEFAULT_NAMESPACE: Final = "default"
KEDA_MINIMUM: Final = 0
KEDA_MAXIMUM: Final = 100
HPA_MINIMUM: Final = 1

MAX_NAME: Final = 253
_WORKLOAD_GROUPS: Final = frozenset({"apps", "extensions"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workloads:
    """What the objects of one rendering declare; *unresolved* are those that make no sense."""

    workloads: tuple[DeclaredWorkload, ...] = ()
    autoscalers: tuple[DeclaredAutoscaler, ...] = ()
    stack: tuple[StackStatement, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()


def read(
    manifests: Iterable[Manifest],
    *,
    namespace: str = "",
    application: ApplicationKey | None = None,
    ignored: Callable[[Manifest], tuple[str, ...]] = lambda _: (),
) -> Workloads:
    """Return the workloads, autoscalers and monitoring objects among *manifests*.

    Other kinds are passed over. *namespace* is where objects without one of their own go;
    *ignored* tells of an object which pointers its Application ignores.
    """
    workloads: list[DeclaredWorkload] = []
    autoscalers: list[DeclaredAutoscaler] = []
    stack: list[StackStatement] = []
    unresolved: list[Unresolved] = []
    for one in manifests:
        stack += in_manifest(one, namespace=namespace)
        try:
            found = workload(
                one, namespace=namespace, application=application, ignored=ignored(one)
            )
            scaler = autoscaler(one, namespace=namespace)
        except ParseError as error:
            unresolved.append(Unresolved(one.place, error.message))
            continue
        workloads += [found] if found else []
        autoscalers += [scaler] if scaler else []
    return Workloads(
        workloads=tuple(workloads),
        autoscalers=tuple(autoscalers),
        stack=tuple(stack),
        unresolved=tuple(unresolved),
    )


def workload(
    manifest: Manifest,
    *,
    namespace: str = "",
    application: ApplicationKey | None = None,
    ignored: tuple[str, ...] = (),
) -> DeclaredWorkload | None:
    """Return the workload that *manifest* is, or None where it is of another kind.

    Raises :exc:`ParseError` where it has no name or no spec.
    """
    content = manifest.content
    if manifest.kind not in WORKLOADS or _group(content) not in _WORKLOAD_GROUPS:
        return None
    return DeclaredWorkload(
        key=_key(manifest, namespace),
        manifest=_kept(manifest),
        place=manifest.place,
        places=manifest.places,
        application=application,
        ignored=ignored,
    )


def autoscaler(manifest: Manifest, *, namespace: str = "") -> DeclaredAutoscaler | None:
    """Return the HorizontalPodAutoscaler or ScaledObject that *manifest* is, or None.

    Raises :exc:`ParseError` where its target or its bounds are not what they have to be.
    """
    match manifest.kind, _group(manifest.content):
        case "HorizontalPodAutoscaler", "autoscaling":
            minimum = _count(manifest, "minReplicas", HPA_MINIMUM)
            maximum = _count(manifest, "maxReplicas", None)
        case "ScaledObject", "keda.sh":
            floor = _count(manifest, "minReplicaCount", KEDA_MINIMUM)
            minimum = min(floor, _count(manifest, "idleReplicaCount", floor))
            maximum = _count(manifest, "maxReplicaCount", KEDA_MAXIMUM)
        case _:
            return None
    key = _key(manifest, namespace)
    return DeclaredAutoscaler(
        kind=key.kind,
        namespace=key.namespace,
        name=key.name,
        target=_target(manifest, key),
        minimum=minimum,
        maximum=maximum,
        place=manifest.place,
    )


def _key(manifest: Manifest, namespace: str) -> WorkloadKey:
    metadata = as_object(manifest.content.get("metadata"))
    name, own = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str) or not name:
        raise ParseError(f"a {manifest.kind} has no metadata.name that is a text")
    if own is not None and not isinstance(own, str):
        raise ParseError(f"{manifest.kind} {name} has a metadata.namespace that is no text")
    where = own or namespace or DEFAULT_NAMESPACE
    if max(len(name), len(where)) > MAX_NAME:  # both become labels
        raise ParseError(f"a {manifest.kind} has a name of more than {MAX_NAME} characters")
    return WorkloadKey(namespace=where, kind=manifest.kind, name=name)


def _kept(manifest: Manifest) -> JsonObject:
    """Return the labels, annotations and spec of a workload, as far as they are declared."""
    content = manifest.content
    metadata = {
        field: found
        for field in ("labels", "annotations")
        if (found := as_object(dig(content, "metadata", field)))
    }
    spec = content.get("spec")
    if not isinstance(spec, dict):
        raise ParseError(f"{manifest.kind} {as_text(dig(content, 'metadata', 'name'))} has no spec")
    return {"metadata": metadata, "spec": spec}


def _target(manifest: Manifest, key: WorkloadKey) -> WorkloadKey:
    reference = as_object(dig(manifest.content, "spec", "scaleTargetRef"))
    kind, name = reference.get("kind"), reference.get("name")
    if kind is None and manifest.kind == "ScaledObject":
        kind = "Deployment"
    if not isinstance(kind, str) or not isinstance(name, str) or not kind or not name:
        raise ParseError(f"{key} does not say what it scales (spec.scaleTargetRef)")
    return WorkloadKey(namespace=key.namespace, kind=kind, name=name)


def _count(manifest: Manifest, field: str, default: int | None) -> int:
    value: Json = dig(manifest.content, "spec", field)
    if value is None:
        value = default
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        name = as_text(dig(manifest.content, "metadata", "name"))
        raise ParseError(f"{manifest.kind} {name} has a spec.{field} that is no count")
    return value


def _group(content: JsonObject) -> str:
    return as_text(content.get("apiVersion")).rpartition("/")[0]

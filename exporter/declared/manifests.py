"""Rendered objects read as workloads and autoscalers, and all of them accounted for.

Sources: Kubernetes API reference (``apps/v1``, ``autoscaling/v1`` and ``v2``), KEDA's ScaledObject
specification (``keda.sh/v1alpha1``).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from exporter.declared.kinds import (
    CLUSTER_SCOPED,
    DELIVERING,
    group,
    is_declaration,
    is_hook,
    is_transient,
)
from exporter.declared.rendered import Manifest
from exporter.declared.stack import in_manifest
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredAutoscaler,
    DeclaredObject,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.errors import ParseError
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.items import Item, ItemState
from exporter.domain.json import Json, JsonObject, as_object, as_text, dig
from exporter.domain.monitoring.stack import StackStatement
from exporter.domain.objectcontent import compared_content
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.rollouts import REFERENCE, ROLLOUT, ROLLOUTS

WORKLOADS: Final = frozenset({"DaemonSet", "Deployment", "StatefulSet"})
DEFAULT_NAMESPACE: Final = "default"
KEDA_MINIMUM: Final = 0
KEDA_MAXIMUM: Final = 100
HPA_MINIMUM: Final = 1

MAX_NAME: Final = 253
_KIND: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}")
"""What Kubernetes takes for a kind, which becomes a label here."""

_WORKLOAD_GROUPS: Final = frozenset({"apps", "extensions"})
NOT_COMPARED: Final = DELIVERING | {("", "Node"), ("", "Pod")}
"""Groups and kinds of objects that no check compares as such.

Nodes and pods come and go by what other objects say of them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workloads:
    """What the objects of one rendering declare; *items* has each of them, with its state."""

    workloads: tuple[DeclaredWorkload, ...] = ()
    objects: tuple[DeclaredObject, ...] = ()
    autoscalers: tuple[DeclaredAutoscaler, ...] = ()
    stack: tuple[StackStatement, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """What of an object is left to others: *pointers*, and why there may be more (*leaves*)."""

    pointers: tuple[str, ...] = ()
    leaves: str = ""


def read(
    manifests: Iterable[Manifest],
    *,
    namespace: str = "",
    application: ApplicationKey | None = None,
    ignored: Callable[[Manifest], Ignored] = lambda _: Ignored(),
    excluded: Callable[[JsonObject], bool] = lambda _: False,
    origin: Subject | None = None,
) -> Workloads:
    """Return the workloads, other objects and autoscalers among *manifests*, and all items.

    *namespace* is where objects without one of their own go; *application*, if any, delivers
    them, and *ignored* tells of an object what it ignores, *excluded* whether it is not
    delivered at all. *origin* is the source of
    objects that they are from. Applications and ApplicationSets are left to who follows them.
    """
    reader = _Reader(namespace, application, ignored, excluded, origin)
    for manifest in manifests:
        if not is_declaration(manifest.content):
            reader.take(manifest)
    return Workloads(
        workloads=tuple(reader.workloads),
        objects=tuple(reader.objects),
        autoscalers=tuple(reader.autoscalers),
        stack=tuple(reader.stack),
        items=tuple(reader.items),
    )


@dataclass(slots=True)
class _Reader:
    """Reads the objects of one rendering, one after the other."""

    namespace: str
    application: ApplicationKey | None
    ignored: Callable[[Manifest], Ignored]
    excluded: Callable[[JsonObject], bool]
    origin: Subject | None
    workloads: list[DeclaredWorkload] = field(default_factory=list)
    objects: list[DeclaredObject] = field(default_factory=list)
    autoscalers: list[DeclaredAutoscaler] = field(default_factory=list)
    stack: list[StackStatement] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def take(self, manifest: Manifest) -> None:
        why = self._out_of_scope(manifest)
        if why:
            subject = _out_of_scope(manifest, self.namespace)
            self._add(manifest, subject, ItemState.OUT_OF_SCOPE, why)
            return
        self.stack += in_manifest(manifest, namespace=self.namespace)
        subject = _file(manifest)
        try:
            subject = subject_of(manifest, self.namespace)
            state, message = self._read(manifest, subject)
        except ParseError as error:
            state, message = ItemState.UNRESOLVED, error.message
        self._add(manifest, subject, state, message)

    def _out_of_scope(self, manifest: Manifest) -> str:
        """Return why an object is none of those that stay and may be looked at, if so."""
        content = manifest.content
        if manifest.kind == "Secret" and not group(content):
            return "Secrets are not looked at"
        if self.application is not None and is_hook(content):
            return "a hook only lives during a sync"
        if self.excluded(content):
            return "the rules of Argo CD (resource.exclusions or inclusions) pass over it"
        return "it does not stay under this name" if is_transient(content) else ""

    def _read(self, manifest: Manifest, subject: Subject) -> tuple[ItemState, str]:
        """Read what is compared of an object; raises :exc:`ParseError` where it makes no sense."""
        given = self.ignored(manifest)
        ignored = Ignored((*given.pointers, *manifest.undetermined), given.leaves)
        found = workload(
            manifest, namespace=self.namespace, application=self.application, ignored=ignored
        )
        scaler = autoscaler(manifest, namespace=self.namespace)
        if scaler is not None:
            self.autoscalers.append(scaler)
        if found is not None:
            self.workloads.append(found)
            return ItemState.COMPARED, ""
        if (group(manifest.content), manifest.kind) in NOT_COMPARED:
            return ItemState.UNSUPPORTED, _unsupported(group(manifest.content), manifest.kind)
        self.objects.append(self._object(manifest, subject, ignored))
        return ItemState.COMPARED, ""

    def _object(self, manifest: Manifest, subject: Subject, ignored: Ignored) -> DeclaredObject:
        content = manifest.content
        key = ObjectKey(group(content), subject.kind, subject.namespace, subject.name)
        return DeclaredObject(
            key=key,
            subject=subject,
            version=as_text(content.get("apiVersion")).rpartition("/")[2],
            manifest=compared_content(content, group=key.group, kind=key.kind),
            place=manifest.place,
            places=manifest.places,
            chart=manifest.chart,
            application=self.application,
            ignored=ignored.pointers,
            leaves=ignored.leaves,
            unknown=Gap(manifest.place.source, manifest.unknown) if manifest.unknown else None,
        )

    def _add(self, manifest: Manifest, subject: Subject, state: ItemState, message: str) -> None:
        place = manifest.place
        # What delivers further objects weighs as a source of its own that nobody renders.
        shared = None if _delivers(manifest) else self.origin
        self.items.append(
            Item(
                source=place.source,
                subject=subject,
                state=state,
                place=place,
                message=message,
                origin=shared,
                entry=place.path if shared else "",
            )
        )


def _delivers(manifest: Manifest) -> bool:
    return (group(manifest.content), manifest.kind) in DELIVERING


@lru_cache(maxsize=1024)
def _unsupported(group_: str, kind: str) -> str:
    """Return why no object of a kind is compared: one text for thousands of them."""
    if (group_, kind) in DELIVERING:
        return f"what a {kind} ({group_}) delivers is not followed yet"
    return f"no check compares {kind} yet"


def is_workload(kind: str, api_group: str) -> bool:
    """Tell whether objects of a kind are workloads, whose pods are made of a template."""
    if kind == ROLLOUT:
        return api_group == ROLLOUTS
    return kind in WORKLOADS and api_group in _WORKLOAD_GROUPS


def workload(
    manifest: Manifest,
    *,
    namespace: str = "",
    application: ApplicationKey | None = None,
    ignored: Ignored | None = None,
) -> DeclaredWorkload | None:
    """Return the workload that *manifest* is, or None where it is of another kind.

    Raises :exc:`ParseError` where it has no name or no spec.
    """
    content = manifest.content
    if not is_workload(manifest.kind, group(content)):
        return None
    return DeclaredWorkload(
        key=_key(manifest, namespace),
        manifest=_kept(manifest),
        place=manifest.place,
        places=manifest.places,
        chart=manifest.chart,
        application=application,
        ignored=ignored.pointers if ignored else (),
        leaves=ignored.leaves if ignored else "",
        unknown=Gap(manifest.place.source, manifest.unknown) if manifest.unknown else None,
    )


def autoscaler(manifest: Manifest, *, namespace: str = "") -> DeclaredAutoscaler | None:
    """Return the HorizontalPodAutoscaler or ScaledObject that *manifest* is, or None.

    A Rollout of Argo that takes over a Deployment (``workloadRef``) scales it down to nothing, if
    it says so (``scaleDown``). Raises :exc:`ParseError` where its target or its bounds are not what
    they have to be.
    """
    match manifest.kind, group(manifest.content):
        case "HorizontalPodAutoscaler", "autoscaling":
            minimum = _count(manifest, "minReplicas", HPA_MINIMUM)
            maximum = _count(manifest, "maxReplicas", None)
        case "ScaledObject", "keda.sh":
            floor = _count(manifest, "minReplicaCount", KEDA_MINIMUM)
            minimum = min(floor, _count(manifest, "idleReplicaCount", floor))
            maximum = _count(manifest, "maxReplicaCount", KEDA_MAXIMUM)
        case "Rollout", "argoproj.io" if _scales_down(manifest):
            minimum, maximum = 0, _count(manifest, "replicas", 1)
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


def subject_of(manifest: Manifest, namespace: str = "") -> Subject:
    """Return an object as a subject; raises :exc:`ParseError` where it has no usable name."""
    if not _KIND.fullmatch(manifest.kind):
        raise ParseError(f"{manifest.kind[:MAX_NAME]!r} is no kind of object")
    key = _key(manifest, namespace)
    scoped = (group(manifest.content), key.kind) in CLUSTER_SCOPED
    return Subject(key.kind, "" if scoped else key.namespace, key.name)


def _out_of_scope(manifest: Manifest, namespace: str) -> Subject:
    """Return an object that nobody looks up as a subject: it may get its name only then."""
    metadata = as_object(manifest.content.get("metadata"))
    if not metadata.get("name"):
        metadata = {**metadata, "name": metadata.get("generateName")}
    try:
        return subject_of(
            replace(manifest, content={**manifest.content, "metadata": metadata}), namespace
        )
    except ParseError:
        return _file(manifest)


def _file(manifest: Manifest) -> Subject:
    """Return what an object goes by that has no usable name: its file."""
    return Subject("File", "", manifest.place.path)


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


def _scales_down(manifest: Manifest) -> bool:
    """Tell whether a Rollout leaves nothing of the workload that it refers to.

    Source: Argo Rollouts, specification, ``workloadRef.scaleDown``.
    """
    reference = as_object(dig(manifest.content, "spec", REFERENCE))
    return as_text(reference.get("scaleDown")) in {"onsuccess", "progressively"}


def _target(manifest: Manifest, key: WorkloadKey) -> WorkloadKey:
    field = REFERENCE if manifest.kind == "Rollout" else "scaleTargetRef"
    reference = as_object(dig(manifest.content, "spec", field))
    kind, name = reference.get("kind"), reference.get("name")
    if kind is None and manifest.kind == "ScaledObject":
        kind = "Deployment"
    if not isinstance(kind, str) or not isinstance(name, str) or not kind or not name:
        raise ParseError(f"{key} does not say what it scales (spec.{field})")
    return WorkloadKey(namespace=key.namespace, kind=kind, name=name)


def _count(manifest: Manifest, field: str, default: int | None) -> int:
    value: Json = dig(manifest.content, "spec", field)
    if value is None:
        value = default
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        name = as_text(dig(manifest.content, "metadata", "name"))
        raise ParseError(f"{manifest.kind} {name} has a spec.{field} that is no count")
    return value

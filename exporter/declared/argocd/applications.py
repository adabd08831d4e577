"""Applications: from a manifest to what it declares.

Source: Argo CD, ``pkg/apis/application/v1alpha1/types.go`` (``ApplicationSpec``).
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.declared.argocd.destinations import address
from exporter.declared.argocd.ignored import in_words, unresolved
from exporter.declared.located import LocatedTree
from exporter.declared.repositories import Home
from exporter.declared.repository import without_credentials
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    Automation,
    DeclaredApplication,
    IgnoredDifference,
    Unresolved,
)
from exporter.domain.provenance import Located, Place

NAMESPACE = "argocd"
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
_NAMESPACE = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an Application comes from, if it does not stand by itself.

    *namespace* is the one it lands in where it names none. *application_set* makes it from
    *parameters*.
    """

    namespace: str = NAMESPACE
    application_set: str = ""
    parameters: Mapping[str, Located[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """An Application, and beside each of its sources how Argo CD is told to render it.

    *hydrator* is where it has a ``sourceHydrator`` instead of sources. *unresolved* has entries
    of its ``ignoreDifferences`` that only a run can tell, by their index.
    """

    application: DeclaredApplication
    options: tuple[LocatedTree, ...]
    hydrator: Place | None = None
    unresolved: tuple[tuple[int, Unresolved], ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)


def key_of(manifest: LocatedTree, namespace: str = NAMESPACE) -> ApplicationKey:
    """Return what names an Application; raises :exc:`ReadError` where it has no usable name."""
    metadata = manifest.object("metadata")
    name = metadata.text("name")
    if not name:
        raise metadata.wrong(f"{manifest.text('kind') or 'Application'} without metadata.name")
    if not _NAME.fullmatch(name):
        raise metadata.fields["name"].wrong(f"{name[:100]!r} is no name of a Kubernetes object")
    own = metadata.text("namespace") or namespace
    if not _NAMESPACE.fullmatch(own):
        where = metadata.fields.get("namespace") or metadata
        raise where.wrong(f"{own[:100]!r} is no name of a namespace")
    return ApplicationKey(own, name)


def parse(manifest: LocatedTree, *, home: Home, origin: Origin) -> Parsed:
    """Return what an Application declares; raises :exc:`ReadError` where it is malformed."""
    key = key_of(manifest, origin.namespace)
    spec = manifest.object("spec")
    raw = _raw_sources(spec)
    destination = spec.object("destination")
    if destination.text("server") and destination.text("name"):
        raise destination.wrong("a destination has both server and name, which Argo CD refuses")
    application = DeclaredApplication(
        key=key,
        place=manifest.place,
        project=spec.text("project") or "default",
        labels=manifest.object("metadata").stated("labels"),
        parameters=origin.parameters,
        application_set=origin.application_set,
        sources=tuple(_source(one, home) for one in raw),
        source_place=raw[0].place_of("path") if raw else None,
        destination_namespace=destination.text("namespace"),
        destination_server=address(destination.text("server"), destination.text("name")),
        automation=_automation(spec.object("syncPolicy")),
        ignored=tuple(_ignored(one) for one in spec.list("ignoreDifferences")),
    )
    return Parsed(
        application,
        raw,
        hydrator=spec.place_of("sourceHydrator") if spec.has("sourceHydrator") else None,
        unresolved=tuple(_unresolved(spec)),
        annotations=_annotations(manifest),
    )


def _annotations(manifest: LocatedTree) -> Mapping[str, str]:
    """Return the annotations that are texts, as the API server wants all of them."""
    found = manifest.object("metadata").fields.get("annotations")
    fields = found.fields if found else {}
    return {key: one.content for key, one in fields.items() if isinstance(one.content, str)}


def _raw_sources(spec: LocatedTree) -> tuple[LocatedTree, ...]:
    """Return the sources; ``sources`` counts more than ``source``, as in ``GetSources``."""
    if spec.has("sourceHydrator"):
        return ()
    found = spec.list("sources") or ((spec.object("source"),) if spec.has("source") else ())
    if not found:
        raise spec.wrong("an Application without a source")
    return found


def _source(source: LocatedTree, home: Home) -> ApplicationSource:
    repository, chart = source.text("repoURL"), source.text("chart")
    if not repository:
        raise source.wrong("a source without repoURL")
    reference = source.text("ref")
    path = _path(source, chart, reference)
    local = not chart and home.is_local(repository, path)
    return ApplicationSource(
        repository=without_credentials(repository),
        path=path,
        revision=source.text("targetRevision") or "HEAD",
        chart=chart,
        reference=reference,
        local=local,
    )


def _path(source: LocatedTree, chart: str, reference: str) -> str:
    """Return the path from the top of the repository, ``.`` for the top itself."""
    path = source.text("path")
    if not path:
        return "" if chart or reference else "."
    clean = posixpath.normpath(path.lstrip("/") or ".")
    if clean.split("/")[0] == "..":
        raise source.fields["path"].wrong("the path leads out of the repository")
    return clean


def _automation(policy: LocatedTree) -> Automation | None:
    """Return ``automated``; an empty one automates, ``enabled: false`` does not."""
    if not policy.has("automated"):
        return None
    automated = policy.object("automated")
    if not automated.flag("enabled", default=True):
        return None
    return Automation(prune=automated.flag("prune"), self_heal=automated.flag("selfHeal"))


def _ignored(entry: LocatedTree) -> IgnoredDifference:
    return IgnoredDifference(
        group=entry.text("group"),
        kind=entry.text("kind"),
        name=entry.text("name"),
        namespace=entry.text("namespace"),
        pointers=entry.texts("jsonPointers"),
        paths=entry.texts("jqPathExpressions"),
        unresolved=in_words(unresolved(entry)),
    )


def _unresolved(spec: LocatedTree) -> Iterator[tuple[int, Unresolved]]:
    for index, entry in enumerate(spec.list("ignoreDifferences")):
        yield from ((index, one) for one in unresolved(entry))

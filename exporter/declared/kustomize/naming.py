"""Which objects a workload's pods refer to by name."""

from collections.abc import Iterator, Sequence
from typing import Final

from exporter.declared.kustomize.statements import Name
from exporter.declared.rendered import Manifest
from exporter.domain.json import Json, as_list, as_object, as_text, dig

HASHED: Final = frozenset({"ConfigMap", "Secret"})
"""The kinds whose names get a hash where kustomize generates them."""

NAMED: Final = HASHED | {"PersistentVolumeClaim", "ServiceAccount"}
_LISTS: Final = ("containers", "initContainers")
_SOURCES: Final = (
    ("ConfigMap", ("configMapRef", "name")),
    ("ConfigMap", ("configMapKeyRef", "name")),
    ("ConfigMap", ("configMap", "name")),
    ("Secret", ("secretRef", "name")),
    ("Secret", ("secretKeyRef", "name")),
    ("Secret", ("secret", "name")),
    ("Secret", ("secret", "secretName")),
    ("PersistentVolumeClaim", ("persistentVolumeClaim", "claimName")),
)
"""What a volume, or a source of environment variables, refers to, and where it says so."""


def unmatched(manifest: Manifest, known: set[Name], kinds: frozenset[str]) -> Name | None:
    """Return an object of these *kinds* that a workload refers to and that is not *known*."""
    pods = dig(manifest.content, "spec", "template", "spec")
    found = (reference for reference in _references(pods) if reference[0] in kinds and reference[1])
    return next((reference for reference in found if reference not in known), None)


def _references(pods: Json) -> Iterator[Name]:
    yield "ServiceAccount", as_text(dig(pods, "serviceAccountName"))
    for secret in as_list(dig(pods, "imagePullSecrets")):
        yield "Secret", as_text(as_object(secret).get("name"))
    for volume in as_list(dig(pods, "volumes")):
        yield from _named(volume)
        for source in as_list(dig(volume, "projected", "sources")):
            yield from _named(source)
    for container in (container for name in _LISTS for container in as_list(dig(pods, name))):
        for source in as_list(dig(container, "envFrom")):
            yield from _named(source)
        for variable in as_list(dig(container, "env")):
            yield from _named(dig(variable, "valueFrom"))


def _named(source: Json) -> Iterator[Name]:
    for kind, keys in _SOURCES:
        yield kind, as_text(dig(source, *keys))


def names(manifests: Sequence[Manifest]) -> set[Name]:
    """Return the kinds and names of *manifests*."""
    return {
        (manifest.kind, as_text(dig(manifest.content, "metadata", "name")))
        for manifest in manifests
    }

"""What Argo CD renders for: the cluster's version and APIs, and which Argo CD does it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from exporter.domain.images import parse_image
from exporter.domain.json import as_list, as_text, dig
from exporter.domain.workloads import ObservedWorkload

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")
_RENDERS: Final = "repo-server"
_FIRST_WITH_PATCH: Final = (3, 4)
"""From this Argo CD on, the version of Kubernetes that it tells helm has a patch number."""
_FIRST_WITH_PATTERNS: Final = (3, 4)

_HELM: Final = (((3, 5, 0), "4"), ((0, 0, 0), "3"))
_KUSTOMIZE: Final = (
    ((3, 3, 1), "5.8.1"),
    ((3, 3, 0), "5.8.0"),
    ((3, 1, 0), "5.7.0"),
    ((3, 0, 0), "5.6.0"),
)
"""From which Argo CD on it ships which; source: its ``hack/tool-versions.sh``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesData:
    """What ``argocd-cm`` of the cluster says by the keys that are read; *where* it stands."""

    where: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What is observed of the cluster as a target of Argo CD, and of Argo CD itself.

    *kube_version* as ``1.31.2``, and *argocd_version* as ``3.5.1``, are empty where nobody tells
    them, *api_versions* (``group/version`` and ``group/version/Kind``) None. *rules* is what
    ``argocd-cm`` says; without it *refused* says why, empty where there is none.
    """

    kube_version: str = ""
    api_versions: tuple[str, ...] | None = None
    argocd_version: str = ""
    rules: RulesData | None = None
    refused: str = ""

    @property
    def kube_version_for_helm(self) -> str:
        """The version of Kubernetes as this Argo CD hands it to helm."""
        found = _parts(self.argocd_version)
        if not found or found[:2] >= _FIRST_WITH_PATCH:
            return self.kube_version
        return ".".join(self.kube_version.split(".")[:2])

    @property
    def knows_patterns(self) -> bool:
        """Whether this Argo CD takes patterns for files of values; one that is not known does."""
        found = _parts(self.argocd_version)
        return not found or found[:2] >= _FIRST_WITH_PATTERNS

    @property
    def helm(self) -> str:
        """The major version of helm that this Argo CD ships; empty where it is not known."""
        return _shipped(_HELM, self.argocd_version)

    @property
    def kustomize(self) -> str:
        """The version of kustomize that this Argo CD ships; empty where it is not known."""
        return _shipped(_KUSTOMIZE, self.argocd_version)


def plain_version(text: str) -> str:
    """Return ``1.31.2`` of ``v1.31.2-eks-1234``; empty where it begins with no version.

    Source: Argo CD, ``KubectlCmd.GetServerVersion``.
    """
    found = _VERSION.match(text)
    return ".".join(filter(None, found.groups())) if found else ""


def argocd_version(workloads: Iterable[ObservedWorkload]) -> str:
    """Return the version of the Argo CD that renders, by its workload's image, else its label.

    Empty where there is none, or where several are of different versions.
    """
    found = {_version_of(one) for one in workloads if one.key.name.endswith(_RENDERS)}
    versions = found - {""}
    return versions.pop() if len(versions) == 1 else ""


def _version_of(workload: ObservedWorkload) -> str:
    containers = as_list(dig(workload.manifest, "spec", "template", "spec", "containers"))
    for container in containers:
        image = parse_image(as_text(dig(container, "image")))
        if image and image.repository.rpartition("/")[2].startswith("argocd") and image.tag:
            version = plain_version(image.tag)
            if version:
                return version
    part_of = as_text(dig(workload.manifest, "metadata", "labels", "app.kubernetes.io/part-of"))
    label = as_text(dig(workload.manifest, "metadata", "labels", "app.kubernetes.io/version"))
    return plain_version(label) if part_of == "argocd" else ""


def _parts(version: str) -> tuple[int, ...]:
    found = _VERSION.match(version)
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def _shipped(table: Iterable[tuple[tuple[int, ...], str]], version: str) -> str:
    known = _parts(version)
    return next((tool for since, tool in table if known and known >= since), "")

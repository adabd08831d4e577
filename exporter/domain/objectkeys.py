"""What objects of any kind are known by."""

from collections.abc import Mapping
from typing import Final, NamedTuple

SHORT_NAMES: Final[Mapping[str, str]] = {
    "cj": "CronJob",
    "cm": "ConfigMap",
    "crd": "CustomResourceDefinition",
    "crds": "CustomResourceDefinition",
    "hpa": "HorizontalPodAutoscaler",
    "ing": "Ingress",
    "netpol": "NetworkPolicy",
    "ns": "Namespace",
    "pc": "PriorityClass",
    "pdb": "PodDisruptionBudget",
    "pv": "PersistentVolume",
    "pvc": "PersistentVolumeClaim",
    "quota": "ResourceQuota",
    "sa": "ServiceAccount",
    "sc": "StorageClass",
    "so": "ScaledObject",
    "svc": "Service",
}
"""What kubectl calls kinds for short, as far as files are named by it."""


class GroupKind(NamedTuple):
    """A kind of objects with its API group, which is empty for the core's."""

    group: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.group})" if self.group else self.kind

    @property
    def resource(self) -> str:
        """What the API calls the resource, as far as that can be guessed: ``ingresses.(group)``."""
        name = self.kind.lower()
        if name.endswith("y") and name[-2:-1] not in "aeiou":
            plural = f"{name[:-1]}ies"
        elif name == "endpoints":
            plural = name
        else:
            plural = f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"
        return f"{plural}.{self.group}" if self.group else plural

    @property
    def names(self) -> frozenset[str]:
        """What a file of such objects may be called, as kubectl calls the resource."""
        name = self.kind.lower()
        short = (short for short, kind in SHORT_NAMES.items() if kind == self.kind)
        plurals = (f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies")
        return frozenset((name, *plurals, *short))


class ObjectKey(NamedTuple):
    """What identifies an object; *namespace* may be given where its kind has none."""

    group: str
    kind: str
    namespace: str
    name: str

    @property
    def group_kind(self) -> GroupKind:
        """Its kind with the group."""
        return GroupKind(self.group, self.kind)

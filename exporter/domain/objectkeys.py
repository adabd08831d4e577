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


BUILT_IN: Final = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
"""The groups of Kubernetes itself, which calls all its resources after their kinds."""


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
    def is_built_in(self) -> bool:
        """Whether it is one of Kubernetes itself, so that :attr:`resource` is no guess."""
        return self.group in BUILT_IN

    @property
    def names(self) -> frozenset[str]:
        """What a file of such objects may be called, as kubectl calls the resource."""
        name = self.kind.lower()
        short = (short for short, kind in SHORT_NAMES.items() if kind == self.kind)
        plurals = (f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies")
        return frozenset((name, *plurals, *short))


DEFINITION: Final = GroupKind("apiextensions.k8s.io", "CustomResourceDefinition")
"""The kind that defines further ones."""


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

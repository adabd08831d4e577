"""The components that make a cluster work, and by what they are found in it.

Names, labels and namespaces are those of the projects' own manifests and charts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from exporter.domain.declaration import WorkloadKey
from exporter.domain.finding import Subject
from exporter.domain.provenance import Place

KIND: Final = "Component"
SYSTEM: Final = "kube-system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A workload of a component: of one of *kinds*, with a *name* (a shell pattern) or *labels*.

    *namespaces* are those where it may be, none for any. One *everywhere* has a pod on each node
    that runs Linux; an *optional* one need not be there, but has to be ready if it is.
    """

    kinds: tuple[str, ...]
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ()
    everywhere: bool = False
    optional: bool = False

    def matches(self, key: WorkloadKey, labels: Mapping[str, object]) -> bool:
        """Tell whether the workload *key* with these *labels* is it."""
        if key.kind not in self.kinds or (self.namespaces and key.namespace not in self.namespaces):
            return False
        named = fnmatchcase(key.name, self.name)
        return named or (
            bool(self.labels) and all(labels.get(name) == one for name, one in self.labels.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A component, and what it consists of; *static* pods run on each node of the control plane."""

    parts: tuple[Part, ...] = ()
    static: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredComponents:
    """The components that shall be there, by name, with where each is declared."""

    components: Mapping[str, Component]
    places: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)

    @property
    def subjects(self) -> list[Subject]:
        """The components as subjects, sorted."""
        return [Subject(KIND, "", name) for name in sorted(self.components)]


def _deployment(name: str, *namespaces: str, **labels: str) -> Part:
    return Part(
        kinds=("Deployment",), name=name, labels=_dotted(labels), namespaces=tuple(namespaces)
    )


def _everywhere(name: str, *namespaces: str, **labels: str) -> Part:
    return Part(
        kinds=("DaemonSet",),
        name=name,
        labels=_dotted(labels),
        namespaces=tuple(namespaces),
        everywhere=True,
    )


def _controller(name: str, **labels: str) -> Part:
    """Return what may run as a Deployment or on nodes of its own, in any namespace."""
    return Part(kinds=("Deployment", "DaemonSet"), name=name, labels=_dotted(labels))


def _dotted(labels: Mapping[str, str]) -> dict[str, str]:
    return {_LABELS.get(name, name): value for name, value in labels.items()}


_LABELS: Final = {
    "app": "app.kubernetes.io/name",
    "part": "app.kubernetes.io/component",
    "k8s_app": "k8s-app",
}

PRESETS: Final[Mapping[str, Component]] = {
    "aws-ebs-csi": Component(
        parts=(
            _deployment("ebs-csi-controller", SYSTEM),
            _everywhere("ebs-csi-node", SYSTEM),
        )
    ),
    "aws-efs-csi": Component(
        parts=(
            _deployment("efs-csi-controller", SYSTEM),
            _everywhere("efs-csi-node", SYSTEM),
        )
    ),
    "aws-load-balancer-controller": Component(
        parts=(_controller("aws-load-balancer-controller", app="aws-load-balancer-controller"),)
    ),
    "aws-vpc-cni": Component(parts=(_everywhere("aws-node", SYSTEM, k8s_app="aws-node"),)),
    "calico": Component(
        parts=(
            _everywhere("calico-node", SYSTEM, "calico-system", k8s_app="calico-node"),
            _deployment("calico-kube-controllers", SYSTEM, "calico-system"),
        )
    ),
    "cert-manager": Component(
        parts=(
            _controller("cert-manager", app="cert-manager", part="controller"),
            _controller("cert-manager-webhook", app="webhook", part="webhook"),
        )
    ),
    "cilium": Component(
        parts=(
            _everywhere("cilium", SYSTEM, "cilium", k8s_app="cilium"),
            _controller("cilium-operator", app="cilium-operator"),
        )
    ),
    "cluster-autoscaler": Component(parts=(_controller("*cluster-autoscaler"),)),
    "control-plane": Component(static=True),
    "coredns": Component(parts=(_deployment("*coredns", SYSTEM, k8s_app="kube-dns"),)),
    "external-dns": Component(parts=(_controller("external-dns", app="external-dns"),)),
    "flannel": Component(
        parts=(_everywhere("kube-flannel-ds", SYSTEM, "kube-flannel", app="flannel"),)
    ),
    "ingress-nginx": Component(
        parts=(_controller("*ingress-nginx-controller", app="ingress-nginx", part="controller"),)
    ),
    "istio": Component(parts=(_controller("istiod*"),)),
    "keda": Component(parts=(_controller("keda-operator", app="keda-operator"),)),
    "kube-proxy": Component(parts=(_everywhere("kube-proxy", SYSTEM, k8s_app="kube-proxy"),)),
    "metrics-server": Component(parts=(_controller("metrics-server", app="metrics-server"),)),
    "traefik": Component(parts=(_controller("traefik", app="traefik"),)),
}
"""The usual components, by the names that settings have for them."""

KUBEADM: Final = "kubeadm"
OF_KUBEADM: Final = ("control-plane", "coredns", "kube-proxy")
"""What ``kubeadm init`` installs; source: its phases ``control-plane`` and ``addon``."""


def presets(names: Iterable[str]) -> dict[str, Component]:
    """Return the usual components of these *names*; others are none.

    ``kubeadm`` stands for all that it installs.
    """
    each = (one for name in names for one in (OF_KUBEADM if name == KUBEADM else (name,)))
    return {name: PRESETS[name] for name in each if name in PRESETS}

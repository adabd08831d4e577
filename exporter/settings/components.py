"""The components of the cluster that shall be there."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from exporter.settings.forms import Strict

Preset: TypeAlias = Literal[
    "aws-ebs-csi",
    "aws-efs-csi",
    "aws-load-balancer-controller",
    "aws-vpc-cni",
    "calico",
    "cert-manager",
    "cilium",
    "cluster-autoscaler",
    "control-plane",
    "coredns",
    "external-dns",
    "flannel",
    "ingress-nginx",
    "istio",
    "keda",
    "kube-proxy",
    "kubeadm",
    "metrics-server",
    "traefik",
]
"""Names of the usual components; ``kubeadm`` stands for all that it installs."""


class ComponentSettings(Strict, frozen=True, kw_only=True):
    """A component of one's own: a workload that has to be there and ready."""

    name: Annotated[str, Meta(min_length=1, description="What findings call it.")]
    kind: Literal["Deployment", "StatefulSet", "DaemonSet"] = "Deployment"
    workload: Annotated[
        str, Meta(description="Name of its workload, a shell pattern. Default: its own name.")
    ] = ""
    namespace: Annotated[str, Meta(description="Where it is. Empty: anywhere.")] = ""
    every_node: Annotated[
        bool, Meta(description="Whether it has a pod on each node that runs Linux.")
    ] = False

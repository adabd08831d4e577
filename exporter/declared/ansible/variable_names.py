"""Variables that Ansible's roles for Kubernetes usually read, by what they set on a node."""

import re

from exporter.domain.declaration import LABELS, TAINTS, Attribute

VERSION_VARIABLES = (
    *("kubelet_version", "kube_version", "kubernetes_version", "k8s_version"),
    *("k3s_version", "rke2_version", "k3s_release_version", "kubernetes_release"),
)
ADDRESS_VARIABLES = (
    *("ip", "node_ip", "k3s_node_ip", "internal_ip", "private_ip", "private_ipv4"),
)
LABEL_VARIABLES = ("node_labels", "kube_node_labels", "k8s_node_labels", "kubernetes_node_labels")
TAINT_VARIABLES = ("node_taints", "kube_node_taints", "k8s_node_taints", "kubernetes_node_taints")
ARGUMENT_VARIABLES = (
    *("kubelet_extra_args", "kubernetes_kubelet_extra_args", "kubelet_custom_flags"),
    *("kubelet_args", "kubelet_arguments", "kubeadm_kubelet_extra_args"),
)
NAME_VARIABLES = (
    *("kube_override_hostname", "kube_node_name", "k8s_node_name", "k8s_nodename"),
    *("k3s_node_name", "node_name"),
)
USUAL_VARIABLES = frozenset(
    (
        *(*VERSION_VARIABLES, *ADDRESS_VARIABLES, *LABEL_VARIABLES, *TAINT_VARIABLES),
        *(*ARGUMENT_VARIABLES, *NAME_VARIABLES),
    )
)


def attributes_of_map(variable: str) -> tuple[str, ...]:
    """Return what a map keyed by hosts sets on each, by the name of its *variable*."""
    if variable in LABEL_VARIABLES:
        return (LABELS,)
    return (TAINTS,) if variable in TAINT_VARIABLES else (LABELS, TAINTS)


def attributes_of_variables(text: str) -> frozenset[str]:
    """Return the attributes that variables in *text* may set on nodes."""
    words = set(re.findall(r"\w+", text))
    found: set[str] = {family for family in (LABELS, TAINTS) if family[:-1] in text.lower()}
    if words & set(VERSION_VARIABLES):
        found.add(Attribute.VERSION)
    if words & set(ADDRESS_VARIABLES):
        found.add(Attribute.INTERNAL_IP)
    return frozenset(found)

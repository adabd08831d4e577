"""Configurations of kubeadm and of the kubelet that it starts.

Source: kubeadm Configuration (``v1beta3``, ``v1beta4``), Kubelet Configuration (``v1beta1``).
"""

from typing import Final

from exporter.declared.located import LocatedTree
from exporter.declared.machines.machine import Machine
from exporter.declared.machines.pool import kind_of
from exporter.declared.machines.values import Arguments, Values
from exporter.domain.declaration import Attribute

GROUPS: Final = ("kubeadm.k8s.io", "kubelet.config.k8s.io", "kubeproxy.config.k8s.io")


def read(tree: LocatedTree) -> Machine | None:
    """Return what a document says; None where it is none of these. Raises :exc:`ReadError`."""
    group, kind = kind_of(tree)
    if group not in GROUPS:
        return None
    values = Values()
    match kind:
        case "InitConfiguration" | "JoinConfiguration":
            return _registration(tree, values)
        case "ClusterConfiguration":
            version = values.version(tree, "kubernetesVersion", Attribute.VERSION)
            known = {Attribute.VERSION: version} if version else {}
            return Machine(place=tree.place, attributes=known, unknown=values.unknown, common=True)
        case "KubeletConfiguration":
            taints = values.taints(tree.list("registerWithTaints"))
            return Machine(place=tree.place, taints=taints, unknown=values.unknown, common=True)
        case _:
            return Machine(place=tree.place, common=True)


def _registration(tree: LocatedTree, values: Values) -> Machine:
    own = tree.object("nodeRegistration")
    extra = own.fields.get("kubeletExtraArgs")
    found = values.arguments(extra) if extra is not None else Arguments()
    endpoint = tree.object("controlPlane").object("localAPIEndpoint")
    if tree.has("localAPIEndpoint"):
        endpoint = tree.object("localAPIEndpoint")
    address = values.text(endpoint, "advertiseAddress", Attribute.INTERNAL_IP)
    return Machine(
        place=tree.place,
        name=values.text(own, "name", "name"),
        attributes={Attribute.INTERNAL_IP: address} if address else {},
        labels=found.labels,
        taints=(*found.taints, *values.taints(own.list("taints"))),
        unknown=values.unknown,
    )

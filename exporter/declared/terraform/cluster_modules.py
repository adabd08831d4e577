"""The nodes and pools of further well-known modules, by the inputs of a call.

Sources: the inputs of Azure/aks (7 to 11), kube-hetzner (2), xunleii/k3s (3) and
terraform-aws-modules/ec2-instance (5, 6), 2026-11.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from exporter.declared.terraform.attribute_paths import first
from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    Unknown,
    Value,
    text,
    truth,
)
from exporter.declared.terraform.module_calls import Call, is_empty, says, why
from exporter.declared.terraform.nodes import Candidate, describe
from exporter.declared.terraform.pool_description import Description
from exporter.declared.terraform.pool_types import POOLS, Pool
from exporter.declared.terraform.providers import module_kind
from exporter.domain.declaration import LABELS, TAINTS, Attribute, NodeStatement
from exporter.domain.errors import ParseError
from exporter.domain.provenance import Located
from exporter.domain.taints import Taint

_AKS = POOLS["azurerm_kubernetes_cluster_node_pool"][0]
_RENEWED_AKS = replace(_AKS, name=(), prefix=("name",), suffix="[0-9a-f]" * 4)
"""A pool that is made before the old one goes, so that its name has to differ."""
_AKS_INPUTS = {
    "agents_pool_name": "name",
    "agents_count": "node_count",
    "agents_min_count": "min_count",
    "agents_max_count": "max_count",
    "auto_scaling_enabled": "auto_scaling_enabled",
    "enable_auto_scaling": "auto_scaling_enabled",
    "agents_labels": "node_labels",
    "agents_taints": "node_taints",
    "agents_size": "vm_size",
    "orchestrator_version": "orchestrator_version",
    "only_critical_addons_enabled": "only_critical_addons_enabled",
}
_HETZNER = Pool(
    size=("count",),
    instance_types=("server_type",),
    taints=("taints",),
    suffix="-" + "[a-z]" * 3,
    by_name=True,
)
_HETZNER_AUTOSCALED = Pool(
    label="hcloud/node-group",
    minimum=("min_nodes",),
    maximum=("max_nodes",),
    instance_types=("server_type",),
    taints=("taints",),
)


def read_instance(call: Call) -> None:
    """Read a virtual machine of AWS."""
    kind = module_kind("name")
    names = ("name", "tags", "instance_type", "availability_zone", "private_ip", *kind.user_data)
    attributes = call.values(*names)
    texts = (first(attributes, (path,)) for path in kind.user_data)
    describe(
        Candidate(
            address=call.address,
            at=call.block.at,
            kind=kind,
            attributes=attributes,
            texts=tuple(one for one in texts if one is not None),
        ),
        call.collector,
    )


def read_aks(call: Call) -> None:
    """Read the first pool of a cluster, and those beside it."""
    given = call.values(*_AKS_INPUTS)
    attributes = {_AKS_INPUTS[name]: value for name, value in given.items()}
    attributes.setdefault("name", Value("nodepool", call.block.at))
    Description(_AKS, call.declared(), attributes, call.collector).add()
    pools = call.values("node_pools").get("node_pools")
    if pools is None:
        return
    if not isinstance(pools.data, Object) or pools.data.rest is not None:
        call.hide(f"node_pools: {why(pools)}")
        return
    for key, pool in pools.data.items():
        if isinstance(pool.data, Object):
            _add_aks(call, key, pool, pool.data)
        else:
            call.hide(f"the pool {key}: {why(pool)}")


def _add_aks(call: Call, key: str, pool: Value, own: Object) -> None:
    known = {name: value for name, value in own.items() if value.data is not None}
    renewed = known.get("create_before_destroy")
    if renewed is not None and isinstance(renewed.data, Unknown):
        call.hide(f"whether the pool {key} has a random name: {why(renewed)}")
        return
    kind = _AKS if says(renewed, "false") else _RENEWED_AKS
    Description(kind, replace(call.declared(), at=pool.at), known, call.collector).add()


def read_kube_hetzner(call: Call) -> None:
    """Read the pools of control planes and agents, and those that the autoscaler fills."""
    try:
        prefix = _hetzner_prefix(call)
    except NotKnownError as error:
        call.hide(f"the name of its nodes: {error.unknown}")
        return
    for name in ("control_plane_nodepools", "agent_nodepools"):
        for pool in _each(call, name):
            nodes = pool.get("nodes")
            if not is_empty(nodes):
                call.hide(f"{name} with nodes one by one are not read")
                continue
            attributes = {**pool, **dict(_named(pool, prefix))}
            Description(_HETZNER, call.declared(), attributes, call.collector).add()
    for pool in _each(call, "autoscaler_nodepools"):
        attributes = {**pool, **dict(_named(pool, prefix))}
        Description(_HETZNER_AUTOSCALED, call.declared(), attributes, call.collector).add()


def _hetzner_prefix(call: Call) -> str:
    """Return what the names of all nodes begin with; raises :exc:`NotKnownError`."""
    given = call.values("cluster_name", "use_cluster_name_in_node_name")
    used = given.get("use_cluster_name_in_node_name")
    if used is not None and not truth(used):
        return ""
    name = given.get("cluster_name")
    return f"{text(name) if name is not None else 'k3s'}-"


def _each(call: Call, name: str) -> Iterator[Mapping[str, Value]]:
    """Yield the objects of a list, and hide what of it is not known."""
    whole = call.values(name).get(name)
    if whole is None:
        return
    if not isinstance(whole.data, Items):
        call.hide(f"{name}: {why(whole)}")
        return
    for one in whole.data:
        if isinstance(one.data, Object):
            yield {key: value for key, value in one.data.items() if value.data is not None}
        else:
            call.hide(f"{name}: {why(one)}")


def _named(pool: Mapping[str, Value], prefix: str) -> Iterator[tuple[str, Value]]:
    """Yield the whole name of a pool, and its labels as a map where they are a list."""
    name = pool.get("name")
    if name is not None and isinstance(name.data, str):
        yield "name", Value(prefix + name.data, name.at)
    labels = pool.get("labels")
    if labels is not None and isinstance(labels.data, Items):
        pairs = [(one, one.data.partition("=")) for one in labels.data if isinstance(one.data, str)]
        found = Object({key: Value(value, one.at) for one, (key, _, value) in pairs})
        unknown = next((one for one in labels.data if isinstance(one.data, Unknown)), None)
        yield "labels", unknown or Value(found, labels.at)


def read_k3s(call: Call) -> None:
    """Read servers and agents, by whose keys the nodes are called."""
    for name in ("servers", "agents"):
        whole = call.values(name).get(name)
        if is_empty(whole):
            continue
        if whole is None or not isinstance(whole.data, Object) or whole.data.rest is not None:
            call.hide(f"{name}: {why(whole)}")
            continue
        for key, machine in whole.data.items():
            _add_k3s(call, key, machine, group=name)


def _add_k3s(call: Call, key: str, machine: Value, *, group: str) -> None:
    """Add a node, or say that it is there and cannot be named."""
    own = machine.data
    try:
        name = text(own["name"]) if isinstance(own, Object) and "name" in own else key
    except NotKnownError as error:
        call.hide(f"the name of {key}: {error.unknown}")
        return
    collector = call.collector
    if not collector.wanted(name):
        collector.leave_out(name, machine.at)
        return
    if not isinstance(own, Object):
        message = f"{name} in {call.address}: {why(machine)}"
        collector.lack(name, machine.at, message, attributes={LABELS, TAINTS})
        own = Object({})
    found = _Machine(call, name, own)
    address = found.value("ip", Attribute.INTERNAL_IP)
    collector.nodes.append(
        NodeStatement(
            name=name,
            place=collector.place(machine.at),
            groups=(group,),
            attributes={Attribute.INTERNAL_IP: address} if address else {},
            labels=dict(found.pairs("labels", LABELS)),
            taints=tuple(found.taints()),
        )
    )


class _Machine:
    """What one machine says of its node; what nobody can tell of it is a gap."""

    def __init__(self, call: Call, name: str, own: Object) -> None:
        self.call, self.name, self.own = call, name, own

    def value(self, key: str, attribute: str) -> Located[str] | None:
        """Return a text, if it is there and known."""
        found = self.own.get(key)
        return None if found is None or found.data is None else self._stated(found, attribute)

    def pairs(self, key: str, attribute: str) -> Iterator[tuple[str, Located[str]]]:
        """Yield what of a map is known."""
        found = self.own.get(key)
        if found is None or found.data is None:
            return
        if not isinstance(found.data, Object):
            self._lack(found, attribute, why(found))
            return
        for name, one in found.data.items():
            stated = self._stated(one, f"{attribute}.{name}")
            if stated is not None:
                yield name, stated

    def taints(self) -> Iterator[Located[Taint]]:
        """Yield the taints of a map from keys to ``value:Effect``."""
        for key, stated in self.pairs("taints", TAINTS):
            value, _, effect = stated.value.rpartition(":")
            try:
                yield Located(Taint.parse(f"{key}={value}:{effect}"), stated.place)
            except ParseError as error:
                self._lack(self.own["taints"], TAINTS, error.message)

    def _stated(self, value: Value, attribute: str) -> Located[str] | None:
        try:
            return self.call.collector.stated(value)
        except NotKnownError as error:
            self._lack(value, attribute, str(error.unknown))
            return None

    def _lack(self, value: Value, attribute: str, reason: str) -> None:
        message = f"{attribute} of {self.name} in {self.call.address}: {reason}"
        self.call.collector.lack(self.name, value.at, message, attributes={attribute})

"""The pools of well-known modules: their inputs are maps in the call, so nothing is fetched.

Sources: the inputs of terraform-aws-modules/eks (18 to 21) and terraform-google-modules/
kubernetes-engine (up to 38), 2026-11. What a module makes by default, and no input says, is not
known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from exporter.declared.terraform.attribute_paths import follow
from exporter.declared.terraform.cluster_modules import (
    read_aks,
    read_instance,
    read_k3s,
    read_kube_hetzner,
)
from exporter.declared.terraform.language.values import (
    Items,
    Object,
    Unknown,
    Value,
)
from exporter.declared.terraform.module_calls import Call, is_empty, says, why
from exporter.declared.terraform.pool_description import Description
from exporter.declared.terraform.pool_types import FARGATE, POOLS, Pool, automatic_taints_of_gke
from exporter.declared.terraform.pools import describe_pools, pool_roots
from exporter.declared.terraform.registry_modules import named, part_of

_EKS = replace(
    POOLS["aws_eks_node_group"][0],
    name=("name",),
    prefix=("name_prefix",),
    size=("desired_size",),
    minimum=("min_size",),
    maximum=("max_size",),
    taints=("taints",),
    user_data=("bootstrap_extra_args", "cloudinit_pre_nodeadm.0.content"),
)
_GKE = replace(
    POOLS["google_container_node_pool"][0],
    size=("node_count",),
    minimum=("total_min_count", "min_count"),
    maximum=("total_max_count", "max_count"),
    scaled=("autoscaling",),
    labels=("labels",),
    taints=("taints",),
    instance_types=("machine_type",),
    automatic=automatic_taints_of_gke("machine_type", "accelerator_type", "sandbox_type"),
)
_OTHER_NODES_OF_EKS = ("node_groups", "worker_groups", "worker_groups_launch_template")
"""Inputs of versions before 18."""
_COMPUTE = ("compute_config", "cluster_compute_config")
_EKS_GROUPS, _EKS_DEFAULTS = "eks_managed_node_groups", "eks_managed_node_group_defaults"
_CLUSTERS_OF_GKE = (
    *("beta-private-cluster", "beta-public-cluster", "private-cluster", "safer-cluster"),
)
"""The parts of Google's module that take node pools as it does itself."""


def reader_of(source: str) -> Callable[[Call], None] | None:
    """Return what reads the pools of the module that *source* names, if anything does."""
    part = part_of(source)
    owner = named(source)
    if owner is not None and owner in _READERS and not part:
        return _READERS[owner]
    if owner != ("terraform-google-modules", "kubernetes-engine", "google"):
        return None
    if not part or part.startswith(_CLUSTERS_OF_GKE):
        return _read_renewed_gke if part.endswith("-update-variant") else _read_gke
    if "autopilot" in part:
        return _read_autopilot
    return _read_node_pool if part == "gke-node-pool" else None


def _read_eks(call: Call) -> None:
    for name, value in call.values(*_OTHER_NODES_OF_EKS, "self_managed_node_groups").items():
        if not is_empty(value):
            call.hide(f"{name} makes nodes whose names are only known once it is applied")
    for value in call.values("fargate_profiles").values():
        if isinstance(value.data, Unknown):
            call.hide(f"fargate_profiles: {why(value)}")
        elif not is_empty(value):
            Description(FARGATE, call.declared(), {}, call.collector).add()
    for value in call.values(*_COMPUTE).values():
        attributes = {"compute_config": value}
        cluster = replace(call.declared(), kind="aws_eks_cluster", attributes=attributes)
        describe_pools(cluster, call.collector)
    _read_managed_groups(call)


def _read_managed_groups(call: Call) -> None:
    defaults = call.values(_EKS_DEFAULTS).get(_EKS_DEFAULTS)
    common = Object({}) if defaults is None else defaults.data
    groups = call.values(_EKS_GROUPS).get(_EKS_GROUPS)
    if groups is None:
        return
    if not isinstance(groups.data, Object) or groups.data.rest is not None:
        call.hide(f"{_EKS_GROUPS}: {why(groups)}")
        return
    if not isinstance(common, Object):
        call.hide(f"{_EKS_DEFAULTS}: {why(defaults)}")
        return
    for key, value in groups.data.items():
        if isinstance(value.data, Object):
            both = {**common, **value.data}
            own = {name: one for name, one in both.items() if one.data is not None}
            _add_eks(call, key, own=own, at=value)
        else:
            call.hide(f"the group {key}: {why(value)}")


def _add_eks(call: Call, key: str, *, own: Mapping[str, Value], at: Value) -> None:
    """Add one group; unless it is told not to, the module lets a random text follow its name."""
    if says(own.get("create"), "false"):
        return
    name = own.get("name", Value(key, at.at))
    exact = says(own.get("use_name_prefix"), "false")
    unsure = not exact and isinstance(getattr(own.get("use_name_prefix"), "data", None), Unknown)
    if unsure:
        call.hide(f"whether the group {key} has a random name: {why(own['use_name_prefix'])}")
        return
    rest = {k: v for k, v in own.items() if k != "name"}
    attributes = {**rest, ("name" if exact else "name_prefix"): name}
    declared = replace(call.declared(), at=at.at)
    Description(_EKS, declared, attributes, call.collector).add()


def _read_autopilot(call: Call) -> None:
    attributes = {**call.values("name"), "enable_autopilot": Value(data=True, at=call.block.at)}
    cluster = replace(call.declared(), kind="google_container_cluster", attributes=attributes)
    describe_pools(cluster, call.collector)


def _read_node_pool(call: Call) -> None:
    kind = "google_container_node_pool"
    attributes = call.values(*pool_roots(kind))
    describe_pools(replace(call.declared(), kind=kind, attributes=attributes), call.collector)


def _read_renewed_gke(call: Call) -> None:
    """Read pools that get another name each time that they are replaced."""
    renewed = replace(_GKE, name=(), prefix=("name",), suffix="-" + "[0-9a-f]" * 4)
    _read_gke(call, pool_of_module=renewed)


def _read_gke(call: Call, *, pool_of_module: Pool = _GKE) -> None:
    inputs = call.values(
        *("node_pools", "node_pools_labels", "node_pools_taints", "zones", "regional"),
        *("windows_node_pools", "remove_default_node_pool", "initial_node_count"),
    )
    _add_first_pool(call, inputs)
    if not is_empty(inputs.get("windows_node_pools")):
        call.hide("windows_node_pools are not read")
    pools = inputs.get("node_pools", _default_pools(call))
    if not isinstance(pools.data, Items):
        call.hide(f"node_pools: {why(pools)}")
        return
    for pool in pools.data:
        if not isinstance(pool.data, Object):
            call.hide(f"a node pool: {why(pool)}")
            continue
        attributes = {**pool.data, **dict(_of_pool(pool.data, inputs))}
        if "autoscaling" not in attributes:
            attributes["autoscaling"] = Value(data=True, at=pool.at)
        known = {key: value for key, value in attributes.items() if value.data is not None}
        own = replace(call.declared(), at=pool.at)
        Description(pool_of_module, own, known, call.collector).add()


def _add_first_pool(call: Call, inputs: Mapping[str, Value]) -> None:
    """Add the pool that a cluster begins with, unless it is removed, or has no node."""
    removed, size = inputs.get("remove_default_node_pool"), inputs.get("initial_node_count")
    if size is None or says(size, "0") or says(removed, "true"):
        return
    if removed is not None and isinstance(removed.data, Unknown):
        call.hide(f"remove_default_node_pool: {removed.data}")
        return
    first = {"name": Value("default-pool", size.at), "autoscaling": Value(data=False, at=size.at)}
    Description(_GKE, call.declared(), first, call.collector).add()


def _default_pools(call: Call) -> Value:
    """Return what the module makes where no pool is given: one, of a size that nobody states."""
    at = call.block.at
    pool = {"name": Value("default-node-pool", at), "autoscaling": Value(data=False, at=at)}
    return Value(Items([Value(Object(pool), at)]), at)


def _of_pool(pool: Object, inputs: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """Yield what other inputs say of a pool: labels and taints of all and of its own, zones."""
    name = pool["name"].data if "name" in pool else ""
    for whole, kind in (("node_pools_labels", "labels"), ("node_pools_taints", "taints")):
        given = inputs.get(whole)
        if given is None:
            continue
        if not isinstance(given.data, Object):
            yield kind, given
            continue
        parts = [part for key in ("all", str(name)) if (part := follow(inputs, (whole, key)))]
        yield kind, _together(parts, given)
    locations = pool.get("node_locations")
    if locations is not None and isinstance(locations.data, str):
        zones = [Value(one.strip(), locations.at) for one in locations.data.split(",") if one]
        yield "node_locations", Value(Items(zones), locations.at)
    elif "zones" in inputs:
        yield "node_locations", inputs["zones"]


def _together(parts: list[Value], given: Value) -> Value:
    """Return maps or lists as one; unknown where one of them is."""
    labels: dict[str, Value] = {}
    taints: list[Value] = []
    for part in parts:
        match part.data:
            case Object() as found:
                labels |= found
            case Items() as found:
                taints += found
            case _:
                return part
    return Value(Items(taints) if taints else Object(labels), given.at)


_READERS: Mapping[tuple[str, str, str], Callable[[Call], None]] = {
    ("terraform-aws-modules", "eks", "aws"): _read_eks,
    ("terraform-aws-modules", "ec2-instance", "aws"): read_instance,
    ("Azure", "aks", "azurerm"): read_aks,
    ("kube-hetzner", "kube-hetzner", "hcloud"): read_kube_hetzner,
    ("xunleii", "k3s", "module"): read_k3s,
}

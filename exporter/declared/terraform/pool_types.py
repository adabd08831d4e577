"""Which resources make pools of nodes, and where in them stands what we need of a pool.

Paths are as those of :mod:`exporter.declared.terraform.providers`. The label is the one by which
the provider itself marks the nodes of a pool. Sources: the providers' documentation (2026-11).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

_IDENTITY = frozenset({"name", "prefix", "value"})
"""Fields that tell which pool it is, whoever sets them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """A kind of pool: of each list of paths, the first that leads to a value counts.

    Its nodes bear *label* with the *value*, which is its name where that is empty; without a label
    nobody can tell which they are. *minimum* and *maximum* count where *scaled* is true, or leads
    nowhere although it is given; else *size* does. *prefix* leads to what its name begins with,
    where a random text of the pattern *suffix* follows: Terraform's own, a time and a counter.
    *per_zone* says that sizes are those of one zone of *zones*, or of *location*. *implied* are
    taints that come with a value at a path, as path, value, taint; *automatic* are keys of those
    that the provider may set by itself, as path, pattern of the value, key.

    *user_data* may hold kubelet arguments, and *tags* what the autoscaler shall know of its nodes.

    *within* is the block in which it stands, one pool for each. A pool that *defaults* to a name
    is made where no other block stands in the cluster, unless *unless* is true. Where it is
    *echoed*, a state repeats there the pools that have resources of their own; where *required*,
    one without it is none that we understand.

    One with *when* is there only where that path leads to true, and then alone; *listed* leads to
    the names of several. What is *fixed* is one pool of this name, whoever declares it, and the
    value of the label, too; with *any_value* that may be whatever. Those that are *unbounded* make
    as many nodes as pods need. Nodes go *by name* where they are called like it, with the suffix.
    """

    name: tuple[str, ...] = ("name",)
    prefix: tuple[str, ...] = ()
    suffix: str = "-" + "[0-9]" * 14 + "*"
    label: str = ""
    value: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    minimum: tuple[str, ...] = ()
    maximum: tuple[str, ...] = ()
    scaled: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("labels",)
    taints: tuple[str, ...] = ("taint",)
    version: tuple[str, ...] = ()
    instance_types: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    per_zone: bool = False
    speaks_of_taints: bool = True
    implied: tuple[tuple[str, str, str], ...] = ()
    automatic: tuple[tuple[str, str, str], ...] = ()
    user_data: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    within: str = ""
    defaults: str = ""
    unless: str = ""
    echoed: bool = False
    required: bool = False
    when: str = ""
    listed: str = ""
    fixed: str = ""
    unbounded: bool = False
    any_value: bool = False
    by_name: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths within one pool."""
        implied = (path for path, _, _ in (*self.implied, *self.automatic))
        others = (path for path in (self.when, self.listed) if path)
        return (*implied, *others, *(path for paths in self.by_field.values() for path in paths))

    def without(self, ignored: Collection[str]) -> "Pool":
        """Return it without the *ignored* paths of its resource: others set what stands there."""
        within = f"{self.within}.0." if self.within else ""
        left = tuple(path.removeprefix(within) for path in ignored if path.startswith(within))

        def stays(path: str) -> bool:
            return not any(path == one or path.startswith(f"{one}.") for one in left)

        changes: dict[str, Any] = {
            name: tuple(filter(stays, paths))
            for name, paths in self.by_field.items()
            if name not in _IDENTITY
        }
        taints = self.speaks_of_taints and all(map(stays, self.taints))
        return replace(self, **changes, speaks_of_taints=taints)

    @property
    def by_field(self) -> dict[str, tuple[str, ...]]:
        """The paths of each field that has any."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value
            for name, value in values.items()
            if name not in {"implied", "automatic"} and isinstance(value, tuple)
        }


TEMPLATE_TYPE = "launch_template_instance_type"
TEMPLATE_DATA = ("launch_template_user_data",)
"""By what names the attributes of a launch template are those of the pool that starts with it."""

_EKS = Pool(
    name=("node_group_name",),
    prefix=("node_group_name_prefix",),
    label="eks.amazonaws.com/nodegroup",
    size=("scaling_config.0.desired_size",),
    minimum=("scaling_config.0.min_size",),
    maximum=("scaling_config.0.max_size",),
    version=("version",),
    instance_types=("instance_types", TEMPLATE_TYPE),
    user_data=TEMPLATE_DATA,
)


def automatic_taints_of_gke(
    machine: str, accelerator: str, sandbox: str
) -> tuple[tuple[str, str, str], ...]:
    """Return what GKE taints, by the paths of what it goes by: GPUs, TPUs, Arm, gVisor."""
    return (
        (accelerator, "*", "nvidia.com/gpu"),
        *((machine, pattern, "nvidia.com/gpu") for pattern in ("a[2-9]*-*", "g[2-9]*-*")),
        (machine, "ct*", "google.com/tpu"),
        *((machine, pattern, "kubernetes.io/arch") for pattern in ("t2a-*", "c4a-*", "n4a-*")),
        (sandbox, "*", "sandbox.gke.io/runtime"),
    )


_GKE = Pool(
    automatic=automatic_taints_of_gke(
        "node_config.0.machine_type",
        "node_config.0.guest_accelerator.0.type",
        "node_config.0.sandbox_config.0.sandbox_type",
    ),
    prefix=("name_prefix",),
    label="cloud.google.com/gke-nodepool",
    size=("node_count",),
    minimum=("autoscaling.0.total_min_node_count", "autoscaling.0.min_node_count"),
    maximum=("autoscaling.0.total_max_node_count", "autoscaling.0.max_node_count"),
    labels=("node_config.0.labels",),
    taints=("node_config.0.taint",),
    version=("version",),
    instance_types=("node_config.0.machine_type",),
    zones=("node_locations",),
    location=("location",),
    per_zone=True,
)
_AKS = Pool(
    label="kubernetes.azure.com/agentpool",
    size=("node_count",),
    minimum=("min_count",),
    maximum=("max_count",),
    scaled=("auto_scaling_enabled", "enable_auto_scaling"),
    labels=("node_labels",),
    taints=("node_taints",),
    version=("orchestrator_version",),
    instance_types=("vm_size",),
    implied=(
        ("only_critical_addons_enabled", "true", "CriticalAddonsOnly=true:NoSchedule"),
        ("priority", "Spot", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"),
    ),
)
_DOKS = Pool(
    label="doks.digitalocean.com/node-pool",
    size=("node_count",),
    minimum=("min_nodes",),
    maximum=("max_nodes",),
    scaled=("auto_scale",),
    instance_types=("size",),
    automatic=(("size", "gpu-*", "nvidia.com/gpu"), ("size", "gpu-*", "amd.com/gpu")),
)
_LKE = Pool(
    name=("label", "id"),
    label="lke.linode.com/pool-id",
    value=("id",),
    size=("node_count",),
    minimum=("autoscaler.0.min",),
    maximum=("autoscaler.0.max",),
    instance_types=("type",),
)
_VKE = Pool(
    name=("label",),
    label="vke.vultr.com/node-pool",
    size=("node_quantity",),
    minimum=("min_nodes",),
    maximum=("max_nodes",),
    scaled=("auto_scaler",),
    taints=("taints",),
)
_CIVO = Pool(name=("label",), size=("node_count",))
_GROUP = Pool(
    size=("desired_capacity", "target_size", "size", "instances"),
    minimum=("min_size",),
    maximum=("max_size",),
    labels=(),
    taints=(),
    speaks_of_taints=False,
)
"""A group of machines of a cloud, whose nodes only the owner can tell."""

_ELASTIC = Pool(labels=(), taints=(), speaks_of_taints=False, unbounded=True)
"""Nodes that the provider makes and removes as pods need them; what is declared of them is little.
"""
_AUTO_MODE = replace(
    _ELASTIC,
    when="compute_config.0.enabled",
    listed="compute_config.0.node_pools",
    label="karpenter.sh/nodepool",
)
FARGATE = replace(_ELASTIC, label="eks.amazonaws.com/compute-type", fixed="fargate", echoed=True)
AUTOPILOT = replace(
    _ELASTIC, when="enable_autopilot", label="cloud.google.com/gke-nodepool", any_value=True
)
"""Whose pools Google names; all nodes of the cluster are of one."""

POOLS: Mapping[str, tuple[Pool, ...]] = {
    "alicloud_cs_kubernetes_node_pool": (
        Pool(
            name=("node_pool_name", "name"),
            label="alibabacloud.com/nodepool-id",
            value=("node_pool_id",),
            size=("desired_size",),
            minimum=("scaling_config.0.min_size",),
            maximum=("scaling_config.0.max_size",),
            scaled=("scaling_config.0.enable",),
            taints=("taints",),
            labels=(),
        ),
    ),
    "aws_autoscaling_group": (
        replace(
            _GROUP,
            prefix=("name_prefix",),
            instance_types=(TEMPLATE_TYPE,),
            user_data=TEMPLATE_DATA,
            tags=("tag", "tags"),
        ),
    ),
    "aws_eks_cluster": (_AUTO_MODE,),
    "aws_eks_fargate_profile": (FARGATE,),
    "aws_eks_node_group": (_EKS,),
    "aws_spot_fleet_request": (replace(_GROUP, name=("tags.Name",), size=("target_capacity",)),),
    "azurerm_kubernetes_cluster": (replace(_AKS, within="default_node_pool", required=True),),
    "azurerm_kubernetes_cluster_node_pool": (_AKS,),
    "azurerm_linux_virtual_machine_scale_set": (_GROUP,),
    "azurerm_orchestrated_virtual_machine_scale_set": (_GROUP,),
    "azurerm_virtual_machine_scale_set": (_GROUP,),
    "civo_kubernetes_cluster": (replace(_CIVO, within="pools", required=True),),
    "civo_kubernetes_node_pool": (_CIVO,),
    "digitalocean_kubernetes_cluster": (replace(_DOKS, within="node_pool", required=True),),
    "digitalocean_kubernetes_node_pool": (_DOKS,),
    "exoscale_instance_pool": (_GROUP,),
    "exoscale_sks_cluster": (),
    "exoscale_sks_nodepool": (
        Pool(
            label="node.exoscale.net/nodepool-id",
            value=("id",),
            size=("size",),
            taints=(),
            speaks_of_taints=False,
        ),
    ),
    "google_compute_instance_group_manager": (_GROUP,),
    "google_compute_region_instance_group_manager": (_GROUP,),
    "google_container_cluster": (
        AUTOPILOT,
        replace(
            _GKE,
            within="node_pool",
            location=(),
            zones=(),
            defaults="default-pool",
            unless="remove_default_node_pool",
            echoed=True,
        ),
    ),
    "google_container_node_pool": (_GKE,),
    "ibm_container_worker_pool": (
        Pool(
            name=("worker_pool_name",),
            label="ibm-cloud.kubernetes.io/worker-pool-name",
            taints=("taints",),
        ),
    ),
    "ibm_container_vpc_worker_pool": (
        Pool(
            name=("worker_pool_name",),
            label="ibm-cloud.kubernetes.io/worker-pool-name",
            taints=("taints",),
        ),
    ),
    "linode_lke_cluster": (replace(_LKE, within="pool", size=("count",), required=True),),
    "linode_lke_node_pool": (_LKE,),
    "oci_containerengine_cluster": (),
    "oci_containerengine_node_pool": (
        Pool(
            size=("node_config_details.0.size",),
            labels=(),
            taints=(),
            version=("kubernetes_version",),
            speaks_of_taints=False,
        ),
    ),
    "oci_core_instance_pool": (replace(_GROUP, name=("display_name",)),),
    "openstack_containerinfra_nodegroup_v1": (
        Pool(
            size=("node_count",),
            minimum=("min_node_count",),
            maximum=("max_node_count",),
            labels=(),
            taints=(),
            speaks_of_taints=False,
        ),
    ),
    "ovh_cloud_project_kube": (),
    "ovh_cloud_project_kube_nodepool": (
        Pool(
            label="nodepool",
            size=("desired_nodes",),
            minimum=("min_nodes",),
            maximum=("max_nodes",),
            scaled=("autoscale",),
            labels=("template.0.metadata.0.labels",),
            taints=("template.0.spec.0.taints",),
        ),
    ),
    "scaleway_k8s_cluster": (),
    "scaleway_k8s_pool": (
        Pool(
            label="k8s.scaleway.com/pool-name",
            size=("size",),
            minimum=("min_size",),
            maximum=("max_size",),
            scaled=("autoscaling",),
            labels=(),
            taints=(),
            speaks_of_taints=False,
        ),
    ),
    "vultr_kubernetes": (replace(_VKE, within="node_pools"),),
    "vultr_kubernetes_node_pools": (_VKE,),
    "yandex_kubernetes_cluster": (),
    "yandex_kubernetes_node_group": (
        Pool(
            label="yandex.cloud/node-group-id",
            value=("id",),
            size=("scale_policy.0.fixed_scale.0.size",),
            minimum=("scale_policy.0.auto_scale.0.min",),
            maximum=("scale_policy.0.auto_scale.0.max",),
            labels=("node_labels",),
            taints=("node_taints",),
            version=("version",),
        ),
    ),
}
"""The pools of each type; a cluster without any makes no node by itself."""

AUTOMATIC: Mapping[str, tuple[str, ...]] = {
    "aws_eks_cluster": ("remote_network_config",),
}
"""What lets nodes join that no pool makes, unless it is false: hybrid nodes."""

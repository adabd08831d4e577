"""Pools of nodes in Terraform are groups: name, label, bounds, labels, taints, types."""

import json
from typing import Any

import pytest

from exporter.declared.merge import merge
from exporter.declared.terraform.pool_types import POOLS
from exporter.declared.terraform.pools import pool_paths, pool_roots
from exporter.domain.declaration import LABELS, PRESENT, TAINTS, NodeGroup, Reading
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState
from exporter.domain.provenance import Located, Place, Source
from tests.declared.terraform.conftest import Declare

EKS = """
resource "aws_eks_cluster" "c" {
  name = "c"
}
resource "aws_eks_node_group" "api" {
  node_group_name = "api"
  instance_types  = ["t3.large", "m5.large"]
  version         = "1.29"
  labels          = { tier = "web" }
  taint {
    key    = "only"
    value  = "web"
    effect = "NO_SCHEDULE"
  }
  scaling_config {
    desired_size = 3
    min_size     = 1
    max_size     = 5
  }
}
"""
GKE = """
resource "google_container_cluster" "c" {
  name                     = "c"
  remove_default_node_pool = true
}
resource "google_container_node_pool" "p" {
  name     = "p"
  location = "europe-west1-b"
  autoscaling {
    min_node_count = 1
    max_node_count = 4
  }
  node_config {
    machine_type = "e2-medium"
    labels       = { tier = "web" }
    taint = [{ key = "only", value = "web", effect = "NO_EXECUTE" }]
  }
}
"""
AKS = """
resource "azurerm_kubernetes_cluster" "c" {
  name = "c"
  default_node_pool {
    name                         = "system"
    vm_size                      = "Standard_D2s_v3"
    node_count                   = 2
    only_critical_addons_enabled = true
  }
}
resource "azurerm_kubernetes_cluster_node_pool" "spot" {
  name                 = "spot"
  auto_scaling_enabled = true
  min_count            = 0
  max_count            = 9
  node_labels          = { tier = "web" }
  node_taints          = ["only=web:NoSchedule"]
}
"""


def groups(reading: Reading) -> dict[str, NodeGroup]:
    assert not reading.failures
    return {group.name: group for group in reading.groups}


def plain(group: NodeGroup) -> dict[str, Any]:
    """Return all that a group says, without its places."""
    return {
        "bounds": (group.minimum, group.maximum),
        "match": dict(group.labels),
        "labels": {key: one.value for key, one in group.node_labels.items()},
        "taints": None if group.taints is None else [str(one.value) for one in group.taints],
        "version": group.version.value if group.version else "",
        "types": [one.value for one in group.instance_types],
    }


def test_an_eks_node_group_says_all_of_its_nodes(declare: Declare) -> None:
    reading = declare({"main.tf": EKS})

    (group,) = reading.groups
    assert reading.complete
    assert plain(group) == {
        "bounds": (1, 5),
        "match": {"eks.amazonaws.com/nodegroup": "api"},
        "labels": {"tier": "web"},
        "taints": ["only=web:NoSchedule"],
        "version": "1.29",
        "types": ["t3.large", "m5.large"],
    }
    assert group.place == Place(Source.TERRAFORM, "main.tf", 5, "abc123")
    assert group.pool
    assert [(str(one.subject), one.state) for one in reading.items] == [("api", ItemState.COMPARED)]


def test_a_gke_pool_has_the_label_of_google(declare: Declare) -> None:
    reading = declare({"main.tf": GKE})

    assert reading.complete
    assert plain(groups(reading)["p"]) == {
        "bounds": (1, 4),
        "match": {"cloud.google.com/gke-nodepool": "p"},
        "labels": {"tier": "web"},
        "taints": ["only=web:NoExecute"],
        "version": "",
        "types": ["e2-medium"],
    }


def test_pools_within_a_cluster_and_beside_it_are_alike(declare: Declare) -> None:
    reading = declare({"main.tf": AKS})

    found = groups(reading)
    assert reading.complete
    assert plain(found["system"])["bounds"] == (2, 2)
    assert plain(found["system"])["taints"] == ["CriticalAddonsOnly=true:NoSchedule"]
    assert plain(found["spot"]) == {
        "bounds": (0, 9),
        "match": {"kubernetes.azure.com/agentpool": "spot"},
        "labels": {"tier": "web"},
        "taints": ["only=web:NoSchedule"],
        "version": "",
        "types": [],
    }


@pytest.mark.parametrize(
    ("block", "name", "match", "bounds"),
    [
        pytest.param(
            'resource "digitalocean_kubernetes_cluster" "c" {\n node_pool {\n name = "p"\n'
            " node_count = 3\n }\n}",
            "p",
            {"doks.digitalocean.com/node-pool": "p"},
            (3, 3),
            id="DOKS",
        ),
        pytest.param(
            'resource "scaleway_k8s_pool" "p" {\n name = "p"\n size = 1\n autoscaling = true\n'
            " min_size = 1\n max_size = 3\n}",
            "p",
            {"k8s.scaleway.com/pool-name": "p"},
            (1, 3),
            id="Scaleway",
        ),
        pytest.param(
            'resource "ovh_cloud_project_kube_nodepool" "p" {\n name = "p"\n desired_nodes = 2\n}',
            "p",
            {"nodepool": "p"},
            (2, 2),
            id="OVH",
        ),
        pytest.param(
            'resource "vultr_kubernetes" "c" {\n node_pools {\n label = "p"\n'
            " node_quantity = 2\n }\n}",
            "p",
            {"vke.vultr.com/node-pool": "p"},
            (2, 2),
            id="Vultr",
        ),
        pytest.param(
            'resource "aws_eks_node_group" "p" {\n node_group_name_prefix = "p-"\n'
            " scaling_config {\n min_size = 1\n max_size = 2\n }\n}",
            "p",
            {"eks.amazonaws.com/nodegroup": "p-" + "[0-9]" * 14 + "*"},
            (1, 2),
            id="a prefix",
        ),
        pytest.param(
            'resource "google_container_cluster" "c" {\n name = "c"\n}',
            "default-pool",
            {"cloud.google.com/gke-nodepool": "default-pool"},
            (None, None),
            id="the pool that GKE makes by itself",
        ),
        pytest.param(
            'resource "google_container_cluster" "c" {\n remove_default_node_pool = true\n'
            " lifecycle {\n ignore_changes = [node_pool]\n }\n}\n"
            'resource "google_container_node_pool" "p" {\n name = "p"\n}',
            "p",
            {"cloud.google.com/gke-nodepool": "p"},
            (None, None),
            id="a cluster that leaves its pools to resources of their own",
        ),
        pytest.param(
            'resource "google_container_node_pool" "p" {\n name = "p"\n node_count = 2\n'
            ' node_locations = ["a-b-c", "a-b-d"]\n}',
            "p",
            {"cloud.google.com/gke-nodepool": "p"},
            (4, 4),
            id="so many in each zone",
        ),
        pytest.param(
            'resource "google_container_node_pool" "p" {\n name = "p"\n location = "europe-west1"\n'
            " autoscaling {\n total_min_node_count = 1\n total_max_node_count = 7\n }\n}",
            "p",
            {"cloud.google.com/gke-nodepool": "p"},
            (1, 7),
            id="so many in all zones",
        ),
        pytest.param(
            'resource "digitalocean_kubernetes_node_pool" "p" {\n name = "p"\n node_count = 3\n'
            " lifecycle {\n ignore_changes = [node_count, tags[0]]\n }\n}",
            "p",
            {"doks.digitalocean.com/node-pool": "p"},
            (None, None),
            id="a size that is left to others",
        ),
        pytest.param(
            'resource "aws_eks_node_group" "p" {\n node_group_name = "p"\n scaling_config {\n'
            " min_size = 1\n desired_size = 2\n max_size = 3\n }\n lifecycle {\n"
            " ignore_changes = [scaling_config[0].desired_size]\n }\n}",
            "p",
            {"eks.amazonaws.com/nodegroup": "p"},
            (1, 3),
            id="bounds stand where the size alone is left to others",
        ),
        pytest.param(
            'resource "azurerm_kubernetes_cluster" "c" {\n default_node_pool {\n name = "p"\n'
            " node_count = 2\n }\n lifecycle {\n"
            " ignore_changes = [default_node_pool[0].node_count]\n }\n}",
            "p",
            {"kubernetes.azure.com/agentpool": "p"},
            (None, None),
            id="a size within a cluster that is left to others",
        ),
    ],
)
def test_each_provider_marks_its_pools_in_its_own_way(
    declare: Declare,
    block: str,
    name: str,
    match: dict[str, str],
    bounds: tuple[int | None, int | None],
) -> None:
    reading = declare({"main.tf": block})

    assert reading.complete
    group = groups(reading)[name]
    assert (group.labels, (group.minimum, group.maximum)) == (match, bounds)


@pytest.mark.parametrize(
    "block",
    [
        pytest.param('resource "aws_eks_node_group" "p" { node_group_name = x.y }', id="name"),
        pytest.param('resource "aws_eks_node_group" "p" {}', id="nameless"),
        pytest.param('resource "azurerm_kubernetes_cluster" "c" {}', id="without its block"),
        pytest.param(
            'resource "digitalocean_kubernetes_cluster" "c" {\n dynamic "node_pool" {\n'
            " for_each = x.y\n content {}\n }\n}",
            id="dynamic",
        ),
        pytest.param(
            'resource "google_container_cluster" "c" { enable_autopilot = true }',
            id="nameless autopilot",
        ),
        pytest.param(
            'resource "aws_eks_cluster" "c" {\n compute_config {\n enabled = true\n }\n}',
            id="auto mode of its own pools",
        ),
        pytest.param(
            'resource "aws_eks_cluster" "c" {\n dynamic "compute_config" {\n for_each = x.y\n'
            " content {}\n }\n}",
            id="auto mode, perhaps",
        ),
        pytest.param(
            'resource "aws_eks_cluster" "c" {\n remote_network_config {\n'
            " remote_node_networks {}\n }\n}",
            id="hybrid nodes",
        ),
    ],
)
def test_what_cannot_be_told_of_may_be_any_node(declare: Declare, block: str) -> None:
    reading = declare({"main.tf": block})

    assert not reading.groups
    assert [one.attributes for one in reading.gaps] == [{PRESENT}]
    assert {one.state for one in reading.items} == {ItemState.UNRESOLVED}


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        pytest.param("labels = x.y", {LABELS}, id="labels"),
        pytest.param("labels = { a = x.y, b = 1 }", {"labels.a"}, id="one label"),
        pytest.param('taint {\n key = x.y\n effect = "NO_SCHEDULE"\n }', {TAINTS}, id="taint"),
        pytest.param('taint {\n key = 1\n effect = "NEVER"\n }', {TAINTS}, id="no taint"),
        pytest.param("instance_types = [x.y]", {"instance_type"}, id="type"),
        pytest.param("version = x.y", {"version"}, id="version"),
        pytest.param(
            "scaling_config {\n min_size = x.y\n max_size = 3\n }",
            {"minimum", "maximum"},
            id="size",
        ),
    ],
)
def test_what_of_a_pool_only_a_run_tells_is_unknown_of_its_nodes(
    declare: Declare, line: str, unknown: set[str]
) -> None:
    reading = declare(
        {"main.tf": f'resource "aws_eks_node_group" "p" {{\n node_group_name = "p"\n {line}\n}}'}
    )

    (group,) = reading.groups
    assert group.unknown.keys() == unknown
    assert reading.complete
    assert reading.unresolved


@pytest.mark.parametrize("ignored", ["[taint, labels]", "all"])
def test_what_is_left_to_others_is_not_compared(declare: Declare, ignored: str) -> None:
    lifecycle = f"  lifecycle {{\n ignore_changes = {ignored}\n }}\n"
    block = EKS.replace("  scaling_config", f"{lifecycle}  scaling_config")

    group = groups(declare({"main.tf": block}))["api"]

    assert (group.taints, group.node_labels, group.unknown) == (None, {}, {})


def test_a_group_of_machines_has_no_label_of_its_own_and_may_be_any_node(declare: Declare) -> None:
    block = 'resource "aws_autoscaling_group" "g" {\n name = "w"\n min_size = 1\n max_size = 3\n}'
    reading = declare({"main.tf": block})
    by_hand = Reading(source=Source.INVENTORY, groups=(NodeGroup(name="w", labels={"node": "w"}),))

    assert merge([reading]).nodes.incomplete
    merged = merge([reading, by_hand]).nodes
    assert not merged.incomplete
    assert (merged.groups["w"].minimum, merged.groups["w"].labels) == (1, {"node": "w"})


def test_two_pools_of_one_name_tell_nothing_of_their_nodes(declare: Declare) -> None:
    block = 'resource "aws_eks_node_group" "{}" {{ node_group_name = "p" }}\n'

    (group,) = declare({"main.tf": block.format("a") + block.format("b")}).groups

    assert group.unknown.keys() >= {"minimum", "maximum", LABELS, TAINTS}


def test_a_pool_that_the_settings_leave_out_is_out_of_scope(declare: Declare) -> None:
    block = 'resource "aws_autoscaling_group" "b" { name = "bastion" }'

    reading = declare({"main.tf": block})

    assert [(one.subject, one.state) for one in reading.items] == [
        (Subject("NodeGroup", "", "bastion"), ItemState.OUT_OF_SCOPE)
    ]


def state(*resources: tuple[str, dict[str, Any]]) -> str:
    found = [
        {"mode": "managed", "type": kind, "name": "x", "instances": [{"attributes": attributes}]}
        for kind, attributes in resources
    ]
    return json.dumps({"version": 4, "resources": found})


def test_a_state_tells_the_same(declare: Declare) -> None:
    pool = {
        "node_group_name": "api",
        "instance_types": ["t3.large"],
        "labels": {"tier": "web"},
        "taint": [{"key": "only", "value": "web", "effect": "NO_SCHEDULE"}],
        "scaling_config": [{"desired_size": 3, "min_size": 1, "max_size": 5}],
    }

    reading = declare({"s.tfstate": state(("aws_eks_node_group", pool))}, path="s.tfstate")

    assert plain(groups(reading)["api"]) == {
        "bounds": (1, 5),
        "match": {"eks.amazonaws.com/nodegroup": "api"},
        "labels": {"tier": "web"},
        "taints": ["only=web:NoSchedule"],
        "version": "",
        "types": ["t3.large"],
    }


def test_a_state_knows_the_ids_by_which_pools_are_marked(declare: Declare) -> None:
    pool = {"id": "4711", "label": "w", "node_count": 2}

    reading = declare({"s.tfstate": state(("linode_lke_node_pool", pool))}, path="s.tfstate")

    assert groups(reading)["w"].labels == {"lke.linode.com/pool-id": "4711"}


def test_a_cluster_in_a_state_repeats_its_pools_and_makes_no_others(declare: Declare) -> None:
    pool = {"name": "p", "node_count": 2, "node_locations": ["a-b-c"]}
    cluster = {"node_pool": [{"name": "p", "node_count": 1}, {"name": "q"}]}
    resources = (("google_container_node_pool", pool), ("google_container_cluster", cluster))

    for order in (resources, resources[::-1]):
        found = groups(declare({"s.tfstate": state(*order)}, path="s.tfstate"))

        assert found.keys() == {"p", "q"}
        assert (found["p"].minimum, found["p"].unknown) == (2, {})


def test_a_pool_and_the_owners_group_of_it_are_one() -> None:
    there, here = Place(Source.TERRAFORM, "main.tf", 3), Place(Source.INVENTORY, "c.yaml")
    label = {"eks.amazonaws.com/nodegroup": "api"}
    pool = NodeGroup(
        name="api",
        minimum=1,
        maximum=3,
        labels=label,
        place=there,
        node_labels={"a": Located("1", there)},
        pool=True,
    )
    mine = NodeGroup(name="front", maximum=5, labels=label, place=here)

    merged = merge(
        [
            Reading(source=Source.TERRAFORM, groups=(pool,)),
            Reading(source=Source.INVENTORY, groups=(mine,)),
        ]
    )

    (group,) = merged.nodes.groups.values()
    assert (group.name, group.minimum, group.maximum) == ("front", 1, 5)
    assert group.node_labels.keys() == {"a"}
    (conflict,) = merged.conflicts
    assert conflict.message == "maximum is declared as 3 (main.tf:3) and 5 (c.yaml)"


@pytest.mark.parametrize("kind", POOLS)
def test_what_is_read_of_a_type_in_code_and_in_a_state_is_the_same(kind: str) -> None:
    assert {path.partition(".")[0] for path in pool_paths(kind)} == set(pool_roots(kind))


@pytest.mark.parametrize(
    "over",
    [
        pytest.param('[{ key = "a", value = "b" }, { key = "c", value = "d" }]', id="list"),
        pytest.param(
            '{ x = { key = "a", value = "b" }, y = { key = "c", value = "d" } }', id="map"
        ),
    ],
)
def test_a_dynamic_block_makes_one_for_each(declare: Declare, over: str) -> None:
    text = (
        'resource "aws_eks_node_group" "p" {\n node_group_name = "p"\n dynamic "taint" {\n'
        f" for_each = {over}\n iterator = one\n content {{\n key = one.value.key\n"
        ' value = one.value.value\n effect = "NO_SCHEDULE"\n }\n }\n}'
    )

    taints = groups(declare({"main.tf": text}))["p"].taints

    assert {str(one.value) for one in taints or ()} == {"a=b:NoSchedule", "c=d:NoSchedule"}


def test_a_dynamic_block_over_nothing_makes_none(declare: Declare) -> None:
    text = (
        'variable "auto" { default = false }\nresource "aws_eks_cluster" "c" {\n'
        ' dynamic "compute_config" {\n for_each = var.auto ? [1] : []\n content {\n'
        " enabled = true\n }\n }\n}"
    )

    reading = declare({"main.tf": text})

    assert (reading.groups, reading.complete) == ((), True)


def test_what_another_resource_configures_is_known(declare: Declare) -> None:
    text = (
        'resource "google_container_cluster" "c" {\n name = "shop-gke"\n'
        " remove_default_node_pool = true\n}\n"
        'resource "google_container_node_pool" "p" {\n'
        ' name = "${google_container_cluster.c.name}-pool"\n'
        " node_count = 2\n location = google_container_cluster.c.location\n}"
    )

    group = groups(declare({"main.tf": text}))["shop-gke-pool"]

    assert set(group.unknown) == {"minimum", "maximum"}  # where the cluster is only a run tells


@pytest.mark.parametrize("several", ["count = 2", 'for_each = toset(["a"])'])
def test_what_there_are_several_of_configures_nothing_that_is_known(
    several: str, declare: Declare
) -> None:
    text = (
        f'resource "google_container_cluster" "c" {{\n {several}\n name = "shop"\n'
        " remove_default_node_pool = true\n}\n"
        'resource "google_container_node_pool" "p" {\n name = google_container_cluster.c.name\n}'
    )

    assert not declare({"main.tf": text}).groups


@pytest.mark.parametrize(
    ("block", "name", "match"),
    [
        pytest.param(
            'resource "aws_eks_fargate_profile" "f" { fargate_profile_name = x.y }',
            "fargate",
            {"eks.amazonaws.com/compute-type": "fargate"},
            id="Fargate",
        ),
        pytest.param(
            'resource "aws_eks_cluster" "c" {\n compute_config {\n enabled = true\n'
            ' node_pools = ["system"]\n }\n}',
            "system",
            {"karpenter.sh/nodepool": "system"},
            id="EKS auto mode",
        ),
        pytest.param(
            'resource "google_container_cluster" "c" {\n name = "shop"\n'
            " enable_autopilot = true\n}",
            "shop",
            {"cloud.google.com/gke-nodepool": "*"},
            id="GKE Autopilot",
        ),
        pytest.param(
            'module "eks" {\n source = "terraform-aws-modules/eks/aws"\n'
            " fargate_profiles = { a = {} }\n}",
            "fargate",
            {"eks.amazonaws.com/compute-type": "fargate"},
            id="Fargate of the module",
        ),
        pytest.param(
            'module "eks" {\n source = "terraform-aws-modules/eks/aws"\n'
            ' compute_config = { enabled = true, node_pools = ["system"] }\n}',
            "system",
            {"karpenter.sh/nodepool": "system"},
            id="auto mode of the module",
        ),
    ],
)
def test_what_makes_as_many_nodes_as_pods_need_is_a_pool_without_bounds(
    block: str, name: str, match: dict[str, str], declare: Declare
) -> None:
    reading = declare({"main.tf": block})

    group = groups(reading)[name]
    assert (group.labels, group.unbounded, reading.complete) == (match, True, True)


def test_profiles_of_fargate_are_one_pool(declare: Declare) -> None:
    profile = 'resource "aws_eks_fargate_profile" "{}" {{ fargate_profile_name = "{}" }}\n'

    reading = declare({"main.tf": profile.format("a", "a") + profile.format("b", "b")})

    assert [group.unknown for group in reading.groups] == [{}]


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        ('machine_type = "e2-medium"', set()),
        ('machine_type = "t2a-standard-4"', {"kubernetes.io/arch"}),
        ('machine_type = "a2-highgpu-1g"', {"nvidia.com/gpu"}),
        ('guest_accelerator {\n type = "nvidia-tesla-t4"\n count = 1\n }', {"nvidia.com/gpu"}),
    ],
)
def test_what_google_taints_by_itself_follows_from_the_machines(
    config: str, keys: set[str], declare: Declare
) -> None:
    pool = (
        'resource "google_container_node_pool" "p" {\n name = "p"\n'
        f" node_config {{\n {config}\n }}\n}}"
    )

    assert groups(declare({"main.tf": pool}))["p"].automatic == keys

"""Calls of well-known modules give the nodes and pools that these make of their inputs."""

import pytest

from exporter.declared.merge import merge
from exporter.domain.declaration import LABELS, PRESENT, Attribute, NodeGroup, Reading
from exporter.domain.items import ItemState
from tests.declared.terraform.conftest import Declare

AKS = """module "aks" {
  source               = "Azure/aks/azurerm"
  agents_count         = 2
  agents_size          = "Standard_D2s_v3"
  agents_labels        = { tier = "system" }
  orchestrator_version = "1.31"
  node_pools = {
    web = {
      name                 = "web"
      vm_size              = "Standard_D4s_v5"
      auto_scaling_enabled = true
      min_count            = 1
      max_count            = 5
      node_labels          = { tier = "web" }
      node_taints          = ["only=web:NoSchedule"]
      %s
    }
  }
}
"""
HETZNER = """module "kube-hetzner" {
  source       = "kube-hetzner/kube-hetzner/hcloud"
  cluster_name = "shop"
  control_plane_nodepools = [
    { name = "cp", server_type = "cx22", location = "fsn1", labels = [], taints = [], count = 1 }
  ]
  agent_nodepools = [
    { name = "web", server_type = "cx32", location = "fsn1", count = 2,
      labels = ["tier=web"], taints = ["only=web:NoSchedule"] }
  ]
  autoscaler_nodepools = [
    { name = "spare", server_type = "cx42", location = "fsn1", min_nodes = 0, max_nodes = 4,
      labels = { tier = "web" }, taints = [{ key = "only", value = "web", effect = "NoSchedule" }] }
  ]
}
"""
K3S = """module "k3s" {
  source = "xunleii/k3s/module"
  servers = { srv = { ip = "10.0.0.1" } }
  agents = {
    a = { name = "agent-a", ip = "10.0.0.2", labels = { tier = "web" },
          taints = { only = "web:NoSchedule" } }
    b = { ip = local.later, labels = { tier = local.later } }
  }
}
"""


def groups(reading: Reading) -> dict[str, NodeGroup]:
    assert not reading.failures
    return {group.name: group for group in reading.groups}


def said(group: NodeGroup) -> tuple[dict[str, str], list[str], list[str]]:
    return (
        {key: one.value for key, one in group.node_labels.items()},
        [str(one.value) for one in group.taints or ()],
        [one.value for one in group.instance_types],
    )


@pytest.mark.parametrize(
    ("renewed", "pattern"),
    [("", "web" + "[0-9a-f]" * 4), ("create_before_destroy = false", "web")],
)
def test_aks_has_a_first_pool_and_those_beside_it(
    renewed: str, pattern: str, declare: Declare
) -> None:
    reading = declare({"main.tf": AKS % renewed})

    first, web = groups(reading)["nodepool"], groups(reading)["web"]
    assert (first.minimum, first.maximum) == (2, 2)
    assert said(first) == ({"tier": "system"}, [], ["Standard_D2s_v3"])
    assert first.labels == {"kubernetes.azure.com/agentpool": "nodepool"}
    assert (web.minimum, web.maximum) == (1, 5)
    assert said(web) == ({"tier": "web"}, ["only=web:NoSchedule"], ["Standard_D4s_v5"])
    assert web.labels == {"kubernetes.azure.com/agentpool": pattern}
    assert reading.complete


def test_nodes_of_kube_hetzner_are_called_like_their_pool(declare: Declare) -> None:
    reading = declare({"main.tf": HETZNER})

    web = groups(reading)["shop-web"]
    assert (web.minimum, web.maximum, web.name_pattern) == (2, 2, "shop-web-" + "[a-z]" * 3)
    assert said(web) == ({"tier": "web"}, ["only=web:NoSchedule"], ["cx32"])
    spare = groups(reading)["shop-spare"]
    assert (spare.minimum, spare.maximum) == (0, 4)
    assert spare.labels == {"hcloud/node-group": "shop-spare"}
    assert said(spare) == ({"tier": "web"}, ["only=web:NoSchedule"], ["cx42"])
    assert groups(reading)["shop-cp"].minimum == 1
    assert reading.complete


def test_machines_of_k3s_are_nodes_by_their_keys(declare: Declare) -> None:
    reading = declare({"main.tf": K3S})

    nodes = merge([reading]).nodes.nodes
    assert {name: node.group for name, node in nodes.items()} == {
        "agent-a": "agents",
        "b": "agents",
        "srv": "servers",
    }
    agent = nodes["agent-a"]
    assert agent.attributes[Attribute.INTERNAL_IP].value == "10.0.0.2"
    assert agent.labels["tier"].value == "web"
    assert [str(one.value) for one in agent.taints] == ["only=web:NoSchedule"]
    assert set(nodes["b"].unknown) == {Attribute.INTERNAL_IP, f"{LABELS}.tier"}


def test_an_instance_of_the_module_is_a_node(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'module "n" {\n source = "terraform-aws-modules/ec2-instance/aws"\n'
            ' name = "n-1"\n instance_type = "m5.large"\n'
            ' user_data = "--node-labels=tier=web"\n}'
        }
    )

    node = merge([reading]).nodes.nodes["n-1"]
    assert node.attributes[Attribute.INSTANCE_TYPE].value == "m5.large"
    assert node.labels["tier"].value == "web"


@pytest.mark.parametrize(
    ("part", "match"),
    [
        ("private-cluster-update-variant", "p-" + "[0-9a-f]" * 4),
        ("safer-cluster", "p"),
        ("beta-public-cluster", "p"),
    ],
)
def test_parts_of_google_s_module_make_pools_as_it_does(
    part: str, match: str, declare: Declare
) -> None:
    source = f"terraform-google-modules/kubernetes-engine/google//modules/{part}"
    pools = '[{ name = "p", autoscaling = false, node_count = 2, node_locations = "a-b" }]'

    reading = declare(
        {"main.tf": f'module "g" {{\n source = "{source}"\n node_pools = {pools}\n}}'}
    )

    assert groups(reading)["p"].labels == {"cloud.google.com/gke-nodepool": match}


def test_an_autopilot_part_makes_nodes_as_pods_need(declare: Declare) -> None:
    source = "terraform-google-modules/kubernetes-engine/google//modules/gke-autopilot-cluster"

    reading = declare({"main.tf": f'module "g" {{\n source = "{source}"\n name = "shop"\n}}'})

    assert groups(reading)["shop"].unbounded


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(AKS.replace("web = {", "web = x.y\n other = {") % "", id="a pool of AKS"),
        pytest.param(AKS % "create_before_destroy = x.y", id="a name of AKS"),
        pytest.param(HETZNER.replace('"shop"', "x.y"), id="names of kube-hetzner"),
        pytest.param(HETZNER.replace("count = 2", "nodes = { a = {} }"), id="nodes one by one"),
        pytest.param(K3S.replace("servers = {", "servers = x.y\n others = {"), id="servers of k3s"),
        pytest.param(K3S.replace('name = "agent-a"', "name = x.y"), id="name of k3s"),
    ],
)
def test_what_cannot_be_told_of_may_be_any_node(call: str, declare: Declare) -> None:
    reading = declare({"main.tf": call})

    assert any(PRESENT in gap.attributes for gap in reading.gaps)
    assert ItemState.UNRESOLVED in {one.state for one in reading.items}

"""The pools of well-known modules are read from their calls."""

import pytest

from exporter.declared.terraform.pool_modules import reader_of
from exporter.domain.declaration import LABELS, PRESENT, NodeGroup
from exporter.domain.items import ItemState
from tests.declared.terraform.conftest import Declare
from tests.declared.terraform.test_pools import groups, plain

EKS = """
module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"
  eks_managed_node_group_defaults = {
    instance_types = ["m5.large"]
  }
  eks_managed_node_groups = {
    api = {
      min_size = 1
      max_size = 5
      labels   = { tier = "web" }
      taints = {
        only = { key = "only", value = "web", effect = "NO_SCHEDULE" }
      }
    }
    named = {
      name            = "exact"
      use_name_prefix = false
      instance_types  = ["t3.large"]
    }
    off = { create = false }
  }
}
"""
GKE = """
module "gke" {
  source   = "terraform-google-modules/kubernetes-engine/google//modules/private-cluster"
  regional = true
  zones    = ["europe-west1-b", "europe-west1-c"]
  node_pools = [
    { name = "a", machine_type = "e2-medium", min_count = 1, max_count = 3 },
    { name = "b", autoscaling = false, node_count = 2, node_locations = "europe-west1-b" },
  ]
  node_pools_labels = {
    all = { managed = "yes" }
    a   = { tier = "web" }
  }
  node_pools_taints = {
    a = [{ key = "only", value = "web", effect = "NO_SCHEDULE" }]
  }
}
"""


def test_the_managed_groups_of_the_eks_module_are_pools(declare: Declare) -> None:
    reading = declare({"main.tf": EKS})

    found = groups(reading)
    assert reading.complete
    assert found.keys() == {"api", "exact"}
    assert plain(found["api"]) == {
        "bounds": (1, 5),
        "match": {"eks.amazonaws.com/nodegroup": "api-" + "[0-9]" * 14 + "*"},
        "labels": {"tier": "web"},
        "taints": ["only=web:NoSchedule"],
        "version": "",
        "types": ["m5.large"],
    }
    assert found["exact"].labels == {"eks.amazonaws.com/nodegroup": "exact"}
    assert found["api"].place
    assert found["api"].place.line == 9


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        pytest.param("api-20251112143000123400000001", True, id="its random name"),
        pytest.param("api-v2-20251112143000123400000001", False, id="another group's"),
        pytest.param("api", False, id="without"),
    ],
)
def test_a_random_name_is_recognised(declare: Declare, value: str, *, fits: bool) -> None:
    group: NodeGroup = groups(declare({"main.tf": EKS}))["api"]

    assert group.describes("ip-10-0-0-1", {"eks.amazonaws.com/nodegroup": value}) is fits


def test_the_node_pools_of_the_gke_module_are_pools(declare: Declare) -> None:
    reading = declare({"main.tf": GKE})

    found = groups(reading)
    assert reading.complete
    assert plain(found["a"]) == {
        "bounds": (2, 6),
        "match": {"cloud.google.com/gke-nodepool": "a"},
        "labels": {"managed": "yes", "tier": "web"},
        "taints": ["only=web:NoSchedule"],
        "version": "",
        "types": ["e2-medium"],
    }
    assert plain(found["b"])["bounds"] == (2, 2)
    assert plain(found["b"])["labels"] == {"managed": "yes"}


def test_the_gke_module_makes_one_pool_where_none_is_given(declare: Declare) -> None:
    source = 'source = "terraform-google-modules/kubernetes-engine/google"'

    reading = declare({"main.tf": f'module "gke" {{\n {source}\n}}'})

    assert reading.complete
    assert plain(groups(reading)["default-node-pool"])["bounds"] == (None, None)


def call(inputs: str) -> dict[str, str]:
    source = 'source = "terraform-aws-modules/eks/aws"'
    return {"main.tf": f'module "eks" {{\n {source}\n {inputs}\n}}'}


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param("eks_managed_node_groups = x.y", id="groups"),
        pytest.param("eks_managed_node_groups = { a = x.y }", id="a group"),
        pytest.param(
            "eks_managed_node_groups = { a = { use_name_prefix = x.y } }", id="kind of name"
        ),
        pytest.param("eks_managed_node_groups = { a = { name = x.y } }", id="name"),
        pytest.param("self_managed_node_groups = { a = {} }", id="other nodes"),
        pytest.param("fargate_profiles = x.y", id="unknown other nodes"),
        pytest.param("worker_groups = [{}]", id="an old version's"),
    ],
)
def test_what_of_a_module_cannot_be_told_may_be_any_node(declare: Declare, inputs: str) -> None:
    reading = declare(call(inputs))

    assert not reading.groups
    assert [one.attributes for one in reading.gaps] == [{PRESENT}]
    assert {one.state for one in reading.items} == {ItemState.UNRESOLVED}


def test_an_input_that_only_a_run_tells_is_unknown_alone(declare: Declare) -> None:
    inputs = "eks_managed_node_groups = { a = { min_size = 1, max_size = 2, labels = x.y } }"

    (group,) = declare(call(inputs)).groups

    assert (group.minimum, group.maximum, set(group.unknown)) == (1, 2, {LABELS})


@pytest.mark.parametrize(
    "source",
    [
        "terraform-aws-modules/eks/aws//modules/karpenter",
        "someone/eks/aws",
        "terraform-google-modules/kubernetes-engine/google//modules/hub",
        "terraform-google-modules/kubernetes-engine/google//modules/workload-identity",
    ],
)
def test_other_modules_are_not_taken_for_them(source: str) -> None:
    assert reader_of(source) is None

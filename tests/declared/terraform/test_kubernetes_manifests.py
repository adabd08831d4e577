"""Pools of Karpenter that Terraform puts into the cluster are groups, too."""

import pytest

from exporter.domain.declaration import PRESENT
from exporter.domain.items import ItemState
from tests.declared.terraform.conftest import Declare

TEXT = """resource "kubectl_manifest" "pool" {
  yaml_body = <<-YAML
    apiVersion: karpenter.sh/v1
    kind: NodePool
    metadata:
      name: %s
    spec:
      template:
        metadata:
          labels:
            tier: web
        spec:
          nodeClassRef:
            name: ${local.unknown}
  YAML
}
"""
OBJECT = """resource "kubernetes_manifest" "pool" {
  manifest = {
    apiVersion = "karpenter.sh/v1"
    kind       = "NodePool"
    metadata   = { name = "spot" }
    spec       = { template = { metadata = { labels = { tier = %s } }, spec = {} } }
  }
}
"""


@pytest.mark.parametrize("text", [TEXT % "spot", OBJECT % '"web"'], ids=["text", "object"])
def test_a_pool_of_karpenter_is_a_group(text: str, declare: Declare) -> None:
    reading = declare({"main.tf": text})

    (group,) = reading.groups
    assert group.labels == {"karpenter.sh/nodepool": "spot"}
    assert (group.node_labels["tier"].value, group.unbounded) == ("web", True)
    assert reading.complete


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT % "${local.unknown}", id="name"),
        pytest.param(OBJECT % "x.y", id="value"),
        pytest.param((TEXT % "spot").replace("template:", "template: ["), id="no YAML"),
        pytest.param((TEXT % "spot").replace("spec:\n", "spec: text\n    x:\n", 1), id="form"),
    ],
)
def test_what_cannot_be_told_of_a_pool_may_be_any_node(text: str, declare: Declare) -> None:
    reading = declare({"main.tf": text})

    assert not reading.groups
    assert any(PRESENT in gap.attributes for gap in reading.gaps)
    assert ItemState.UNRESOLVED in {one.state for one in reading.items}


def test_other_objects_make_no_nodes(declare: Declare) -> None:
    text = OBJECT.replace("karpenter.sh/v1", "v1").replace("NodePool", "ConfigMap")

    reading = declare({"main.tf": text % "x.y"})

    assert (reading.groups, reading.complete) == ((), True)

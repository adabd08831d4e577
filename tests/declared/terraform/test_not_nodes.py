"""What the owner says makes no node is none, whatever it is."""

import json

import pytest

from exporter.domain.declaration import Reading
from exporter.domain.items import ItemState
from tests.declared.terraform.conftest import Declare

FILES = {
    "main.tf": """
module "vpc" {
  source = "someone/vpc/aws"
  name   = "main"
}
module "api" {
  source = "someone/machine/aws"
  name   = "api-1"
}
resource "aws_instance" "jump" {
  tags = { Name = "jump" }
}
resource "acme_machine" "x" {}
module "inner" {
  source = "./inner"
}
""",
    "inner/main.tf": 'resource "hcloud_server" "n" { name = "n" }\n',
}


def left_out(reading: Reading) -> set[str]:
    return {one.subject.name for one in reading.items if one.state is ItemState.OUT_OF_SCOPE}


def test_only_the_named_modules_are_nodes(declare: Declare) -> None:
    reading = declare(FILES, node_name="name", modules=("api*",), complete=True)

    assert {node.name for node in reading.nodes} == {"api-1", "jump", "n"}


@pytest.mark.parametrize(
    ("patterns", "names", "complete"),
    [
        pytest.param((), {"api-1", "jump", "n"}, False, id="nothing"),
        pytest.param(("aws_instance.jump",), {"api-1", "n"}, False, id="a resource"),
        pytest.param(("aws_*",), {"api-1", "n"}, False, id="a kind of resources"),
        pytest.param(("module.inner.*",), {"api-1", "jump"}, False, id="within a module"),
        pytest.param(("module.inner",), {"api-1", "jump"}, False, id="a module"),
        pytest.param(("module.vpc", "acme_machine"), {"api-1", "jump", "n"}, True, id="unknown"),
    ],
)
def test_what_makes_no_nodes_is_out_of_scope(
    declare: Declare, patterns: tuple[str, ...], names: set[str], *, complete: bool
) -> None:
    reading = declare(FILES, node_name="name", modules=("api",), not_nodes=patterns)

    assert {node.name for node in reading.nodes} == names
    assert reading.complete is complete
    assert bool(left_out(reading)) is bool(patterns)


def test_a_state_is_read_the_same_way(declare: Declare) -> None:
    resources = [
        {
            "mode": "managed",
            "type": "hcloud_server",
            "name": name,
            "instances": [{"attributes": {"name": name}}],
        }
        for name in ("jump", "n")
    ]
    state = json.dumps({"version": 4, "resources": resources})

    reading = declare({"s.json": state}, path="s.json", not_nodes=("hcloud_server.jump",))

    assert [node.name for node in reading.nodes] == ["n"]
    assert left_out(reading) == {"hcloud_server.jump"}


def test_only_the_named_resources_are_nodes(declare: Declare) -> None:
    reading = declare(FILES, resources=("module.inner.*",), complete=True)

    assert {node.name for node in reading.nodes} == {"n"}
    assert left_out(reading) >= {"aws_instance.jump"}


def test_what_makes_no_machine_is_none_of_the_resources(declare: Declare) -> None:
    pool = 'resource "aws_eks_node_group" "p" { node_group_name = "p" }\n'

    reading = declare({"main.tf": pool}, resources=("nothing",))

    assert [group.name for group in reading.groups] == ["p"]

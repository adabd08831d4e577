"""What Terraform declares of a cloud, by code and by state."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.cloud import declared_cloud
from exporter.declared.terraform.read import read
from exporter.declared.wire.readings import GivenPlaces, write
from exporter.declared.wire.readings import read as read_back
from exporter.domain.cloud import CloudAttribute, CloudKind, DeclaredCloud
from exporter.domain.items import ItemState
from exporter.domain.provenance import Source
from exporter.settings.declared import TerraformSettings

Reads: TypeAlias = Callable[..., DeclaredCloud]
GROUP = 'resource "aws_security_group" "a" {\n  name = "a"\n'


async def declare(root: Path, *paths: str) -> DeclaredCloud:
    settings = [TerraformSettings(path=one) for one in paths or ("tf",)]
    reading = await read(settings, checkout=Checkout.at(root), cloud=True)
    return declared_cloud([reading])


def code(root: Path, text: str, *, at: str = "tf/main.tf") -> None:
    path = root / at
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def state(root: Path, *resources: dict[str, Any]) -> None:
    managed = [{"mode": "managed", **one} for one in resources]
    (root / "tf.json").write_text(json.dumps({"version": 4, "resources": managed}))


def values(cloud: DeclaredCloud, address: str, attribute: CloudAttribute) -> list[str]:
    return [one.value for one in cloud.resources[address].values.get(attribute, ())]


@pytest.mark.parametrize(
    ("block", "rules"),
    [
        pytest.param(
            'ingress {\n from_port = 22\n to_port = 22\n protocol = "tcp"\n'
            ' cidr_blocks = ["10.0.0.1/8", "192.168.0.0/16"]\n}',
            ["ingress tcp 22 10.0.0.0/8", "ingress tcp 22 192.168.0.0/16"],
            id="a rule for each CIDR",
        ),
        pytest.param(
            'egress {\n from_port = 0\n to_port = 0\n protocol = "-1"\n self = true\n}',
            ["egress all all self"],
            id="itself",
        ),
        pytest.param(
            'dynamic "ingress" {\n for_each = [80, 443]\n iterator = port\n content {\n'
            ' from_port = port.value\n to_port = port.value\n protocol = "tcp"\n'
            ' ipv6_cidr_blocks = ["::/0"]\n}\n}',
            ["ingress tcp 80 ::/0", "ingress tcp 443 ::/0"],
            id="dynamic",
        ),
        pytest.param(
            "ingress = [{ from_port = 53, to_port = 53, protocol = 17, cidr_blocks = [], "
            'security_groups = ["111122223333/sg-9"] }]',
            ["ingress udp 53 sg-9"],
            id="attributes as blocks",
        ),
    ],
)
async def test_inline_rules_are_read(tmp_path: Path, block: str, rules: list[str]) -> None:
    code(tmp_path, f"{GROUP}{block}\n}}")

    cloud = await declare(tmp_path)

    assert values(cloud, "aws_security_group.a", CloudAttribute.RULES) == rules


async def test_rules_of_their_own_are_those_of_the_group_that_they_refer_to(tmp_path: Path) -> None:
    code(
        tmp_path,
        GROUP
        + """}
resource "aws_vpc_security_group_ingress_rule" "a" {
  for_each          = toset(["10.0.0.0/8"])
  security_group_id = aws_security_group.a.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = each.key
}
resource "aws_security_group_rule" "b" {
  security_group_id        = aws_security_group.a.id
  source_security_group_id = aws_security_group.a.id
  type                     = "egress"
  protocol                 = "all"
  from_port                = 0
  to_port                  = 0
}
""",
    )

    cloud = await declare(tmp_path)

    assert values(cloud, "aws_security_group.a", CloudAttribute.RULES) == [
        "ingress tcp 22 10.0.0.0/8",
        "egress all all ${aws_security_group.a.id}",
    ]
    assert (cloud.loose, cloud.incomplete) == ((), {})


async def test_references_lead_through_modules_to_the_instance_they_mean(tmp_path: Path) -> None:
    code(
        tmp_path,
        """module "net" {
  source = "./net"
  count  = 1
}
module "node" {
  source   = "./node"
  for_each = { a = 1 }
  name     = each.key
  subnet   = module.only.ids[each.value]
}
module "only" {
  source = "./net"
}
""",
    )
    code(
        tmp_path,
        """resource "aws_subnet" "s" {
  count = 2
  cidr_block = cidrsubnet("10.0.0.0/16", 8, count.index)
}
output "ids" { value = aws_subnet.s[*].id }
""",
        at="tf/net/main.tf",
    )
    code(
        tmp_path,
        """variable "name" {}
variable "subnet" {}
resource "aws_instance" "i" {
  subnet_id = var.subnet
  tags      = { Name = var.name }
}
""",
        at="tf/node/main.tf",
    )

    cloud = await declare(tmp_path)

    address = 'module.node["a"].aws_instance.i'
    assert values(cloud, address, CloudAttribute.SUBNET) == ["${module.only.aws_subnet.s[1].id}"]
    assert "module.net[0].aws_subnet.s[0]" in cloud.resources
    assert cloud.resources[address].name == "a"


async def test_what_only_a_run_tells_is_unknown_and_what_is_left_to_others_is_not_declared(
    tmp_path: Path,
) -> None:
    code(
        tmp_path,
        """resource "aws_instance" "i" {
  ami                  = data.aws_ami.x.id
  instance_type        = var.type
  iam_instance_profile = aws_iam_instance_profile.p.name
  tags                 = { Name = "i" }
  lifecycle { ignore_changes = [ami] }
}
resource "aws_iam_instance_profile" "p" { name = "nodes" }
""",
    )

    resource = (await declare(tmp_path)).resources["aws_instance.i"]

    assert resource.unknown.keys() == {CloudAttribute.TYPE}
    assert [one.value for one in resource.values[CloudAttribute.PROFILE]] == ["nodes"]


async def test_a_module_that_is_not_known_may_declare_anything(tmp_path: Path) -> None:
    code(tmp_path, 'module "x" {\n  source = "example/network/aws"\n}\n' + GROUP + "}")

    cloud = await declare(tmp_path)

    assert "module.x comes from example/network/aws" in (
        cloud.incomplete[CloudKind.SECURITY_GROUP].message
    )


async def test_an_unknown_number_of_instances_is_an_item_and_a_gap(tmp_path: Path) -> None:
    code(tmp_path, 'resource "aws_vpc" "v" {\n  count = var.n\n}\nvariable "n" {}\n')

    settings = [TerraformSettings(path="tf")]
    reading = await read(settings, checkout=Checkout.at(tmp_path), cloud=True)

    (item,) = [one for one in reading.items if one.subject.kind == "Vpc"]
    assert item.state is ItemState.UNRESOLVED
    assert declared_cloud([reading]).incomplete.keys() == {CloudKind.VPC}


async def test_a_broken_file_hides_anything(tmp_path: Path) -> None:
    code(tmp_path, GROUP + "}")
    code(tmp_path, "resource {{{", at="tf/broken.tf")

    cloud = await declare(tmp_path)

    assert cloud.incomplete.keys() == set(CloudKind)
    assert "aws_security_group.a" in cloud.resources


async def test_a_state_tells_ids_and_the_code_what_shall_be(tmp_path: Path) -> None:
    code(
        tmp_path,
        'resource "aws_instance" "i" {\n  count = 1\n  instance_type = "t3.large"\n'
        '  subnet_id = var.s\n  tags = { Name = "i" }\n}\nvariable "s" {}\n',
    )
    attributes = {"id": "i-1", "instance_type": "t3.small", "subnet_id": "subnet-1"}
    instance = {"index_key": 0, "attributes": attributes}
    state(tmp_path, {"type": "aws_instance", "name": "i", "instances": [instance]})

    cloud = await declare(tmp_path, "tf.json", "tf")

    assert cloud.resources.keys() == {"aws_instance.i[0]"}
    assert cloud.resources["aws_instance.i[0]"].id == "i-1"
    assert values(cloud, "aws_instance.i[0]", CloudAttribute.TYPE) == ["t3.large"]
    assert values(cloud, "aws_instance.i[0]", CloudAttribute.SUBNET) == ["subnet-1"]


async def test_rules_of_their_own_in_a_state_count_and_what_aws_had_does_not(
    tmp_path: Path,
) -> None:
    by_hand = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}
    group = {"id": "sg-1", "name": "a", "ingress": [by_hand]}
    rule = {
        "security_group_id": "sg-1",
        "type": "ingress",
        "protocol": "tcp",
        "from_port": 443,
        "to_port": 443,
        "cidr_blocks": ["10.0.0.0/8"],
    }
    state(
        tmp_path,
        {"type": "aws_security_group", "name": "a", "instances": [{"attributes": group}]},
        {"type": "aws_security_group_rule", "name": "r", "instances": [{"attributes": rule}]},
    )

    cloud = await declare(tmp_path, "tf.json")

    assert values(cloud, "aws_security_group.a", CloudAttribute.RULES) == [
        "ingress tcp 443 10.0.0.0/8"
    ]


async def test_a_plan_is_read(tmp_path: Path) -> None:
    vpc = {
        "mode": "managed",
        "type": "aws_vpc",
        "name": "v",
        "address": "module.x.aws_vpc.v",
        "values": {"cidr_block": "10.0.0.0/16", "tags": {"Name": "net"}},
    }
    root = {"child_modules": [{"resources": [vpc]}]}
    plan = {"format_version": "1.2", "planned_values": {"root_module": root}}
    (tmp_path / "tf.json").write_text(json.dumps(plan))

    cloud = await declare(tmp_path, "tf.json")

    assert cloud.resources["module.x.aws_vpc.v"].name == "net"


@pytest.mark.parametrize("odd", [7, [], {"cidr_block": [[]]}, {"cidr_block": {"a": 1}}])
async def test_an_odd_attribute_in_a_state_is_unknown_and_breaks_nothing(
    tmp_path: Path, odd: object
) -> None:
    state(tmp_path, {"type": "aws_vpc", "name": "v", "instances": [{"attributes": odd}]})

    cloud = await declare(tmp_path, "tf.json")

    vpc = cloud.resources.get("aws_vpc.v")
    assert cloud.incomplete or (vpc is not None and vpc.unknown)


async def test_where_no_cloud_is_looked_at_none_is_read(tmp_path: Path) -> None:
    code(tmp_path, GROUP + "}")

    reading = await read([TerraformSettings(path="tf")], checkout=Checkout.at(tmp_path))

    assert (reading.resources, reading.cloud_gaps) == ((), ())


async def test_a_reading_comes_out_of_a_worker_as_it_went_in(tmp_path: Path) -> None:
    code(tmp_path, GROUP + 'vpc_id = var.v\n}\nvariable "v" {}\nmodule "x" { source = "a/b/c" }')
    checkout = Checkout.at(tmp_path)
    reading = await read([TerraformSettings(path="tf")], checkout=checkout, cloud=True)

    back = read_back(write(reading), GivenPlaces(Source.TERRAFORM, [checkout]))

    assert back == reading
    assert reading.resources
    assert reading.cloud_gaps

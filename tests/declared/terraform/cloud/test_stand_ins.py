"""What calls of well-known modules of registries declare: their inputs are all that there is."""

from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.cloud import declared_cloud
from exporter.declared.terraform.cloud.stand_ins import ROOT
from exporter.declared.terraform.read import read
from exporter.domain.cloud import CloudAttribute, CloudKind, DeclaredCloud
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.declaration import Reading
from exporter.domain.items import ItemState
from exporter.settings.declared import TerraformSettings

VPC = """module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 6.0"

  name            = "shop"
  cidr            = "10.0.0.0/16"
  azs             = ["eu-central-1a", "eu-central-1b"]
  private_subnets = ["10.0.1.0/24", "10.0.2.0/24"]
  public_subnets  = ["10.0.101.0/24", "10.0.102.0/24"]

  enable_nat_gateway   = true
  single_nat_gateway   = true
  enable_dns_hostnames = true
}
"""


async def reading(root: Path, text: str) -> Reading:
    (root / "tf").mkdir()
    (root / "tf/main.tf").write_text(text)
    return await read([TerraformSettings(path="tf")], checkout=Checkout.at(root), cloud=True)


async def declare(root: Path, text: str) -> DeclaredCloud:
    return declared_cloud([await reading(root, text)])


def values(cloud: DeclaredCloud, address: str, attribute: CloudAttribute) -> list[str]:
    return [one.value for one in cloud.resources[address].values.get(attribute, ())]


async def test_a_vpc_has_the_subnets_gateways_and_routes_of_its_inputs(tmp_path: Path) -> None:
    cloud = await declare(tmp_path, VPC)

    names = {one.address: one.name for one in cloud.resources.values() if one.name}
    assert cloud.incomplete == {}
    assert names == {
        "module.vpc.aws_vpc.this[0]": "shop",
        "module.vpc.aws_subnet.private[0]": "shop-private-eu-central-1a",
        "module.vpc.aws_subnet.private[1]": "shop-private-eu-central-1b",
        "module.vpc.aws_subnet.public[0]": "shop-public-eu-central-1a",
        "module.vpc.aws_subnet.public[1]": "shop-public-eu-central-1b",
        "module.vpc.aws_internet_gateway.this[0]": "shop",
        "module.vpc.aws_nat_gateway.this[0]": "shop-eu-central-1a",
        "module.vpc.aws_route_table.private[0]": "shop-private",
        "module.vpc.aws_route_table.public[0]": "shop-public",
    }
    private = "module.vpc.aws_route_table.private[0]"
    assert values(cloud, private, CloudAttribute.ROUTES) == [
        "0.0.0.0/0 ${module.vpc.aws_nat_gateway.this[0].id}"
    ]
    assert values(cloud, private, CloudAttribute.SUBNETS) == [
        "${module.vpc.aws_subnet.private[0].id}",
        "${module.vpc.aws_subnet.private[1].id}",
    ]
    assert values(cloud, "module.vpc.aws_subnet.public[1]", CloudAttribute.CIDRS) == [
        "10.0.102.0/24"
    ]


async def test_values_stand_where_the_call_has_them_and_resources_at_the_call(
    tmp_path: Path,
) -> None:
    cloud = await declare(tmp_path, VPC)

    subnet = cloud.resources["module.vpc.aws_subnet.private[1]"]
    assert subnet.place.where == "tf/main.tf:1"
    assert [one.place.where for one in subnet.values[CloudAttribute.CIDRS]] == ["tf/main.tf:8"]
    assert ROOT not in repr(cloud)


async def test_a_nat_gateway_in_each_zone_has_a_table_each(tmp_path: Path) -> None:
    each = VPC.replace("single_nat_gateway   = true", "one_nat_gateway_per_az = true")

    cloud = await declare(tmp_path, each)

    assert [
        values(cloud, f"module.vpc.aws_route_table.private[{number}]", CloudAttribute.ROUTES)
        for number in (0, 1)
    ] == [
        ["0.0.0.0/0 ${module.vpc.aws_nat_gateway.this[0].id}"],
        ["0.0.0.0/0 ${module.vpc.aws_nat_gateway.this[1].id}"],
    ]


async def test_outputs_lead_to_what_the_module_makes(tmp_path: Path) -> None:
    cloud = await declare(
        tmp_path,
        VPC
        + """
module "nodes" {
  source  = "terraform-aws-modules/security-group/aws"
  version = "5.3.0"

  name   = "nodes"
  vpc_id = module.vpc.vpc_id

  ingress_cidr_blocks = ["10.0.0.0/16"]
  ingress_rules       = ["https-443-tcp"]
  ingress_with_cidr_blocks = [
    { from_port = 6443, to_port = 6443, protocol = "tcp", cidr_blocks = "10.8.0.0/16,10.9.0.0/16" },
    { rule = "ssh-tcp", cidr_blocks = "10.8.0.0/16" },
  ]
  ingress_with_self = [{ rule = "all-all" }]
  egress_rules      = ["all-all"]
}
module "node" {
  source   = "terraform-aws-modules/ec2-instance/aws"
  version  = "~> 5.0"
  for_each = toset(["a"])

  name                   = each.key
  instance_type          = "t3.small"
  subnet_id              = module.vpc.private_subnets[1]
  vpc_security_group_ids = [module.nodes.security_group_id]
  monitoring             = true
  root_block_device      = [{ volume_size = 20, volume_type = "gp3" }]
}
""",
    )

    group = "module.nodes.aws_security_group.this_name_prefix[0]"
    node = 'module.node["a"].aws_instance.this[0]'
    assert cloud.incomplete == {}
    assert cloud.resources[group].name == "nodes"
    assert sorted(values(cloud, group, CloudAttribute.RULES)) == [
        "egress all all 0.0.0.0/0",
        "egress all all ::/0",
        "ingress all all self",
        "ingress tcp 22 10.8.0.0/16",
        "ingress tcp 443 10.0.0.0/16",
        "ingress tcp 6443 10.8.0.0/16",
        "ingress tcp 6443 10.9.0.0/16",
    ]
    assert values(cloud, group, CloudAttribute.VPC) == ["${module.vpc.aws_vpc.this[0].id}"]
    assert cloud.resources[node].name == "a"
    assert values(cloud, node, CloudAttribute.GROUPS) == [f"${{{group}.id}}"]
    assert values(cloud, node, CloudAttribute.SUBNET) == ["${module.vpc.aws_subnet.private[1].id}"]
    assert values(cloud, node, CloudAttribute.VOLUME_SIZE) == ["20"]
    assert CloudAttribute.ZONE not in cloud.resources[node].values


@pytest.mark.parametrize(
    ("version", "known"),
    [
        pytest.param('version = "~> 5.7"', True, id="before 6"),
        pytest.param('version = "6.0.2"', False, id="6 makes a group of its own"),
        pytest.param("", False, id="any version"),
        pytest.param("create_security_group = false", True, id="told not to"),
    ],
)
async def test_groups_of_an_instance_are_known_where_it_has_none_of_its_own(
    tmp_path: Path, version: str, *, known: bool
) -> None:
    cloud = await declare(
        tmp_path,
        'module "n" {\n source = "terraform-aws-modules/ec2-instance/aws"\n name = "n"\n'
        f' vpc_security_group_ids = ["sg-1"]\n {version}\n}}\n',
    )

    resource = cloud.resources["module.n.aws_instance.this[0]"]
    assert (CloudAttribute.GROUPS in resource.values) is known
    assert (CloudAttribute.GROUPS in resource.unknown) is not known


async def test_a_call_with_an_input_that_is_not_known_is_not_read_and_says_so(
    tmp_path: Path,
) -> None:
    cloud = await declare(tmp_path, VPC.replace("  name ", "  enable_ipv6 = true\n  name ", 1))

    assert cloud.resources == {}
    assert cloud.incomplete.keys() == set(CloudKind)
    assert cloud.incomplete[CloudKind.VPC].message == (
        "tf/main.tf:1: module.vpc comes from terraform-aws-modules/vpc/aws, and what it makes is"
        " not read: its inputs enable_ipv6 are not"
    )


async def test_an_input_that_switches_nothing_on_hides_nothing(tmp_path: Path) -> None:
    cloud = await declare(tmp_path, VPC.replace("  name ", "  enable_ipv6 = false\n  name ", 1))

    assert cloud.incomplete == {}
    assert "module.vpc.aws_vpc.this[0]" in cloud.resources


async def test_rules_whose_names_are_not_known_hide_others(tmp_path: Path) -> None:
    cloud = await declare(
        tmp_path,
        'module "g" {\n source = "terraform-aws-modules/security-group/aws"\n name = "g"\n'
        ' ingress_rules = ["a-rule-of-the-future"]\n ingress_cidr_blocks = ["10.0.0.0/8"]\n}\n',
    )

    assert cloud.incomplete.keys() == {CloudKind.SECURITY_GROUP}


async def test_a_cluster_of_eks_is_asked_for_and_its_own_groups_are_accounted_for(
    tmp_path: Path,
) -> None:
    found = await reading(
        tmp_path,
        'module "eks" {\n source = "terraform-aws-modules/eks/aws"\n version = "~> 21.0"\n'
        ' name = "shop"\n kubernetes_version = "1.33"\n'
        " eks_managed_node_groups = { spot = { min_size = 0 } }\n}\n",
    )

    cloud = declared_cloud([found])
    items = {one.subject.kind: one for one in found.items if one.state is ItemState.UNSUPPORTED}
    assert cloud.incomplete == {}
    assert CloudQuestions.of(cloud).clusters == {"shop"}
    assert "module.eks comes from terraform-aws-modules/eks/aws" in items["SecurityGroup"].message


async def test_a_module_that_is_lent_a_group_may_add_rules_to_it(tmp_path: Path) -> None:
    cloud = await declare(
        tmp_path,
        'module "eks" {\n source = "terraform-aws-modules/eks/aws"\n name = "shop"\n'
        ' node_security_group_id = "sg-1"\n}\n',
    )

    assert CloudKind.SECURITY_GROUP in cloud.incomplete


@pytest.mark.parametrize(
    "source",
    [
        "terraform-aws-modules/s3-bucket/aws",
        "terraform-aws-modules/iam/aws//modules/iam-role",
        "terraform-aws-modules/autoscaling/aws",
        "cloudposse/label/null",
    ],
)
async def test_a_module_that_makes_nothing_of_it_hides_nothing(tmp_path: Path, source: str) -> None:
    cloud = await declare(tmp_path, f'module "x" {{\n source = "{source}"\n name = "x"\n}}\n')

    assert (cloud.resources, cloud.incomplete) == ({}, {})


async def test_null_is_not_declared(tmp_path: Path) -> None:
    cloud = await declare(
        tmp_path, 'resource "aws_instance" "i" {\n vpc_security_group_ids = null\n}\n'
    )

    assert CloudAttribute.GROUPS not in cloud.resources["aws_instance.i"].values

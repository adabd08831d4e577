"""What inputs of registry modules declare is what AWS has, which is moto's server here."""

from pathlib import Path

from exporter.domain.finding import Verdict
from tests.cloud import moto
from tests.cloud.applied import Applied, permission_of
from tests.cloud.looks import declared, look, turned

CODE = """
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 6.0"

  name            = "shop"
  cidr            = "10.0.0.0/16"
  azs             = ["ap-northeast-2a", "ap-northeast-2b"]
  private_subnets = ["10.0.1.0/24", "10.0.2.0/24"]
  public_subnets  = ["10.0.101.0/24", "10.0.102.0/24"]
}
module "nodes" {
  source  = "terraform-aws-modules/security-group/aws"
  version = "~> 5.3"

  name                = "nodes"
  vpc_id              = module.vpc.vpc_id
  ingress_cidr_blocks = ["10.0.0.0/16"]
  ingress_rules       = ["https-443-tcp"]
  ingress_with_self   = [{ rule = "all-all" }]
}
module "node" {
  source   = "terraform-aws-modules/ec2-instance/aws"
  version  = "~> 5.7"
  for_each = { shop-a = 0, shop-b = 1 }

  name                   = each.key
  instance_type          = "t3.small"
  subnet_id              = module.vpc.private_subnets[each.value]
  vpc_security_group_ids = [module.nodes.security_group_id]
  root_block_device      = [{ volume_size = 20, volume_type = "gp3", encrypted = true }]
}
"""
GROUP = "module.nodes.aws_security_group.this_name_prefix[0]"


def test_what_their_inputs_say_passes_and_what_is_added_by_hand_turns_its_group(
    aws: str, tmp_path: Path
) -> None:
    moto.reset(aws)
    (tmp_path / "repository/terraform").mkdir(parents=True)
    (tmp_path / "repository/terraform/main.tf").write_text(CODE)
    cluster = declared(tmp_path)
    applied = Applied(moto.client(aws), cluster.cloud).apply()
    before = look(aws)
    running = cluster.running_on(before)
    well = running.find(before)

    direction, permission = permission_of("ingress tcp 22 0.0.0.0/0", own=applied.ids[GROUP])
    assert direction == "ingress"
    applied.ec2.authorize_security_group_ingress(
        GroupId=applied.ids[GROUP], IpPermissions=[permission]
    )
    found = turned(well, running.find(look(aws)))

    of_cloud = {key: one for key, one in well.items() if one.check.startswith("cloud_")}
    assert {key for key, one in of_cloud.items() if one.verdict is not Verdict.PASS} == set()
    assert sum(one.check == "cloud_network" for one in of_cloud.values()) == 9
    assert sum(one.check == "cloud_instance_spec" for one in of_cloud.values()) == 2
    assert found == {
        ("cloud_security_group", GROUP, "fail"),
        ("cloud_exposure", GROUP, "fail"),
    }

"""Stand-ins for well-known modules of registries: what they make of their inputs, as Terraform.

Nothing is fetched. A stand-in (``registry/NAME.tf``) is our own description of what the real module
makes at which addresses, as far as that is compared; a call with an input that it does not know is
not read at all. Sources: the inputs of terraform-aws-modules, 2026-11.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from exporter.declared.terraform.language.hcl import parse
from exporter.declared.terraform.module import Module
from exporter.declared.terraform.registry_modules import makes_no_nodes, named, part_of
from exporter.domain.cloud import CloudKind

ROOT: Final = "/registry/"
"""Where files of stand-ins seem to lie: no path of a checkout begins like it."""
_OWNER: Final = "terraform-aws-modules"
_TEXTS: Final = {
    path.stem: path.read_text("utf-8")
    for path in sorted((Path(__file__).parent / "registry").glob("*.tf"))
}
"""They are read when this is imported: a confined worker may open nothing."""
_ALL: Final = frozenset(CloudKind)
_OF_BALANCING: Final = frozenset(
    {CloudKind.SECURITY_GROUP, CloudKind.LOAD_BALANCER, CloudKind.TARGET_GROUP}
)
_HARMLESS: Final[Mapping[str, str]] = {
    "vpc": """
        *_tags *_tags_per_az *_acl *_acl_* *dhcp_options* *flow_log* enable_dns_* default_*
        manage_default_* map_public_ip_on_launch enable_vpn_gateway vpn_gateway_* propagate_*
        reuse_nat_ips external_nat_ip* create_database_subnet_group database_subnet_group_*
        instance_tenancy enable_network_address_usage_metrics customer_* region putin_khuylo
    """,
    "security-group": """
        *_tags revoke_rules_on_delete *_timeout timeouts region putin_khuylo
    """,
    "ec2-instance": """
        *_tags monitoring key_name user_data* ebs_* associate_public_ip_address cpu_* tenancy
        hibernation host_id iam_role_* enable_volume_tags placement_* disable_api_*
        instance_initiated_* create_eip eip_* get_password_data ipv6_* private_dns_name_options
        maintenance_options timeouts secondary_private_ips source_dest_check
        enclave_options_enabled ephemeral_block_device security_group_* region putin_khuylo
    """,
    "eks": "*",
}
"""Inputs of which nothing that is compared depends, as shell patterns."""
_NONE: Final = """
    acm apigateway-v2 app-runner appconfig appsync autoscaling cloudfront cloudwatch
    customer-gateway datadog-forwarders dynamodb-table ebs-optimized ecr eks-pod-identity
    eventbridge global-accelerator iam key-pair kms lambda managed-service-prometheus notify-slack
    pricing rds route53 s3-bucket s3-object secrets-manager sns sqs ssm-parameter step-functions
"""
"""Those of the same owner that make nothing of what is compared."""
_BALANCING: Final = """
    alb dms ecs efs eks elasticache fsx managed-service-grafana memory-db msk-kafka-cluster
    opensearch rds-aurora rds-proxy redshift
"""
"""Those that make at most security groups, load balancers and target groups of their own."""
OWN: Final = _OF_BALANCING
"""Kinds that a module has for itself, unless it is given a group of others."""


def stand_in(source: str) -> str:
    """Return the name of the stand-in for the module at *source*; empty without."""
    owner = named(source)
    known = owner is not None and (owner[0], owner[2]) == (_OWNER, "aws")
    name = owner[1] if owner is not None and known and not part_of(source) else ""
    return name if name in _TEXTS else ""


def described_module(name: str) -> Module:
    """Return the module that a stand-in describes."""
    module = Module(ROOT + name)
    for block in parse(_TEXTS[name], f"{ROOT}{name}.tf").blocks:
        module.add(block, overrides=False)
    return module


def harmless(name: str) -> tuple[str, ...]:
    """Return the patterns of inputs that a stand-in may leave out."""
    return tuple(_HARMLESS[name].split())


def kinds_of(source: str) -> frozenset[CloudKind]:
    """Return what the module at *source* may make of what is compared, with or without inputs."""
    owner = named(source)
    if owner is None:
        return _ALL
    if owner[2] != "aws":
        return frozenset() if makes_no_nodes(source) else _ALL
    if owner[0] != _OWNER:
        return _ALL
    if owner[1] in _NONE.split():
        return frozenset()
    return _OF_BALANCING if owner[1] in _BALANCING.split() else _ALL

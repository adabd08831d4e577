"""Well-known modules of registries and GitHub that make no nodes, by what a call names them.

Source: Terraform, "Module Sources". A module that stands not in here may make anything.
"""

import re
from collections.abc import Mapping

_REGISTRY = re.compile(
    r"(?:registry\.(?:terraform\.io|opentofu\.org)/)?"
    r"(?P<owner>[\w-]+)/(?P<name>[\w-]+)/(?P<provider>\w+)(?://.*)?"
)
_GITHUB = re.compile(
    r"(?:git::)?(?:https://|ssh://git@|git@)?github\.com[/:]"
    r"(?P<owner>[\w-]+)/terraform-(?P<provider>[a-z0-9]+)-(?P<name>[\w-]+?)(?:\.git)?(?:(?://|\?).*)?"
)

NEITHER: Mapping[tuple[str, str], str] = {
    ("Azure", "azurerm"): """
        database loadbalancer naming network network-security-group postgresql subnets vnet
    """,
    ("aws-ia", "aws"): """
        eks-blueprints-addon eks-blueprints-addons eks-data-addons
    """,
    ("cloudposse", "aws"): """
        acm-request-certificate cloudfront-s3-cdn dynamic-subnets dynamodb ecr
        elasticache-redis iam-policy iam-role iam-s3-user iam-system-user key-pair kms-key
        named-subnets rds rds-cluster route53-alias route53-cluster-hostname s3-bucket
        s3-log-storage security-group sns-topic ssm-parameter-store tfstate-backend vpc
        vpc-peering
    """,
    ("cloudposse", "null"): """
        label
    """,
    ("terraform-aws-modules", "aws"): """
        acm alb apigateway-v2 app-runner appconfig appsync cloudfront cloudwatch
        customer-gateway datadog-forwarders dms dynamodb-table ebs-optimized ecr ecs efs
        eks-pod-identity elasticache elb eventbridge fsx global-accelerator iam key-pair kms
        lambda managed-service-grafana managed-service-prometheus memory-db msk-kafka-cluster
        network-firewall notify-slack opensearch pricing rds rds-aurora rds-proxy redshift
        route53 s3-bucket s3-object secrets-manager security-group sns sqs ssm-parameter
        step-functions transit-gateway vpc vpn-gateway
    """,
    ("terraform-google-modules", "google"): """
        address bigquery cloud-dns cloud-nat cloud-router cloud-storage event-function folders
        iam kms lb lb-http lb-internal log-export memorystore network org-policy
        project-factory pubsub secret-manager service-accounts slo sql-db vpn
    """,
}
"""Names of modules by their owner and provider."""

PARTS_NEITHER: Mapping[tuple[str, str, str], str] = {
    ("terraform-aws-modules", "eks", "aws"): """
        _user_data aws-auth capability hybrid-node-role karpenter kms
    """,
    ("terraform-google-modules", "kubernetes-engine", "google"): """
        acm asm auth binary-authorization config-sync fleet-app-operator-permissions
        fleet-membership hub hub-legacy services workload-identity
    """,
}
"""Parts of modules that make nodes otherwise, by owner, name and provider."""

_PART = re.compile(r"//(?:modules/)?(?P<part>[\w-]+)")
_KNOWN = {key: frozenset(names.split()) for key, names in NEITHER.items()}


def makes_no_nodes(source: str) -> bool:
    """Tell whether *source* names a module, or a part of one, that is known to make no nodes."""
    found = named(source)
    part = part_of(source)
    if found is not None and found in PARTS_NEITHER and part:
        return part in PARTS_NEITHER[found].split()
    return found is not None and found[1] in _KNOWN.get((found[0], found[2]), frozenset())


def named(source: str) -> tuple[str, str, str] | None:
    """Return owner, name and provider of a module of a registry or GitHub; else None."""
    found = _REGISTRY.fullmatch(source) or _GITHUB.fullmatch(source)
    return (found["owner"], found["name"], found["provider"]) if found else None


def part_of(source: str) -> str:
    """Return the name of the part of a module that *source* names, empty for all of it."""
    found = _PART.search(source.partition("://")[2] or source)
    return found["part"] if found else ""

"""Load balancers with the health of their targets, and node groups of EKS, as AWS describes them.

They are asked for where code declares them. Source: Elastic Load Balancing API Reference
(2015-12-01), Amazon EKS API Reference.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from exporter.domain.cloud import (
    CloudAttribute,
    CloudResource,
    ObservedLoadBalancers,
    ObservedTargetGroups,
)
from exporter.domain.cloud_services import (
    CloudQuestions,
    NodeGroupStatus,
    ObservedNodeGroups,
    ObservedTargets,
    Target,
)
from exporter.observed.cloud.aws.errors import ResourceMissingError
from exporter.observed.cloud.aws.naming import texts
from exporter.observed.cloud.aws.session import AwsSession

LONGEST = 300
"""Characters of a message of AWS that are kept."""
Pages = Iterable[Mapping[str, Any]]


def load_balancers(session: AwsSession, questions: CloudQuestions) -> ObservedLoadBalancers:
    """Ask for all load balancers."""
    if not questions.load_balancers:
        return ObservedLoadBalancers(asked=False)
    found = session.ask("elbv2", "describe_load_balancers", _load_balancers)
    return ObservedLoadBalancers({one.id: one for one in found})


def _load_balancers(pages: Pages) -> list[CloudResource]:
    return [_load_balancer(raw) for page in pages for raw in page["LoadBalancers"]]


def _load_balancer(raw: Mapping[str, Any]) -> CloudResource:
    zones = raw.get("AvailabilityZones", ())
    return CloudResource(
        id=raw["LoadBalancerArn"],
        name=raw["LoadBalancerName"],
        state=raw["State"]["Code"],
        values=texts(
            {
                CloudAttribute.VPC: raw.get("VpcId"),
                CloudAttribute.BALANCER_TYPE: raw.get("Type"),
                CloudAttribute.INTERNAL: raw.get("Scheme") == "internal",
            }
        )
        | {
            CloudAttribute.SUBNETS: tuple(sorted(zone["SubnetId"] for zone in zones)),
            CloudAttribute.GROUPS: tuple(sorted(raw.get("SecurityGroups", ()))),
        },
    )


def target_groups(session: AwsSession, questions: CloudQuestions) -> ObservedTargetGroups:
    """Ask for all target groups."""
    if not questions.load_balancers:
        return ObservedTargetGroups(asked=False)
    found = session.ask("elbv2", "describe_target_groups", _target_groups)
    return ObservedTargetGroups({one.id: one for one in found})


def _target_groups(pages: Pages) -> list[CloudResource]:
    return [
        CloudResource(
            id=raw["TargetGroupArn"],
            name=raw["TargetGroupName"],
            values=texts(
                {
                    CloudAttribute.VPC: raw.get("VpcId"),
                    CloudAttribute.PROTOCOL: raw.get("Protocol"),
                    CloudAttribute.PORT: raw.get("Port"),
                    CloudAttribute.TARGET_TYPE: raw.get("TargetType"),
                }
            ),
        )
        for page in pages
        for raw in page["TargetGroups"]
    ]


def targets(session: AwsSession, questions: CloudQuestions) -> ObservedTargets:
    """Ask for the targets of each target group that code declares, and AWS has."""
    if not questions.target_groups:
        return ObservedTargets()
    known = session.ask("elbv2", "describe_target_groups", _target_groups)
    wanted = [one.id for one in known if {one.id, one.name} & questions.target_groups]
    found: dict[str, tuple[Target, ...]] = {}
    for arn in sorted(wanted):
        with suppress(ResourceMissingError):  # it was deleted a moment ago
            found[arn] = session.ask(
                "elbv2", "describe_target_health", _targets, TargetGroupArn=arn
            )
    return ObservedTargets(found)


def _targets(pages: Pages) -> tuple[Target, ...]:
    return tuple(
        Target(
            id=raw["Target"]["Id"],
            port=str(raw["Target"].get("Port", "")),
            state=raw["TargetHealth"]["State"],
            reason=_words(
                raw["TargetHealth"].get("Reason", ""), raw["TargetHealth"].get("Description", "")
            ),
        )
        for page in pages
        for raw in page["TargetHealthDescriptions"]
    )


def node_groups(session: AwsSession, questions: CloudQuestions) -> ObservedNodeGroups:
    """Ask for the managed node groups of each EKS cluster that code names; AWS may not have it."""
    found: list[NodeGroupStatus] = []
    for cluster in sorted(questions.clusters):
        ask = partial(session.ask, "eks", clusterName=cluster)
        # A checkout may declare clusters of other accounts, and a group may go meanwhile.
        with suppress(ResourceMissingError):
            for name in ask("list_nodegroups", _names):
                with suppress(ResourceMissingError):
                    found.append(ask("describe_nodegroup", _node_group, nodegroupName=name))
    return ObservedNodeGroups(tuple(found), questions.clusters)


def _names(pages: Pages) -> list[str]:
    return sorted(name for page in pages for name in page["nodegroups"])


def _node_group(pages: Pages) -> NodeGroupStatus:
    (page,) = pages
    raw = page["nodegroup"]
    scaling = raw.get("scalingConfig", {})
    return NodeGroupStatus(
        cluster=raw["clusterName"],
        name=raw["nodegroupName"],
        status=raw["status"],
        minimum=scaling.get("minSize"),
        maximum=scaling.get("maxSize"),
        desired=scaling.get("desiredSize"),
        issues=tuple(_issue(one) for one in raw.get("health", {}).get("issues", ())),
    )


def _issue(raw: Mapping[str, Any]) -> str:
    """Return an issue in the words of AWS, with the resources that it names."""
    named = ", ".join(sorted(raw.get("resourceIds", ()))[:5])
    words = _words(raw.get("code", ""), raw.get("message", ""))
    return f"{words} ({named})" if named else words


def _words(code: str, message: str) -> str:
    return ": ".join(filter(None, (code, message)))[:LONGEST]

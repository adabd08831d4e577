"""Security groups with their rules, as AWS describes them.

Source: Amazon EC2 API Reference, ``DescribeSecurityGroups``.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from exporter.domain.cloud import (
    SELF,
    CloudAttribute,
    CloudResource,
    ObservedSecurityGroups,
    Ports,
    rule_text,
)
from exporter.domain.policy import matches_any
from exporter.observed.cloud.aws.naming import name_of, tags_of

_DIRECTIONS: Final = (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))
_PEERS: Final = (
    ("IpRanges", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId"),
    ("UserIdGroupPairs", "GroupId"),
)


def security_groups(
    pages: Iterable[Mapping[str, Any]], *, unmanaged: tuple[str, ...] = ()
) -> ObservedSecurityGroups:
    """Return the groups of all pages; rules whose description fits *unmanaged* are marked."""
    return ObservedSecurityGroups(
        {raw["GroupId"]: _group(raw, unmanaged) for page in pages for raw in page["SecurityGroups"]}
    )


def _group(raw: Mapping[str, Any], unmanaged: tuple[str, ...]) -> CloudResource:
    rules = list(_rules(raw))
    return CloudResource(
        id=raw["GroupId"],
        name=raw["GroupName"],
        values={
            CloudAttribute.VPC: (raw.get("VpcId", ""),),
            CloudAttribute.RULES: tuple(sorted({rule for rule, _ in rules})),
        },
        tags=tags_of(raw) | ({} if name_of(raw) else {"Name": raw["GroupName"]}),
        unmanaged=frozenset(
            rule for rule, description in rules if matches_any(description, unmanaged)
        ),
    )


def _rules(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each rule with its description; AWS shows those of the same ports as one."""
    for direction, key in _DIRECTIONS:
        for permission in raw.get(key, ()):
            ports = Ports(permission.get("FromPort"), permission.get("ToPort"))
            for within, field in _PEERS:
                for peer in permission.get(within, ()):
                    whose = SELF if peer[field] == raw["GroupId"] else peer[field]
                    text = rule_text(direction, permission["IpProtocol"], ports, whose)
                    yield text, peer.get("Description", "")

"""Every declared security group must have the declared rules, and no others."""

from collections.abc import Iterator
from dataclasses import replace

from exporter.checks import clouds
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    CloudResource,
    CloudScope,
    DeclaredCloud,
    DeclaredResource,
    ObservedSecurityGroups,
)
from exporter.domain.cloud_join import CloudJoin, joined_cloud
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict

ID = "cloud_security_group"


def groups(facts: Facts) -> list[Subject]:
    """Return the declared security groups."""
    return clouds.subjects(facts, CloudKind.SECURITY_GROUP)


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the rules of each declared group, in the form in which AWS stores them."""
    join = joined_cloud(facts)
    for one in facts.get(DeclaredCloud).of(CloudKind.SECURITY_GROUP):
        have = join.found.get(one.address)
        if one.address in join.doubts:
            yield clouds.unclear(ID, one, join.doubts[one.address])
        elif have is None:
            yield _missing(one, facts.get(CloudScope).region)
        else:
            yield _judge(one, have, join)


def _missing(one: DeclaredResource, region: str) -> Finding:
    return Finding(
        check=ID,
        subject=clouds.subject(one),
        verdict=Verdict.FAIL,
        detail=f"there is no security group {one.id or one.name} in {region}",
        declared="present",
        observed="absent",
        provenance=(one.place,),
    )


def _judge(one: DeclaredResource, have: CloudResource, join: CloudJoin) -> Finding:
    found = clouds.Comparison(join, with_rules(one))
    found.compare(CloudAttribute.VPC, have.values.get(CloudAttribute.VPC))
    found.compare(
        CloudAttribute.RULES,
        have.values.get(CloudAttribute.RULES),
        within=have.id,
        unmanaged=have.unmanaged,
    )
    return found.finding(ID, have)


def with_rules(one: DeclaredResource) -> DeclaredResource:
    """Return a group with rules, none where none are declared: every other one is undeclared."""
    if CloudAttribute.RULES in one.values:
        return one
    return replace(one, values={**one.values, CloudAttribute.RULES: ()})


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.INFO,
    title="Security groups have the declared rules",
    needs=(DeclaredCloud, ObservedSecurityGroups, CloudScope),
    weighs=clouds.FACTS_OF_JOIN,
    subjects=groups,
    judge=judge,
    chapter=Chapter.CLOUD,
    advice="Declare the rules that were added by hand, or remove them; apply those that are gone.",
    alert=Alert(
        name="SecurityGroupMismatch",
        after="30m",
        summary="A security group has other rules than declared.",
        description=(
            "Security group {{ $labels.object_name }}{of_cluster} lacks a declared rule, or has "
            "one that no code declares. Next: the status page names the rules; CloudTrail has who "
            "changed them (AuthorizeSecurityGroupIngress, RevokeSecurityGroupIngress)."
        ),
    ),
)

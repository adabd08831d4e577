"""No security group may let the world in at an admin port where no code says so."""

from collections.abc import Iterator

from exporter.checks import clouds
from exporter.checks.wording import listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    CloudResource,
    CloudScope,
    DeclaredCloud,
    DeclaredResource,
    ObservedInstances,
    ObservedSecurityGroups,
    opens,
)
from exporter.domain.cloud_join import CloudJoin, joined_cloud
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Place

ID = "cloud_exposure"


def subjects(facts: Facts) -> list[Subject]:
    """Return the declared groups, and undeclared ones that declared instances have."""
    known = facts.find(DeclaredCloud)
    if known is None:
        return []
    strays = (_stray(one) for one in _worn(facts, joined_cloud(facts)))
    return sorted({*clouds.subjects(facts, CloudKind.SECURITY_GROUP), *strays})


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for rules that open an admin port to the world, and are declared nowhere."""
    join, ports = joined_cloud(facts), facts.get(CloudScope).admin_ports
    declared = (
        _declared(one, join, ports) for one in facts.get(DeclaredCloud).of(CloudKind.SECURITY_GROUP)
    )
    strays = (_judge(_stray(one), one, _open(one, ports)) for one in _worn(facts, join))
    yield from clouds.in_order((*declared, *strays))


def _worn(facts: Facts, join: CloudJoin) -> list[CloudResource]:
    """Return the groups of declared instances that no code declares."""
    blind = facts.gaps_in((ObservedInstances, ObservedSecurityGroups))
    known = None if blind else facts.find(ObservedSecurityGroups)
    if known is None:
        return []
    worn = {
        group
        for one in facts.get(DeclaredCloud).of(CloudKind.INSTANCE)
        if (have := join.found.get(one.address)) is not None
        for group in have.values.get(CloudAttribute.GROUPS, ())
    }
    return [
        known.resources[one] for one in sorted(worn - join.owners.keys()) if one in known.resources
    ]


def _stray(group: CloudResource) -> Subject:
    return Subject(CloudKind.SECURITY_GROUP.value, "", group.id)


def _open(group: CloudResource, ports: tuple[int, ...]) -> list[str]:
    return [one for one in group.values.get(CloudAttribute.RULES, ()) if opens(one, ports)]


def _declared(one: DeclaredResource, join: CloudJoin, ports: tuple[int, ...]) -> Finding:
    have = join.found.get(one.address)
    if have is None:
        return Finding(
            check=ID,
            subject=clouds.subject(one),
            verdict=Verdict.UNKNOWN,
            detail="security group is not found in the cloud",
            provenance=(one.place,),
            cause=Cause("cloud_security_group", clouds.subject(one)),
        )
    stated = frozenset(rule.value for rule in one.values.get(CloudAttribute.RULES, ()))
    exposed = [rule for rule in _open(have, ports) if rule not in stated]
    gap = join.declared.incomplete.get(CloudKind.SECURITY_GROUP)
    unknown = one.unknown.get(CloudAttribute.RULES)
    hidden = unknown.value if unknown else gap.message if gap else ""
    if exposed and hidden:
        return Finding(
            check=ID,
            subject=clouds.subject(one),
            verdict=Verdict.UNKNOWN,
            detail=f"whether {listing(exposed)} is declared is not known: {hidden}",
            provenance=(one.place,),
        )
    return _judge(clouds.subject(one), have, exposed, place=one.place)


def _judge(
    subject: Subject,
    have: CloudResource,
    exposed: list[str],
    *,
    place: Place | None = None,
) -> Finding:
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.FAIL if exposed else Verdict.PASS,
        detail=f"{have.id} lets the world in, and no code does: {listing(exposed)}"
        if exposed
        else f"{have.id} opens no admin port that no code opens",
        observed=exposed[:10],
        provenance=(place,) if place else (),
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.CRITICAL,
    title="No admin port is open to the world by hand",
    needs=(DeclaredCloud, ObservedSecurityGroups, CloudScope),
    weighs=clouds.FACTS_OF_JOIN,
    subjects=subjects,
    judge=judge,
    chapter=Chapter.CLOUD,
    advice="Close the admin ports that were opened to the world by hand.",
    alert=Alert(
        name="AdminPortExposed",
        after="2m",
        summary="A rule that no code declares opens an admin port to the world.",
        description=(
            "Security group {{ $labels.object_name }}{of_cluster} lets the whole world in at an "
            "admin port, by a rule that no code declares. Next: remove the rule; CloudTrail has "
            "who added it (AuthorizeSecurityGroupIngress)."
        ),
    ),
)

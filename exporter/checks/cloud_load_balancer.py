"""Every declared load balancer must be there, and the targets of its groups healthy."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from msgspec import structs

from exporter.checks import cloud_instance, clouds
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    CloudResource,
    CloudScope,
    DeclaredCloud,
    DeclaredResource,
    ObservedInstances,
)
from exporter.domain.cloud_join import CloudJoin, UnresolvedReferenceError, joined_cloud
from exporter.domain.cloud_services import ObservedTargets, Target
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Place, Source

ID = "cloud_load_balancer"
_KINDS = (CloudKind.LOAD_BALANCER, CloudKind.TARGET_GROUP)
_OF_BALANCER = (
    CloudAttribute.BALANCER_TYPE,
    CloudAttribute.INTERNAL,
    CloudAttribute.SUBNETS,
    CloudAttribute.GROUPS,
)
_OF_GROUP = (
    CloudAttribute.VPC,
    CloudAttribute.PROTOCOL,
    CloudAttribute.PORT,
    CloudAttribute.TARGET_TYPE,
)
_AMISS = frozenset({"unhealthy", "unhealthy.draining"})
_AMISS_IF_DECLARED = _AMISS | {"unused", "draining"}
_HEALTHY = "healthy"


def balancing(facts: Facts) -> list[Subject]:
    """Return the declared load balancers and target groups."""
    return clouds.subjects(facts, *_KINDS)


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up each load balancer and target group, and the health of its targets."""
    join, region = joined_cloud(facts), facts.get(CloudScope).region
    blind = {kind: clouds.unlooked(facts, kind) for kind in _KINDS}
    for one in sorted(facts.get(DeclaredCloud).of(*_KINDS), key=clouds.subject):
        have = join.found.get(one.address)
        if blind[one.kind]:
            yield clouds.blind(ID, one, blind[one.kind])
        elif one.address in join.doubts:
            yield clouds.unclear(ID, one, join.doubts[one.address])
        elif have is None:
            yield clouds.missing(ID, one, region)
        elif one.kind is CloudKind.LOAD_BALANCER:
            yield _balancer(one, have, join)
        else:
            yield _group(one, have, join, facts)


def _balancer(one: DeclaredResource, have: CloudResource, join: CloudJoin) -> Finding:
    found = clouds.Comparison(join, one)
    for attribute in _OF_BALANCER:
        found.compare(attribute, have.values.get(attribute))
    if have.state == "provisioning":
        found.unknown.append("it is being made")
    elif have.state != "active":
        found.differing.append(f"its state is {excerpt(have.state)}")
    return found.finding(ID, replace(have, id=have.name))


def _group(one: DeclaredResource, have: CloudResource, join: CloudJoin, facts: Facts) -> Finding:
    found = clouds.Comparison(join, one)
    for attribute in _OF_GROUP:
        found.compare(attribute, have.values.get(attribute))
    registered, why = _registered(facts, have)
    if registered is None:
        found.unknown.append(f"the health of its targets is not known: {why}")
        finding = found.finding(ID, replace(have, id=have.name))
        blind = facts.gaps_in((ObservedTargets,)) and finding.verdict is Verdict.UNKNOWN
        return _because(finding, Cause(Source.AWS)) if blind else finding
    targets = _Targets(join, found, registered, _instances(facts))
    targets.judge(one)
    finding = found.finding(ID, replace(have, id=have.name))
    if finding.verdict is Verdict.PASS:
        healthy = sum(each.state == _HEALTHY for each in registered)
        return structs.replace(finding, detail=f"is {have.name}; healthy targets: {healthy}")
    return _because(finding, targets.cause)


def _registered(facts: Facts, have: CloudResource) -> tuple[tuple[Target, ...] | None, str]:
    """Return the targets of a group, or None and why they are not known."""
    gaps = facts.gaps_in((ObservedTargets,))
    if gaps:
        return None, "; ".join(gap.message for gap in gaps)
    known = facts.find(ObservedTargets)
    found = known.groups.get(have.id) if known else None
    return found, "AWS was not asked for them yet"


def _instances(facts: Facts) -> ObservedInstances:
    known = None if facts.gaps_in((ObservedInstances,)) else facts.find(ObservedInstances)
    return known or ObservedInstances()


def _because(finding: Finding, cause: Cause | None) -> Finding:
    """Return a *finding* that is unknown with its *cause*; any other as it is."""
    if cause is None or finding.verdict is not Verdict.UNKNOWN:
        return finding
    return structs.replace(finding, cause=cause)


@dataclass(slots=True)
class _Targets:
    """The *registered* targets of one group, held against the declared ones."""

    join: CloudJoin
    found: clouds.Comparison
    registered: tuple[Target, ...]
    instances: ObservedInstances
    cause: Cause | None = None
    seen: set[Target] = field(default_factory=set)

    def judge(self, one: DeclaredResource) -> None:
        """Note what is amiss; what an instance explains that does not run is its matter."""
        for stated in one.values.get(CloudAttribute.TARGETS, ()):
            self._declared(stated.value, stated.place)
        for target in self.registered:
            if target not in self.seen and target.state in _AMISS:
                self._amiss(target, None)
        gap = self.join.declared.incomplete.get(CloudKind.TARGET_GROUP)
        if gap is not None:
            self.found.unknown.append(f"more targets may be declared: {gap.message}")

    def _declared(self, stated: str, place: Place) -> None:
        try:
            wanted = self.join.resolved(stated)
        except UnresolvedReferenceError as error:
            self._unresolved(str(error))
            return
        some = [each for each in self.registered if wanted in (each.id, str(each))]
        if not some and not self._explained(wanted.partition(" ")[0]):
            self.found.differing.append(f"target {excerpt(wanted)} is not registered")
            self.found.places[place] = None
        for target in some:
            self.seen.add(target)
            if target.state in _AMISS_IF_DECLARED:
                self._amiss(target, place)
            elif target.state != _HEALTHY:
                self.found.unknown.append(_words(target))

    def _amiss(self, target: Target, place: Place | None) -> None:
        if not self._explained(target.id):
            self.found.differing.append(_words(target))
            if place is not None:
                self.found.places[place] = None

    def _unresolved(self, address: str) -> None:
        """Note a target that is not found: an instance that is gone is that check's matter."""
        resource = self.join.declared.resources.get(address)
        self.found.unknown.append(f"target {excerpt(address)} is not found in the cloud")
        if resource is not None and resource.kind is CloudKind.INSTANCE:
            self.cause = Cause(cloud_instance.ID, clouds.subject(resource))

    def _explained(self, target: str) -> bool:
        """Tell whether a target is a declared instance that does not run, and note that."""
        owner, have = self.join.owners.get(target), self.instances.resources.get(target)
        if owner is None or have is None or have.state == cloud_instance.RUNNING:
            return False
        self.found.unknown.append(f"target {target} is {have.state}")
        self.cause = Cause(cloud_instance.ID, clouds.subject(owner))
        return True


def _words(target: Target) -> str:
    reason = f" ({excerpt(target.reason)})" if target.reason else ""
    return f"target {excerpt(str(target))} is {excerpt(target.state)}{reason}"


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.WARNING,
    title="Load balancers are as declared, and their targets healthy",
    needs=(DeclaredCloud, CloudScope),
    weighs=(*clouds.FACTS_OF_JOIN, ObservedTargets),
    subjects=balancing,
    judge=judge,
    chapter=Chapter.CLOUD,
    advice="Repair or register the targets of the load balancers that are not healthy.",
    alert=Alert(
        name="LoadBalancerUnhealthy",
        after="10m",
        summary="A declared load balancer is missing, or a target of it is not healthy.",
        description=(
            "{{ $labels.object_kind }} {{ $labels.object_name }}{of_cluster} is missing in the "
            "cloud, differs from the code, or has a target that is unhealthy or not registered. "
            "Next: the status page names the target, and why AWS takes it for unhealthy."
        ),
    ),
)

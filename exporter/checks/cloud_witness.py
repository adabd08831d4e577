"""The cloud's own word on a group of nodes: its bounds, and its health as the cloud tells it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from exporter.checks.wording import excerpt, listing
from exporter.domain.cloud import CloudAttribute, CloudResource, ObservedScalingGroups
from exporter.domain.cloud_services import NodeGroupStatus, ObservedNodeGroups
from exporter.domain.declaration import NodeGroup
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.policy import matches_any
from exporter.domain.provenance import Source

FACTS_OF_WITNESS: tuple[type, ...] = (ObservedScalingGroups, ObservedNodeGroups)
"""What a check has to be handed to ask for it."""
_NODE_GROUP = "eks:nodegroup-name"
_LABEL = "eks.amazonaws.com/nodegroup"
_AMISS = frozenset({"DEGRADED", "CREATE_FAILED", "DELETE_FAILED"})


@dataclass(frozen=True, slots=True)
class CloudWitness:
    """What the cloud says of groups: auto scaling groups by name, node groups of EKS.

    *blind* says why nothing is known of a node group that is not among them.
    """

    scaling: Mapping[str, CloudResource] = field(default_factory=dict)
    node_groups: tuple[NodeGroupStatus, ...] = ()
    blind: str = ""

    def witnessed(self, finding: Finding, group: NodeGroup) -> Finding:
        """Return a *finding* about a *group* with the word of the cloud on it.

        Other bounds than declared fail, and so does an issue that the cloud itself reports.
        """
        if finding.verdict is Verdict.UNKNOWN:
            return finding
        status = self._node_group(group)
        if status is None and self.blind and _LABEL in group.labels:
            return _blinded(finding, self.blind)
        scaling = self.scaling.get(status.name if status else group.name)
        for amiss, words in (*_of_scaling(scaling, group), *_of_node_group(status, group)):
            detail = "; ".join(filter(None, (finding.detail, words)))
            verdict = Verdict.FAIL if amiss else finding.verdict
            finding = replace(finding, verdict=verdict, detail=detail)
        return finding

    def _node_group(self, group: NodeGroup) -> NodeGroupStatus | None:
        """Return the node group of EKS that *group* is; None where several could be."""
        pattern = group.labels.get(_LABEL)
        if pattern is None:
            return None
        found = [one for one in self.node_groups if matches_any(one.name, (pattern,))]
        return found[0] if len(found) == 1 else None


def cloud_witness(facts: Facts) -> CloudWitness:
    """Return what is known of both."""
    gaps = facts.gaps_in((ObservedNodeGroups,))
    known = None if gaps else facts.find(ObservedNodeGroups)
    blind = "; ".join(gap.message for gap in gaps)
    if known and known.clusters:
        blind = "EKS tells of no such node group, or of several"
    return CloudWitness(_scaling_groups(facts), known.groups if known else (), blind)


def _scaling_groups(facts: Facts) -> dict[str, CloudResource]:
    """Return the cloud's groups by their name, and by that of the node group they are of."""
    gaps = facts.gaps_in((ObservedScalingGroups,))
    known = None if gaps else facts.find(ObservedScalingGroups)
    found: dict[str, CloudResource] = {}
    for one in known.resources.values() if known else ():
        found.setdefault(one.tags.get(_NODE_GROUP, one.id), one)
        found.setdefault(one.id, one)
    return found


def _of_scaling(have: CloudResource | None, group: NodeGroup) -> Iterator[tuple[bool, str]]:
    """Yield what the auto scaling group says, and whether that is amiss."""
    if have is None:
        return
    bounds = ((CloudAttribute.MINIMUM, group.minimum), (CloudAttribute.MAXIMUM, group.maximum))
    differing = [
        f"{key} {have.values[key][0]} instead of {stated}"
        for key, stated in bounds
        if stated is not None and have.values[key] != (str(stated),)
    ]
    says = " and ".join(differing) or have.state
    yield bool(differing), f"auto scaling group {have.id} has {says}"


def _of_node_group(have: NodeGroupStatus | None, group: NodeGroup) -> Iterator[tuple[bool, str]]:
    """Yield what EKS says of a node group, and whether that is amiss."""
    if have is None:
        return
    name, cluster, status = have.name, have.cluster, excerpt(have.status)
    bounds = (("minimum", have.minimum, group.minimum), ("maximum", have.maximum, group.maximum))
    differing = [
        f"{key} {is_now} instead of {stated}"
        for key, is_now, stated in bounds
        if stated is not None and is_now is not None and is_now != stated
    ]
    if differing:
        yield True, f"EKS node group {name} of {cluster} has {' and '.join(differing)}"
    if have.issues or have.status in _AMISS:
        issues = listing([excerpt(one) for one in have.issues]) or "no issue is told"
        yield True, f"EKS node group {name} of {cluster} is {status}: {issues}"
    else:
        yield False, f"EKS node group {name} of {cluster} is {status} and wants {have.desired}"


def _blinded(finding: Finding, why: str) -> Finding:
    """Return a pass as unknown, as nobody could ask EKS for the health of the group."""
    if finding.verdict is not Verdict.PASS:
        return finding
    detail = f"the health of the node group is not known: {why}"
    return replace(finding, verdict=Verdict.UNKNOWN, detail=detail, cause=Cause(Source.AWS))

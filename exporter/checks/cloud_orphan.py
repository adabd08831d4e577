"""Nothing of this cluster may run, or cost money, that no code knows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exporter.checks import clouds, subjects
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.cloud import (
    CloudKind,
    CloudResource,
    CloudScope,
    DeclaredCloud,
    ObservedAddresses,
    ObservedInstances,
    ObservedVolumes,
)
from exporter.domain.cloud_join import GONE, CloudJoin, joined_cloud
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNodes

ID = "cloud_orphan"
_IDLE = {CloudKind.VOLUME: "available", CloudKind.ADDRESS: "unassociated"}
_IDLE_WORDS = {
    CloudKind.VOLUME: "no instance has this volume",
    CloudKind.ADDRESS: "nothing has this address",
}
_MAKERS = ("aws:autoscaling:groupName", "eks:nodegroup-name", "karpenter.sh/nodepool")
"""Tags of instances that name the group which made them."""


def resources(facts: Facts) -> list[Subject]:
    """Return what the cloud has that its tags give to this cluster."""
    return sorted(subject for subject, _, _ in _owned(facts))


def _owned(facts: Facts) -> Iterator[tuple[Subject, CloudKind, CloudResource]]:
    """Yield the instances of this cluster, and the idle volumes and addresses."""
    scope = facts.find(CloudScope)
    known = (
        facts.find(ObservedInstances),
        facts.find(ObservedVolumes),
        facts.find(ObservedAddresses),
    )
    for fact in known if scope else ():
        for one in fact.resources.values() if fact else ():
            idle = one.state == _IDLE.get(fact.kind, one.state) if fact else False
            if fact and scope and idle and one.state not in GONE and scope.owns(one):
                yield Subject(fact.kind.value, "", one.id), fact.kind, one


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for the declaration of everything that bears the tags of this cluster."""
    join, cluster = joined_cloud(facts), _Cluster.of(facts)
    yield from clouds.in_order(
        _judge(subject, kind, one, join=join, cluster=cluster)
        for subject, kind, one in _owned(facts)
    )


@dataclass(frozen=True, slots=True)
class _Cluster:
    """The declared groups and nodes, and the names of those nodes that run, by their instance."""

    declared: DeclaredNodes
    names: Mapping[str, str]

    @classmethod
    def of(cls, facts: Facts) -> "_Cluster":
        declared, observed = facts.find(DeclaredNodes), facts.find(ObservedNodes)
        nodes = observed.nodes if observed else {}
        names = {one.provider_id.rpartition("/")[2]: name for name, one in nodes.items()}
        return cls(declared or DeclaredNodes({}), names)


def _judge(
    subject: Subject, kind: CloudKind, one: CloudResource, *, join: CloudJoin, cluster: _Cluster
) -> Finding:
    owner = join.owners.get(one.id)
    if owner is not None:
        return Finding(
            check=ID,
            subject=subject,
            verdict=Verdict.PASS,
            detail=f"is {owner.address}",
            provenance=(owner.place,),
        )
    if kind is CloudKind.INSTANCE and (known := _by_cluster(subject, one, cluster)) is not None:
        return known
    gap = join.declared.incomplete.get(kind)
    doubt = next(
        (
            f"{address}: {why}"
            for address, why in join.doubts.items()
            if join.declared.resources[address].kind is kind and one.id in why
        ),
        gap.message if gap else "",
    )
    if doubt:
        detail = f"it may be declared where nobody can tell: {doubt}"
        cause = Cause(gap.source) if gap and doubt == gap.message else None
        return Finding(
            check=ID, subject=subject, verdict=Verdict.UNKNOWN, detail=detail, cause=cause
        )
    name = f" ({one.name})" if one.name else ""
    idle = f"; {_IDLE_WORDS[kind]}" if kind in _IDLE_WORDS else ""
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.FAIL,
        detail=f"{one.id}{name} is {one.state}, and no code declares it{idle}",
        declared="absent",
        observed=one.state,
    )


def _by_cluster(subject: Subject, one: CloudResource, cluster: _Cluster) -> Finding | None:
    """Return what is found of an instance that a declared group made, or that is a node."""
    makers = (one.tags[tag] for tag in _MAKERS if tag in one.tags)
    group = next((name for name in makers if name in cluster.declared.groups), "")
    node = cluster.names.get(one.id, "")
    if not (group or node):
        return None
    known = bool(group) or node in cluster.declared.nodes
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.PASS if known else Verdict.UNKNOWN,
        detail=f"is of the group {group}" if group else f"is the node {node}",
        cause=None if known else Cause("node_unexpected", subjects.node(node)),
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.INFO,
    title="Nothing of this cluster runs that no code declares",
    needs=(DeclaredCloud, CloudScope, ObservedInstances, ObservedVolumes, ObservedAddresses),
    weighs=(*clouds.FACTS_OF_JOIN, DeclaredNodes, ObservedNodes),
    subjects=resources,
    judge=judge,
    covers=False,
    chapter=Chapter.CLOUD,
    advice="Declare what runs without code, or remove it: it costs money.",
    alert=Alert(
        name="CloudOrphan",
        after="1h",
        summary="Something of this cluster runs, or costs money, that no code declares.",
        description=(
            "{{ $labels.object_kind }} {{ $labels.object_name }}{of_cluster} bears the tags of "
            "this cluster, and no code declares it. Next: who made it? Declare it, or remove it: "
            "it costs money."
        ),
    ),
)

"""Every node of the cluster must be declared, or belong to a group that may grow."""

from collections.abc import Iterator

from exporter.checks import subjects
from exporter.domain.check import Check
from exporter.domain.declaration import NodeGroup
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import CompleteNodes, DeclaredNodes, ObservedNodes

ID = "node_unexpected"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for the declaration of every observed node, or for a group to which it belongs."""
    declared = facts.get(DeclaredNodes)
    for name, node in sorted(facts.get(ObservedNodes).nodes.items()):
        if name in declared.nodes:
            yield Finding(check=ID, subject=subjects.node(name), verdict=Verdict.PASS)
        else:
            group = declared.groups.get(declared.group_of(name, node.labels))
            yield _undeclared(name, group)


def _undeclared(name: str, group: NodeGroup | None) -> Finding:
    if group is None or not _may_grow(group):
        return Finding(
            check=ID,
            subject=subjects.node(name),
            verdict=Verdict.FAIL,
            detail="node is declared nowhere, and belongs to no group that may grow",
            declared="absent",
            observed="present",
        )
    return Finding(
        check=ID,
        subject=subjects.node(name),
        verdict=Verdict.PASS,
        detail=f"node belongs to the group {group.name}",
        provenance=(group.place,) if group.place else (),
    )


def _may_grow(group: NodeGroup) -> bool:
    """Tell whether more nodes may come than are named; how many, ``node_group_size`` watches."""
    return group.maximum > len(group.members) or not group.members


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.WARNING,
    title="Nodes of the cluster are declared",
    needs=(DeclaredNodes, CompleteNodes, ObservedNodes),
    subjects=subjects.observed_nodes,
    judge=judge,
)

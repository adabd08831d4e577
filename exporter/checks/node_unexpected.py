"""Every node of the cluster must be declared, or belong to a group that may grow."""

from collections.abc import Iterator, Sequence

from exporter.checks import subjects
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import PRESENT, DeclaredNode, NodeGroup
from exporter.domain.expectation import Expectation
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNodes

ID = "node_unexpected"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for the declaration of every observed node, or for a group to which it belongs.

    A node that cannot be read has no known labels by which a group could recognise it. One that an
    object made may be of one that nobody read.
    """
    declared, observed = facts.get(DeclaredNodes), facts.get(ObservedNodes)
    sizes = facts.get(Expectation).groups
    labelled = any(one.labels for one in declared.groups.values())
    awaited = any(PRESENT in node.unknown for node in declared.nodes.values())
    meant = _meant(declared, observed)
    for subject, name in sorted(
        (subjects.node(declared.name_of(one)), one) for one in observed.names
    ):
        known = declared.nodes.get(name)
        if known is not None and not known.member:
            yield Finding(check=ID, subject=subject, verdict=Verdict.PASS)
            continue
        node = observed.nodes.get(name)
        groups = declared.groups_of(name, node.labels if node else {})
        growing = [one for one in groups if one in sizes and sizes[one].may_grow]
        if growing:
            yield _belongs(name, declared.groups[growing[0]])
        elif name in meant:
            yield _unidentified(name, meant[name])
        else:
            odd = (observed.unreadable[name],) if node is None and (labelled or awaited) else ()
            made = node is not None and any(
                key.startswith(DeclaredNodes.MADE_BY_OBJECTS) for key in node.labels
            )
            unread = declared.unread if made else ()
            yield _undeclared(name, hidden=(*odd, *declared.incomplete, *unread))


def _meant(declared: DeclaredNodes, observed: ObservedNodes) -> dict[str, DeclaredNode]:
    """Return for a node which missing one it may be, though something speaks against that."""
    return {
        node.contradiction.other: node
        for key, node in declared.in_order
        if node.contradiction and node.contradiction.other and key not in observed
    }


def _unidentified(name: str, node: DeclaredNode) -> Finding:
    return Finding(
        check=ID,
        subject=subjects.node(name),
        verdict=Verdict.UNKNOWN,
        detail=f"it may be {node.name}, of which something speaks against that",
        observed="present",
        cause=Cause("node_identity", subjects.node(node.name)),
    )


def _belongs(name: str, group: NodeGroup) -> Finding:
    """Accept a node of a group that may grow; how far, ``node_group_size`` watches."""
    return Finding(
        check=ID,
        subject=subjects.node(name),
        verdict=Verdict.PASS,
        detail=f"node belongs to the group {group.name}",
        provenance=(group.place,) if group.place else (),
    )


def _undeclared(name: str, *, hidden: Sequence[Gap]) -> Finding:
    if hidden:
        return Finding(
            check=ID,
            subject=subjects.node(name),
            verdict=Verdict.UNKNOWN,
            detail=f"it may be declared where nobody can tell: {hidden[0].message}",
            observed="present",
            cause=Cause(hidden[0].source),
        )
    return Finding(
        check=ID,
        subject=subjects.node(name),
        verdict=Verdict.FAIL,
        detail="node is declared nowhere, and belongs to no group that may grow",
        declared="absent",
        observed="present",
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.WARNING,
    title="Nodes of the cluster are declared",
    needs=(DeclaredNodes, ObservedNodes, Expectation),
    subjects=subjects.observed_nodes,
    judge=judge,
    judges=PRESENT,
    covers=False,
    chapter=Chapter.NODES,
    advice="Declare the unexpected nodes, or remove them from the cluster.",
    alert=Alert(
        name="NodeUnexpected",
        after="15m",
        summary="A node that no code declares is in the cluster.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} is in the cluster, but no code declares it "
            "and no group that may grow takes it. Next: find out who joined it; declare it, or "
            "drain and delete it."
        ),
    ),
)

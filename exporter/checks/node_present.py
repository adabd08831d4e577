"""Every declared node must be in the cluster."""

from collections.abc import Iterator

from exporter.checks import subjects
from exporter.checks.machines import FACTS_OF_MACHINES, Machines, explained
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import PRESENT, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNodes

ID = "node_present"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up every node that is declared one by one, by whatever identifies it.

    Where what identifies a node contradicts itself, which of the cluster's it is nobody can tell.
    """
    observed, machines = facts.get(ObservedNodes), Machines(facts)
    for name, node in facts.get(DeclaredNodes).in_order:
        if not node.member:
            yield explained(_judge(node, key=name, present=name in observed), node, machines)


def _judge(node: DeclaredNode, *, key: str, present: bool) -> Finding:
    verdict, detail, cause = Verdict.PASS, "", None
    if not present and node.contradiction:
        verdict, detail = Verdict.UNKNOWN, excerpt(node.contradiction.message)
        cause = Cause("node_identity", subjects.node(node.name))
    elif not present and (gap := node.unknown.get(PRESENT)):
        verdict, detail, cause = Verdict.UNKNOWN, gap.message, Cause(gap.source)
    elif not present:
        verdict, detail = Verdict.FAIL, "node is not in the cluster"
    elif node.joined_by:
        detail = f"is {key} by its {node.joined_by}"
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=verdict,
        detail=detail,
        declared="present",
        observed="present" if present else "absent",
        provenance=node.places,
        cause=cause,
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.CRITICAL,
    title="Declared nodes are in the cluster",
    needs=(DeclaredNodes, ObservedNodes),
    weighs=FACTS_OF_MACHINES,
    subjects=subjects.named_nodes,
    judge=judge,
    aspect="present",
    headline=True,
    chapter=Chapter.NODES,
    advice="Bring the missing nodes into the cluster, or remove their declaration.",
    alert=Alert(
        name="NodeMissing",
        after="5m",
        summary="A declared node is not in the cluster.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} is declared, and the cluster has no node "
            "of that name. Next: is the machine running, and does its kubelet reach the API "
            "server? If it left on purpose, take it out of the code."
        ),
    ),
)

"""What identifies a node must not contradict itself: ID, name and address are of one machine."""

from collections.abc import Iterator

from exporter.checks import subjects
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import PRESENT, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNodes

ID = "node_identity"


def identified_nodes(facts: Facts) -> list[Subject]:
    """Return the declared nodes that go by more than their exact name, sorted."""
    known = facts.find(DeclaredNodes)
    return [subjects.node(node.name) for _, node in known.in_order if _tells(node)] if known else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Judge the nodes that were found by another thing than their name, or contradict it.

    A node that goes by its exact name, and whose ID and address are not those of another one, has
    no finding: there is nothing to tell.
    """
    for name, node in facts.get(DeclaredNodes).in_order:
        if _tells(node):
            yield _judge(node, key=name)


def _tells(node: DeclaredNode) -> bool:
    return node.joined_by is not None or node.contradiction is not None


def _judge(node: DeclaredNode, *, key: str) -> Finding:
    against = node.contradiction
    joined = f"{key} by its {node.joined_by}" if node.joined_by else None
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=Verdict.FAIL if against else Verdict.PASS,
        detail=excerpt(against.message if against else f"is {joined}"),
        declared=node.name,
        observed=joined or (excerpt(against.other) if against and against.other else None),
        provenance=node.places,
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.WARNING,
    title="What identifies a node does not contradict itself",
    needs=(DeclaredNodes, ObservedNodes),
    subjects=identified_nodes,
    judge=judge,
    judges=PRESENT,
    chapter=Chapter.NODES,
    advice="Correct the ID, name or address of the nodes that contradict themselves.",
    alert=Alert(
        name="NodeIdentityContradicts",
        after="15m",
        summary="The ID, name and address of a declared node are of different machines.",
        description=(
            "What the code says of node {{ $labels.object_name }}{of_cluster} fits more than one "
            "machine: its provider ID, its name or its address is that of another node. Next: was "
            "a machine replaced, or an address given away? Then correct the code."
        ),
    ),
)

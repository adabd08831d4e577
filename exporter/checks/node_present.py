"""Every declared node must be in the cluster."""

from collections.abc import Iterator

from exporter.checks import subjects
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNodes

ID = "node_present"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look up every declared node by its name."""
    observed = facts.get(ObservedNodes)
    for name, node in sorted(facts.get(DeclaredNodes).nodes.items()):
        present = name in observed
        yield Finding(
            check=ID,
            subject=subjects.node(name),
            verdict=Verdict.PASS if present else Verdict.FAIL,
            detail="" if present else "node is not in the cluster",
            declared="present",
            observed="present" if present else "absent",
            provenance=node.places,
        )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.CRITICAL,
    title="Declared nodes are in the cluster",
    needs=(DeclaredNodes, ObservedNodes),
    subjects=subjects.declared_nodes,
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

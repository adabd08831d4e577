"""Every node must carry the labels that the code declares for it."""

from collections.abc import Iterator, Sequence

from exporter.checks import subjects, unknowns
from exporter.checks.wording import listing
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import DeclaredNodes, NodeDetails, ObservedNode, ObservedNodes

ID = "node_labels"


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the declared labels of every declared node; others it may carry as it likes."""
    observed = facts.get(ObservedNodes).nodes
    for name, node in sorted(facts.get(DeclaredNodes).nodes.items()):
        have = observed.get(name)
        yield unknowns.absent_node(ID, node) if have is None else _judge(node, have)


def _judge(node: DeclaredNode, have: ObservedNode) -> Finding:
    differing = sorted(
        key for key, stated in node.labels.items() if have.labels.get(key) != stated.value
    )
    if not differing:
        return Finding(
            check=ID,
            subject=subjects.node(node.name),
            verdict=Verdict.PASS,
            provenance=node.places,
        )
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=Verdict.FAIL,
        detail=_describe(node, have, differing),
        declared={key: node.labels[key].value for key in differing},
        observed={key: have.labels.get(key) for key in differing},
        provenance=tuple(dict.fromkeys(node.labels[key].place for key in differing)),
    )


def _describe(node: DeclaredNode, have: ObservedNode, differing: Sequence[str]) -> str:
    said = []
    for key in differing:
        want, value = f"{key}={node.labels[key].value}", have.labels.get(key)
        said.append(f"missing {want}" if value is None else f"{key}={value} instead of {want}")
    return listing(said)


CHECK = Check(
    id=ID,
    layer=Layer.CONFIGURATION,
    severity=Severity.WARNING,
    title="Nodes carry the declared labels",
    needs=(DeclaredNodes, NodeDetails, ObservedNodes),
    subjects=subjects.declared_nodes,
    judge=judge,
    aspect="labels",
)

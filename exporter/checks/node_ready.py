"""Every declared node must be Ready."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns
from exporter.checks.elastic import removal, start
from exporter.checks.machines import FACTS_OF_MACHINES, Machines, explained
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes

ID = "node_ready"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at the condition Ready of every declared node.

    One that an autoscaler adds or removes may be not Ready for a while. That of an instance that
    does not run is that instance's matter.
    """
    observed, machines = facts.get(ObservedNodes).nodes, Machines(facts)
    for name, node in facts.get(DeclaredNodes).in_order:
        have = observed.get(name)
        if have is None:
            yield unknowns.absent_node(ID, node)
        else:
            yield explained(_judge(node, have), node, machines, have)


def _judge(node: DeclaredNode, have: ObservedNode) -> Finding:
    """Judge one node; Unknown fails, too: Kubernetes looked, and the kubelet is silent."""
    ready = have.ready is ConditionStatus.TRUE
    message = f": {excerpt(have.ready_message)}" if have.ready_message else ""
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=Verdict.PASS if ready else Verdict.FAIL,
        detail="" if ready else f"Ready is {have.ready}{message}",
        declared=ConditionStatus.TRUE.value,
        observed=have.ready.value,
        provenance=node.places,
        progress=None if ready or not node.member else removal(have) or start(have),
    )


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.CRITICAL,
    title="Declared nodes are Ready",
    needs=(DeclaredNodes, ObservedNodes),
    weighs=FACTS_OF_MACHINES,
    subjects=subjects.declared_nodes,
    judge=judge,
    aspect="ready",
    headline=True,
    chapter=Chapter.NODES,
    advice="Repair the nodes that are not Ready.",
    alert=Alert(
        name="NodeNotReady",
        after="5m",
        keep="15m",
        summary="A declared node is not Ready.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} is declared and in the cluster, but its "
            "condition Ready is not True. Next: kubectl describe node {{ $labels.object_name }}."
        ),
    ),
)

"""No declared node may stay cordoned, drained or marked for removal for too long."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns
from exporter.checks.elastic import LEAVING
from exporter.checks.wording import listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredNode
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Policy

ID = "node_maintenance"
CORDONED = "node.kubernetes.io/unschedulable"
"""The taint that Kubernetes gives nodes with ``spec.unschedulable``, and dates."""


def judge(facts: Facts) -> Iterator[Finding]:
    """Look whether every declared node takes new pods; for a while it need not."""
    observed, policy = facts.get(ObservedNodes).nodes, facts.get(Policy)
    for name, node in facts.get(DeclaredNodes).in_order:
        have = observed.get(name)
        if have is None:
            yield unknowns.absent_node(ID, node)
        else:
            yield _judge(node, have, policy=policy)


def _judge(node: DeclaredNode, have: ObservedNode, *, policy: Policy) -> Finding:
    marks = sorted(_marks(have))
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=Verdict.FAIL if marks else Verdict.PASS,
        detail=f"takes no new pods: {listing(marks)}" if marks else "",
        declared="schedulable",
        observed=listing(marks) or "schedulable",
        provenance=node.places,
        progress=_progress(have, policy) if marks else None,
    )


def _marks(have: ObservedNode) -> set[str]:
    marks = {taint.key for taint in have.taints if taint.key in LEAVING}
    return marks | {"cordoned"} if have.unschedulable else marks


def _progress(have: ObservedNode, policy: Policy) -> Progress:
    """Return that the node is worked on, from the first mark that is dated."""
    dated = [at for key, at in have.tainted.items() if key == CORDONED or key in LEAVING]
    return Progress(
        reason=ExcuseReason.DRAIN,
        waits_for="the node is cordoned or about to be removed",
        since=min(dated, default=None),
        limit=policy.drain_deadline,
    )


CHECK = Check(
    id=ID,
    layer=Layer.CONFIGURATION,
    severity=Severity.WARNING,
    title="Declared nodes are not cordoned for too long",
    needs=(DeclaredNodes, ObservedNodes, Policy),
    subjects=subjects.declared_nodes,
    judge=judge,
    judges="taints",
    chapter=Chapter.NODES,
    advice="Finish the maintenance of these nodes: uncordon them, or take them out of the code.",
    alert=Alert(
        name="NodeCordonedTooLong",
        after="5m",
        summary="A declared node has taken no new pods for too long.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} has been cordoned, or marked for removal, "
            "for longer than drain_deadline allows. Next: kubectl uncordon "
            "{{ $labels.object_name }} when the work is done, or take it out of the code."
        ),
    ),
)

"""Every node must carry exactly the taints that the code declares for it."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from exporter.checks import subjects, unknowns
from exporter.checks.wording import listing
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import DeclaredNodes, NodeDetails, ObservedNode, ObservedNodes
from exporter.domain.policy import Policy, matches_any
from exporter.domain.provenance import Place, Stated
from exporter.domain.taints import Taint, TaintEffect

ID = "node_taints"

Slot: TypeAlias = tuple[str, TaintEffect]
"""The key and the effect, of which a node has at most one taint."""


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the taints of every declared node, both ways.

    An undeclared taint passes where its key is one that controllers set (``unmanaged_taints``).
    """
    unmanaged = facts.get(Policy).unmanaged_taints
    observed = facts.get(ObservedNodes).nodes
    for name, node in sorted(facts.get(DeclaredNodes).nodes.items()):
        have = observed.get(name)
        yield (
            unknowns.absent_node(ID, node)
            if have is None
            else _judge(node, have, unmanaged=unmanaged)
        )


def _judge(node: DeclaredNode, have: ObservedNode, *, unmanaged: tuple[str, ...]) -> Finding:
    want = {(one.value.key, one.value.effect): one for one in node.taints}
    found = {
        (taint.key, taint.effect): taint
        for taint in sorted(have.taints)
        if (taint.key, taint.effect) in want or not matches_any(taint.key, unmanaged)
    }
    said = list(_differences(want, found))
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=Verdict.FAIL if said else Verdict.PASS,
        detail=listing(said),
        declared=sorted(str(one.value) for one in want.values()),
        observed=[str(taint) for taint in found.values()],
        provenance=_places(node, want=want, found=found) if said else node.places,
    )


def _differences(want: Mapping[Slot, Stated[Taint]], found: Mapping[Slot, Taint]) -> Iterator[str]:
    for slot, stated in sorted(want.items(), key=lambda item: item[0]):
        taint = found.get(slot)
        if taint is None:
            yield f"missing {stated.value}"
        elif taint != stated.value:
            yield f"{taint} instead of {stated.value}"
    for slot, taint in found.items():
        if slot not in want:
            yield f"undeclared {taint}"


def _places(
    node: DeclaredNode, *, want: Mapping[Slot, Stated[Taint]], found: Mapping[Slot, Taint]
) -> tuple[Place, ...]:
    """Return where the differing taints are declared, and the node's own for undeclared ones."""
    places = [one.place for slot, one in want.items() if found.get(slot) != one.value]
    surplus = node.places if found.keys() - want.keys() else ()
    return tuple(dict.fromkeys((*places, *surplus)))


CHECK = Check(
    id=ID,
    layer=Layer.CONFIGURATION,
    severity=Severity.WARNING,
    title="Nodes carry the declared taints and no others",
    needs=(DeclaredNodes, NodeDetails, ObservedNodes, Policy),
    subjects=subjects.declared_nodes,
    judge=judge,
    aspect="taints",
)

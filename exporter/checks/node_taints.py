"""Every node must carry exactly the taints that the code declares for it."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TypeAlias

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import TAINTS, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Policy, matches_any
from exporter.domain.provenance import Located, Place
from exporter.domain.taints import Taint, TaintEffect

ID = "node_taints"

Slot: TypeAlias = tuple[str, TaintEffect]
"""The key and the effect, of which a node has at most one taint."""


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the taints of every declared node, both ways.

    Where a taint may be declared otherwise, or may be declared beside those that are known, no
    difference fails that this could explain.
    An undeclared taint passes where its key is one that controllers set (``unmanaged_taints``), or
    the provider of its pool.
    """
    unmanaged = facts.get(Policy).unmanaged_taints
    observed = facts.get(ObservedNodes).nodes
    for name, node in facts.get(DeclaredNodes).in_order:
        if TAINTS in node.silent:
            continue
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
        if (taint.key, taint.effect) in want
        or not (taint.key in node.automatic or matches_any(taint.key, unmanaged))
    }
    said = [
        excerpt(text)
        for key, text in _differences(want, found)
        if not node.unknown_value(TAINTS, key)
    ]
    return Finding(
        check=ID,
        subject=subjects.node(node.name),
        verdict=Verdict.FAIL if said else Verdict.PASS,
        detail=listing(said),
        declared=sorted(excerpt(str(one.value)) for one in want.values()),
        observed=[excerpt(str(taint)) for taint in found.values()],
        provenance=_places(node, want=want, found=found) if said else node.places,
    )


def _differences(
    want: Mapping[Slot, Located[Taint]], found: Mapping[Slot, Taint]
) -> Iterator[tuple[str, str]]:
    """Yield the key of each taint that differs, and how it does in words."""
    for slot, stated in sorted(want.items(), key=lambda item: item[0]):
        taint = found.get(slot)
        if taint is None:
            yield slot[0], f"missing {stated.value}"
        elif taint != stated.value:
            yield slot[0], f"{taint} instead of {stated.value}"
    for slot, taint in found.items():
        if slot not in want:
            yield slot[0], f"undeclared {taint}"


def _places(
    node: DeclaredNode, *, want: Mapping[Slot, Located[Taint]], found: Mapping[Slot, Taint]
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
    needs=(DeclaredNodes, ObservedNodes, Policy),
    subjects=partial(subjects.spoken_of, attribute=TAINTS),
    judge=judge,
    aspect="taints",
    headline=True,
    chapter=Chapter.TAINTS,
    advice="Declare undeclared taints in the code or remove them, and set missing ones.",
    alert=Alert(
        name="NodeTaintsMismatch",
        after="15m",
        summary="A node has other taints than declared.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} lacks a declared taint, or has one that no "
            "code declares and a rebuilt node would not have. Next: declare the taint, or correct "
            "the node; the status page shows which differ."
        ),
    ),
)

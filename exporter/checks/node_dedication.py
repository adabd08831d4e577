"""Dedicated nodes must run no pods but those that they are dedicated to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeAlias

from exporter.checks import subjects, unknowns
from exporter.checks.wording import listing
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredNode, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, NodeDetails, ObservedNode, ObservedNodes
from exporter.domain.placement import guards
from exporter.domain.policy import Policy, matches_any
from exporter.domain.provenance import Place
from exporter.domain.taints import Taint, untolerated
from exporter.domain.workloads import ObservedPods, PodGroup

ID = "node_dedication"

MAX_OWNERS: Final = 20
EVERYWHERE: Final = frozenset({"DaemonSet", "Node"})
"""Kinds of owners whose pods are at home on every node: DaemonSets and the kubelet itself."""

Dedication: TypeAlias = tuple[Taint, ...]


def dedicated_nodes(facts: Facts) -> list[Subject]:
    """Return the nodes that a taint dedicates, declared or observed, sorted."""
    return [subjects.node(name) for name in _dedications(facts)]


def judge(facts: Facts) -> Iterator[Finding]:
    """Look on every dedicated node for pods that do not tolerate what dedicates it."""
    declared, observed = facts.get(DeclaredNodes).nodes, facts.get(ObservedNodes).nodes
    pods, foreigners = facts.get(ObservedPods).by_node, _Foreigners()
    for name, taints in _dedications(facts).items():
        node = declared.get(name)
        if node is not None and name not in observed:
            yield unknowns.absent_node(ID, node)
        else:
            foreign = foreigners.among(pods.get(name, ()), taints)
            yield _finding(name, taints, foreign, places=node.places if node else ())


def _dedications(facts: Facts) -> dict[str, Dedication]:
    """Return the taints that dedicate each dedicated node, sorted by its name.

    A declared taint counts before an observed one of the same key and effect.
    """
    known, seen, policy = facts.find(DeclaredNodes), facts.find(ObservedNodes), facts.find(Policy)
    declared: Mapping[str, DeclaredNode] = known.nodes if known else {}
    observed: Mapping[str, ObservedNode] = seen.nodes if seen else {}
    unmanaged = policy.unmanaged_taints if policy else ()
    dedications = {}
    for name in sorted(declared.keys() | observed.keys()):
        taints = [
            *(observed[name].taints if name in observed else ()),
            *(one.value for one in (declared[name].taints if name in declared else ())),
        ]
        slots = {(one.key, one.effect): one for one in taints if guards(one)}
        kept = sorted(one for one in slots.values() if not matches_any(one.key, unmanaged))
        if kept:
            dedications[name] = tuple(kept)
    return dedications


class _Foreigners:
    """Tells pods that do not belong on a node; each distinct question is worked out once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Dedication, dict[int, bool]] = {}

    def among(self, groups: Sequence[PodGroup], taints: Dedication) -> dict[str, int]:
        """Return how many pods of each owner do not tolerate all *taints*, sorted."""
        # By identity: readers share equal tolerations, and hashing them is what would take long.
        known = self._known.setdefault(taints, {})
        counts: Counter[WorkloadKey] = Counter()
        for group in groups:
            if group.owner.kind in EVERYWHERE:
                continue
            foreign = known.get(id(group.tolerations))
            if foreign is None:
                foreign = bool(untolerated(taints, group.tolerations))
                known[id(group.tolerations)] = foreign
            if foreign:
                counts[group.owner] += group.pods
        return {str(owner): n for owner, n in sorted(counts.items())}


def _finding(
    name: str, taints: Dedication, foreign: Mapping[str, int], *, places: tuple[Place, ...]
) -> Finding:
    count = sum(foreign.values())
    noun = "pod does" if count == 1 else "pods do"
    owners = listing([f"{owner} ({n})" for owner, n in foreign.items()])
    return Finding(
        check=ID,
        subject=subjects.node(name),
        verdict=Verdict.FAIL if foreign else Verdict.PASS,
        detail=f"{count} {noun} not belong here: {owners}" if foreign else "",
        declared=[str(taint) for taint in taints],
        observed=dict(islice(foreign.items(), MAX_OWNERS)),
        provenance=places,
    )


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Dedicated nodes run no foreign pods",
    needs=(DeclaredNodes, NodeDetails, ObservedNodes, ObservedPods, Policy),
    subjects=dedicated_nodes,
    judge=judge,
)

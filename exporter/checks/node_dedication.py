"""Dedicated nodes must run no pods but those that they are dedicated to."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice
from typing import Final, TypeAlias

from exporter.checks import subjects, unknowns
from exporter.checks.wording import counted
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredNode, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, NodeDetails, ObservedNode, ObservedNodes
from exporter.domain.placement import guards
from exporter.domain.policy import Policy, matches_any
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
    pods, foreigners, once = facts.get(ObservedPods).by_node, _Foreigners(), facts.memory.once
    sources = (facts.get(DeclaredNodes), facts.get(ObservedNodes), facts.get(Policy))
    for name, taints in once("dedications", sources, partial(_dedications, facts)).items():
        node = declared.get(name)
        if node is not None and name not in observed:
            yield unknowns.absent_node(ID, node)
        else:
            groups = pods.get(name, ())
            look = partial(_judge, name, taints, node=node, groups=groups, foreigners=foreigners)
            yield once(("node", name), (taints, node, groups), look)


def _dedications(facts: Facts) -> dict[str, Dedication]:
    """Return the taints that dedicate each dedicated node, sorted by its name.

    A declared taint counts before an observed one of the same key and effect.
    """
    known, seen, policy = facts.find(DeclaredNodes), facts.find(ObservedNodes), facts.find(Policy)
    declared: Mapping[str, DeclaredNode] = known.nodes if known else {}
    observed: Mapping[str, ObservedNode] = seen.nodes if seen else {}
    unmanaged = policy.unmanaged_taints if policy else ()
    dedications = {}
    dedication = cache(partial(_dedication, unmanaged=unmanaged))  # most nodes are like others
    for name in sorted(declared.keys() | observed.keys()):
        found = observed[name].taints if name in observed else frozenset()
        stated = declared[name].taints if name in declared else ()
        if taints := dedication(found, tuple([one.value for one in stated])):
            dedications[name] = taints
    return dedications


def _dedication(
    observed: frozenset[Taint], declared: tuple[Taint, ...], *, unmanaged: tuple[str, ...]
) -> Dedication:
    slots = {(one.key, one.effect): one for one in (*observed, *declared) if guards(one)}
    return tuple(sorted(one for one in slots.values() if not matches_any(one.key, unmanaged)))


class _Foreigners:
    """Tells pods that do not belong on a node; each distinct question is worked out once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Dedication, dict[int, bool]] = {}

    def among(self, groups: Sequence[PodGroup], taints: Dedication) -> dict[WorkloadKey, int]:
        """Return how many pods of each owner do not tolerate all *taints*, sorted."""
        # By identity: readers share equal tolerations, and hashing them is what would take long.
        known = self._known.setdefault(taints, {})
        counts: dict[WorkloadKey, int] = {}
        for group in groups:
            tolerations = group.tolerations
            foreign = known.get(id(tolerations))
            if foreign is None:
                foreign = known[id(tolerations)] = bool(untolerated(taints, tolerations))
            if foreign and group.owner.kind not in EVERYWHERE:
                counts[group.owner] = counts.get(group.owner, 0) + group.pods
        return dict(sorted(counts.items()))


def _judge(
    name: str,
    taints: Dedication,
    *,
    node: DeclaredNode | None,
    groups: Sequence[PodGroup],
    foreigners: _Foreigners,
) -> Finding:
    foreign = foreigners.among(groups, taints)
    return Finding(
        check=ID,
        subject=subjects.node(name),
        verdict=Verdict.FAIL if foreign else Verdict.PASS,
        detail=_describe(foreign) if foreign else "",
        declared=[str(taint) for taint in taints],
        observed={str(owner): n for owner, n in islice(foreign.items(), MAX_OWNERS)},
        provenance=node.places if node else (),
    )


def _describe(foreign: Mapping[WorkloadKey, int]) -> str:
    count = sum(foreign.values())
    noun = "pod does" if count == 1 else "pods do"
    return f"{count} {noun} not belong here: {counted(foreign)}"


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Dedicated nodes run no foreign pods",
    needs=(DeclaredNodes, NodeDetails, ObservedNodes, ObservedPods, Policy),
    subjects=dedicated_nodes,
    judge=judge,
)

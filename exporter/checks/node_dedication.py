"""Dedicated nodes must run no pods but those that they are dedicated to."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice
from typing import Final, TypeAlias

from msgspec.structs import replace

from exporter.checks import subjects, unknowns
from exporter.checks.placement import Placement
from exporter.checks.wording import counted, listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import TAINTS, DeclaredNode, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.placement import guards
from exporter.domain.policy import Policy, matches_any
from exporter.domain.provenance import Source
from exporter.domain.taints import Taint, untolerated
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkloads,
    PodGroup,
)

ID = "node_dedication"

MAX_OWNERS: Final = 20
EVERYWHERE: Final = frozenset({"DaemonSet", "Node"})
"""Kinds of owners whose pods are at home on every node: DaemonSets and the kubelet itself."""

NO_PODS: Final = Gap(Source.KUBERNETES, "the cluster shows no pod at all")

Dedication: TypeAlias = tuple[Taint, ...]


def dedicated_nodes(facts: Facts) -> list[Subject]:
    """Return the nodes that a taint dedicates, declared or observed, sorted."""
    known = facts.find(DeclaredNodes)
    return [subjects.node(known.name_of(key) if known else key) for key in _dedications(facts)]


def judge(facts: Facts) -> Iterator[Finding]:
    """Look on every dedicated node for pods that do not tolerate what dedicates it.

    A cluster that shows no pod at all proves nothing of any node.
    """
    known, observed = facts.get(DeclaredNodes), facts.get(ObservedNodes)
    declared, hidden = known.nodes, next(iter(known.incomplete), None)
    pods, foreigners, once = facts.get(ObservedPods).by_node, _Foreigners(), facts.memory.once
    nothing = None if pods else NO_PODS
    placement = cache(partial(_placement, facts))  # only where something fails
    sources = (facts.get(DeclaredNodes), facts.get(ObservedNodes), facts.get(Policy))
    for name, taints in once("dedications", sources, partial(_dedications, facts)).items():
        node = declared.get(name)
        if node is not None and name not in observed:
            yield unknowns.absent_node(ID, node)
        else:
            groups, gap = pods.get(name, ()), node.unknown_in(TAINTS) if node else hidden
            gap = observed.unreadable.get(name) or gap or nothing
            look = partial(
                _judge, name, taints, node=node, gap=gap, groups=groups, foreigners=foreigners
            )
            finding, foreign = once(("node", name), (taints, node, gap, groups), look)
            if foreign:
                belong = placement()
                explain = partial(_explained, finding, name, foreign=foreign, placement=belong)
                finding = once(("explained", name), (finding, belong), explain)
            yield finding


def _placement(facts: Facts) -> Placement:
    kinds = ObservedNodes, DeclaredWorkloads, ObservedWorkloads
    sources = tuple(map(facts.find, kinds))
    return facts.memory.once("placement", sources, partial(Placement.of, facts))


def _dedications(facts: Facts) -> dict[str, Dedication]:
    """Return the taints that dedicate each dedicated node, sorted by the code's name for it.

    A declared taint counts before an observed one of the same key and effect.
    """
    known, seen, policy = facts.find(DeclaredNodes), facts.find(ObservedNodes), facts.find(Policy)
    declared: Mapping[str, DeclaredNode] = known.nodes if known else {}
    observed: Mapping[str, ObservedNode] = seen.nodes if seen else {}
    unmanaged = policy.unmanaged_taints if policy else ()
    dedications = {}
    dedication = cache(partial(_dedication, unmanaged=unmanaged))  # most nodes are like others
    odd = seen.unreadable.keys() if seen else set()
    names = declared.keys() | observed.keys() | odd
    for name in sorted(names, key=known.name_of if known else None):
        found = observed[name].taints if name in observed else frozenset()
        stated = declared[name].taints if name in declared else ()
        taints = dedication(found, tuple([one.value for one in stated]))
        if taints or name in odd:
            dedications[name] = taints
    return dedications


def _dedication(
    observed: frozenset[Taint], declared: tuple[Taint, ...], *, unmanaged: tuple[str, ...]
) -> Dedication:
    slots = {(one.key, one.effect): one for one in (*observed, *declared) if guards(one)}
    return tuple(sorted(slot for slot in slots.values() if not matches_any(slot.key, unmanaged)))


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
    gap: Gap | None,
    groups: Sequence[PodGroup],
    foreigners: _Foreigners,
) -> tuple[Finding, tuple[WorkloadKey, ...]]:
    """Look at the pods of one node; return also whose foreign ones are there, as is remembered.

    *gap* says why further taints may dedicate it, if so.
    """
    foreign = foreigners.among(groups, taints)
    gap = None if foreign else gap
    verdict = Verdict.UNKNOWN if gap else Verdict.PASS
    finding = Finding(
        check=ID,
        subject=subjects.node(node.name if node else name),
        verdict=Verdict.FAIL if foreign else verdict,
        detail=_describe(foreign, taints) if foreign else gap.message if gap else "",
        cause=Cause(gap.source) if gap else _undeclared_taint(node, foreign, groups, foreigners),
        declared=[str(taint) for taint in taints],
        observed={str(owner): n for owner, n in islice(foreign.items(), MAX_OWNERS)},
        provenance=node.places if node else (),
    )
    return finding, tuple(foreign)


def _undeclared_taint(
    node: DeclaredNode | None,
    foreign: Mapping[WorkloadKey, int],
    groups: Sequence[PodGroup],
    foreigners: _Foreigners,
) -> Cause | None:
    """Return what tells of taints that nobody declares, where pods are *foreign* only by these."""
    if node is None or not foreign:
        return None
    declared = tuple(sorted(one.value for one in node.taints if guards(one.value)))
    if declared and foreigners.among(groups, declared):
        return None
    return Cause("node_taints", subjects.node(node.name))


def _explained(
    failure: Finding, node: str, *, foreign: tuple[WorkloadKey, ...], placement: Placement
) -> Finding:
    """Return *failure* as that of ``workload_placement``, where that tells of all *foreign* pods.

    One that only tolerates too little, but may run here by what its workload selects, stays.
    *node* is the cluster's name, which the code may not have for it.
    """
    if not all(placement.is_astray(owner, node) for owner in foreign):
        return failure
    first = subjects.workload(foreign[0])
    cause = Cause("workload_placement", first, len(foreign) - 1)
    return replace(failure, verdict=Verdict.UNKNOWN, cause=cause)


def _describe(foreign: Mapping[WorkloadKey, int], taints: Dedication) -> str:
    count = sum(foreign.values())
    noun = "pod does" if count == 1 else "pods do"
    dedicating = listing([str(one) for one in taints])
    return f"{count} {noun} not tolerate what dedicates the node ({dedicating}): {counted(foreign)}"


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Dedicated nodes run no foreign pods",
    needs=(DeclaredNodes, ObservedNodes, ObservedPods, Policy),
    weighs=(DeclaredWorkloads, ObservedWorkloads),
    subjects=dedicated_nodes,
    judge=judge,
    chapter=Chapter.STRAYS,
    advice="Move pods that do not belong there off the dedicated nodes.",
    alert=Alert(
        name="NodeForeignPods",
        after="15m",
        summary="A dedicated node runs pods that do not tolerate its taints.",
        description=(
            "Node {{ $labels.object_name }}{of_cluster} is dedicated by taints, and runs pods that "
            "do not tolerate them. Next: is the taint on the node? Then delete those pods; the "
            "status page names their workloads."
        ),
    ),
)

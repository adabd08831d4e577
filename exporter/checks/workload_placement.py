"""The pods of every workload that selects nodes must run on those nodes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from exporter.checks import subjects, unknowns
from exporter.checks.placement import selection_of
from exporter.checks.rollouts import progress
from exporter.checks.wording import counted, excerpt
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.placement import NodePool
from exporter.domain.provenance import Place
from exporter.domain.selectors import NodeSelection
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

ID = "workload_placement"

MAX_NODES: Final = 20
POINTERS: Final = ("/spec/template/spec/nodeSelector", "/spec/template/spec/affinity")


def selective_workloads(facts: Facts) -> list[Subject]:
    """Return the declared workloads that select nodes, sorted."""
    known = facts.find(DeclaredWorkloads)
    workloads = known.workloads.values() if known else ()
    return sorted(
        subjects.workload(workload.key)
        for workload in workloads
        if selection_of(workload) is not None
    )


def judge(facts: Facts) -> Iterator[Finding]:
    """Look where the pods of every workload run that declares on which nodes they shall.

    Pods of a node that is gone are passed over: ``node_present`` reports it. A node that they
    select by its declared labels is the right one: that it bears others is ``node_labels``'s.
    """
    meant = None if facts.gaps_in((DeclaredNodes,)) else facts.find(DeclaredNodes)
    observed, pods = facts.get(ObservedWorkloads).workloads, facts.get(ObservedPods).by_owner
    nodes, once = facts.get(ObservedNodes), facts.memory.once
    pool = once("pool", (nodes,), partial(NodePool, nodes))
    for workload in facts.get(DeclaredWorkloads).in_order:
        have, groups = observed.get(workload.key), pods.get(workload.key, ())
        look = partial(_look, workload, have, groups=groups, pool=pool, meant=meant)
        finding = once(workload.key, (workload, have, groups, pool, meant), look)
        if finding is not None:
            yield finding


def _look(
    workload: DeclaredWorkload,
    have: ObservedWorkload | None,
    *,
    groups: Sequence[PodGroup],
    pool: NodePool,
    meant: DeclaredNodes | None,
) -> Finding | None:
    """Judge one workload; None where it selects no nodes."""
    selection = selection_of(workload)
    if selection is None:
        return None
    if have is None:
        return unknowns.absent_workload(ID, workload)
    if isinstance(selection, ParseError):
        return _misunderstood(workload, selection)
    hidden = next(
        (pool.unreadable[one.node] for one in groups if one.node in pool.unreadable), None
    )
    placed = [group for group in groups if group.pods and group.node in pool]
    allowed = pool.selected(selection)
    strays = [group for group in placed if group.node not in allowed]
    relabelled = bool(strays) and {stray.node for stray in strays} <= _meant(meant, selection)
    return _judge(
        workload, have=have, asked=str(selection), pods=_Pods(placed, strays, relabelled, hidden)
    )


@dataclass(frozen=True, slots=True)
class _Pods:
    """The pods of a workload that run somewhere, and those of them that run elsewhere.

    *relabelled* tells that all of these are on nodes that only lost their declared labels. *hidden*
    says why it is not known what some others run on.
    """

    placed: Sequence[PodGroup]
    strays: Sequence[PodGroup]
    relabelled: bool = False
    hidden: Gap | None = None


def _meant(declared: DeclaredNodes | None, selection: NodeSelection) -> set[str]:
    """Return the nodes that *selection* selects by their declared labels."""
    return set(declared.index.selected(selection)) if declared else set()


def _judge(
    workload: DeclaredWorkload, *, have: ObservedWorkload, asked: str, pods: _Pods
) -> Finding:
    strays = _by_node(pods.strays)
    subject = subjects.workload(workload.key)
    verdict, detail, cause = Verdict.PASS, "", None
    if strays:
        verdict, detail = Verdict.FAIL, _describe(pods, strays=strays, asked=asked)
        if pods.relabelled:
            verdict = Verdict.UNKNOWN
            detail += "; these nodes do not bear their declared labels"
            cause = Cause("node_labels", subjects.node(next(iter(strays))), len(strays) - 1)
    elif pods.hidden:
        verdict, detail, cause = Verdict.UNKNOWN, pods.hidden.message, Cause(pods.hidden.source)
    elif not pods.placed and have.replicas > 0:
        verdict, detail = Verdict.UNKNOWN, "none of its pods is on a node"
        cause = Cause("workload_ready", subject)
    elif not pods.placed:
        detail = "it asks for no pods"
    return Finding(
        check=ID,
        subject=subject,
        verdict=verdict,
        detail=detail,
        declared=asked,
        observed=dict(islice(_by_node(pods.placed).items(), MAX_NODES)),
        provenance=_places(workload),
        cause=cause,
        progress=progress(have) if verdict is Verdict.FAIL else None,
    )


def _misunderstood(workload: DeclaredWorkload, error: ParseError) -> Finding:
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.UNKNOWN,
        detail=f"not understood: {excerpt(error.message)}",
        provenance=_places(workload),
        cause=Cause(workload.place.source),
    )


def _by_node(groups: Sequence[PodGroup]) -> dict[str, int]:
    """Return how many pods run on each node, sorted."""
    counts: dict[str, int] = {}
    for group in groups:
        counts[group.node] = counts.get(group.node, 0) + group.pods
    return dict(sorted(counts.items()))


def _describe(pods: _Pods, *, strays: Mapping[str, int], asked: str) -> str:
    total = sum(group.pods for group in pods.placed)
    astray = sum(strays.values())
    return f"{astray} of {total} pods run elsewhere than on {asked}: {counted(strays)}"


def _places(workload: DeclaredWorkload) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(workload.place_of(pointer) for pointer in POINTERS))


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Pods run on the nodes that their workload selects",
    needs=(DeclaredWorkloads, ObservedWorkloads, ObservedNodes, ObservedPods),
    weighs=(DeclaredNodes,),
    subjects=selective_workloads,
    judge=judge,
    aspect="placement",
    headline=True,
    chapter=Chapter.PLACEMENT,
    advice="Move pods to the nodes that their workload selects.",
    alert=Alert(
        name="WorkloadMisplaced",
        after="15m",
        summary="Pods run on nodes that their workload does not select.",
        description=(
            "Pods of {{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} run on nodes "
            "that its declaration does not select. Next: kubectl -n {{ $labels.object_namespace }} "
            "get pods -o wide; were labels of nodes changed after the pods were placed?"
        ),
    ),
)

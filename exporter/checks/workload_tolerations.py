"""The pods of every workload must be able to run on the nodes that it selects."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from exporter.checks import subjects, unknowns
from exporter.checks.wording import listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.finding import WORST_FIRST, Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import Json, JsonObject
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.placement import NodePool, hidden, pod_spec
from exporter.domain.provenance import Source
from exporter.domain.selectors import NodeSelection
from exporter.domain.templates import node_selection, tolerations
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

ID = "workload_tolerations"

HOMELESS: Final = "selects no node ({})"
"""What is said of pods that fit no node by what they select."""

POINTERS: Final = ("/spec/template/spec/nodeSelector", "/spec/template/spec/tolerations")
_ASKED: Final = ("nodeSelector", "affinity", "tolerations")
"""The parts of a pod template's spec that say where its pods may run."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one pod template: of the declared, or of the observed one."""

    verdict: Verdict
    detail: str = ""
    cause: Cause | None = None
    shown: Json = None


def judge(facts: Facts) -> Iterator[Finding]:
    """Judge the declared and the observed template of every workload by the observed nodes.

    So a toleration that was dropped fails, no matter on which side. A taint by which Kubernetes
    marks a node's state (not ready, cordoned ...) does not count: that is ``node_ready``'s, and
    DaemonSets tolerate it anyway.
    """
    court = _Court(facts)
    observed = facts.get(ObservedWorkloads).workloads
    for workload in facts.get(DeclaredWorkloads).in_order:
        yield _judge(workload, have=observed.get(workload.key), court=court)


class _Court:
    """Judges pod templates, each distinct question once."""

    __slots__ = ("_declared", "_known", "_observed", "_pool")

    def __init__(self, facts: Facts) -> None:
        self._declared = facts.get(DeclaredNodes)
        self._observed = facts.get(ObservedNodes)
        self._pool = NodePool(self._observed)
        self._known: dict[tuple[object, ...], _Outcome] = {}

    def outcome(self, manifest: JsonObject, *, source: Source) -> _Outcome:
        """Judge the pod template of a workload's *manifest*, which is from *source*."""
        spec = pod_spec(manifest)
        # By identity: manifests share equal parts, and reading these is what would take long.
        question = (source, *(id(spec.get(part)) for part in _ASKED))
        known = self._known.get(question)
        if known is None:
            known = self._known[question] = self._judge(spec, source)
        return known

    def _judge(self, spec: JsonObject, source: Source) -> _Outcome:
        try:
            selection, borne = node_selection(spec), tolerations(spec)
        except ParseError as error:
            return _Outcome(Verdict.UNKNOWN, f"not understood: {error.message}", Cause(source))
        shown = {"selects": str(selection), "tolerates": [str(one) for one in borne]}
        kept_off = self._pool.kept_off(selection, borne)
        selected = self._pool.selected(selection)
        if selected and not kept_off:
            return _Outcome(Verdict.PASS, shown=shown)
        if gap := hidden(selection, self._declared, self._observed):
            return _Outcome(
                Verdict.UNKNOWN,
                f"it may select a node that nobody knows: {gap.message}",
                Cause(gap.source),
                shown,
            )
        if not selected:
            return self._homeless(selection, shown)
        taints = listing([str(taint) for taint in kept_off])
        detail = f"does not tolerate the nodes that it selects ({selection}): {taints}"
        return _Outcome(Verdict.FAIL, detail, shown=shown)

    def _homeless(self, selection: NodeSelection, shown: Json) -> _Outcome:
        """Judge a template that selects no node; nodes that are meant for it excuse it."""
        declared = self._declared.index.selected(selection)
        missing = [name for name in declared if name not in self._observed]
        if missing:
            detail = f"the nodes that it selects are not in the cluster: {listing(missing)}"
            cause = Cause("node_present", subjects.node(missing[0]), len(missing) - 1)
            return _Outcome(Verdict.UNKNOWN, detail, cause, shown)
        if declared:
            detail = f"the nodes that it selects do not bear their labels: {listing(declared)}"
            cause = Cause("node_labels", subjects.node(declared[0]), len(declared) - 1)
            return _Outcome(Verdict.UNKNOWN, detail, cause, shown)
        for name, group in sorted(self._declared.groups.items()):
            if (
                group.labels
                and group.maximum != 0
                and selection.matches(name="", labels=group.labels)
            ):
                detail = f"the group {name}, which it selects, has no node now"
                cause = Cause("node_group_size", Subject("NodeGroup", "", name))
                return _Outcome(Verdict.UNKNOWN, detail, cause, shown)
        return _Outcome(Verdict.FAIL, HOMELESS.format(selection), shown=shown)


def _judge(workload: DeclaredWorkload, *, have: ObservedWorkload | None, court: _Court) -> Finding:
    """Find the worse of both templates; one that is not in the cluster has only the declared."""
    declared = court.outcome(workload.manifest, source=workload.place.source)
    if have is None and declared.verdict is not Verdict.FAIL:
        return unknowns.absent_workload(ID, workload)
    observed = court.outcome(have.manifest, source=Source.KUBERNETES) if have else declared
    verdict = min(declared.verdict, observed.verdict, key=WORST_FIRST.index)
    decisive = declared if declared.verdict is verdict else observed
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=verdict,
        detail=_describe(declared, observed),
        declared=declared.shown,
        observed=observed.shown if have else None,
        provenance=tuple(dict.fromkeys(workload.place_of(pointer) for pointer in POINTERS)),
        cause=decisive.cause,
    )


def _describe(declared: _Outcome, observed: _Outcome) -> str:
    if declared.detail == observed.detail:
        return declared.detail
    said = [("as declared", declared.detail), ("in the cluster", observed.detail)]
    return "; ".join(f"{where}: {detail}" for where, detail in said if detail)


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Pods could run on the nodes that their workload selects",
    needs=(DeclaredWorkloads, ObservedWorkloads, DeclaredNodes, ObservedNodes),
    subjects=subjects.declared_workloads,
    judge=judge,
    aspect="tolerations",
    chapter=Chapter.TOLERATIONS,
    advice="Add tolerations for the taints of the nodes that the workloads select.",
    alert=Alert(
        name="WorkloadUnschedulable",
        after="15m",
        summary="The pods of a workload could not run on the nodes that it selects.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} selects no node, "
            "or only nodes with a taint that it does not tolerate. Next: compare its nodeSelector "
            "and tolerations with the nodes' labels and taints, before its pods restart."
        ),
    ),
)

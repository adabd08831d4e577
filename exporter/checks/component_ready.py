"""The components that make a cluster work must be there, ready, and on every node."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache

from exporter.checks import subjects
from exporter.checks.parts import Part, fails, judged, unknown
from exporter.checks.rollouts import progress
from exporter.checks.stranded import FACTS_OF_LOSSES, Losses
from exporter.checks.wording import excerpt, listing
from exporter.domain import components
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.components import Component, DeclaredComponents
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import as_object, dig
from exporter.domain.nodes import ConditionStatus, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
)

ID = "component_ready"

CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
STATIC_PODS = 3
"""API server, controller manager and scheduler; etcd may run elsewhere."""
WITHOUT_AGENTS = {
    "eks.amazonaws.com/compute-type": frozenset({"fargate"}),
    "type": frozenset({"virtual-kubelet"}),
}
"""Labels of nodes that are no machines, so no DaemonSet runs there."""
OS = "kubernetes.io/os"
SETTINGS = Place(Source.INVENTORY, "")


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for every declared component among what runs."""
    look = _Look(facts)
    declared = facts.get(DeclaredComponents)
    for subject in declared.subjects:
        component = declared.components[subject.name]
        yield look.judge(subject, component, declared.places.get(subject.name, ()))


class _Look:
    """The facts that components are judged by."""

    def __init__(self, facts: Facts) -> None:
        self._workloads = facts.get(ObservedWorkloads)
        self._pods = facts.get(ObservedPods)
        self._nodes = facts.get(ObservedNodes).nodes
        declared = facts.find(DeclaredWorkloads)
        self._declared = declared.workloads if declared else {}
        self._losses = cache(lambda: Losses(facts))
        self._namespaces = facts.namespaces

    def judge(self, subject: Subject, component: Component, places: tuple[Place, ...]) -> Finding:
        """Judge one component."""
        found = [(part, self._find(part)) for part in component.parts]
        parts = [one for part, own in found for one in self._part(part, own)]
        if component.static:
            parts += self._static()
        running = [have for _, own in found for have in own]
        passing = Finding(
            check=ID,
            subject=subject,
            verdict=Verdict.PASS,
            detail=listing([f"{have.key}: {have.ready} ready" for have in running]),
            declared="ready",
            observed={str(have.key): have.ready for have in running},
            provenance=places,
            progress=next(filter(None, map(progress, running)), None),
        )
        return judged(passing, parts)

    def _find(self, part: components.Part) -> list[ObservedWorkload]:
        found = (
            have
            for key, have in self._workloads.workloads.items()
            if part.matches(key, as_object(dig(have.manifest, "metadata", "labels")))
        )
        return sorted(found, key=lambda have: have.key)

    def _part(self, part: components.Part, found: list[ObservedWorkload]) -> Iterator[Part]:
        if not found and not part.optional:
            yield self._absent(part)
        for have in found:
            yield from self._ready(have)
            if part.everywhere:
                yield from self._everywhere(have)

    def _absent(self, part: components.Part) -> Part:
        name = f"{part.kinds[0]} {part.name}"
        unseen = self._workloads.unseen.intersection(part.kinds)
        hidden = (gap for key, gap in self._workloads.unreadable.items() if part.matches(key, {}))
        gap = next(hidden, None)
        if gap is not None:
            return unknown(gap.message, cause=Cause(gap.source))
        if unseen:
            cause = Cause(Source.KUBERNETES)
            return unknown(f"nothing is known of any {min(unseen)}", cause=cause)
        if not self._sees(part.namespaces):
            return self._out_of_sight(name)
        return fails(f"{name} is not in the cluster")

    def _sees(self, namespaces: Collection[str]) -> bool:
        """Tell whether all of *namespaces* are looked at; none are any."""
        seen = self._namespaces
        return not seen or bool(namespaces and seen.issuperset(namespaces))

    def _out_of_sight(self, name: str) -> Part:
        seen = listing(sorted(self._namespaces))
        cause = Cause(Source.KUBERNETES)
        return unknown(f"{name} may be elsewhere: only {seen} are looked at", cause=cause)

    def _ready(self, have: ObservedWorkload) -> Iterator[Part]:
        lacking = f"{have.key} has {have.ready} of {have.replicas} pods ready"
        if have.ready >= have.replicas and have.replicas:
            return
        if not have.replicas:
            yield fails(f"{have.key} asks for no pods")
        elif have.key in self._declared:
            yield unknown(lacking, cause=Cause("workload_ready", subjects.workload(have.key)))
        elif loss := self._losses().of_workload(_as_declared(have), have):
            yield unknown(f"{lacking}; {loss.said}", cause=loss.cause)
        else:
            yield fails(lacking)

    def _everywhere(self, have: ObservedWorkload) -> Iterator[Part]:
        """Yield the nodes on which it has no pod, though one could run there."""
        there = {group.node for group in self._pods.by_owner.get(have.key, ()) if group.pods}
        lacking = [
            name
            for name, node in sorted(self._nodes.items())
            if name not in there and _runs_agents(node)
        ]
        if not self._nodes:
            yield unknown("no node is seen", cause=Cause(Source.KUBERNETES))
        elif lacking:
            shown = listing([excerpt(name) for name in lacking])
            yield fails(f"{have.key} has no pod on {shown}")

    def _static(self) -> Iterator[Part]:
        """Yield what is amiss with the pods that kubelets of the control plane start themselves."""
        masters = [name for name in sorted(self._nodes) if self._is_master(name)]
        if not self._sees((components.SYSTEM,)):
            yield self._out_of_sight("the control plane")
            return
        if not masters:
            there = sorted(key.name for key in self._pods.by_owner if key.kind == "Node")
            where = f"; there are static pods of {listing(there)}" if there else ""
            said = f"no node of the control plane is seen{where}"
            yield unknown(said, cause=Cause(Source.KUBERNETES))
        for name in masters:
            pods, ready = self._mirrored(name)
            if ready < max(pods, STATIC_PODS):
                yield self._lost(name, f"{ready} of {max(pods, STATIC_PODS)} static pods of {name}")

    def _is_master(self, name: str) -> bool:
        """Tell whether a node is of the control plane, by its label or by what runs there."""
        labelled = any(label in self._nodes[name].labels for label in CONTROL_PLANE)
        return labelled or self._mirrored(name)[0] >= STATIC_PODS

    def _mirrored(self, name: str) -> tuple[int, int]:
        """Return how many static pods a node has, and how many of them are ready."""
        groups = self._pods.by_owner.get(WorkloadKey(components.SYSTEM, "Node", name), ())
        return sum(one.pods for one in groups), sum(one.ready for one in groups)

    def _lost(self, name: str, counted: str) -> Part:
        if self._nodes[name].ready is ConditionStatus.TRUE:
            return fails(f"{counted} are ready")
        cause = Cause("node_ready", subjects.node(name))
        return unknown(f"{counted} are ready, and the node is not", cause=cause)


def _as_declared(have: ObservedWorkload) -> DeclaredWorkload:
    """Return a workload that nobody declares as if its present spec were declared."""
    return DeclaredWorkload(key=have.key, manifest=have.manifest, place=SETTINGS)


def _runs_agents(node: ObservedNode) -> bool:
    labels: Mapping[str, str] = node.labels
    if labels.get(OS, "linux") != "linux":
        return False
    return not any(labels.get(name) in values for name, values in WITHOUT_AGENTS.items())


CHECK = Check(
    id=ID,
    layer=Layer.CONFIGURATION,
    severity=Severity.INFO,
    title="Components of the cluster are ready",
    needs=(DeclaredComponents, ObservedWorkloads, ObservedPods, ObservedNodes),
    weighs=FACTS_OF_LOSSES,
    subjects=lambda facts: known.subjects if (known := facts.find(DeclaredComponents)) else [],
    judge=judge,
    judges="ready",
    chapter=Chapter.COMPONENTS,
    advice="Repair the components of the cluster that are not ready on every node.",
    alert=Alert(
        name="ComponentNotReady",
        after="10m",
        keep="15m",
        summary="A component of the cluster is missing, not ready, or not on every node.",
        description=(
            "The component {{ $labels.object_name }}{of_cluster} is missing, has pods that are "
            "not ready, or no pod on some node. Next: the status page names the workload and the "
            "nodes; kubectl describe its DaemonSet or Deployment."
        ),
    ),
)

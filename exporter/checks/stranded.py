"""Pods that are not ready because of lost nodes: theirs is no cause of its own, and no alarm."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from exporter.checks.wording import excerpt, listing
from exporter.domain.declaration import ApplicationKey, DeclaredWorkload
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.json import JsonObject, as_list, as_object, as_text, dig
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNodes
from exporter.domain.placement import guards, pod_spec
from exporter.domain.taints import Taint, Toleration
from exporter.domain.templates import REQUIRED, node_selection, tolerations
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

Loss: TypeAlias = tuple[str, str]
"""The check that reports the loss, and what it is in words."""

_NODES = (DeclaredNodes, ObservedNodes, ObservedPods)
_GONE, _NOT_READY = "node_present", "node_ready"
_WAITING = frozenset({"StatefulSet", "DaemonSet"})
"""Kinds that make no new pod before the old one is gone, and on a dead node it never goes."""
_HOSTNAME = "kubernetes.io/hostname"


class Losses:
    """Declared nodes that are gone or not Ready, and the workloads that lack pods for that.

    Where nodes or pods are not known, nothing is excused by them.
    """

    __slots__ = ("_by_application", "_lost", "_nodes", "_pods", "_running", "_workloads")

    def __init__(self, facts: Facts) -> None:
        known = not facts.gaps_in(_NODES) and not facts.lacks(_NODES)
        self._nodes = facts.get(DeclaredNodes) if known else DeclaredNodes({})
        self._running = facts.get(ObservedNodes) if known else ObservedNodes({})
        self._pods = facts.get(ObservedPods) if known else ObservedPods({}, {})
        self._lost = dict(_lost(self._nodes, self._running))
        observed = facts.find(ObservedWorkloads)
        self._workloads = observed.workloads if observed else {}
        self._by_application = _by_application(facts) if self._lost else {}

    def of_workload(self, workload: DeclaredWorkload, have: ObservedWorkload) -> Loss | None:
        """Return the loss that explains every pod that *workload* lacks, or None."""
        if not self._lost:
            return None
        groups = self._pods.by_owner.get(workload.key, ())
        explained = Counter(self._stuck(workload))
        for one in groups:
            if one.node in self._lost:
                explained[one.node] += one.pods - one.ready
        guilty = {node for node, count in explained.items() if count}
        unplaced = sum(one.pods for one in groups if not one.node)
        wanted = self._without_home(workload, groups) if unplaced else set()
        lacking = have.replicas - have.ready - (unplaced if wanted else 0)
        if not guilty | wanted or lacking > explained.total():
            return None
        return self._loss(sorted(guilty | wanted))

    def _stuck(self, workload: DeclaredWorkload) -> dict[str, int]:
        """Return how many pods the *workload* waits for to go from each lost node."""
        if workload.key.kind not in _WAITING:
            return {}
        leaving = self._pods.leaving.get(workload.key, {})
        return {node: count for node, count in leaving.items() if node in self._lost}

    def of_application(self, key: ApplicationKey, *, ailing: Sequence[str]) -> Loss | None:
        """Return the loss that explains why an Application is not healthy, or None.

        *ailing* are its resources that are not, as ``Kind namespace/name: status``; where Argo CD
        does not tell them, those of its workloads count that lack pods.
        """
        losses = {str(one.key): loss for one, loss in self._lacking(key)}
        named = {one.partition(": ")[0] for one in ailing} or losses.keys()
        if not named or not named <= losses.keys():
            return None
        found = [losses[one] for one in sorted(named)]
        known = [one for one in found if one is not None]
        return min(known) if len(known) == len(found) else None

    def _lacking(self, key: ApplicationKey) -> Iterator[tuple[DeclaredWorkload, Loss | None]]:
        for workload in self._by_application.get(key, ()):
            have = self._workloads.get(workload.key)
            if have is not None and have.ready < have.replicas:
                yield workload, self.of_workload(workload, have)

    def _without_home(self, workload: DeclaredWorkload, groups: Sequence[PodGroup]) -> set[str]:
        """Return the lost nodes that would let in pods of *workload*, if no other node does.

        A cordoned node lets none in, and neither does one with a pod already where each pod
        wants a node of its own. Whether there is room for them is not asked.
        """
        spec = pod_spec(workload.manifest)
        try:
            selection, borne = node_selection(spec), tolerations(spec)
        except ParseError:
            return set()
        alone = _is_alone(workload.manifest)
        taken = {one.node for one in groups} if alone else set()
        for name in self._running.index.selected(selection):
            node = self._running.nodes[name]
            free = name not in taken and not node.unschedulable
            if free and node.ready is ConditionStatus.TRUE and _lets_in(node.taints, borne):
                return set()
        return {
            name
            for name in self._nodes.index.selected(selection)
            if name in self._lost
            and _lets_in((one.value for one in self._nodes.nodes[name].taints), borne)
        }

    def _loss(self, names: Sequence[str]) -> Loss:
        gone = [name for name in names if self._lost[name] == _GONE]
        if gone:
            verb = "is" if len(gone) == 1 else "are"
            return _GONE, f"{_nodes(gone)} {verb} not in the cluster"
        return _NOT_READY, f"{_nodes(names)} {'is' if len(names) == 1 else 'are'} not Ready"


def _lost(declared: DeclaredNodes, observed: ObservedNodes) -> Iterator[tuple[str, str]]:
    for name in declared.nodes:
        have = observed.nodes.get(name)
        if have is None:
            yield name, _GONE
        elif have.ready is not ConditionStatus.TRUE:
            yield name, _NOT_READY


def _lets_in(taints: Iterable[Taint], borne: Sequence[Toleration]) -> bool:
    return all(any(one.tolerates(taint) for one in borne) for taint in taints if guards(taint))


def _is_alone(manifest: JsonObject) -> bool:
    """Tell whether each pod of a workload's *manifest* wants a node without another one of them."""
    labels = as_object(dig(manifest, "spec", "template", "metadata", "labels"))
    terms = as_list(dig(pod_spec(manifest), "affinity", "podAntiAffinity", REQUIRED))
    return any(
        dig(as_object(one), "topologyKey") == _HOSTNAME
        and _selects(as_object(dig(as_object(one), "labelSelector")), labels)
        for one in terms
    )


def _selects(selector: JsonObject, labels: JsonObject) -> bool:
    """Tell whether a label *selector* surely selects *labels*; of expressions only ``In`` does."""
    asked = [
        (as_text(dig(one, "key")), as_list(dig(one, "values")), dig(one, "operator") == "In")
        for one in map(as_object, as_list(selector.get("matchExpressions")))
    ]
    pairs = as_object(selector.get("matchLabels")).items()
    return bool(asked or pairs) and (
        all(labels.get(key) == value for key, value in pairs)
        and all(known and labels.get(key) in values for key, values, known in asked)
    )


def _by_application(facts: Facts) -> dict[ApplicationKey, list[DeclaredWorkload]]:
    declared = facts.find(DeclaredWorkloads)
    found: dict[ApplicationKey, list[DeclaredWorkload]] = {}
    for workload in declared.workloads.values() if declared else ():
        if workload.application is not None:
            found.setdefault(workload.application, []).append(workload)
    return found


def _nodes(names: Sequence[str]) -> str:
    shown = listing([excerpt(name) for name in names])
    return f"node {shown}" if len(names) == 1 else f"nodes {shown}"

"""Pods that are not ready because of lost nodes: theirs is no cause of its own, and no alarm."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from exporter.checks import subjects
from exporter.checks.wording import excerpt, listing
from exporter.domain.declaration import ApplicationKey, DeclaredWorkload, WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNodes
from exporter.domain.placement import guards, hidden, pod_spec
from exporter.domain.selectors import Operator, Requirement
from exporter.domain.taints import Taint, Toleration
from exporter.domain.templates import REQUIRED, node_selection, tolerations
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)

_NODES = (DeclaredNodes, ObservedNodes, ObservedPods)
FACTS_OF_LOSSES = (*_NODES, DeclaredWorkloads, ObservedWorkloads)
"""What a check has to be handed to ask for losses."""
_GONE, _NOT_READY = "node_present", "node_ready"
_MISSING, _NOT_RUNNING = "workload_present", "workload_ready"
_WAITING = frozenset({"StatefulSet", "DaemonSet"})
"""Kinds that make no new pod before the old one is gone, and on a dead node it never goes."""
_HOSTNAME = "kubernetes.io/hostname"


@dataclass(frozen=True, slots=True)
class Loss:
    """What explains that pods lack: the finding that reports it, and what that is in words."""

    cause: Cause
    said: str


@dataclass(frozen=True, slots=True)
class _Lack:
    """The lost nodes that pods of a workload lack for, and whether these are all that lack."""

    nodes: tuple[str, ...]
    whole: bool


class Losses:
    """Declared nodes that are gone or not Ready, and the workloads that lack pods for that.

    Where nodes or pods are not known, nothing is explained by them.
    """

    __slots__ = (
        "_facts",
        "_lacks",
        "_lost",
        "_nodes",
        "_pods",
        "_running",
        "_unreadable",
        "_workloads",
    )

    def __init__(self, facts: Facts) -> None:
        known = not facts.gaps_in(_NODES) and not facts.lacks(_NODES)
        self._nodes = facts.get(DeclaredNodes) if known else DeclaredNodes({})
        self._running = facts.get(ObservedNodes) if known else ObservedNodes({})
        self._pods = facts.get(ObservedPods) if known else ObservedPods({}, {})
        self._lost = dict(_lost(self._nodes, self._running))
        observed = facts.find(ObservedWorkloads)
        self._workloads = observed.workloads if observed else {}
        self._unreadable = observed.unreadable if observed else {}
        self._facts = facts
        self._lacks: dict[WorkloadKey, _Lack | None] = {}

    def of_workload(self, workload: DeclaredWorkload, have: ObservedWorkload) -> Loss | None:
        """Return the loss that explains every pod that *workload* lacks, or None."""
        lack = self._lack(workload, have) if self._lost else None
        return self._loss(lack.nodes) if lack is not None and lack.whole else None

    def among(self, workload: DeclaredWorkload, have: ObservedWorkload) -> Cause | None:
        """Return the loss that explains some of the pods that *workload* lacks, or None."""
        lack = self._lack(workload, have) if self._lost else None
        return self._loss(lack.nodes).cause if lack is not None else None

    def _lack(self, workload: DeclaredWorkload, have: ObservedWorkload) -> _Lack | None:
        """Return what *workload* lacks for; its nodes are looked at once, however often asked."""
        if workload.key not in self._lacks:
            self._lacks[workload.key] = self._look(workload, have)
        return self._lacks[workload.key]

    def _look(self, workload: DeclaredWorkload, have: ObservedWorkload) -> _Lack | None:
        groups = self._pods.by_owner.get(workload.key, ())
        explained = Counter(self._stuck(workload))
        for one in groups:
            if one.node in self._lost:
                explained[one.node] += one.pods - one.ready
        guilty = {node for node, count in explained.items() if count}
        unplaced = sum(group.pods for group in groups if not group.node)
        wanted = self._without_home(workload, groups) if unplaced else set()
        if not guilty | wanted:
            return None
        lacking = have.replicas - have.ready - (unplaced if wanted else 0)
        return _Lack(tuple(sorted(guilty | wanted)), lacking <= explained.total())

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
        losses: dict[str, tuple[DeclaredWorkload, Loss | None]] = {
            str(workload.key): (workload, self.of_workload(workload, have))
            for workload, have in self._short(key)
        }
        odd = [one for one in self._delivered(key) if one.key in self._unreadable]
        losses.update({str(one.key): (one, None) for one in odd})  # nobody can tell what it lacks
        named = {one.partition(": ")[0] for one in ailing} or losses.keys()
        if not named or not named <= losses.keys():
            return None
        found = [losses[one] for one in sorted(named)]
        known = [loss.said for _, loss in found if loss is not None]
        if len(known) < len(found):
            return None
        return Loss(_cause(_NOT_RUNNING, [one for one, _ in found]), min(known))

    def behind(self, key: ApplicationKey) -> Cause | None:
        """Return the finding about a workload of an Application that is likeliest behind its own.

        That of one that is missing, else of one that lacks pods, first of those that lack for
        something else than lost nodes. Whether that is a failure at all, its check decides.
        """
        delivered = self._delivered(key)
        there = self._workloads.keys() | self._unreadable.keys()
        missing = [one for one in delivered if one.key not in there]
        if missing:
            return _cause(_MISSING, missing)
        short = list(self._short(key))
        own = [one for one, have in short if self.of_workload(one, have) is None]
        return _cause(_NOT_RUNNING, own or [one for one, _ in short]) if short else None

    def _delivered(self, key: ApplicationKey) -> Sequence[DeclaredWorkload]:
        declared = self._facts.find(DeclaredWorkloads)
        make = partial(_by_application, declared)
        return self._facts.memory.once("by application", (declared,), make).get(key, ())

    def _short(self, key: ApplicationKey) -> Iterator[tuple[DeclaredWorkload, ObservedWorkload]]:
        """Yield those workloads of an Application that lack pods, or whose rollout failed."""
        for workload in self._delivered(key):
            have = self._workloads.get(workload.key)
            if have is not None and (have.ready < have.replicas or have.rollout_failed):
                yield workload, have

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
        if hidden(selection, self._nodes, self._running):
            return set()  # it may let them in
        alone = _is_alone(workload.manifest)
        taken = {group.node for group in groups} if alone else set()
        for name in self._running.index.selected(selection):
            node = self._running.nodes[name]
            free = name not in taken and not node.unschedulable
            if free and node.ready is ConditionStatus.TRUE and _lets_in(node.taints, borne):
                return set()
        return {
            name
            for name in self._nodes.index.selected(selection)
            if name in self._lost
            and _lets_in((taint.value for taint in self._nodes.nodes[name].taints), borne)
        }

    def _loss(self, keys: Sequence[str]) -> Loss:
        gone = [key for key in keys if self._lost[key] == _GONE]
        check, lost = (_GONE, gone) if gone else (_NOT_READY, keys)
        concerned = [self._nodes.name_of(key) for key in lost]
        verb = "is" if len(concerned) == 1 else "are"
        state = "not in the cluster" if gone else "not Ready"
        cause = Cause(check, subjects.node(concerned[0]), len(concerned) - 1)
        return Loss(cause, f"{_nodes(concerned)} {verb} {state}")


def _lost(declared: DeclaredNodes, observed: ObservedNodes) -> Iterator[tuple[str, str]]:
    for name in declared.nodes:
        have = observed.nodes.get(name)
        if name not in observed:
            yield name, _GONE
        elif have is not None and have.ready is not ConditionStatus.TRUE:
            yield name, _NOT_READY


def _lets_in(taints: Iterable[Taint], borne: Sequence[Toleration]) -> bool:
    return all(any(one.tolerates(taint) for one in borne) for taint in taints if guards(taint))


def _is_alone(manifest: JsonObject) -> bool:
    """Tell whether each pod of a workload's *manifest* wants a node without another one of them."""
    labels = as_object(dig(manifest, "spec", "template", "metadata", "labels"))
    terms = as_list(dig(pod_spec(manifest), "affinity", "podAntiAffinity", REQUIRED))
    return any(
        dig(as_object(term), "topologyKey") == _HOSTNAME
        and _selects(dig(as_object(term), "labelSelector"), labels)
        for term in terms
    )


def _selects(selector: Json, labels: JsonObject) -> bool:
    """Tell whether a label *selector* selects *labels*; an empty one does, an absent one never."""
    if not isinstance(selector, Mapping):
        return False
    known = {key: as_text(value) for key, value in labels.items()}
    pairs = as_object(selector.get("matchLabels")).items()
    return all(labels.get(key) == value for key, value in pairs) and all(
        _fulfils(known, as_object(expression))
        for expression in as_list(selector.get("matchExpressions"))
    )


def _fulfils(labels: Mapping[str, str], expression: JsonObject) -> bool:
    """Tell whether *labels* surely fulfil an expression of a label selector."""
    values = tuple(map(as_text, as_list(expression.get("values"))))
    try:
        operator = Operator(as_text(expression.get("operator")))
    except ValueError:
        return False
    return Requirement(as_text(expression.get("key")), operator, values).matches(labels)


def _by_application(
    declared: DeclaredWorkloads | None,
) -> Mapping[ApplicationKey, Sequence[DeclaredWorkload]]:
    found: dict[ApplicationKey, list[DeclaredWorkload]] = {}
    for workload in declared.workloads.values() if declared else ():
        if workload.application is not None:
            found.setdefault(workload.application, []).append(workload)
    return found


def _cause(check: str, workloads: Sequence[DeclaredWorkload]) -> Cause:
    """Return what *check* finds of these *workloads* as a cause, that of the first by name."""
    first = min(subjects.workload(workload.key) for workload in workloads)
    return Cause(check, first, len(workloads) - 1)


def _nodes(names: Sequence[str]) -> str:
    shown = listing([excerpt(name) for name in names])
    return f"node {shown}" if len(names) == 1 else f"nodes {shown}"

"""Which lost node the pods of a workload miss."""

from collections.abc import Iterable, Mapping

from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.placement import pod_spec
from exporter.domain.templates import node_selection
from exporter.domain.workloads import DeclaredWorkloads, ObservedPods
from exporter.report.rows import Link
from exporter.report.sight import seen

NODE_CHECKS = ("node_present", "node_ready")
"""The checks that report that pods have lost their node."""


class Homes:
    """The lost nodes on which a workload has pods, or which it selects.

    Each workload, and each distinct selection, is looked at once, as all that a large cluster
    runs may miss the same nodes.
    """

    __slots__ = ("_declared", "_known", "_lost", "_nodes", "_pods", "_selected")

    def __init__(self, facts: Facts, findings: Mapping[tuple[str, Subject], Finding]) -> None:
        declared = facts.find(DeclaredWorkloads)
        self._declared = declared.workloads if declared else {}
        self._nodes = facts.find(DeclaredNodes)
        self._pods = seen(facts, ObservedPods)
        self._lost: dict[str, dict[str, Finding]] = {check: {} for check in NODE_CHECKS}
        for (check, subject), one in findings.items():
            if check in self._lost:
                self._lost[check][subject.name] = one
        self._known: dict[tuple[Subject, str], Link | None] = {}
        self._selected: dict[tuple[str, str], Link | None] = {}

    def __call__(self, subject: Subject, check: str) -> Link | None:
        """Return the first node of which *check* finds something, and how many others there are."""
        if not self._lost[check]:
            return None
        if (subject, check) not in self._known:
            self._known[subject, check] = self._look(subject, check)
        return self._known[subject, check]

    def _look(self, subject: Subject, check: str) -> Link | None:
        key = WorkloadKey(subject.namespace, subject.kind, subject.name)
        workload = self._declared.get(key)
        if workload is None:
            return None
        groups = self._pods.by_owner.get(key, ()) if self._pods else ()
        homes = {one.node for one in groups if one.ready < one.pods}
        return self._link(homes, check) or self._wanted(workload, check)

    def _link(self, names: Iterable[str], check: str) -> Link | None:
        lost = sorted(one for one in names if one in self._lost[check])
        return Link(self._lost[check][lost[0]], more=len(lost) - 1) if lost else None

    def _wanted(self, workload: DeclaredWorkload, check: str) -> Link | None:
        try:
            selection = node_selection(pod_spec(workload.manifest))
        except ParseError:
            return None
        if not selection.selective or self._nodes is None:
            return None
        question = (repr(selection), check)
        if question not in self._selected:
            self._selected[question] = self._link(self._nodes.index.selected(selection), check)
        return self._selected[question]

"""Groups and nodes, expected against observed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from exporter.domain.declaration import LABELS, TAINTS, Attribute, DeclaredNode
from exporter.domain.expectation import Expectation
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.nodes import (
    ConditionStatus,
    DeclaredNodes,
    ObservedNode,
    ObservedNodes,
)
from exporter.domain.policy import Policy, matches_any
from exporter.domain.taints import Taint
from exporter.report.availability import Verdicts, available
from exporter.report.rows import GroupRow, NodeRow

ROLE = "node-role.kubernetes.io/"
OTHER_ROLE = "kubernetes.io/role"
"""The labels from which ``kubectl get nodes`` tells a node's roles."""


def groups(facts: Facts, verdicts: Verdicts) -> Iterator[GroupRow]:
    """Yield the declared groups, sorted; nodes that belong to none are one of the name ``""``."""
    declared, observed = facts.find(DeclaredNodes), available(facts, ObservedNodes)
    expected = facts.find(Expectation)
    if declared is None or expected is None:
        return
    there, ready = _counts(declared, observed)
    for name, size in expected.groups.items():
        members = sorted((declared.name_of(key), key) for key in size.members)
        missing = None
        if observed is not None:
            missing = tuple(member for member, key in members if key not in observed)
        yield GroupRow(
            name=name,
            minimum=size.minimum,
            maximum=size.maximum,
            observed=None if observed is None else there[name],
            ready=None if observed is None else ready[name],
            members=tuple(member for member, _ in members),
            missing=missing,
            place=declared.groups[name].place,
            stated=size.unknown is None,
            unbounded=size.unbounded,
            verdicts=verdicts.get(Subject("NodeGroup", "", name), {}),
        )


def _counts(
    declared: DeclaredNodes, observed: ObservedNodes | None
) -> tuple[Counter[str], Counter[str]]:
    """Count the observed nodes of each group, all and those that are Ready."""
    there: Counter[str] = Counter()
    ready: Counter[str] = Counter()
    for name, node in observed.nodes.items() if observed else ():
        groups = declared.groups_of(name, node.labels)
        there.update(groups)
        ready.update(groups if node.ready is ConditionStatus.TRUE else ())
    for name in observed.unreadable if observed else ():
        there.update(declared.groups_of(name, {}))
    return there, ready


def nodes(facts: Facts, verdicts: Verdicts) -> Iterator[NodeRow]:
    """Yield every node that is declared or observed, sorted by group and name."""
    known, observed = facts.find(DeclaredNodes), available(facts, ObservedNodes)
    view = _View(
        visible=observed is not None,
        policy=facts.find(Policy),
    )
    declared = known or DeclaredNodes(nodes={})
    there = observed.nodes if observed else {}
    odd = observed.unreadable if observed else {}
    names = [
        (_group(declared, name=key, there=there), declared.name_of(key), key)
        for key in {**declared.nodes, **there, **odd}
    ]
    for group, name, key in sorted(names):
        node = declared.nodes.get(key)
        yield view.row(
            node,
            there.get(key),
            blank=NodeRow(
                name=name,
                group=group,
                declared=node is not None,
                named=node is not None and not node.member,
                known_as=key if observed is not None and key != name and key in observed else "",
                joined_by=node.joined_by if node else None,
                present=None if observed is None else key in observed,
                verdicts=verdicts.get(Subject("Node", "", name), {}),
            ),
        )


def _group(declared: DeclaredNodes, *, name: str, there: Mapping[str, ObservedNode]) -> str:
    return declared.group_of(name, there[name].labels if name in there else {})


@dataclass(slots=True)
class _View:
    """How much of nodes can be shown, and what of their labels and taints is managed."""

    visible: bool
    policy: Policy | None
    managed: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def row(
        self, want: DeclaredNode | None, have: ObservedNode | None, *, blank: NodeRow
    ) -> NodeRow:
        """Fill the row of a node that one side, or both, know."""
        return self._observed(self._declared(blank, want), have)

    def _declared(self, row: NodeRow, want: DeclaredNode | None) -> NodeRow:
        if want is None:
            return row
        version = want.attributes.get(Attribute.VERSION)
        labels = {key: stated.value for key, stated in sorted(want.labels.items())}
        taints = tuple(sorted(taint.value for taint in want.taints))
        return replace(
            row,
            version_declared=version.value if version else "",
            labels_declared=None if want.unknown_in(LABELS) else labels,
            taints_declared=None if want.unknown_in(TAINTS) else taints,
            places=want.places,
        )

    def _observed(self, row: NodeRow, have: ObservedNode | None) -> NodeRow:
        if have is None:
            return row
        return replace(
            row,
            ready=have.ready,
            unschedulable=have.unschedulable,
            roles=_roles(have.labels),
            version=have.version,
            labels=self._labels(have, row.labels_declared or {}),
            taints=self._taints(have, row.taints_declared or ()),
        )

    def _labels(self, have: ObservedNode, declared: Mapping[str, str]) -> dict[str, str]:
        unmanaged = self.policy.unmanaged_labels if self.policy else ()
        return {
            key: value
            for key, value in sorted(have.labels.items())
            if key in declared or self._is_managed(key, unmanaged)
        }

    def _taints(self, have: ObservedNode, declared: tuple[Taint, ...]) -> tuple[Taint, ...]:
        unmanaged = self.policy.unmanaged_taints if self.policy else ()
        slots = {(taint.key, taint.effect) for taint in declared}
        return tuple(
            taint
            for taint in sorted(have.taints)
            if (taint.key, taint.effect) in slots or self._is_managed(taint.key, unmanaged)
        )

    def _is_managed(self, key: str, unmanaged: tuple[str, ...]) -> bool:
        """Look a key up once for all nodes, as each pattern costs."""
        question = (key, *unmanaged)
        if question not in self.managed:
            self.managed[question] = not matches_any(key, unmanaged)
        return self.managed[question]


def _roles(labels: Mapping[str, str]) -> tuple[str, ...]:
    roles = {key.removeprefix(ROLE) for key in labels if key.startswith(ROLE)}
    if labels.get(OTHER_ROLE):
        roles.add(labels[OTHER_ROLE])
    return tuple(sorted(role for role in roles if role))

"""One declaration out of all readings: for each value the strongest statement counts."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec import UNSET

from exporter.domain.declaration import (
    ApplicationKey,
    Attribute,
    Conflict,
    DeclaredApplication,
    DeclaredNode,
    DeclaredWorkload,
    NodeGroup,
    NodeStatement,
    Reading,
    Unresolved,
    WorkloadKey,
)
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Place, Source, Stated
from exporter.domain.taints import Taint, TaintEffect
from exporter.settings.model import GroupSettings

K = TypeVar("K")
T = TypeVar("T")

LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_GROUPING = (Source.INVENTORY, Source.ANSIBLE, Source.TERRAFORM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What the readings make together, and where they disagree value by value."""

    nodes: DeclaredNodes
    workloads: Mapping[WorkloadKey, DeclaredWorkload]
    applications: Mapping[ApplicationKey, DeclaredApplication]
    conflicts: tuple[Conflict, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()


def merge(readings: Sequence[Reading], *, groups: Sequence[GroupSettings]) -> Merged:
    """Merge *readings*, given from the weakest to the strongest."""
    notes = _Notes()
    statements: dict[str, list[NodeStatement]] = {}
    for reading in readings:
        for statement in reading.nodes:
            statements.setdefault(statement.name, []).append(statement)
    nodes = {name: _node(name, said, groups, notes) for name, said in sorted(statements.items())}
    return Merged(
        nodes=DeclaredNodes(nodes=nodes, groups=_groups(nodes, groups)),
        workloads=_workloads(readings, notes),
        applications=_applications(readings, notes),
        conflicts=tuple(notes.conflicts),
        unresolved=tuple(notes.unresolved),
    )


@dataclass(slots=True)
class _Notes:
    """What merging noticed on its way."""

    conflicts: list[Conflict] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)

    def settle(
        self, said: Sequence[Stated[str]], *, node: str, attribute: str, same: Callable[[str], str]
    ) -> Stated[str]:
        """Return the last statement; note a conflict where *same* tells any two apart."""
        if len({same(one.value) for one in said}) > 1:
            values = " and ".join(
                dict.fromkeys(f"{one.value!r} ({one.place.where})" for one in said)
            )
            self.conflicts.append(
                Conflict(
                    kind="Node",
                    namespace="",
                    name=node,
                    attribute=attribute,
                    statements=tuple(said),
                    message=f"{attribute} is declared as {values}",
                )
            )
        return said[-1]


def _node(
    name: str, said: Sequence[NodeStatement], groups: Sequence[GroupSettings], notes: _Notes
) -> DeclaredNode:
    labels = _labels(name, said, notes)
    listed = [one.place for one in said if one.enumerates] or [one.place for one in said]
    return DeclaredNode(
        name=name,
        group=_group(name, labels, said, groups),
        places=tuple(dict.fromkeys(listed)),
        attributes=_attributes(name, said, notes),
        labels=labels,
        taints=_taints(name, said, notes),
    )


def _gather(parts: Iterable[Mapping[K, Stated[T]]]) -> dict[K, list[Stated[T]]]:
    """Return all statements of each key, in their order."""
    gathered: dict[K, list[Stated[T]]] = {}
    for part in parts:
        for key, stated in part.items():
            gathered.setdefault(key, []).append(stated)
    return gathered


def _labels(
    name: str, statements: Sequence[NodeStatement], notes: _Notes
) -> dict[str, Stated[str]]:
    """Settle the labels; a value that no label can have (``a,b``) never counts."""
    labels = {}
    for key, said in sorted(_gather(one.labels for one in statements).items()):
        legal = [one for one in said if LABEL_VALUE.fullmatch(one.value)]
        for one in said:
            if one not in legal:
                message = f"node {name}: {one.value!r} is no legal value of the label {key}"
                notes.unresolved.append(Unresolved(one.place, message))
        ordered = [one for one in said if one not in legal] + legal
        settled = notes.settle(ordered, node=name, attribute=f"labels.{key}", same=str)
        if legal:
            labels[key] = settled
    return labels


def _attributes(
    name: str, statements: Sequence[NodeStatement], notes: _Notes
) -> dict[Attribute, Stated[str]]:
    gathered = _gather(one.attributes for one in statements)
    return {
        key: notes.settle(said, node=name, attribute=key, same=_canonical)
        for key, said in sorted(gathered.items())
    }


def _canonical(value: str) -> str:
    """Return a version without its ``v``; other values as they are."""
    return value.removeprefix("v") if re.match(r"v\d", value) else value


def _taints(
    name: str, statements: Sequence[NodeStatement], notes: _Notes
) -> tuple[Stated[Taint], ...]:
    """Settle the taints by key and effect, which Kubernetes allows once each."""
    gathered: dict[tuple[str, TaintEffect], list[Stated[str]]] = {}
    for statement in statements:
        for stated in statement.taints:
            slot = (stated.value.key, stated.value.effect)
            gathered.setdefault(slot, []).append(Stated(stated.value.value, stated.place))
    settled = []
    for (key, effect), said in sorted(gathered.items()):
        attribute = f"taints.{key}:{effect}"
        winner = notes.settle(said, node=name, attribute=attribute, same=str)
        settled.append(Stated(Taint(key=key, effect=effect, value=winner.value), winner.place))
    return tuple(settled)


def _group(
    name: str,
    labels: Mapping[str, Stated[str]],
    said: Sequence[NodeStatement],
    groups: Sequence[GroupSettings],
) -> str:
    """Return the group that the settings put the node in, else the one its sources name."""
    values = {key: one.value for key, one in labels.items()}
    named = [one for one in said if one.groups]
    own = {group for one in named if one.place.source is Source.INVENTORY for group in one.groups}
    for group in groups:
        if group.name in own or _node_group(group).describes(name, values):
            return group.name
    for source in _GROUPING:
        for one in named:
            if one.place.source is source:
                return one.groups[0]
    return ""


def _groups(
    nodes: Mapping[str, DeclaredNode], settings: Sequence[GroupSettings]
) -> dict[str, NodeGroup]:
    members: dict[str, set[str]] = {one.name: set() for one in settings}
    for node in nodes.values():
        members.setdefault(node.group, set()).add(node.name)
    given = {one.name: one for one in settings}
    return {
        name: _node_group(given.get(name, GroupSettings(name=name)), frozenset(names))
        for name, names in members.items()
    }


def _node_group(given: GroupSettings, members: frozenset[str] = frozenset()) -> NodeGroup:
    least = len(members) if given.min is UNSET else given.min
    most = max(least, len(members)) if given.max is UNSET else given.max
    return NodeGroup(
        name=given.name,
        minimum=least,
        maximum=most,
        members=members,
        name_pattern=given.match.name,
        labels=given.match.labels,
    )


def _workloads(readings: Sequence[Reading], notes: _Notes) -> dict[WorkloadKey, DeclaredWorkload]:
    workloads: dict[WorkloadKey, DeclaredWorkload] = {}
    for reading in readings:
        for one in reading.workloads:
            other = workloads.get(one.key)
            if other is not None and other.manifest != one.manifest:
                key = one.key
                notes.conflicts.append(
                    Conflict(
                        kind=key.kind,
                        namespace=key.namespace,
                        name=key.name,
                        attribute="manifest",
                        statements=tuple(
                            Stated(str(each.application or each.place.source), each.place)
                            for each in (other, one)
                        ),
                        message=_twice(other.place, one.place),
                    )
                )
            workloads[one.key] = one
    return dict(sorted(workloads.items()))


def _applications(
    readings: Sequence[Reading], notes: _Notes
) -> dict[ApplicationKey, DeclaredApplication]:
    applications: dict[ApplicationKey, DeclaredApplication] = {}
    for reading in readings:
        for one in reading.applications:
            other = applications.get(one.key)
            if other is not None and other.sources != one.sources:
                notes.conflicts.append(
                    Conflict(
                        kind="Application",
                        namespace=one.key.namespace,
                        name=one.key.name,
                        attribute="sources",
                        statements=tuple(
                            Stated(_sources(each), each.place) for each in (other, one)
                        ),
                        message=_twice(other.place, one.place),
                    )
                )
            applications[one.key] = one
    return dict(sorted(applications.items()))


def _twice(one: Place, other: Place) -> str:
    return f"is declared twice, and not alike: {one.where} and {other.where}"


def _sources(application: DeclaredApplication) -> str:
    return ", ".join(f"{one.path or one.chart}@{one.revision}" for one in application.sources)

"""One declaration out of all readings: for each value the strongest statement counts."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from exporter.declared.unknowns import RankedGaps
from exporter.domain.declaration import (
    LABELS,
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
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Place, Source, Stated
from exporter.domain.taints import Taint, TaintEffect

K = TypeVar("K")
T = TypeVar("T")

LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_GROUPING = (Source.INVENTORY, Source.ANSIBLE, Source.TERRAFORM)
_LISTING = frozenset({Source.ANSIBLE, Source.TERRAFORM})
"""Sources that list nodes: what they do not name is not declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What the readings make together, and where they disagree value by value."""

    nodes: DeclaredNodes
    workloads: Mapping[WorkloadKey, DeclaredWorkload]
    applications: Mapping[ApplicationKey, DeclaredApplication]
    conflicts: tuple[Conflict, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()


def merge(readings: Sequence[Reading]) -> Merged:
    """Merge *readings*, given from the weakest to the strongest."""
    notes = _Notes()
    gaps = RankedGaps(readings)
    groups = {one.name: one for reading in readings for one in reading.groups}
    nodes = {}
    for name, ranked in sorted(gaps.statements.items()):
        said = [one.statement for one in ranked]
        node = _node(name, said, groups.values(), notes)
        nodes[name] = replace(node, unknown={**node.unknown, **gaps.unknown(name)})
    return Merged(
        nodes=DeclaredNodes(
            nodes,
            _groups(nodes, groups),
            incomplete=gaps.incomplete or _groups_alone(readings, groups),
        ),
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
    name: str, said: Sequence[NodeStatement], groups: Collection[NodeGroup], notes: _Notes
) -> DeclaredNode:
    labels = _labels(name, said, notes)
    every = _gather(one.labels for one in said)
    listed = [one.place for one in said if one.enumerates] or [one.place for one in said]
    return DeclaredNode(
        name=name,
        group=_group(name, labels, said, groups),
        places=tuple(dict.fromkeys(listed)),
        attributes=_attributes(name, said, notes),
        labels=labels,
        taints=_taints(name, said, notes),
        unknown={
            f"{LABELS}.{key}": _no_value(key, some[-1])
            for key, some in every.items()
            if key not in labels
        },
    )


def _no_value(label: str, stated: Stated[str]) -> Gap:
    """Say that a label is declared, with a value that none can have: who knows what is meant."""
    message = f"{stated.value!r} is no legal value of the label {label}"
    return Gap(stated.place.source, f"{stated.place.where}: {message}")


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
    groups: Collection[NodeGroup],
) -> str:
    """Return the group that the settings put the node in, else the one its sources name."""
    values = {key: one.value for key, one in labels.items()}
    named = [one for one in said if one.groups]
    own = {group for one in named if one.place.source is Source.INVENTORY for group in one.groups}
    for group in groups:
        if group.name in own or group.describes(name, values):
            return group.name
    for source in _GROUPING:
        for one in named:
            if one.place.source is source:
                return one.groups[0]
    return ""


def _groups(
    nodes: Mapping[str, DeclaredNode], declared: Mapping[str, NodeGroup]
) -> dict[str, NodeGroup]:
    """Return the groups that are declared as such, and those that nodes say to be of."""
    members: dict[str, set[str]] = {name: set() for name in declared}
    for node in nodes.values():
        members.setdefault(node.group, set()).add(node.name)
    return {
        name: replace(declared.get(name, NodeGroup(name=name)), members=frozenset(names))
        for name, names in members.items()
    }


def _groups_alone(readings: Sequence[Reading], groups: Mapping[str, NodeGroup]) -> tuple[Gap, ...]:
    """Say that groups list no nodes, where nothing else that is read does."""
    lists = (one.source in _LISTING or one.nodes for one in readings)
    if not groups or any(lists):
        return ()
    place = next(iter(groups.values())).place
    where = f"{place.where}: " if place else ""
    message = f"{where}groups are declared alone, and nothing lists the nodes outside of them"
    return (Gap(Source.INVENTORY, message),)


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

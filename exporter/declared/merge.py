"""One declaration out of all readings: for each value the strongest statement counts."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from exporter.declared.node_groups import merged_groups
from exporter.declared.unknowns import RankedGaps
from exporter.domain.declaration import (
    LABELS,
    ApplicationKey,
    Attribute,
    Conflict,
    DeclaredApplication,
    DeclaredManifest,
    DeclaredNode,
    DeclaredObject,
    DeclaredWorkload,
    NodeGroup,
    NodeStatement,
    Reading,
    Unresolved,
    WorkloadKey,
)
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint, TaintEffect

K = TypeVar("K")
T = TypeVar("T")

LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_GROUPING = (Source.INVENTORY, Source.ANSIBLE, Source.MACHINES, Source.TERRAFORM)
_LISTING = frozenset({Source.ANSIBLE, Source.MACHINES, Source.TERRAFORM})
"""Sources that list nodes: what they do not name is not declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What the readings make together, and where they disagree value by value."""

    nodes: DeclaredNodes
    workloads: Mapping[WorkloadKey, DeclaredWorkload]
    objects: Mapping[ObjectKey, DeclaredObject]
    applications: Mapping[ApplicationKey, DeclaredApplication]
    conflicts: tuple[Conflict, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()


def merge(readings: Sequence[Reading]) -> Merged:
    """Merge *readings*, given from the weakest to the strongest."""
    notes = _Notes()
    gaps = RankedGaps(readings)
    groups = merged_groups(readings, notes.conflicts)
    nodes = {}
    for name, ranked in sorted(gaps.statements.items()):
        statements = [ranked_statement.statement for ranked_statement in ranked]
        node = _node(name, statements, groups.values(), notes)
        nodes[name] = replace(node, unknown={**node.unknown, **gaps.unknown(name)})
    return Merged(
        nodes=DeclaredNodes(
            nodes,
            _groups(nodes, groups),
            incomplete=(
                *gaps.incomplete,
                *_unrecognisable(groups),
                *(() if gaps.incomplete else _groups_alone(readings, groups)),
            ),
        ),
        workloads=_workloads(readings, notes),
        objects=_objects(readings, notes),
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
        self,
        statements: Sequence[Located[str]],
        *,
        node: str,
        attribute: str,
        same: Callable[[str], str],
    ) -> Located[str]:
        """Return the last statement; note a conflict where *same* tells any two apart."""
        if len({same(statement.value) for statement in statements}) > 1:
            values = " and ".join(
                dict.fromkeys(
                    f"{statement.value!r} ({statement.place.where})" for statement in statements
                )
            )
            self.conflicts.append(
                Conflict(
                    kind="Node",
                    namespace="",
                    name=node,
                    attribute=attribute,
                    statements=tuple(statements),
                    message=f"{attribute} is declared as {values}",
                )
            )
        return statements[-1]

    def compare(
        self, first: DeclaredManifest | None, second: DeclaredManifest, subject: Subject
    ) -> None:
        """Note a conflict where one object is declared twice, and not alike, or by two owners."""
        if first is None:
            return
        alike = first.manifest == second.manifest
        if alike and not _rival(first, second):
            return
        self.conflicts.append(
            Conflict(
                kind=subject.kind,
                namespace=subject.namespace,
                name=subject.name,
                attribute="manifest",
                statements=tuple(
                    Located(str(each.application or each.place.source), each.place)
                    for each in (first, second)
                ),
                message=_delivered_twice(first, second)
                if alike
                else _declared_twice(first.place, second.place),
            )
        )


def _node(
    name: str, statements: Sequence[NodeStatement], groups: Collection[NodeGroup], notes: _Notes
) -> DeclaredNode:
    labels = _labels(name, statements, notes)
    every = _gather(statement.labels for statement in statements)
    listed = [statement.place for statement in statements if statement.enumerates] or [
        statement.place for statement in statements
    ]
    return DeclaredNode(
        name=name,
        group=_group(name, labels, statements, groups),
        places=tuple(dict.fromkeys(listed)),
        attributes=_attributes(name, statements, notes),
        labels=labels,
        taints=_taints(name, statements, notes),
        unknown={
            f"{LABELS}.{key}": _no_value(key, some[-1])
            for key, some in every.items()
            if key not in labels
        },
    )


def _no_value(label: str, stated: Located[str]) -> Gap:
    """Return why a label is not known: it is declared with a value that no label can have."""
    message = f"{stated.value!r} is no legal value of the label {label}"
    return Gap(stated.place.source, f"{stated.place.where}: {message}")


def _gather(parts: Iterable[Mapping[K, Located[T]]]) -> dict[K, list[Located[T]]]:
    """Return all statements of each key, in their order."""
    gathered: dict[K, list[Located[T]]] = {}
    for part in parts:
        for key, stated in part.items():
            gathered.setdefault(key, []).append(stated)
    return gathered


def _labels(
    name: str, statements: Sequence[NodeStatement], notes: _Notes
) -> dict[str, Located[str]]:
    """Settle the labels; a value that no label can have (``a,b``) never counts."""
    labels = {}
    for key, found in sorted(_gather(statement.labels for statement in statements).items()):
        legal = [stated for stated in found if LABEL_VALUE.fullmatch(stated.value)]
        for stated in found:
            if stated not in legal:
                message = f"node {name}: {stated.value!r} is no legal value of the label {key}"
                notes.unresolved.append(Unresolved(stated.place, message))
        ordered = [stated for stated in found if stated not in legal] + legal
        settled = notes.settle(ordered, node=name, attribute=f"labels.{key}", same=str)
        if legal:
            labels[key] = settled
    return labels


def _attributes(
    name: str, statements: Sequence[NodeStatement], notes: _Notes
) -> dict[Attribute, Located[str]]:
    gathered = _gather(statement.attributes for statement in statements)
    return {
        key: notes.settle(found, node=name, attribute=key, same=_canonical)
        for key, found in sorted(gathered.items())
    }


def _canonical(value: str) -> str:
    """Return a version without its ``v``; other values as they are."""
    return value.removeprefix("v") if re.match(r"v\d", value) else value


def _taints(
    name: str, statements: Sequence[NodeStatement], notes: _Notes
) -> tuple[Located[Taint], ...]:
    """Settle the taints by key and effect, which Kubernetes allows once each."""
    gathered: dict[tuple[str, TaintEffect], list[Located[str]]] = {}
    for statement in statements:
        for stated in statement.taints:
            slot = (stated.value.key, stated.value.effect)
            gathered.setdefault(slot, []).append(Located(stated.value.value, stated.place))
    settled = []
    for (key, effect), found in sorted(gathered.items()):
        attribute = f"taints.{key}:{effect}"
        winner = notes.settle(found, node=name, attribute=attribute, same=str)
        settled.append(Located(Taint(key=key, effect=effect, value=winner.value), winner.place))
    return tuple(settled)


def _group(
    name: str,
    labels: Mapping[str, Located[str]],
    statements: Sequence[NodeStatement],
    groups: Collection[NodeGroup],
) -> str:
    """Return the group that the settings put the node in, else the one its sources name."""
    values = {key: label.value for key, label in labels.items()}
    named = [statement for statement in statements if statement.groups]
    own = {
        group
        for statement in named
        if statement.place.source is Source.INVENTORY
        for group in statement.groups
    }
    for group in groups:
        if group.name in own or group.describes(name, values):
            return group.name
    for source in _GROUPING:
        for statement in named:
            if statement.place.source is source:
                return statement.groups[0]
    return ""


def _groups(
    nodes: Mapping[str, DeclaredNode], declared: Mapping[str, NodeGroup]
) -> dict[str, NodeGroup]:
    """Return the groups that are declared as such, and those that nodes name."""
    members: dict[str, set[str]] = {name: set() for name in declared}
    for node in nodes.values():
        members.setdefault(node.group, set()).add(node.name)
    return {
        name: replace(declared.get(name, NodeGroup(name=name)), members=frozenset(names))
        for name, names in members.items()
    }


def _unrecognisable(groups: Mapping[str, NodeGroup]) -> Iterator[Gap]:
    """Say of which pools nobody can tell the nodes, which then may be any."""
    for group in groups.values():
        if group.pool and not group.recognisable:
            where = f"{group.place.where}: " if group.place else ""
            source = group.place.source if group.place else Source.TERRAFORM
            message = f"nothing says by what the nodes of the pool {group.name} are recognised"
            yield Gap(source, f"{where}{message}; give it a match in nodes.groups")


def _groups_alone(readings: Sequence[Reading], groups: Mapping[str, NodeGroup]) -> tuple[Gap, ...]:
    """Return a gap where groups are declared, and nothing that is read lists nodes."""
    lists = (reading.source in _LISTING or reading.nodes for reading in readings)
    if not groups or any(lists):
        return ()
    place = next(iter(groups.values())).place
    where = f"{place.where}: " if place else ""
    message = f"{where}groups are declared alone, and nothing lists the nodes outside of them"
    return (Gap(Source.INVENTORY, message),)


def _workloads(readings: Sequence[Reading], notes: _Notes) -> dict[WorkloadKey, DeclaredWorkload]:
    workloads: dict[WorkloadKey, DeclaredWorkload] = {}
    for reading in readings:
        for workload in reading.workloads:
            key = workload.key
            notes.compare(workloads.get(key), workload, Subject(key.kind, key.namespace, key.name))
            workloads[key] = workload
    return dict(sorted(workloads.items()))


def _objects(readings: Sequence[Reading], notes: _Notes) -> dict[ObjectKey, DeclaredObject]:
    objects: dict[ObjectKey, DeclaredObject] = {}
    for reading in readings:
        for declared in reading.objects:
            notes.compare(objects.get(declared.key), declared, declared.subject)
            objects[declared.key] = declared
    return dict(sorted(objects.items()))


def _applications(
    readings: Sequence[Reading], notes: _Notes
) -> dict[ApplicationKey, DeclaredApplication]:
    applications: dict[ApplicationKey, DeclaredApplication] = {}
    for reading in readings:
        for application in reading.applications:
            other = applications.get(application.key)
            if other is not None and other.sources != application.sources:
                notes.conflicts.append(
                    Conflict(
                        kind="Application",
                        namespace=application.key.namespace,
                        name=application.key.name,
                        attribute="sources",
                        statements=tuple(
                            Located(_sources(declared), declared.place)
                            for declared in (other, application)
                        ),
                        message=_declared_twice(other.place, application.place),
                    )
                )
            applications[application.key] = application
    return dict(sorted(applications.items()))


def _rival(first: DeclaredManifest, other: DeclaredManifest) -> bool:
    """Tell whether two Applications deliver an object, each of which takes it from the other."""
    return bool(first.application and other.application) and first.application != other.application


def _delivered_twice(first: DeclaredManifest, other: DeclaredManifest) -> str:
    return f"is delivered by two Applications, {first.application} and {other.application}"


def _declared_twice(first: Place, other: Place) -> str:
    return f"is declared twice, and not alike: {first.where} and {other.where}"


def _sources(application: DeclaredApplication) -> str:
    return ", ".join(
        f"{source.path or source.chart}@{source.revision}" for source in application.sources
    )

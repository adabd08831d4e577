"""Members of groups: what these declare of nodes, of those that nobody names all there is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from exporter.domain.declaration import (
    LABELS,
    TAINTS,
    Attribute,
    DeclaredNode,
    NodeGroup,
)
from exporter.domain.expectation import GroupSize
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located

_SIZE = frozenset({"minimum", "maximum"})


def members_of(
    declared: DeclaredNodes, observed: ObservedNodes, *, taken: Mapping[str, DeclaredNode]
) -> Iterator[tuple[str, DeclaredNode]]:
    """Yield the observed nodes that nobody names, and that a group takes which may grow."""
    growing = {name for name, group in declared.groups.items() if name and _may_grow(group)}
    for name, node in observed.nodes.items() if growing else ():
        if name not in taken:
            groups = [declared.groups[one] for one in declared.groups_of(name, node.labels) if one]
            if not growing.isdisjoint(group.name for group in groups):
                yield name, _member(node, groups)


def completed(
    declared: DeclaredNodes, observed: ObservedNodes, *, named: Mapping[str, DeclaredNode]
) -> dict[str, DeclaredNode]:
    """Return the *named* nodes with what their groups say of each of theirs, and nobody of it."""
    if not any(map(_speaks, declared.groups.values())):
        return dict(named)
    return {name: _completed(name, node, declared, observed) for name, node in named.items()}


def _completed(
    name: str, node: DeclaredNode, declared: DeclaredNodes, observed: ObservedNodes
) -> DeclaredNode:
    have = observed.nodes.get(name) or ObservedNode(name=name, labels={})
    groups = [declared.groups[one] for one in declared.groups_of(node.name, have.labels) if one]
    if not any(map(_speaks, groups)):
        return node
    common = _member(have, groups)
    own = {(taint.value.key, taint.value.effect) for taint in node.taints}
    further = (one for one in common.taints if (one.value.key, one.value.effect) not in own)
    return replace(
        node,
        attributes={**common.attributes, **node.attributes},
        labels={**common.labels, **node.labels},
        taints=(*node.taints, *further),
    )


def _speaks(group: NodeGroup) -> bool:
    """Tell whether a group says anything of its nodes but how many there are."""
    return bool(
        group.node_labels or group.taints or group.version or group.instance_types or group.zones
    )


def _may_grow(group: NodeGroup) -> bool:
    return group.recognisable and GroupSize.of(group).may_grow


def _member(node: ObservedNode, groups: Sequence[NodeGroup]) -> DeclaredNode:
    """Return a node as its *groups* declare it; the first that speaks of something counts."""
    stated = [group.taints for group in groups if group.taints is not None]
    taints = {one.value: one for some in reversed(stated) for one in some}
    weakest = [*reversed(groups)]
    labels = {key: value for group in weakest for key, value in group.node_labels.items()}
    unknown = {key: gap for group in weakest for key, gap in group.unknown.items()}
    return DeclaredNode(
        name=node.name,
        group=groups[0].name,
        places=tuple(dict.fromkeys(group.place for group in groups if group.place)),
        attributes=dict(_attributes(node, groups)),
        labels=labels,
        taints=tuple(taints.values()),
        unknown={key: gap for key, gap in unknown.items() if key not in _SIZE},
        member=True,
        automatic=frozenset[str]().union(*(group.automatic for group in groups)),
        silent=frozenset(
            attribute
            for attribute, speaks in ((LABELS, labels), (TAINTS, stated))
            if not speaks and not any(key.partition(".")[0] == attribute for key in unknown)
        ),
    )


def _attributes(
    node: ObservedNode, groups: Sequence[NodeGroup]
) -> Iterator[tuple[Attribute, Located[str]]]:
    version = next((group.version for group in groups if group.version), None)
    if version is not None:
        yield Attribute.VERSION, version
    types = next((group.instance_types for group in groups if group.instance_types), ())
    zones = next((group.zones for group in groups if group.zones), ())
    for attribute, label, allowed in (
        (Attribute.INSTANCE_TYPE, ObservedNode.INSTANCE_TYPE, types),
        (Attribute.ZONE, ObservedNode.ZONE, zones),
    ):
        if allowed:
            yield attribute, _allowed(allowed, node.labels.get(label, ""))


def _allowed(allowed: Sequence[Located[str]], have: str) -> Located[str]:
    """Return which of the *allowed* values a node has, else all of them as one text."""
    for stated in allowed:
        if stated.value == have:
            return stated
    return Located(" or ".join(stated.value for stated in allowed), allowed[0].place)

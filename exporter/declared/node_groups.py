"""One group out of all that is said of it: by hand in the settings, and by the pool in the code."""

from collections.abc import Sequence
from dataclasses import replace

from exporter.domain.declaration import Conflict, NodeGroup, Reading
from exporter.domain.provenance import Located, Place, Source

_BOUNDS = ("minimum", "maximum")


def merged_groups(readings: Sequence[Reading], conflicts: list[Conflict]) -> dict[str, NodeGroup]:
    """Return all groups by name, those of the settings first, as they take a node before others.

    Two of one name are one; so are a pool and a group of the settings that is recognised by the
    same label. What the stronger reading says counts; *conflicts* grows by where sizes differ.
    """
    groups: dict[str, NodeGroup] = {}
    for reading in readings:
        for group in reading.groups:
            known = groups.pop(group.name, None) or _alike(group, groups)
            groups[group.name] = group if known is None else _merged(known, group, conflicts)
    return dict(sorted(groups.items(), key=lambda item: _by_code(item[1])))


def _by_code(group: NodeGroup) -> bool:
    return group.place is None or group.place.source is not Source.INVENTORY


def _alike(group: NodeGroup, groups: dict[str, NodeGroup]) -> NodeGroup | None:
    """Take out the pool that is recognised by the very same labels, if there is one."""
    if group.name_pattern or not group.labels:
        return None
    found = [name for name, one in groups.items() if one.pool and one.labels == group.labels]
    return groups.pop(found[0]) if len(found) == 1 else None


def _merged(weaker: NodeGroup, stronger: NodeGroup, conflicts: list[Conflict]) -> NodeGroup:
    conflicts.extend(_differing(weaker, stronger))
    unknown = {
        key: gap for key, gap in weaker.unknown.items() if not _states(stronger, key)
    } | dict(stronger.unknown)
    return replace(
        stronger,
        minimum=weaker.minimum if stronger.minimum is None else stronger.minimum,
        maximum=weaker.maximum if stronger.maximum is None else stronger.maximum,
        name_pattern=stronger.name_pattern or ("" if stronger.labels else weaker.name_pattern),
        labels=stronger.labels or ({} if stronger.name_pattern else weaker.labels),
        node_labels={**weaker.node_labels, **stronger.node_labels},
        taints=weaker.taints if stronger.taints is None else stronger.taints,
        version=stronger.version or weaker.version,
        instance_types=stronger.instance_types or weaker.instance_types,
        zones=stronger.zones or weaker.zones,
        unknown=unknown,
        pool=weaker.pool or stronger.pool,
        automatic=weaker.automatic | stronger.automatic,
        unbounded=weaker.unbounded or stronger.unbounded,
    )


def _states(group: NodeGroup, key: str) -> bool:
    """Tell whether *group* says itself what *key* of another is unknown."""
    head, _, label = key.partition(".")
    if label:
        return label in group.node_labels
    values = {
        "minimum": group.minimum is not None,
        "maximum": group.maximum is not None,
        "taints": group.taints is not None,
        "version": group.version is not None,
        "instance_type": bool(group.instance_types),
        "zone": bool(group.zones),
    }
    return values.get(head, False)


def _differing(weaker: NodeGroup, stronger: NodeGroup) -> list[Conflict]:
    found = []
    for bound in _BOUNDS:
        one, other = getattr(weaker, bound), getattr(stronger, bound)
        if None not in {one, other} and one != other and weaker.place and stronger.place:
            found.append(
                _conflict(stronger.name, bound, {weaker.place: one, stronger.place: other})
            )
    return found


def _conflict(name: str, bound: str, said: dict[Place, int]) -> Conflict:
    values = " and ".join(f"{value} ({place.where})" for place, value in said.items())
    return Conflict(
        kind="NodeGroup",
        namespace="",
        name=name,
        attribute=bound,
        statements=tuple(Located(str(value), place) for place, value in said.items()),
        message=f"{bound} is declared as {values}",
    )

"""Names that Kubernetes would refuse: nothing in a cluster can have them, and no label holds them.

Objects and Applications are held against the rules for their names where they are read. Nodes and
groups of nodes are named by whatever a source has for a name, so their length is seen to here, for
all sources.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from exporter.domain.declaration import NodeStatement, Reading
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place

LONGEST: Final = 253
"""Characters of a DNS subdomain (RFC 1123), as the name of a node is one."""
_SHOWN: Final = 60
_ADVICE: Final = "Shorten the name."


def without_impossible_names(reading: Reading) -> Reading:
    """Return *reading* without nodes and groups whose name is too long; each is an item instead."""
    refused = tuple(_refused(reading))
    if not refused:
        return reading
    return replace(
        reading,
        nodes=tuple(_grouped(node) for node in reading.nodes if _fits(node.name)),
        groups=tuple(group for group in reading.groups if _fits(group.name)),
        items=(*reading.items, *refused),
    )


def _refused(reading: Reading) -> Iterator[Item]:
    """Yield an item for each name that is too long, once."""
    found: dict[tuple[str, str], Place] = {}
    for node in reading.nodes:
        for kind, name in (("Node", node.name), *(("NodeGroup", name) for name in node.groups)):
            if not _fits(name):
                found.setdefault((kind, name), node.place)
    for group in reading.groups:
        if not _fits(group.name):
            place = group.place or Place(reading.source, "")
            found.setdefault(("NodeGroup", group.name), place)
    for (kind, name), place in found.items():
        yield Item(
            source=reading.source,
            subject=Subject(kind, "", f"{name[:_SHOWN]}..."),
            state=ItemState.UNREADABLE,
            place=place,
            layers=(Layer.INFRASTRUCTURE, Layer.CONFIGURATION),
            message=f"has a name of {len(name):,} characters, of which {LONGEST} are allowed",
            advice=_ADVICE,
        )


def _grouped(node: NodeStatement) -> NodeStatement:
    if all(map(_fits, node.groups)):
        return node
    return replace(node, groups=tuple(filter(_fits, node.groups)))


def _fits(name: str) -> bool:
    return len(name) <= LONGEST

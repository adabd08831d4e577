"""What tasks could set on nodes: which attributes, of which nodes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exporter.domain.declaration import LABELS, TAINTS

NODE_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
LABEL_KEY = re.compile(r"(?:[A-Za-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
LABELS_AND_TAINTS = frozenset({LABELS, TAINTS})


@dataclass(frozen=True, slots=True)
class Extent:
    """What a task could set: *attributes*, as gaps name them, of the nodes *names*.

    No names stand for any node.
    """

    attributes: frozenset[str]
    names: frozenset[str] = frozenset()


def union(extents: Iterable[Extent]) -> Extent:
    """Return what all of *extents* could set together."""
    found = list(extents)
    attributes = frozenset().union(*(extent.attributes for extent in found))
    if any(not extent.names for extent in found):
        return Extent(attributes)
    return Extent(attributes, frozenset().union(*(extent.names for extent in found)))


def attribute_name(family: str, key: str) -> str:
    """Return the attribute of one label or taint; the whole *family* where the key is not known."""
    return f"{family}.{key}" if LABEL_KEY.fullmatch(key) else family


def valid_node_names(names: Sequence[str]) -> frozenset[str]:
    """Return *names*, or nothing (any node) where one of them is not a node's name."""
    return frozenset(names) if all(NODE_NAME.fullmatch(name) for name in names) else frozenset()

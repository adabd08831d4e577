"""What a task does to nodes: labels and taints that it sets or takes away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.declared.ansible.extents import Extent, attribute_name, valid_node_names
from exporter.domain.declaration import LABELS, TAINTS
from exporter.domain.taints import Taint, TaintEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeChange:
    """Labels and taints for the nodes *names*, for all of them, or for those *selector* finds.

    A label whose value is None, and a taint in *removed*, is taken away; a removed taint without
    effect is taken away with any. *line* counts from 0 inside the script that says it.
    """

    names: tuple[str, ...] = ()
    every: bool = False
    selector: str = ""
    labels: Mapping[str, str | None] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    removed: tuple[tuple[str, TaintEffect | None], ...] = ()
    line: int = 0

    @property
    def extent(self) -> Extent:
        """What it sets or takes away."""
        attributes = {attribute_name(LABELS, key) for key in self.labels}
        attributes |= {attribute_name(TAINTS, taint.key) for taint in self.taints}
        attributes |= {attribute_name(TAINTS, key) for key, _ in self.removed}
        named = not self.every and not self.selector
        return Extent(frozenset(attributes), valid_node_names(self.names) if named else frozenset())

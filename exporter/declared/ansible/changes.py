"""What a task does to nodes: labels and taints that it sets or takes away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.domain.taints import Taint, TaintEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
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

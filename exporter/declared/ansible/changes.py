"""What a task does to nodes: labels and taints that it sets or takes away."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.domain.taints import Taint, TaintEffect

NODE_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
LABEL_KEY = re.compile(r"(?:[A-Za-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


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

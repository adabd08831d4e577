"""Objects of the cluster that Terraform itself puts there, as far as they speak of nodes."""

from collections.abc import Iterable

from exporter.declared.terraform.attribute_paths import follow
from exporter.declared.terraform.bodies import values_of
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block
from exporter.declared.terraform.language.values import NotKnownError, Value, text
from exporter.domain.declaration import LABELS, TAINTS

SPEAKING = {"kubernetes_labels": LABELS, "kubernetes_node_taint": TAINTS}
"""What of nodes the types say that may label or taint one."""


def speak_of_nodes(
    block: Block, address: str, *, scopes: Iterable[Scope], collector: Collector
) -> None:
    """Say that a resource labels or taints a node; what it says of it is not read."""
    attribute = SPEAKING[block.labels[0]]
    for scope in scopes:
        values = values_of(block.body, scope, ("kind", "metadata"))
        if attribute is LABELS and _text(values.get("kind")) not in {"", "Node"}:
            continue
        name = _text(follow(values, ("metadata", "0", "name")))
        message = f"{address} sets {attribute} of {name or 'nodes'}, which is not read"
        collector.gap(block.at, message, attributes={attribute}, name=name)


def _text(value: Value | None) -> str:
    """Return a text, an empty one where there is none or nobody can tell."""
    try:
        return "" if value is None else text(value)
    except NotKnownError:
        return ""

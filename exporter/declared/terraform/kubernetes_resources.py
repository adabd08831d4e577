"""Resources of the Kubernetes provider that label or taint nodes."""

from collections.abc import Iterable

from exporter.declared.terraform.attribute_paths import follow
from exporter.declared.terraform.bodies import values_of
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block
from exporter.declared.terraform.language.values import NotKnownError, Value, text
from exporter.domain.declaration import LABELS, TAINTS

NODE_METADATA = {"kubernetes_labels": LABELS, "kubernetes_node_taint": TAINTS}
"""The types that label or taint a node, and which of both."""


def note_node_metadata(
    block: Block, address: str, *, scopes: Iterable[Scope], collector: Collector
) -> None:
    """Note that a resource labels or taints a node; with what is not read."""
    attribute = NODE_METADATA[block.labels[0]]
    for scope in scopes:
        values = values_of(block.body, scope, ("kind", "metadata"))
        if attribute is LABELS and _text(values.get("kind")) not in {"", "Node"}:
            continue
        name = _text(follow(values, ("metadata", "0", "name")))
        message = f"{address} sets {attribute} of {name or 'nodes'}, which is not read"
        collector.gap(block.at, message, attributes={attribute}, name=name)


def _text(value: Value | None) -> str:
    """Return a text, an empty one where there is none or it is not known."""
    try:
        return "" if value is None else text(value)
    except NotKnownError:
        return ""

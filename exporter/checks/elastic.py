"""Nodes that an autoscaler adds and removes: they come and go, and are no trouble for a while."""

from datetime import timedelta
from typing import Final

from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.nodes import ObservedNode

NEW: Final = timedelta(minutes=10)
"""How long a node may take to be Ready and scraped."""
LEAVING: Final = frozenset(
    {"ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption"}
)
"""Taints of nodes that an autoscaler is about to remove."""


def removal(node: ObservedNode) -> Progress | None:
    """Return that an autoscaler is about to remove a *node*, if so."""
    leaving = sorted(taint.key for taint in node.taints if taint.key in LEAVING)
    if not leaving:
        return None
    return Progress(
        reason=ExcuseReason.REMOVAL,
        waits_for="the node is about to be removed",
        since=node.tainted.get(leaving[0]),
    )


def start(node: ObservedNode) -> Progress | None:
    """Return that a *node* is new, which ends by itself; None where it has been Ready before."""
    since, ready = node.created, node.ready_since
    if since is None or (ready is not None and ready - since > NEW):
        return None
    return Progress(
        reason=ExcuseReason.STARTING, waits_for="the node is new", since=since, limit=NEW
    )

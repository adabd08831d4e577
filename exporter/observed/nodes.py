"""What a Node object says."""

from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_instant
from exporter.domain.nodes import ConditionStatus, ObservedNode
from exporter.domain.taints import Taint, TaintEffect
from exporter.observed.records import Condition, NodeRecord, NodeSpec, NodeStatus, TaintRecord


def observed_node(record: NodeRecord) -> ObservedNode:
    """Return the node that *record* shows; raises :exc:`ParseError` for a taint or time amiss."""
    metadata = record.metadata
    spec = record.spec or NodeSpec()
    status = record.status or NodeStatus()
    ready = _ready(status)
    created = metadata.creation_timestamp
    return ObservedNode(
        name=metadata.name,
        labels=metadata.labels or {},
        taints=frozenset(_taint(one) for one in spec.taints or ()),
        ready=(ready and ready.status) or ConditionStatus.UNKNOWN,
        ready_message=(ready and ready.message) or "",
        unschedulable=bool(spec.unschedulable),
        version=(status.node_info and status.node_info.kubelet_version) or "",
        provider_id=spec.provider_id or "",
        internal_ips=tuple(
            one.address for one in status.addresses or () if one.type == "InternalIP"
        ),
        created=parse_instant(created) if created else None,
    )


def _ready(status: NodeStatus) -> Condition | None:
    return next((one for one in status.conditions or () if one.type == "Ready"), None)


def _taint(record: TaintRecord) -> Taint:
    try:
        effect = TaintEffect(record.effect)
    except ValueError:
        effects = ", ".join(TaintEffect)
        raise ParseError(
            f"the taint {record.key} has the effect {record.effect!r}, not one of {effects}"
        ) from None
    return Taint(key=record.key, effect=effect, value=record.value or "")

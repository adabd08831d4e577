"""What a Node object says."""

from datetime import UTC, datetime

from exporter.domain.errors import ParseError
from exporter.domain.instants import known_instant, parse_instant
from exporter.domain.nodes import ConditionStatus, ObservedNode
from exporter.domain.taints import Taint, TaintEffect
from exporter.observed.records import (
    Condition,
    NodeAddress,
    NodeRecord,
    NodeStatus,
    TaintRecord,
)

REMOVED_BY_AUTOSCALER = "ToBeDeletedByClusterAutoscaler"
LONGEST_SECONDS = 11
"""Digits of an instant in seconds since 1970 up to the year 5138."""


def observed_node(record: NodeRecord) -> ObservedNode:
    """Return the node that *record* shows.

    Raises :exc:`ParseError` where it has no spec, and for a taint, address or readiness that
    Kubernetes does not know.
    """
    metadata, spec = record.metadata, record.spec
    if spec is None:  # the API server always writes one, so taints were left out
        raise ParseError("it has no spec")
    status = record.status or NodeStatus()
    ready = _ready(status)
    return ObservedNode(
        name=metadata.name,
        labels=metadata.labels or {},
        taints=frozenset(_taint(one) for one in spec.taints or ()),
        tainted={one.key: at for one in spec.taints or () if (at := _added(one)) is not None},
        ready=ready.known_status if ready else ConditionStatus.UNKNOWN,
        ready_message=(ready and ready.message) or "",
        ready_since=known_instant(ready.last_transition_time) if ready else None,
        unschedulable=bool(spec.unschedulable),
        version=(status.node_info and status.node_info.kubelet_version) or "",
        provider_id=spec.provider_id or "",
        internal_ips=tuple(
            _address(one) for one in status.addresses or () if one.type == "InternalIP"
        ),
        created=_created(metadata.creation_timestamp),
    )


def _added(record: TaintRecord) -> datetime | None:
    """Return since when a node bears a taint, as far as anybody wrote it down.

    The cluster autoscaler writes it into the value: seconds since 1970.
    """
    if record.key != REMOVED_BY_AUTOSCALER or record.time_added:
        return known_instant(record.time_added)
    seconds = record.value or ""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= LONGEST_SECONDS):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _ready(status: NodeStatus) -> Condition | None:
    return next((one for one in status.conditions or () if one.type == "Ready"), None)


def _address(record: NodeAddress) -> str:
    if not record.address:
        raise ParseError("an InternalIP is no text")
    return record.address


def _created(text: str | None) -> datetime | None:
    """Return an instant by which a node can only be excused as new; None where it is none."""
    try:
        return parse_instant(text) if text else None
    except ParseError:
        return None


def _taint(record: TaintRecord) -> Taint:
    try:
        effect = TaintEffect(record.effect)
    except ValueError:
        effects = ", ".join(TaintEffect)
        raise ParseError(
            f"the taint {record.key} has the effect {record.effect!r}, not one of {effects}"
        ) from None
    return Taint(key=record.key, effect=effect, value=record.value or "")

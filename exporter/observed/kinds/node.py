"""What a Node object says; source: Kubernetes API reference (core/v1)."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, field

from exporter.domain.errors import ParseError
from exporter.domain.instants import known_instant, parse_instant
from exporter.domain.nodes import ConditionStatus, ObservedNode, ObservedNodes
from exporter.domain.taints import Taint, TaintEffect
from exporter.observed.folds import ObjectFold, by_name
from exporter.observed.kindspec import Declared, FactSpec, KindSpec
from exporter.observed.records import SPARE, Condition, Metadata, Record, SpareText

TaintKey = Annotated[str, Meta(min_length=1, max_length=317)]
"""A prefix of at most 253 characters, a slash, and a name of at most 63."""

REMOVED_BY_AUTOSCALER = "ToBeDeletedByClusterAutoscaler"
LONGEST_SECONDS = 11
"""Digits of an instant in seconds since 1970 up to the year 5138."""


class TaintRecord(Record):
    """A taint."""

    key: TaintKey
    effect: str
    value: str | None = None
    time_added: SpareText = None


class NodeSpec(Record):
    """The spec of a Node."""

    taints: list[TaintRecord] | None = None
    unschedulable: Annotated[bool | None, SPARE] = None
    provider_id: SpareText = field(default=None, name="providerID")


class NodeAddress(Record):
    """An address of a Node."""

    type: str = ""
    address: SpareText = None


class NodeInfo(Record):
    """``status.nodeInfo``."""

    kubelet_version: SpareText = None


class NodeStatus(Record):
    """The status of a Node."""

    conditions: list[Condition] | None = None
    addresses: list[NodeAddress] | None = None
    node_info: Annotated[NodeInfo | None, SPARE] = None


class NodeMetadata(Metadata):
    """Metadata of a Node."""

    labels: dict[str, str] | None = None
    creation_timestamp: SpareText = None


class NodeRecord(Record):
    """A Node."""

    metadata: NodeMetadata
    spec: NodeSpec | None = None
    status: NodeStatus | None = None


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
        taints=frozenset(_taint(taint) for taint in spec.taints or ()),
        tainted={taint.key: at for taint in spec.taints or () if (at := _added(taint)) is not None},
        ready=ready.known_status if ready else ConditionStatus.UNKNOWN,
        ready_message=(ready and ready.message) or "",
        ready_since=known_instant(ready.last_transition_time) if ready else None,
        unschedulable=bool(spec.unschedulable),
        version=(status.node_info and status.node_info.kubelet_version) or "",
        provider_id=spec.provider_id or "",
        internal_ips=tuple(
            _address(address) for address in status.addresses or () if address.type == "InternalIP"
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
    return next(
        (condition for condition in status.conditions or () if condition.type == "Ready"), None
    )


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


def _name(metadata: Metadata) -> str:
    return metadata.name


KIND = KindSpec(
    kind="Node",
    plural="nodes",
    short_names=("no",),
    namespaced=False,
    record=NodeRecord,
    fold=lambda: ObjectFold(key=_name, value=observed_node),
    fact=FactSpec(
        type=ObservedNodes,
        name="nodes",
        build=by_name(ObservedNodes),
        slow=True,  # the index over all labels takes 40 ms at 5,000 nodes
    ),
    read_for=frozenset({Declared.NODES, Declared.WORKLOADS, Declared.COMPONENTS}),
)

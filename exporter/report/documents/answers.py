"""The answers of the HTTP API: the documents of the command line, in parts."""

from typing import Annotated

from msgspec import Meta, Struct

from exporter.domain.recollection import MemoryKind
from exporter.report.documents.declared import (
    Application,
    Conflict,
    Group,
    Node,
    NotCompared,
    Unresolved,
    Workload,
)
from exporter.report.documents.evaluated import (
    Coverage,
    Failure,
    Finding,
    ItemCount,
    LayerScore,
    SourceStatus,
    Transition,
    Waiver,
)
from exporter.report.documents.places import Count, Instant

Total = Annotated[int, Meta(ge=0, description="How many there are that the filters let through.")]
Limit = Annotated[int, Meta(ge=1)]
Next = Annotated[
    Annotated[int, Meta(ge=1)] | None,
    Meta(description="The offset of the next part; null at the end."),
]


class Findings(Struct, frozen=True, kw_only=True):
    """GET /api/v1/findings."""

    at: Annotated[Instant, Meta(description="The instant of the evaluation.")]
    total: Total
    offset: Count
    limit: Limit
    next: Next
    findings: tuple[Finding, ...]


class Layers(Struct, frozen=True, kw_only=True):
    """GET /api/v1/layers."""

    at: Instant
    coverage: Coverage
    items: tuple[ItemCount, ...]
    layers: tuple[LayerScore, ...]
    sources: tuple[SourceStatus, ...]
    waivers: tuple[Waiver, ...]


class Memory(Struct, frozen=True):
    """What the process began with: what it remembers of those before it."""

    kind: Annotated[
        MemoryKind,
        Meta(description="prometheus: its series of failures, which know no reason and no excuse."),
    ]
    until: Annotated[Instant | None, Meta(description="When that was kept last.")]


class Transitions(Struct, frozen=True, kw_only=True):
    """GET /api/v1/transitions: what changed last, the newest first."""

    at: Instant
    total: Total
    offset: Count
    limit: Limit
    next: Next
    memory: Memory
    transitions: tuple[Transition, ...]


class Declared(Struct, frozen=True, kw_only=True):
    """GET /api/v1/declared."""

    total: Total
    offset: Count
    limit: Limit
    next: Next
    items: tuple[ItemCount, ...]
    nodes: tuple[Node, ...]
    groups: tuple[Group, ...]
    workloads: tuple[Workload, ...]
    applications: tuple[Application, ...]
    conflicts: tuple[Conflict, ...]
    not_compared: tuple[NotCompared, ...]
    unresolved: tuple[Unresolved, ...]
    failures: tuple[Failure, ...]
    sources: tuple[SourceStatus, ...]


class Problem(Struct, frozen=True):
    """A parameter is wrong."""

    error: str
    known: Annotated[
        tuple[str, ...], Meta(description="The parameters, or the values, that there are.")
    ]

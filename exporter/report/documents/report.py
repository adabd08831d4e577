"""A report as ``report --format json`` prints it: an evaluation, and the tables of an overview."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from exporter.domain.declaration import JoinedBy
from exporter.domain.finding import Layer, Verdict
from exporter.domain.items import ItemState
from exporter.domain.nodes import ConditionStatus
from exporter.domain.provenance import Source
from exporter.domain.taints import Taint
from exporter.report import rows
from exporter.report.account import NotCompared as Folded
from exporter.report.documents.evaluated import Evaluation
from exporter.report.documents.places import Instant, Place, instant, places
from exporter.report.overview import Overview
from exporter.report.rows import Advice, Term

Verdicts = dict[str, Verdict]


class Group(Struct, frozen=True, kw_only=True):
    """A group of nodes; null where nobody could look."""

    name: str
    minimum: int
    maximum: int
    observed: int | None
    ready: int | None
    members: tuple[str, ...]
    missing: tuple[str, ...] | None
    unbounded: Annotated[
        bool, Meta(description="Whether it has as many nodes as pods need; the bounds are 0 then.")
    ]
    verdicts: Verdicts

    @classmethod
    def of(cls, row: rows.GroupRow) -> "Group":
        """Return the document of *row*."""
        return cls(
            name=row.name,
            minimum=row.minimum,
            maximum=row.maximum,
            observed=row.observed,
            ready=row.ready,
            members=row.members,
            missing=row.missing,
            unbounded=row.unbounded,
            verdicts=dict(row.verdicts),
        )


class Version(Struct, frozen=True):
    """The version of a kubelet."""

    declared: str | None
    observed: str | None


class Labels(Struct, frozen=True):
    """The labels of a node."""

    declared: dict[str, str] | None
    observed: dict[str, str] | None


class Taints(Struct, frozen=True):
    """The taints of a node, as ``key=value:effect``."""

    declared: tuple[str, ...] | None
    observed: tuple[str, ...] | None


class NodeComparison(Struct, frozen=True, kw_only=True):
    """A node, declared or unexpectedly there; null where nobody could look."""

    name: str
    group: str
    declared: bool
    known_as: Annotated[
        str | None, Meta(description="What the cluster calls it, where that is another name.")
    ]
    joined_by: Annotated[JoinedBy | None, Meta(description="By what it was found there, then.")]
    present: bool | None
    ready: ConditionStatus | None
    unschedulable: bool | None
    roles: tuple[str, ...] | None
    version: Version
    labels: Labels
    taints: Taints
    provenance: tuple[Place, ...]
    verdicts: Verdicts

    @classmethod
    def of(cls, row: rows.NodeRow) -> "NodeComparison":
        """Return the document of *row*."""
        return cls(
            name=row.name,
            group=row.group,
            declared=row.declared,
            known_as=row.known_as or None,
            joined_by=row.joined_by,
            present=row.present,
            ready=row.ready,
            unschedulable=row.unschedulable,
            roles=row.roles,
            version=Version(row.version_declared or None, row.version),
            labels=Labels(_copied(row.labels_declared), _copied(row.labels)),
            taints=Taints(_texts(row.taints_declared), _texts(row.taints)),
            provenance=places(row.places),
            verdicts=dict(row.verdicts),
        )


def _copied(labels: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if labels is None else dict(labels)


def _texts(taints: tuple[Taint, ...] | None) -> tuple[str, ...] | None:
    return None if taints is None else tuple(map(str, taints))


class Replicas(Struct, frozen=True, kw_only=True):
    """The replicas of a workload."""

    minimum: int | None
    maximum: int | None
    desired: int | None
    ready: int | None


class WorkloadComparison(Struct, frozen=True, kw_only=True):
    """A declared workload, and how it runs; null where nobody could look."""

    kind: str
    namespace: str
    name: str
    application: str | None
    overlay: str
    present: bool | None
    replicas: Replicas
    images: tuple[str, ...]
    node_selector: dict[str, str] | None
    tolerations: tuple[str, ...] | None
    placement: dict[str, int] | None
    provenance: tuple[Place, ...]
    verdicts: Verdicts

    @classmethod
    def of(cls, row: rows.WorkloadRow) -> "WorkloadComparison":
        """Return the document of *row*."""
        return cls(
            kind=row.key.kind,
            namespace=row.key.namespace,
            name=row.key.name,
            application=str(row.application) if row.application else None,
            overlay=row.overlay,
            present=row.present,
            replicas=Replicas(
                minimum=row.minimum, maximum=row.maximum, desired=row.desired, ready=row.ready
            ),
            images=row.images,
            node_selector=_copied(row.node_selector),
            tolerations=row.tolerations,
            placement=None if row.placement is None else dict(row.placement),
            provenance=places((row.place,)),
            verdicts=dict(row.verdicts),
        )


class ApplicationComparison(Struct, frozen=True, kw_only=True):
    """A declared Argo CD Application, and what Argo CD says of it."""

    namespace: str
    name: str
    application_set: str | None
    present: bool | None
    sync: str | None
    health: str | None
    paths: tuple[str, ...]
    revisions: tuple[str, ...]
    deployed: tuple[str, ...] | None
    provenance: tuple[Place, ...]
    verdicts: Verdicts

    @classmethod
    def of(cls, row: rows.ApplicationRow) -> "ApplicationComparison":
        """Return the document of *row*."""
        return cls(
            namespace=row.key.namespace,
            name=row.key.name,
            application_set=row.application_set or None,
            present=row.present,
            sync=row.sync,
            health=row.health,
            paths=row.paths,
            revisions=row.revisions,
            deployed=row.deployed,
            provenance=places((row.place,)),
            verdicts=dict(row.verdicts),
        )


class Remedy(Struct, frozen=True):
    """What would let *count* things be compared."""

    advice: str
    count: int


class BlindSpots(Struct, frozen=True, kw_only=True):
    """What a source declares and nobody compares, for one reason."""

    source: Source
    reason: ItemState
    accepted: bool
    count: int
    kinds: dict[str, int]
    subjects: tuple[str, ...]
    remedies: tuple[Remedy, ...]

    @classmethod
    def of(cls, folded: Folded) -> "BlindSpots":
        """Return the document of what is *folded* into one row."""
        return cls(
            source=folded.source,
            reason=folded.reason,
            accepted=folded.accepted,
            count=folded.count,
            kinds=dict(folded.kinds),
            subjects=tuple(map(str, folded.subjects)),
            remedies=tuple(Remedy(remedy.advice, remedy.count) for remedy in folded.remedies),
        )


class Unseen(Struct, frozen=True, kw_only=True):
    """Why findings are unknown."""

    cause: str | None
    detail: str
    count: int
    checks: tuple[str, ...]


class Indicator(Struct, frozen=True, kw_only=True):
    """A success indicator: *reached* of *total* for a check or an aim."""

    indicator: str
    layer: Layer | None
    reached: int
    total: int
    verdict: Verdict


class Recommendation(Struct, frozen=True, kw_only=True):
    """Something to do."""

    term: Term
    advice: Advice
    about: str
    count: int
    by: Instant | None


class Report(Evaluation, frozen=True, kw_only=True):
    """cluster-conformance report --format json."""

    cluster: str | None
    revision: str | None
    reference: str | None
    complete: bool
    groups: tuple[Group, ...]
    nodes: tuple[NodeComparison, ...]
    workloads: tuple[WorkloadComparison, ...]
    applications: tuple[ApplicationComparison, ...]
    not_compared: tuple[BlindSpots, ...]
    unseen: tuple[Unseen, ...]
    indicators: tuple[Indicator, ...]
    recommendations: tuple[Recommendation, ...]


def report(view: Overview) -> Report:
    """Return everything that a report says, without words of any language."""
    return Report(
        **asdict(Evaluation.of(view.evaluation)),
        cluster=view.cluster or None,
        revision=view.revision or None,
        reference=view.reference or None,
        complete=view.complete,
        groups=tuple(map(Group.of, view.groups)),
        nodes=tuple(map(NodeComparison.of, view.nodes)),
        workloads=tuple(map(WorkloadComparison.of, view.workloads)),
        applications=tuple(map(ApplicationComparison.of, view.applications)),
        not_compared=tuple(map(BlindSpots.of, view.account.not_compared)),
        unseen=tuple(
            Unseen(cause=row.cause or None, detail=row.detail, count=row.count, checks=row.checks)
            for row in view.unseen
        ),
        indicators=tuple(
            Indicator(
                indicator=row.code,
                layer=row.layer,
                reached=row.reached,
                total=row.total,
                verdict=row.verdict,
            )
            for row in view.indicators
        ),
        recommendations=tuple(
            Recommendation(
                term=row.term,
                advice=row.advice,
                about=row.about,
                count=row.count,
                by=instant(row.by),
            )
            for row in view.recommendations
        ),
    )

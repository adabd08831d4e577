"""A declaration as ``declared --format json`` prints it: each value with its place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from exporter.domain import declaration, items
from exporter.domain.declaration import (
    Attribute,
    DeclaredApplication,
    DeclaredNode,
    JoinedBy,
    NodeGroup,
)
from exporter.domain.errors import ParseError
from exporter.domain.finding import Layer
from exporter.domain.items import ItemState
from exporter.domain.json import as_list, as_object, as_text, dig
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Located, Source
from exporter.domain.state import State
from exporter.domain.taints import Taint as Declared
from exporter.domain.taints import TaintEffect
from exporter.domain.templates import node_selection, tolerations
from exporter.report.account import count_items
from exporter.report.contents import Contents
from exporter.report.documents.evaluated import Failure, ItemCount, SourceStatus
from exporter.report.documents.evaluated import items as item_counts
from exporter.report.documents.places import (
    Attributed,
    Line,
    Namespace,
    Path,
    Place,
    Revision,
    location,
)


class NotCompared(Struct, frozen=True):
    """Something declared that nobody compares."""

    kind: str
    namespace: Namespace
    name: str
    reason: ItemState
    layers: Annotated[tuple[Layer, ...], Meta(description="Whose coverage it lowers.")]
    message: str
    advice: Annotated[str, Meta(description="What to do about it; empty where nobody knows.")]
    source: Source
    path: Path
    line: Line
    revision: Revision

    @classmethod
    def of(cls, item: items.Item) -> "NotCompared":
        """Return the document of *item*."""
        return cls(
            *item.subject,
            reason=item.state,
            layers=item.layers,
            message=item.message,
            advice=item.advice,
            **location(item.place),
        )


class Taint(Struct, frozen=True):
    """A taint."""

    key: str
    value: str
    effect: TaintEffect


class Node(Struct, frozen=True):
    """A declared node."""

    name: str
    group: str
    labels: dict[str, str]
    taints: tuple[Taint, ...]
    version: str | None
    instance_type: str | None
    zone: str | None
    internal_ip: str | None
    provider_id: str | None
    known_as: Annotated[
        str | None,
        Meta(description="What the cluster calls it; null for its own name, or if nobody looked."),
    ]
    joined_by: Annotated[JoinedBy | None, Meta(description="By what it was found there, then.")]
    provenance: tuple[Attributed, ...]

    @classmethod
    def of(cls, node: DeclaredNode, joined: DeclaredNodes | None = None) -> "Node":
        """Return the document of *node*; *joined* has it as it was found in the cluster."""
        found = joined.named(node.name) if joined else None
        by = found.joined_by if found else None
        return cls(
            name=node.name,
            group=node.group,
            labels=_values(node.labels),
            taints=_taints(node.taints),
            version=_value(node, Attribute.VERSION),
            instance_type=_value(node, Attribute.INSTANCE_TYPE),
            zone=_value(node, Attribute.ZONE),
            internal_ip=_value(node, Attribute.INTERNAL_IP),
            provider_id=_value(node, Attribute.PROVIDER_ID),
            known_as=joined.key_of(node.name) if joined and by else None,
            joined_by=by,
            provenance=tuple(_node_places(node)),
        )


def _values(stated: Mapping[str, Located[str]]) -> dict[str, str]:
    return {key: value.value for key, value in stated.items()}


def _value(node: DeclaredNode, attribute: Attribute) -> str | None:
    stated = node.attributes.get(attribute)
    return stated.value if stated else None


def _node_places(node: DeclaredNode) -> Iterator[Attributed]:
    yield from (Attributed.of("name", place) for place in node.places)
    for name, stated in node.attributes.items():
        yield Attributed.of(name, stated.place)
    for label, stated in node.labels.items():
        yield Attributed.of(f"labels.{label}", stated.place)
    for taint in node.taints:
        yield Attributed.of(f"taints.{taint.value.key}:{taint.value.effect}", taint.place)


class Group(Struct, frozen=True, kw_only=True):
    """A declared group of nodes; null where nothing is said of it, or nobody can tell."""

    name: str
    minimum: int | None
    maximum: int | None
    match: Annotated[
        dict[str, str], Meta(description="Labels by which its nodes are recognised; patterns.")
    ]
    name_pattern: str | None
    members: Annotated[tuple[str, ...], Meta(description="The nodes that are declared by name.")]
    labels: Annotated[dict[str, str], Meta(description="Labels that each of its nodes has.")]
    taints: tuple[Taint, ...] | None
    version: str | None
    instance_types: tuple[str, ...]
    zones: tuple[str, ...]
    provenance: tuple[Place, ...]

    @classmethod
    def of(cls, group: NodeGroup) -> "Group":
        """Return the document of *group*."""
        return cls(
            name=group.name,
            minimum=group.minimum,
            maximum=group.maximum,
            match=dict(group.labels),
            name_pattern=group.name_pattern or None,
            members=tuple(sorted(group.members)),
            labels=_values(group.node_labels),
            taints=None if group.taints is None else _taints(group.taints),
            version=group.version.value if group.version else None,
            instance_types=tuple(stated.value for stated in group.instance_types),
            zones=tuple(stated.value for stated in group.zones),
            provenance=(Place.of(group.place),) if group.place else (),
        )


def _taints(stated: Iterable[Located[Declared]]) -> tuple[Taint, ...]:
    return tuple(Taint(taint.value.key, taint.value.value, taint.value.effect) for taint in stated)


class Workload(Struct, frozen=True, kw_only=True):
    """A declared workload, as it is rendered."""

    kind: str
    namespace: str
    name: str
    application: str | None
    chart: Annotated[
        str | None, Meta(description="Name, version and template of the chart that it is from.")
    ]
    replicas: Annotated[Any, Meta(description="As declared; null where it is not.")]
    labels: dict[str, Any]
    images: tuple[str, ...]
    node_selector: Annotated[
        dict[str, str] | None,
        Meta(description="null where it is not understood; error says why."),
    ]
    tolerations: tuple[str, ...] | None
    error: str | UnsetType = UNSET
    provenance: tuple[Attributed, ...]

    @classmethod
    def of(cls, workload: declaration.DeclaredWorkload) -> "Workload":
        """Return the document of *workload*."""
        pods = as_object(dig(workload.manifest, "spec", "template", "spec"))
        containers = map(as_object, as_list(pods.get("containers")))
        application = workload.application
        selector, tolerated, error = _scheduling(pods)
        return cls(
            kind=workload.key.kind,
            namespace=workload.key.namespace,
            name=workload.key.name,
            application=str(application) if application else None,
            chart=workload.chart or None,
            replicas=dig(workload.manifest, "spec", "replicas"),
            labels=dict(as_object(dig(workload.manifest, "metadata", "labels"))),
            images=tuple(as_text(container.get("image")) for container in containers),
            node_selector=selector,
            tolerations=tolerated,
            error=error,
            provenance=(
                Attributed.of("name", workload.place),
                *(Attributed.of(*found) for found in sorted(workload.places.items())),
            ),
        )


def _scheduling(
    pods: Mapping[str, Any],
) -> tuple[dict[str, str] | None, tuple[str, ...] | None, str | UnsetType]:
    """Return the node selector and the tolerations of pods, or what is wrong with them."""
    try:
        selection, tolerated = node_selection(pods), tolerations(pods)
    except ParseError as error:
        return None, None, error.message
    return dict(selection.labels), tuple(map(str, tolerated)), UNSET


class ApplicationSource(Struct, frozen=True):
    """A source of an Application."""

    repository: str
    path: str | None
    chart: str | None
    revision: str
    version: Annotated[
        str | None,
        Meta(description="The version of the chart that the revision means, where it is known."),
    ]
    local: Annotated[bool, Meta(description="Whether it lies in the checkout.")]

    @classmethod
    def of(cls, source: declaration.ApplicationSource) -> "ApplicationSource":
        """Return the document of *source*."""
        return cls(
            repository=source.repository,
            path=source.path or None,
            chart=source.chart or None,
            revision=source.revision,
            version=source.resolved or None,
            local=source.local,
        )


class Application(Struct, frozen=True):
    """A declared Argo CD Application."""

    namespace: str
    name: str
    application_set: str | None
    project: str
    labels: dict[str, str]
    sources: tuple[ApplicationSource, ...]
    destination_namespace: str | None
    provenance: tuple[Attributed, ...]

    @classmethod
    def of(cls, application: DeclaredApplication) -> "Application":
        """Return the document of *application*."""
        return cls(
            namespace=application.key.namespace,
            name=application.key.name,
            application_set=application.application_set or None,
            project=application.project,
            labels=_values(application.labels),
            sources=tuple(map(ApplicationSource.of, application.sources)),
            destination_namespace=application.destination_namespace or None,
            provenance=tuple(_application_places(application)),
        )


def _application_places(application: DeclaredApplication) -> Iterator[Attributed]:
    yield Attributed.of("name", application.place)
    for kind, stated in (("labels", application.labels), ("parameters", application.parameters)):
        yield from (Attributed.of(f"{kind}.{key}", value.place) for key, value in stated.items())


class Statement(Struct, frozen=True):
    """What one place says."""

    value: str
    provenance: Place


class Conflict(Struct, frozen=True):
    """Two or more statements that contradict each other."""

    kind: str
    namespace: str
    name: str
    attribute: str
    message: str
    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, conflict: declaration.Conflict) -> "Conflict":
        """Return the document of *conflict*."""
        return cls(
            kind=conflict.kind,
            namespace=conflict.namespace,
            name=conflict.name,
            attribute=conflict.attribute,
            message=conflict.message,
            statements=tuple(
                Statement(statement.value, Place.of(statement.place))
                for statement in conflict.statements
            ),
        )


class Unresolved(Struct, frozen=True):
    """Something whose value only a run would tell."""

    message: str
    source: Source
    path: Path
    line: Line
    revision: Revision

    @classmethod
    def of(cls, unresolved: declaration.Unresolved) -> "Unresolved":
        """Return the document of *unresolved*."""
        return cls(message=unresolved.message, **location(unresolved.place))


class Declaration(Struct, frozen=True):
    """cluster-conformance declared --format json."""

    items: tuple[ItemCount, ...]
    not_compared: tuple[NotCompared, ...]
    nodes: tuple[Node, ...]
    groups: tuple[Group, ...]
    workloads: tuple[Workload, ...]
    applications: tuple[Application, ...]
    conflicts: tuple[Conflict, ...]
    unresolved: tuple[Unresolved, ...]
    failures: tuple[Failure, ...]
    sources: tuple[SourceStatus, ...]

    @classmethod
    def of(cls, state: State, joined: DeclaredNodes | None = None) -> "Declaration":
        """Return the document of the merged declaration; for *joined* see :meth:`Node.of`."""
        declared = Contents.of(state.facts)
        return cls(
            items=item_counts(count_items(declared.items)),
            not_compared=tuple(map(NotCompared.of, declared.not_compared)),
            nodes=tuple(Node.of(node, joined) for node in declared.nodes.values()),
            groups=tuple(map(Group.of, declared.groups)),
            workloads=tuple(map(Workload.of, declared.workloads.values())),
            applications=tuple(map(Application.of, declared.applications.values())),
            conflicts=tuple(map(Conflict.of, declared.conflicts)),
            unresolved=tuple(map(Unresolved.of, state.unresolved)),
            failures=tuple(map(Failure.of, state.failures)),
            sources=tuple(map(SourceStatus.of, state.sources)),
        )

"""The inventory that is written by hand in the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import UNSET

from exporter.declared.reader import NODES, Inputs, Reader
from exporter.domain.applications import DeclaredApplications
from exporter.domain.declaration import (
    TAINTS,
    ApplicationKey,
    ApplicationSource,
    Attribute,
    DeclaredApplication,
    DeclaredWorkload,
    Deliveries,
    Failure,
    NodeGap,
    NodeGroup,
    NodeStatement,
    Reading,
    WorkloadKey,
)
from exporter.domain.errors import ParseError, Reason
from exporter.domain.finding import Layer, Subject
from exporter.domain.gaps import Gap
from exporter.domain.items import Item, ItemState
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.declared import (
    InventoryApplication,
    InventoryNode,
    InventorySettings,
    InventoryWorkload,
)
from exporter.settings.model import Settings
from exporter.settings.nodes import GroupSettings


def read(
    settings: InventorySettings, *, path: str, groups: Sequence[GroupSettings] = ()
) -> Reading:
    """Return what the settings themselves declare; *path* names their file."""
    found = _Nodes(Place(source=Source.INVENTORY, path=path))
    for node in settings.nodes:
        found.add(node)
    for group in groups:
        found.add_group(group)
    place = found.place
    return Reading(
        source=Source.INVENTORY,
        nodes=tuple(found.statements),
        groups=tuple(found.groups),
        workloads=tuple(_workload(workload, place) for workload in settings.workloads),
        applications=tuple(
            _application(application, place) for application in settings.applications
        ),
        failures=tuple(found.failures),
        items=tuple(_item(name, place) for name in dict.fromkeys(group.name for group in groups)),
        gaps=tuple(found.gaps),
    )


@dataclass(slots=True)
class _Nodes:
    """The nodes that are written at *place*, and what of them is no taint."""

    place: Place
    statements: list[NodeStatement] = field(default_factory=list)
    groups: list[NodeGroup] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    gaps: list[NodeGap] = field(default_factory=list)

    def add(self, node: InventoryNode) -> None:
        """Take a node in; of its taints those that are any."""
        taints, wrong = self._taints(node.taints)
        for error in wrong:
            self._lose(node.name, error)
        self.statements.append(_node(node, self.place, taints=taints))

    def add_group(self, group: GroupSettings) -> None:
        """Take a group in; where one of its taints is none, nobody can tell which are meant."""
        taints, wrong = self._taints(() if group.taints is UNSET else group.taints)
        unknown = {}
        for error in wrong:
            message = self._fail(f"node group {group.name}: {error.message}")
            unknown[TAINTS] = Gap(self.place.source, f"{self.place.where}: {message}")
        known = _group(group, self.place, taints=None if group.taints is UNSET else taints)
        self.groups.append(replace(known, unknown=unknown))

    def _taints(
        self, texts: Sequence[str]
    ) -> tuple[tuple[Located[Taint], ...], tuple[ParseError, ...]]:
        taints, wrong = [], []
        for text in texts:
            try:
                taints.append(Located(Taint.parse(text), self.place))
            except ParseError as error:
                wrong.append(error)
        return tuple(taints), tuple(wrong)

    def _fail(self, message: str) -> str:
        self.failures.append(Failure(self.place, Reason.MALFORMED, message))
        return message

    def _lose(self, name: str, error: ParseError) -> None:
        message = self._fail(f"node {name}: {error.message}")
        self.gaps.append(
            NodeGap(
                place=self.place,
                message=message,
                attributes=frozenset({TAINTS}),
                nodes=frozenset({name}),
                position=len(self.statements) + 1,
            )
        )


def _stated(pairs: Mapping[str, str], place: Place) -> dict[str, Located[str]]:
    return {key: Located(value, place) for key, value in pairs.items()}


def _node(
    node: InventoryNode, place: Place, *, taints: tuple[Located[Taint], ...]
) -> NodeStatement:
    given = {
        Attribute.VERSION: node.version,
        Attribute.INSTANCE_TYPE: node.instance_type,
        Attribute.ZONE: node.zone,
        Attribute.INTERNAL_IP: node.internal_ip,
        Attribute.PROVIDER_ID: node.provider_id,
    }
    return NodeStatement(
        name=node.name,
        place=place,
        groups=(node.group,) if node.group else (),
        attributes={key: Located(value, place) for key, value in given.items() if value},
        labels=_stated(node.labels, place),
        taints=taints,
    )


def _group(
    group: GroupSettings, place: Place, *, taints: tuple[Located[Taint], ...] | None
) -> NodeGroup:
    return NodeGroup(
        name=group.name,
        minimum=None if group.min is UNSET else group.min,
        maximum=None if group.max is UNSET else group.max,
        name_pattern=group.match.name,
        labels=group.match.labels,
        place=place,
        node_labels=_stated(group.labels, place),
        taints=taints,
        version=Located(group.version, place) if group.version else None,
        instance_types=tuple(Located(one, place) for one in group.instance_types),
        zones=tuple(Located(one, place) for one in group.zones),
    )


def _item(group: str, place: Place) -> Item:
    return Item(
        source=Source.INVENTORY,
        subject=Subject("NodeGroup", "", group),
        state=ItemState.COMPARED,
        place=place,
        layers=(Layer.INFRASTRUCTURE,),
    )


def _workload(workload: InventoryWorkload, place: Place) -> DeclaredWorkload:
    metadata = {"labels": workload.labels} if workload.labels else {}
    return DeclaredWorkload(
        key=WorkloadKey(namespace=workload.namespace, kind=workload.kind, name=workload.name),
        manifest={"metadata": metadata, "spec": workload.spec},
        place=place,
    )


def _application(application: InventoryApplication, place: Place) -> DeclaredApplication:
    source = ApplicationSource(
        repository=application.repository,
        path=application.path,
        revision=application.revision,
        local=bool(application.path) and not application.repository,
    )
    return DeclaredApplication(
        key=ApplicationKey(namespace=application.namespace, name=application.name),
        place=place,
        labels=_stated(application.labels, place),
        sources=(source,) if application.path else (),
        source_place=place,
    )


def _facts(settings: Settings) -> frozenset[type]:
    inventory = settings.declared.inventory
    given = {
        DeclaredNodes: inventory.nodes or settings.nodes.groups,
        DeclaredWorkloads: inventory.workloads,
        DeclaredApplications: inventory.applications,
    }
    return frozenset(kind for kind, values in given.items() if values)


async def _read(inputs: Inputs) -> Reading:
    settings = inputs.loaded.settings
    reading = read(
        settings.declared.inventory, groups=settings.nodes.groups, path=inputs.loaded.name
    )
    sources = (source for one in reading.applications for source in one.sources)
    paths = {one.path: inputs.checkout.is_dir(one.path) for one in sources if one.local}
    return replace(reading, deliveries=Deliveries(paths=paths))


READER = Reader(source=Source.INVENTORY, layers=NODES, facts=_facts, read=_read, trusted=True)

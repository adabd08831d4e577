"""The inventory that is written by hand in the settings."""

from collections.abc import Mapping

from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    Attribute,
    DeclaredApplication,
    DeclaredWorkload,
    Failure,
    NodeStatement,
    Reading,
    WorkloadKey,
)
from exporter.domain.errors import ParseError, Reason
from exporter.domain.provenance import Place, Source, Stated
from exporter.domain.taints import Taint
from exporter.settings.model import (
    InventoryApplication,
    InventoryNode,
    InventorySettings,
    InventoryWorkload,
)


def read(settings: InventorySettings, *, path: str) -> Reading:
    """Return what the settings themselves declare; *path* names their file."""
    place = Place(source=Source.INVENTORY, path=path)
    nodes: list[NodeStatement] = []
    failures: list[Failure] = []
    for node in settings.nodes:
        try:
            nodes.append(_node(node, place))
        except ParseError as error:
            message = f"node {node.name}: {error.message}"
            failures.append(Failure(place=place, reason=Reason.MALFORMED, message=message))
    return Reading(
        source=Source.INVENTORY,
        nodes=tuple(nodes),
        workloads=tuple(_workload(one, place) for one in settings.workloads),
        applications=tuple(_application(one, place) for one in settings.applications),
        failures=tuple(failures),
        complete=not failures,
    )


def _stated(pairs: Mapping[str, str], place: Place) -> dict[str, Stated[str]]:
    return {key: Stated(value, place) for key, value in pairs.items()}


def _node(node: InventoryNode, place: Place) -> NodeStatement:
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
        attributes={key: Stated(value, place) for key, value in given.items() if value},
        labels=_stated(node.labels, place),
        taints=tuple(Stated(Taint.parse(text), place) for text in node.taints),
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

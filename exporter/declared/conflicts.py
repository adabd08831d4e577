"""Conflicts that only all readings together show: node sets, and labels along a chain."""

from collections.abc import Iterator, Mapping, Sequence

from exporter.declared.merge import Merged
from exporter.domain.declaration import (
    Conflict,
    DeclaredApplication,
    DeclaredWorkload,
    Reading,
)
from exporter.domain.errors import ParseError
from exporter.domain.identity import parsed
from exporter.domain.json import as_object, dig
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.templates import node_selection

_LABELS_AT = (
    ("/metadata/labels", ("metadata", "labels")),
    ("/spec/template/metadata/labels", ("spec", "template", "metadata", "labels")),
)


def node_sets(readings: Sequence[Reading]) -> Iterator[Conflict]:
    """Yield a conflict for each node that one source lists and another, complete one does not.

    The inventory of the settings takes no part: it may name just what it wants to overrule. A
    host that goes by its address may be any node that another source names.
    """
    listed = {
        reading.source: {
            node.name: node.place
            for node in reading.nodes
            if node.enumerates and not parsed(node.name)
        }
        for reading in readings
        if reading.source is not Source.INVENTORY
    }
    whole = {
        reading.source
        for reading in readings
        if reading.complete
        and not reading.failures
        and not any(parsed(node.name) for node in reading.nodes)
    }
    for name in sorted({name for names in listed.values() for name in names}):
        having = [names[name] for names in listed.values() if name in names]
        lacking = [
            source
            for source, names in listed.items()
            if source in whole and names and name not in names
        ]
        if lacking:
            yield _missing_node(
                name, having, [_where(listed[source], source) for source in lacking]
            )


def _where(names: Mapping[str, Place], source: Source) -> Place:
    """Return the file in which a source lists its nodes, to say where one is missing."""
    files = sorted({place.path for place in names.values()})
    revision = next(iter(names.values())).revision
    return Place(source=source, path=files[0], revision=revision)


def _missing_node(name: str, having: Sequence[Place], lacking: Sequence[Place]) -> Conflict:
    statements = [Located("absent", place) for place in lacking]
    statements += [Located("present", place) for place in having]
    there = ", ".join(place.where for place in having)
    missing = ", ".join(f"{place.source} ({place.path})" for place in lacking)
    return Conflict(
        kind="Node",
        namespace="",
        name=name,
        attribute="present",
        statements=tuple(statements),
        message=f"is declared in {there} but missing in {missing}",
    )


def inconsistent_labels(merged: Merged, *, labels: Sequence[str]) -> Iterator[Conflict]:
    """Yield a conflict for each chain along which one of *labels* takes different values.

    A chain is an Application, a workload that it delivers, and the declared nodes that the
    workload selects; who does not carry the label takes no part.
    """
    chains: dict[tuple[str, str, str, str], list[Located[str]]] = {}
    for workload in merged.workloads.values():
        application = (
            merged.applications.get(workload.application) if workload.application else None
        )
        key = application.key if application else None
        subject = (
            ("Application", key.namespace, key.name)
            if key
            else (workload.key.kind, workload.key.namespace, workload.key.name)
        )
        for label in labels:
            stated = chains.setdefault((*subject, label), [])
            stated += _of_application(application, label)
            stated += _of_workload(workload, label)
            stated += _of_nodes(workload, merged.nodes, label)
    for (kind, namespace, name, label), stated in sorted(chains.items()):
        if len({label_value.value for label_value in stated}) > 1:
            yield _different_labels(kind, namespace, name, label, list(dict.fromkeys(stated)))


def _of_application(application: DeclaredApplication | None, label: str) -> Iterator[Located[str]]:
    if application is not None:
        stated = application.labels.get(label) or application.parameters.get(label)
        if stated is not None:
            yield stated


def _of_workload(workload: DeclaredWorkload, label: str) -> Iterator[Located[str]]:
    escaped = label.replace("~", "~0").replace("/", "~1")
    for pointer, keys in _LABELS_AT:
        value = as_object(dig(workload.manifest, *keys)).get(label)
        if value is not None:
            yield Located(str(value), workload.place_of(f"{pointer}/{escaped}"))
            return


def _of_nodes(
    workload: DeclaredWorkload, nodes: DeclaredNodes, label: str
) -> Iterator[Located[str]]:
    try:
        selection = node_selection(as_object(dig(workload.manifest, "spec", "template", "spec")))
    except ParseError:
        return
    if selection.selective:
        for name in nodes.index.selected(selection):
            stated = nodes.nodes[name].labels.get(label)
            if stated is not None:
                yield stated


def _different_labels(
    kind: str, namespace: str, name: str, label: str, stated: Sequence[Located[str]]
) -> Conflict:
    values = " but ".join(
        f"{value!r} ({', '.join(one.place.where for one in stated if one.value == value)})"
        for value in dict.fromkeys(label_value.value for label_value in stated)
    )
    return Conflict(
        kind=kind,
        namespace=namespace,
        name=name,
        attribute=f"labels.{label}",
        statements=tuple(stated),
        message=f"label {label} differs from the Application to its nodes: {values}",
    )

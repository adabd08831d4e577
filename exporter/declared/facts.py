"""The facts that merged readings make, with a gap wherever something could not be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exporter.declared import monitoring
from exporter.declared.conflicts import inconsistent_labels, node_sets
from exporter.declared.merge import Merged, merge
from exporter.declared.stack import declared_stack
from exporter.domain.applications import DeclaredApplications, Repository
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import Failure, Reading, Unresolved
from exporter.domain.facts import Facts, Gap
from exporter.domain.monitoring.stack import DeclaredStack
from exporter.domain.nodes import CompleteNodes, DeclaredNodes, NodeDetails
from exporter.domain.provenance import Source
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.load import Loaded

_OF_NODES = frozenset({Source.TERRAFORM, Source.ANSIBLE, Source.INVENTORY})
_OF_WORKLOADS = frozenset({Source.ARGOCD, Source.KUSTOMIZE, Source.INVENTORY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All that was read, from the weakest source to the strongest."""

    readings: tuple[Reading, ...]
    repository: Repository
    application_sets: frozenset[str] = frozenset()
    unevaluated: frozenset[str] = frozenset()


def assemble(read: Readings, *, loaded: Loaded) -> tuple[Facts, tuple[Unresolved, ...]]:
    """Return the declared facts, and what merging could not resolve."""
    nodes = loaded.settings.nodes
    merged = merge(read.readings, groups=nodes.groups)
    stack, disputed, ambiguous = declared_stack(
        read.readings, loaded.settings.observed, path=loaded.name
    )
    conflicts = (
        *merged.conflicts,
        *node_sets(read.readings),
        *inconsistent_labels(merged, labels=nodes.consistent_labels),
        *disputed,
    )
    known: dict[type, object] = {
        DeclaredNodes: merged.nodes,
        CompleteNodes: CompleteNodes(),
        NodeDetails: NodeDetails(),
        DeclaredWorkloads: _workloads(read, merged),
        DeclaredApplications: _applications(read, merged),
        Conflicts: Conflicts(items=conflicts),
        Repository: read.repository,
        DeclaredStack: stack,
        **monitoring.declared(loaded.settings.observed, path=loaded.name),
    }
    return Facts(known=known, gaps=_gaps(read.readings)), (*merged.unresolved, *ambiguous)


def _workloads(read: Readings, merged: Merged) -> DeclaredWorkloads:
    namespaces = {key.namespace for key in merged.workloads}
    rendered = {one.application for one in merged.workloads.values()}
    unrendered = {
        one.destination_namespace for key, one in merged.applications.items() if key not in rendered
    }
    return DeclaredWorkloads(
        workloads=merged.workloads,
        autoscalers=tuple(one for reading in read.readings for one in reading.autoscalers),
        unreadable=tuple(_parts(read.readings, _OF_WORKLOADS)),
        namespaces=frozenset(namespaces - unrendered),
    )


def _applications(read: Readings, merged: Merged) -> DeclaredApplications:
    return DeclaredApplications(
        applications=merged.applications,
        application_sets=read.application_sets,
        unevaluated=read.unevaluated,
        unreadable=tuple(_parts(read.readings, frozenset({Source.ARGOCD}))),
    )


def _parts(readings: Iterable[Reading], sources: frozenset[Source]) -> Iterable[Failure]:
    """Yield the failures that hide a part of a source, not the whole of it."""
    for reading in readings:
        if reading.source in sources:
            yield from (one for one in reading.failures if one.part)


def _gaps(readings: Sequence[Reading]) -> dict[type, tuple[Gap, ...]]:
    nodes = [one for one in readings if one.source in _OF_NODES]
    broken = [gap for one in nodes if not one.complete for gap in _told(one.failures)]
    details = [gap for one in nodes for gap in _told(one.failures)]
    whole = {
        one.source: list(_told(failure for failure in one.failures if not failure.part))
        for one in readings
    }
    applications = whole.get(Source.ARGOCD, [])
    workloads = applications + whole.get(Source.KUSTOMIZE, []) + whole.get(Source.INVENTORY, [])
    gaps = {
        DeclaredNodes: broken,
        CompleteNodes: _incomplete(nodes),
        NodeDetails: details,
        Conflicts: details,
        DeclaredApplications: applications,
        DeclaredWorkloads: workloads,
        DeclaredStack: [gap for found in whole.values() for gap in found],
    }
    return {kind: tuple(found) for kind, found in gaps.items() if found}


def _told(failures: Iterable[Failure]) -> Iterable[Gap]:
    for one in failures:
        yield Gap(one.place.source, f"{one.place.where}: {one.message}")


def _incomplete(readings: Sequence[Reading]) -> list[Gap]:
    """Return why not every node is known; one source that lists them all is enough."""
    listing = [one for one in readings if any(node.enumerates for node in one.nodes)]
    if any(one.complete for one in listing if one.source is not Source.INVENTORY):
        return []
    return [
        Gap(one.source, f"{one.source} may declare more nodes than could be told")
        for one in readings
        if not one.complete
    ]

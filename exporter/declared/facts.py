"""The facts that merged readings make, with a gap wherever something could not be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from exporter.declared import monitoring
from exporter.declared.addresses import with_names
from exporter.declared.checkout import Checkout
from exporter.declared.cloud import cloud_facts
from exporter.declared.components import declared_components
from exporter.declared.conflicts import inconsistent_labels, node_sets
from exporter.declared.kinds import DELIVERING_KINDS, IGNORED
from exporter.declared.merge import Merged, merge
from exporter.declared.monitoring.hidden import hidden
from exporter.declared.monitoring.items import items as monitoring_items
from exporter.declared.registry import READERS
from exporter.declared.rollouts import with_templates
from exporter.declared.stack import declared_stack
from exporter.domain.applications import DeclaredApplications, Repository
from exporter.domain.components import DeclaredComponents
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import (
    Failure,
    Reading,
    Unreadable,
    Unresolved,
    unreadable_subject,
)
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.monitoring.stack import DeclaredStack
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.objects import DeclaredObjects
from exporter.domain.placement import pod_spec
from exporter.domain.references import referred_kinds
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.load import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All that is gone by, from the weakest source to the strongest.

    *failures* are those of the last reading, also where an older one stands in for it.
    """

    readings: tuple[Reading, ...]
    repository: Repository
    failures: tuple[Failure, ...] = ()
    checkout: Checkout | None = None


def assemble(read: Readings, *, loaded: Loaded) -> tuple[Facts, tuple[Unresolved, ...]]:
    """Return the declared facts, and what merging could not resolve."""
    nodes = loaded.settings.nodes
    readings = with_names(read.readings)
    merged = merge(readings)
    stack, disputed, ambiguous = declared_stack(
        read.readings,
        loaded.settings.observed,
        path=loaded.name,
        hidden=hidden(read.readings, read.checkout),
    )
    conflicts = (
        *merged.conflicts,
        *node_sets(readings),
        *inconsistent_labels(merged, labels=nodes.consistent_labels),
        *disputed,
    )
    expected = monitoring_items(loaded.settings.observed, stack, path=loaded.name)
    items = (*_items(replace(read, readings=readings)), *expected)
    known: dict[type, object] = {
        DeclaredItems: DeclaredItems(items),
        DeclaredComponents: declared_components(items, loaded.settings.components, loaded.name),
        Unreadable: Unreadable(tuple(one for one in read.failures if one.is_broken)),
        DeclaredNodes: replace(
            merged.nodes, names=nodes.names, unread=_hidden(items, Layer.APPLICATIONS)
        ),
        DeclaredWorkloads: _workloads(read, merged, items),
        DeclaredObjects: _objects(merged),
        DeclaredApplications: _applications(read, merged, items),
        Conflicts: Conflicts(items=conflicts),
        Repository: read.repository,
        DeclaredStack: stack,
        **cloud_facts(read.readings, loaded),
        **monitoring.declared(
            loaded.settings.observed, path=loaded.name, workloads=merged.workloads
        ),
    }
    return Facts(known=known), (*merged.unresolved, *ambiguous)


def _workloads(read: Readings, merged: Merged, items: Sequence[Item]) -> DeclaredWorkloads:
    return DeclaredWorkloads(
        workloads=with_templates(merged.workloads),
        autoscalers=tuple(one for reading in read.readings for one in reading.autoscalers),
        incomplete=_hidden(items, Layer.APPLICATIONS),
        namespaces=frozenset(key.namespace for key in merged.workloads),
    )


def _objects(merged: Merged) -> DeclaredObjects:
    """Return the declared objects, and which kinds of objects anything declared names."""
    specs = (pod_spec(workload.manifest) for workload in merged.workloads.values())
    kinds = {key.group_kind for key in merged.objects}
    return DeclaredObjects(merged.objects, referred_kinds(specs, kinds))


def _applications(read: Readings, merged: Merged, items: Sequence[Item]) -> DeclaredApplications:
    deliveries = [one.deliveries for one in read.readings]
    hiding = (gap for one in deliveries for gap in one.hiding)
    refresh = next((one.refresh for one in deliveries if one.refresh is not None), None)
    return DeclaredApplications(
        applications=merged.applications,
        application_sets=frozenset().union(*(one.application_sets for one in deliveries)),
        unevaluated=frozenset().union(*(one.unevaluated for one in deliveries)),
        incomplete=(*_hidden(items, Layer.GITOPS), *hiding),
        refresh=None if refresh is None else timedelta(seconds=refresh),
    )


def _hidden(items: Iterable[Item], layer: Layer) -> tuple[Gap, ...]:
    """Return what may declare further things of this *layer* that nobody knows."""
    return tuple(
        Gap(one.source, f"{one.place.where}: {one.message}")
        for one in items
        if one.state.is_reason and layer in one.layers and _hides(one)
    )


def _hides(item: Item) -> bool:
    """Tell whether further things may come of an item to this cluster than itself.

    Of an object that was read, only of a kind that no check compares, none do.
    """
    if item.state is ItemState.UNSUPPORTED and item.origin is not None:
        return item.subject.kind in DELIVERING_KINDS
    return item.state is not ItemState.OTHER_CLUSTER and item.subject.kind != IGNORED


def _items(read: Readings) -> tuple[Item, ...]:
    """Return all items, nodes included: one for each source that lists them."""
    nodes = (
        Item(
            source=reading.source,
            subject=Subject("Node", "", one.name),
            state=ItemState.COMPARED,
            place=one.place,
            layers=(Layer.INFRASTRUCTURE, Layer.CONFIGURATION),
        )
        for reading in read.readings
        for one in {each.name: each for each in reversed(reading.nodes) if each.enumerates}.values()
    )
    told = [one for reading in read.readings for one in reading.items]
    lost = [_lost(one) for reading in read.readings for one in reading.failures]
    known = {one.subject for one in told if one.state is not ItemState.UNSUPPORTED}
    return (*nodes, *told, *(one for one in lost if one.subject not in known))


def _lost(failure: Failure) -> Item:
    """Return what could not be read as an item of its own, which may hide others."""
    place = failure.place
    return Item(
        source=place.source,
        subject=unreadable_subject(failure),
        state=ItemState.UNREADABLE,
        place=place,
        layers=READERS[place.source].layers,
        message=failure.message,
        advice=failure.advice,
        broken=failure.is_broken,
    )

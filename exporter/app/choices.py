"""What the settings choose: the checks that run, and what the owners decided."""

from collections.abc import Iterable, Mapping

import msgspec

from exporter.checks import ALL
from exporter.declared.registry import READERS
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplicationSets,
    ObservedImageUpdaters,
)
from exporter.domain.check import Check
from exporter.domain.cloud import FAMILIES, CloudCalls, CloudScope, DeclaredCloud, InstanceHealth
from exporter.domain.cloud_services import ObservedNodeGroups, ObservedTargets
from exporter.domain.components import DeclaredComponents
from exporter.domain.cron import Schedule
from exporter.domain.facts import Facts
from exporter.domain.images import Mirror
from exporter.domain.instants import parse_duration, parse_instant
from exporter.domain.monitoring.grafana import DeclaredDashboards, DeclaredDatasources
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.objects import DeclaredObjects
from exporter.domain.owners import OwnerRule, Owners
from exporter.domain.pending import PENDING
from exporter.domain.policy import Maintenance, Policy, RecurringMaintenance, Waiver
from exporter.domain.workloads import DeclaredWorkloads
from exporter.observed.alertmanager.poller import AlertmanagerPoller
from exporter.observed.grafana.poller import GrafanaPoller
from exporter.observed.prometheus.poller import PrometheusPoller
from exporter.runtime.decisions import Decisions
from exporter.settings.load import Loaded
from exporter.settings.model import Settings

_BY_READERS = (
    DeclaredNodes,
    DeclaredObjects,
    DeclaredWorkloads,
    DeclaredApplications,
    ObservedApplicationSets,
    ObservedImageUpdaters,
    DeclaredCloud,
)
"""Facts that are known only where a reader of declarations gives them, or asks for them."""

_BY_ARGOCD = frozenset(PENDING)
"""What Argo CD says of what it delivers, which is asked where code declares Applications."""

_OF_CLOUD = (
    *FAMILIES.values(),
    InstanceHealth,
    ObservedTargets,
    ObservedNodeGroups,
    CloudCalls,
    CloudScope,
)


def enabled(settings: Settings) -> tuple[Check, ...]:
    """Return the checks that run."""
    return tuple(
        check for check in _configured(settings) if check.id not in settings.checks.disabled
    )


def disabled(settings: Settings) -> tuple[Check, ...]:
    """Return the checks that would run, were they not switched off."""
    return tuple(check for check in _configured(settings) if check.id in settings.checks.disabled)


def _configured(settings: Settings) -> tuple[Check, ...]:
    """Return the checks for which the settings name any declaration, and somebody to ask."""
    named = _named(settings)
    return tuple(check for check in ALL if _has_all(check.needs, named))


def looked_at(settings: Settings) -> frozenset[type]:
    """Return the types of the facts that the enabled checks judge by.

    What a check only weighs says nothing where not all of it can be had: lost nodes excuse no
    workload if no code declares nodes. What Argo CD says of objects it delivers counts by itself.
    """
    named = _named(settings)
    kinds: set[type] = set()
    for check in enabled(settings):
        told = _BY_ARGOCD.intersection(check.weighs)
        weighed = set(check.weighs) - told
        kinds.update(check.needs, check.uses)
        if _has_all(weighed, named):
            kinds |= weighed
        if _has_all({DeclaredApplications, *told}, named):
            kinds |= told
    return frozenset(kinds)


def _has_all(kinds: Iterable[type], named: Mapping[type, bool]) -> bool:
    return all(named.get(kind, True) for kind in kinds)


def _named(settings: Settings) -> dict[type, bool]:
    """Tell of facts that nobody gives without being asked for in the settings whether they are."""
    observed = settings.observed
    declared = {kind for reader in READERS.values() for kind in reader.facts(settings)}
    return {
        **dict.fromkeys(PrometheusPoller.kinds, observed.prometheus is not None),
        **dict.fromkeys(AlertmanagerPoller.kinds, observed.alertmanager is not None),
        **dict.fromkeys(GrafanaPoller.kinds, observed.grafana is not None),
        DeclaredComponents: bool(settings.components or settings.declared.ansible),
        DeclaredDatasources: bool(observed.grafana and observed.grafana.datasources),
        DeclaredDashboards: bool(observed.grafana and observed.grafana.dashboards),
        **dict.fromkeys(_OF_CLOUD, bool(observed.cloud and observed.cloud.aws)),
        **{kind: kind in declared for kind in _BY_READERS},
    }


def decisions(loaded: Loaded) -> Decisions:
    """Return what the owners decided about failures."""
    settings = loaded.settings
    return Decisions(
        waivers=tuple(
            Waiver(
                check=waiver.check,
                subject=waiver.subject,
                reason=waiver.reason,
                owner=waiver.owner,
                expires=parse_instant(waiver.expires),
                state=waiver.state or "",
                ticket=waiver.ticket,
                approved_by=waiver.approved_by,
            )
            for waiver in settings.waivers
        ),
        maintenance=tuple(
            Maintenance(
                nodes=window.nodes, start=parse_instant(window.start), end=parse_instant(window.end)
            )
            for window in settings.maintenance
            if window.start and window.end
        ),
        recurring=tuple(
            RecurringMaintenance(
                nodes=window.nodes,
                schedule=Schedule.parse(window.schedule, zone=window.time_zone),
                duration=parse_duration(window.duration),
            )
            for window in settings.maintenance
            if window.schedule and window.duration
        ),
        deadline=parse_duration(settings.rollout_deadline),
        disabled=disabled(settings),
        declared_max_age=parse_duration(settings.declared.max_age),
    )


def owners(loaded: Loaded, facts: Facts) -> Owners:
    """Return who owns which finding over these *facts*."""
    rules = tuple(
        OwnerRule(match=msgspec.structs.asdict(given.match), owner=given.owner)
        for given in loaded.settings.owners
    )
    return Owners(rules, loaded.settings.owner_labels, facts)


def policy(loaded: Loaded) -> Policy:
    """Return the decisions that checks need, whatever the time."""
    nodes, deadline = loaded.settings.nodes, loaded.settings.refresh_deadline
    return Policy(
        consistent_labels=nodes.consistent_labels,
        unmanaged_labels=nodes.unmanaged_labels,
        unmanaged_taints=nodes.unmanaged_taints,
        drain_deadline=parse_duration(loaded.settings.drain_deadline),
        refresh_deadline=parse_duration(deadline) if isinstance(deadline, str) else None,
        mirrors=tuple(
            Mirror(of=mirror.of.rstrip("/"), to=mirror.to.rstrip("/"))
            for mirror in loaded.settings.images.mirrors
        ),
    )

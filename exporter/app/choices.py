"""What the settings choose: the checks that run, and what the owners decided."""

from datetime import datetime

from exporter.checks import ALL
from exporter.domain.applications import DeclaredApplications
from exporter.domain.check import Check
from exporter.domain.instants import parse_duration, parse_instant
from exporter.domain.monitoring.grafana import DeclaredDashboards, DeclaredDatasources
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.policy import Maintenance, Patience, Policy, Waiver
from exporter.domain.workloads import DeclaredWorkloads
from exporter.observed.alertmanager.questions import AlertmanagerQuestions
from exporter.observed.grafana.questions import GrafanaQuestions
from exporter.observed.prometheus.questions import PrometheusQuestions
from exporter.runtime.history import Decisions
from exporter.settings.load import Loaded
from exporter.settings.model import Settings


def enabled(settings: Settings) -> tuple[Check, ...]:
    """Return the checks for which the settings name any declaration, and somebody to ask."""
    declared, observed = settings.declared, settings.observed
    inventory = declared.inventory
    named: dict[type, bool] = {
        **dict.fromkeys(PrometheusQuestions.kinds, observed.prometheus is not None),
        **dict.fromkeys(AlertmanagerQuestions.kinds, observed.alertmanager is not None),
        **dict.fromkeys(GrafanaQuestions.kinds, observed.grafana is not None),
        DeclaredDatasources: bool(observed.grafana and observed.grafana.datasources),
        DeclaredDashboards: bool(observed.grafana and observed.grafana.dashboards),
        DeclaredNodes: bool(declared.terraform or declared.ansible or inventory.nodes),
        DeclaredWorkloads: bool(declared.argocd or declared.kustomize or inventory.workloads),
        DeclaredApplications: bool(declared.argocd or inventory.applications),
    }
    return tuple(check for check in ALL if all(named.get(kind, True) for kind in check.needs))


def decisions(loaded: Loaded) -> Decisions:
    """Return what the owners decided about failures."""
    settings = loaded.settings
    return Decisions(
        waivers=tuple(
            Waiver(
                check=one.check,
                subject=one.subject,
                reason=one.reason,
                owner=one.owner,
                expires=parse_instant(one.expires),
            )
            for one in settings.waivers
        ),
        maintenance=tuple(
            Maintenance(nodes=one.nodes, start=parse_instant(one.start), end=parse_instant(one.end))
            for one in settings.maintenance
        ),
        deadline=parse_duration(settings.rollout_deadline),
    )


def policy(loaded: Loaded) -> Policy:
    """Return the decisions that checks need, whatever the time."""
    nodes = loaded.settings.nodes
    return Policy(
        consistent_labels=nodes.consistent_labels,
        unmanaged_labels=nodes.unmanaged_labels,
        unmanaged_taints=nodes.unmanaged_taints,
    )


def patience(loaded: Loaded, *, at: datetime) -> Patience:
    """Return for how long checks excuse what is under way at the instant *at*."""
    return Patience(now=at, rollout_deadline=parse_duration(loaded.settings.rollout_deadline))

"""What the settings choose: the checks that run, and what the owners decided."""

from datetime import datetime

from exporter.checks import ALL
from exporter.domain.applications import DeclaredApplications
from exporter.domain.check import Check
from exporter.domain.instants import parse_duration, parse_instant
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.policy import Maintenance, Policy, Waiver
from exporter.domain.workloads import DeclaredWorkloads
from exporter.runtime.evaluate import Decisions
from exporter.settings.load import Loaded
from exporter.settings.model import DeclaredSettings


def enabled(declared: DeclaredSettings) -> tuple[Check, ...]:
    """Return the checks for which the settings name any declaration."""
    inventory = declared.inventory
    named = {
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
    )


def policy(loaded: Loaded, *, at: datetime) -> Policy:
    """Return the decisions that checks need."""
    nodes = loaded.settings.nodes
    return Policy(
        now=at,
        consistent_labels=nodes.consistent_labels,
        unmanaged_labels=nodes.unmanaged_labels,
        unmanaged_taints=nodes.unmanaged_taints,
        rollout_deadline=parse_duration(loaded.settings.rollout_deadline),
    )

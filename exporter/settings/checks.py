"""The ids of all checks, as settings may name them.

Written by make docs: settings know no checks.
"""

from typing import Literal, TypeAlias

CheckId: TypeAlias = Literal[
    "alertmanager_connected",
    "alertmanager_ready",
    "alertmanager_silences",
    "application_abandoned",
    "application_automated",
    "application_delivering",
    "application_fresh",
    "application_healthy",
    "application_present",
    "application_revision",
    "application_source_path",
    "application_synced",
    "declaration_compared",
    "declaration_conflict",
    "declaration_readable",
    "grafana_available",
    "grafana_dashboards",
    "grafana_datasources",
    "kube_state_metrics",
    "node_dedication",
    "node_group_size",
    "node_instance",
    "node_labels",
    "node_present",
    "node_ready",
    "node_taints",
    "node_unexpected",
    "node_version",
    "prometheus_retention",
    "prometheus_rules",
    "prometheus_storage",
    "scrape_targets",
    "workload_images",
    "workload_placement",
    "workload_present",
    "workload_ready",
    "workload_replicas",
    "workload_spec",
    "workload_tolerations",
    "workload_undeclared",
]

"""The checks: one pure module each, named as its check.

A new check is a module with a ``CHECK`` that stands in the list below, a test and a page.
"""

from exporter.checks import (
    alertmanager_connected,
    alertmanager_ready,
    alertmanager_silences,
    application_abandoned,
    application_automated,
    application_healthy,
    application_present,
    application_revision,
    application_source_path,
    application_synced,
    declaration_conflict,
    grafana_available,
    grafana_dashboards,
    grafana_datasources,
    kube_state_metrics,
    node_dedication,
    node_group_size,
    node_instance,
    node_labels,
    node_present,
    node_ready,
    node_taints,
    node_unexpected,
    node_version,
    prometheus_retention,
    prometheus_rules,
    prometheus_storage,
    scrape_targets,
    workload_images,
    workload_placement,
    workload_present,
    workload_ready,
    workload_replicas,
    workload_spec,
    workload_tolerations,
    workload_undeclared,
)
from exporter.domain.check import Check
from exporter.domain.finding import Layer

_LAYERS = tuple(Layer)

ALL: tuple[Check, ...] = tuple(
    sorted(
        (
            alertmanager_connected.CHECK,
            alertmanager_ready.CHECK,
            alertmanager_silences.CHECK,
            application_abandoned.CHECK,
            application_automated.CHECK,
            application_healthy.CHECK,
            application_present.CHECK,
            application_revision.CHECK,
            application_source_path.CHECK,
            application_synced.CHECK,
            declaration_conflict.CHECK,
            grafana_available.CHECK,
            grafana_dashboards.CHECK,
            grafana_datasources.CHECK,
            kube_state_metrics.CHECK,
            node_dedication.CHECK,
            node_group_size.CHECK,
            node_instance.CHECK,
            node_labels.CHECK,
            node_present.CHECK,
            node_ready.CHECK,
            node_taints.CHECK,
            node_unexpected.CHECK,
            node_version.CHECK,
            prometheus_retention.CHECK,
            prometheus_rules.CHECK,
            prometheus_storage.CHECK,
            scrape_targets.CHECK,
            workload_images.CHECK,
            workload_placement.CHECK,
            workload_present.CHECK,
            workload_ready.CHECK,
            workload_replicas.CHECK,
            workload_spec.CHECK,
            workload_tolerations.CHECK,
            workload_undeclared.CHECK,
        ),
        key=lambda check: (_LAYERS.index(check.layer), check.id),
    )
)
"""All checks, by layer and then by id."""

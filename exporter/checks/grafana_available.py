"""Grafana must be available, with its database."""

from collections.abc import Iterator

from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.monitoring.grafana import DeclaredGrafana, GrafanaHealth
from exporter.domain.monitoring.stack import Component

ID = "grafana_available"
GRAFANA = Subject("Grafana", "", Component.GRAFANA.value)


def subjects(facts: Facts) -> list[Subject]:
    """Return the Grafana."""
    return [GRAFANA] if facts.find(DeclaredGrafana) else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at what Grafana says of its database."""
    health = facts.get(GrafanaHealth)
    yield Finding(
        check=ID,
        subject=GRAFANA,
        verdict=Verdict.PASS if health.well else Verdict.FAIL,
        detail="" if health.well else f"its database is {excerpt(health.database) or 'unknown'}",
        declared={"database": "ok"},
        observed={"database": excerpt(health.database), "version": excerpt(health.version)},
        provenance=(facts.get(DeclaredGrafana).place,),
    )


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Grafana is available",
    needs=(DeclaredGrafana, GrafanaHealth),
    subjects=subjects,
    judge=judge,
    aspect="available",
    component=Component.GRAFANA,
    advice="Bring Grafana back into service.",
    alert=Alert(
        name="GrafanaUnavailable",
        after="10m",
        summary="Grafana is not available.",
        description=(
            "Grafana {{ $labels.object_name }}{of_cluster} does not answer as healthy: people "
            "cannot look at dashboards. Next: its pod, its log, its database."
        ),
    ),
)

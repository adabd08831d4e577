"""What the settings declare of Grafana."""

from exporter.domain.monitoring.grafana import (
    DeclaredDashboard,
    DeclaredDashboards,
    DeclaredDatasource,
    DeclaredDatasources,
    DeclaredGrafana,
)
from exporter.domain.provenance import Place
from exporter.settings.monitoring import GrafanaSettings


def declared(settings: GrafanaSettings, *, place: Place) -> dict[type, object]:
    """Return the facts that *settings* state at *place*, by their types.

    Of two declarations of the same thing the later one counts.
    """
    facts: dict[type, object] = {DeclaredGrafana: DeclaredGrafana(place)}
    if settings.datasources:
        facts[DeclaredDatasources] = datasources(settings, place=place)
    if settings.dashboards:
        facts[DeclaredDashboards] = dashboards(settings, place=place)
    return facts


def datasources(settings: GrafanaSettings, *, place: Place) -> DeclaredDatasources:
    """Return the datasources that *settings* declare."""
    return DeclaredDatasources(
        {
            datasource.key: DeclaredDatasource(
                place=place,
                name=datasource.name,
                uid=datasource.uid,
                type=datasource.type,
                query=datasource.query,
                default=datasource.default,
            )
            for datasource in settings.datasources
        }
    )


def dashboards(settings: GrafanaSettings, *, place: Place) -> DeclaredDashboards:
    """Return the dashboards that *settings* declare."""
    return DeclaredDashboards(
        {
            dashboard.key: DeclaredDashboard(
                place=place, uid=dashboard.uid, title=dashboard.title, folder=dashboard.folder
            )
            for dashboard in settings.dashboards
        }
    )

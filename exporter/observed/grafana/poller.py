"""The questions that Grafana is asked, one round at a time."""

from dataclasses import replace
from typing import ClassVar

from exporter.domain.monitoring.grafana import (
    GrafanaHealth,
    ObservedDashboards,
    ObservedDatasource,
    ObservedDatasources,
)
from exporter.domain.provenance import Source
from exporter.observed.endpoint import Endpoint
from exporter.observed.grafana.dashboards import ask_dashboards
from exporter.observed.grafana.datasources import ask_datasource
from exporter.observed.grafana.messages import parse_health
from exporter.observed.polling import Answer, query_all, query_each
from exporter.settings.monitoring import DatasourceSettings, GrafanaSettings

HEALTH = "/api/health"


class GrafanaPoller:
    """Asks one Grafana."""

    source: ClassVar[Source] = Source.GRAFANA
    kinds: ClassVar[tuple[type, ...]] = (GrafanaHealth, ObservedDatasources, ObservedDashboards)

    def __init__(self, endpoint: Endpoint, settings: GrafanaSettings) -> None:
        self._endpoint = endpoint
        self._datasources = {datasource.key: datasource for datasource in settings.datasources}
        self._dashboards = {dashboard.key: dashboard for dashboard in settings.dashboards}

    async def ask(self) -> Answer:
        """Ask everything once; what fails is in the answer."""
        answer = await query_all(
            {
                GrafanaHealth: self._ask_health,
                ObservedDatasources: self._ask_datasources,
                ObservedDashboards: self._ask_dashboards,
            },
            source=self.source,
        )
        return replace(answer, items=_items(answer))

    async def close(self) -> None:
        """End all connections."""
        await self._endpoint.close()

    async def _ask_health(self) -> GrafanaHealth:
        return parse_health(await self._endpoint.ask("GET", HEALTH))

    async def _ask_datasources(self) -> ObservedDatasources:
        async def query(given: DatasourceSettings) -> ObservedDatasource:
            return await ask_datasource(self._endpoint, given)

        return ObservedDatasources(await query_each(self._datasources, query))

    async def _ask_dashboards(self) -> ObservedDashboards:
        return await ask_dashboards(self._endpoint, self._dashboards)


def _items(answer: Answer) -> dict[str, int]:
    """Return how many declared things were found, by kind."""
    items: dict[str, int] = {}
    for fact in answer.facts.values():
        match fact:
            case ObservedDatasources(datasources):
                found = [datasource for datasource in datasources.values() if datasource.is_there]
                items["datasources"] = len(found)
            case ObservedDashboards(dashboards):
                items["dashboards"] = sum(
                    isinstance(dashboard, tuple) and bool(dashboard)
                    for dashboard in dashboards.values()
                )
            case _:
                pass
    return items

"""What the settings declare of Grafana becomes facts, and nothing where they declare nothing."""

from exporter.declared.monitoring.grafana import declared
from exporter.domain.monitoring.grafana import (
    DeclaredDashboard,
    DeclaredDashboards,
    DeclaredDatasource,
    DeclaredDatasources,
    DeclaredGrafana,
)
from exporter.domain.provenance import Place, Source
from exporter.settings.monitoring import DashboardSettings, DatasourceSettings, GrafanaSettings

PLACE = Place(Source.INVENTORY, "conformance.yaml")
URL = "https://grafana.test:3000/prefix"


def test_a_grafana_alone_declares_itself() -> None:
    facts = declared(GrafanaSettings(url=URL), place=PLACE)

    assert facts == {DeclaredGrafana: DeclaredGrafana(PLACE)}


def test_datasources_and_dashboards_are_declared_by_what_findings_call_them() -> None:
    settings = GrafanaSettings(
        url=URL,
        datasources=(DatasourceSettings(name="A", uid="a", type="loki", query="x", default=True),),
        dashboards=(DashboardSettings(uid="d", title="D", folder="F"),),
    )

    facts = declared(settings, place=PLACE)

    datasource = DeclaredDatasource(
        place=PLACE, name="A", uid="a", type="loki", query="x", default=True
    )
    dashboard = DeclaredDashboard(place=PLACE, uid="d", title="D", folder="F")
    assert facts[DeclaredDatasources] == DeclaredDatasources({"A": datasource})
    assert facts[DeclaredDashboards] == DeclaredDashboards({"D": dashboard})


def test_of_two_declarations_of_the_same_thing_the_later_counts() -> None:
    twice = (DatasourceSettings(name="A"), DatasourceSettings(name="A", type="loki"))

    facts = declared(GrafanaSettings(url=URL, datasources=twice), place=PLACE)

    known = facts[DeclaredDatasources]
    assert isinstance(known, DeclaredDatasources)
    assert {key: datasource.type for key, datasource in known.datasources.items()} == {"A": "loki"}

"""Facts of Alertmanager and Grafana in which each check has something to judge, in no order."""

from exporter.domain.monitoring.alertmanager import (
    ActiveAlerts,
    AlertmanagerReceivers,
    AlertmanagerStatus,
    DeclaredAlertmanager,
    Silences,
)
from exporter.domain.monitoring.grafana import (
    MISSING,
    DeclaredDashboard,
    DeclaredDashboards,
    DeclaredDatasource,
    DeclaredDatasources,
    DeclaredGrafana,
    GrafanaHealth,
    ObservedDashboards,
    ObservedDatasource,
    ObservedDatasources,
)
from exporter.domain.provenance import Located, Place, Source

_PLACE = Place(Source.INVENTORY, "conformance.yaml")
_NAMES = ("c", "a", "b")

ALERTMANAGER: tuple[object, ...] = (
    DeclaredAlertmanager(
        place=_PLACE,
        receivers=tuple(Located(name, _PLACE) for name in _NAMES),
    ),
    AlertmanagerStatus(version="0.28.1", cluster="ready"),
    AlertmanagerReceivers({"b": ("webhook",)}),
    Silences(),
    ActiveAlerts(watchdog="Watchdog"),
)
GRAFANA: tuple[object, ...] = (
    DeclaredGrafana(_PLACE),
    GrafanaHealth("ok"),
    DeclaredDatasources({name: DeclaredDatasource(place=_PLACE, name=name) for name in _NAMES}),
    ObservedDatasources({"a": ObservedDatasource(MISSING, MISSING)}),
    DeclaredDashboards({name: DeclaredDashboard(place=_PLACE, uid=name) for name in _NAMES}),
    ObservedDashboards({"b": ()}),
)

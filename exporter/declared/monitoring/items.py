"""What is expected of the monitoring stack, each expectation as an item of the account."""

from collections.abc import Iterator

from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.monitoring.stack import Component, DeclaredStack, StackValue
from exporter.domain.provenance import Place, Source
from exporter.settings.monitoring import (
    AlertmanagerSettings,
    GrafanaSettings,
    PrometheusSettings,
)
from exporter.settings.observed import ObservedSettings

_COMPARED = {
    StackValue.RETENTION: Subject("Prometheus", "", Component.PROMETHEUS.value),
    StackValue.RETENTION_SIZE: Subject("Prometheus", "", Component.PROMETHEUS.value),
    StackValue.STORAGE: Subject("Prometheus", "", Component.PROMETHEUS.value),
    StackValue.ALERTMANAGER_REPLICAS: Subject("Alertmanager", "", Component.ALERTMANAGER.value),
}
"""What the findings about each value are about."""


def items(settings: ObservedSettings, stack: DeclaredStack, *, path: str) -> Iterator[Item]:
    """Yield what *settings*, whose file is *path*, expect, and what is declared of the *stack*.

    A value of a server that the settings do not name is out of scope: nobody is to be asked.
    """
    place = Place(source=Source.INVENTORY, path=path)
    for kind, name in _named(settings):
        yield _item(Subject(kind, "", name), place)
    for value, stated in stack.values.items():
        subject = _COMPARED.get(value)
        if subject is not None:
            yield _item(subject, stated.place, asked=_is_asked(subject, settings))


def _item(subject: Subject, place: Place, *, asked: bool = True) -> Item:
    return Item(
        source=place.source,
        subject=subject,
        state=ItemState.COMPARED if asked else ItemState.OUT_OF_SCOPE,
        place=place,
        layers=(Layer.OBSERVABILITY,),
    )


def _is_asked(subject: Subject, settings: ObservedSettings) -> bool:
    of_alertmanager = subject.kind == "Alertmanager" and settings.alertmanager is not None
    return settings.prometheus is not None or of_alertmanager


def _named(settings: ObservedSettings) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each expectation, as findings name it."""
    if settings.prometheus is not None:
        yield from _of_prometheus(settings.prometheus)
    if settings.alertmanager is not None:
        yield from _of_alertmanager(settings.alertmanager)
    if settings.grafana is not None:
        yield from _of_grafana(settings.grafana)


def _of_prometheus(settings: PrometheusSettings) -> Iterator[tuple[str, str]]:
    yield from dict.fromkeys(("ScrapeTarget", target.job) for target in settings.targets)
    yield from (("RuleGroup", name) for name in dict.fromkeys(settings.rules.groups))
    if settings.kube_state_metrics:
        yield from (("KubeStateMetrics", kind) for kind in ("nodes", "pods"))
    if settings.alertmanagers != 0:
        yield from (("Alertmanager", kind) for kind in ("connection", "notifications"))
    if settings.watchdog:
        yield "Alertmanager", "watchdog"


def _of_alertmanager(settings: AlertmanagerSettings) -> Iterator[tuple[str, str]]:
    yield "Alertmanager", Component.ALERTMANAGER.value
    yield from (("Receiver", name) for name in dict.fromkeys(settings.receivers))


def _of_grafana(settings: GrafanaSettings) -> Iterator[tuple[str, str]]:
    yield "Grafana", Component.GRAFANA.value
    yield from dict.fromkeys(("Datasource", datasource.key) for datasource in settings.datasources)
    yield from dict.fromkeys(("Dashboard", dashboard.key) for dashboard in settings.dashboards)

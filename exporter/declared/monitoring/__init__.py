"""What the settings declare of the monitoring stack."""

from exporter.declared.monitoring import alertmanager, grafana, prometheus
from exporter.domain.provenance import Place, Source
from exporter.settings.model import ObservedSettings


def declared(settings: ObservedSettings, *, path: str) -> dict[type, object]:
    """Return what *settings*, whose file is *path*, declare; facts by their type.

    Of a part that they do not name there are none.
    """
    place = Place(source=Source.INVENTORY, path=path)
    facts: dict[type, object] = {}
    if settings.prometheus is not None:
        facts |= prometheus.declared(settings.prometheus, place=place)
    if settings.alertmanager is not None:
        facts |= alertmanager.declared(settings.alertmanager, place=place)
    if settings.grafana is not None:
        facts |= grafana.declared(settings.grafana, place=place)
    return facts

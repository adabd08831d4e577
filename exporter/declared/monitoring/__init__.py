"""What the settings declare of the monitoring stack."""

from collections.abc import Iterable

from exporter.declared.monitoring import alertmanager, grafana, prometheus
from exporter.domain.declaration import WorkloadKey
from exporter.domain.provenance import Place, Source
from exporter.settings.observed import ObservedSettings


def declared(
    settings: ObservedSettings, *, path: str, workloads: Iterable[WorkloadKey] = ()
) -> dict[type, object]:
    """Return what *settings*, whose file is *path*, declare; facts by their type.

    Of a part that they do not name there are none. What they leave open the declared *workloads*
    say.
    """
    place = Place(source=Source.INVENTORY, path=path)
    facts: dict[type, object] = {}
    if settings.prometheus is not None:
        facts |= prometheus.declared(settings.prometheus, place=place, workloads=workloads)
    if settings.alertmanager is not None:
        facts |= alertmanager.declared(settings.alertmanager, place=place)
    if settings.grafana is not None:
        facts |= grafana.declared(settings.grafana, place=place)
    return facts

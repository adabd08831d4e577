"""What the settings declare of Alertmanager."""

from exporter.domain.monitoring.alertmanager import DeclaredAlertmanager
from exporter.domain.provenance import Located, Place
from exporter.settings.monitoring import AlertmanagerSettings


def declared(settings: AlertmanagerSettings, *, place: Place) -> dict[type, object]:
    """Return the facts that *settings* state at *place*, by their types."""
    names = dict.fromkeys(settings.receivers)
    fact = DeclaredAlertmanager(
        place=place,
        receivers=tuple(Located(name, place) for name in names),
    )
    return {DeclaredAlertmanager: fact}

"""What the settings declare of Alertmanager becomes a fact."""

from exporter.declared.monitoring.alertmanager import declared
from exporter.domain.monitoring.alertmanager import DeclaredAlertmanager
from exporter.domain.provenance import Located, Place, Source
from exporter.settings.monitoring import AlertmanagerSettings

PLACE = Place(Source.INVENTORY, "conformance.yaml")


def test_each_receiver_is_declared_once() -> None:
    settings = AlertmanagerSettings(url="http://am:9093/am", receivers=("b", "a", "b"))

    assert declared(settings, place=PLACE) == {
        DeclaredAlertmanager: DeclaredAlertmanager(
            place=PLACE,
            receivers=(Located("b", PLACE), Located("a", PLACE)),
        )
    }

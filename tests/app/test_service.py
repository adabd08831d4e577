"""Settings that are read again take over what was remembered under the last ones."""

from datetime import UTC, datetime
from pathlib import Path

from exporter.app.service import ServeOptions, Service

SETTINGS = """
repository: {path: .}
declared: {inventory: {nodes: [{name: a}]}}
observed: {snapshot: cluster.json}
"""
NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)


async def test_new_settings_take_over_history_and_what_was_spared(tmp_path: Path) -> None:
    path = tmp_path / "conformance.yaml"
    path.write_text(SETTINGS)
    service = Service(ServeOptions(settings=path, addresses=()))
    last = service.current
    path.write_text(SETTINGS.replace("name: a", "name: other"))

    await service.reload(at=NOW)

    assert service.current is not last
    assert service.current.history is last.history
    assert service.current.sweeper is last.sweeper

"""Settings that are read again take over what was remembered under the last ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from exporter.app.service import ServeOptions, Service
from exporter.domain.clock import Clock
from exporter.domain.finding import Verdict
from exporter.foreign.supervisor import Supervisor

SETTINGS = """
repository: {path: .}
declared: {inventory: {nodes: [{name: a}]}}
observed: {snapshot: cluster.json}
"""


async def test_new_settings_take_over_history_and_what_was_spared(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    path = tmp_path / "conformance.yaml"
    path.write_text(SETTINGS)
    service = Service(ServeOptions(settings=path, addresses=()))
    service.supervisor = supervisor
    last = service.current
    path.write_text(SETTINGS.replace("name: a", "name: other"))

    await service.reload()

    assert service.current is not last
    assert service.current.history is last.history
    assert service.current.sweeper is last.sweeper


def test_what_nothing_dates_counts_from_when_the_service_was_made(tmp_path: Path) -> None:
    started = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
    path = tmp_path / "conformance.yaml"
    path.write_text(SETTINGS)
    clock = Clock(wall=lambda: started, boot=lambda: 0.0)

    service = Service(ServeOptions(settings=path, addresses=()), clock=clock)

    assert service.current.history
    assert service.current.history.started == started


async def test_a_new_process_remembers_since_when_something_fails(tmp_path: Path) -> None:
    started = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
    path = tmp_path / "conformance.yaml"
    path.write_text(f"{SETTINGS}memory: memory.json\n")
    (tmp_path / "cluster.json").write_text('{"kind": "NodeList", "items": []}')

    first = await _failing_since(path, at=started)
    second = await _failing_since(path, at=started + timedelta(hours=1))

    assert first == second == started


async def _failing_since(settings: Path, *, at: datetime) -> datetime | None:
    """Start a service *at* an instant, look once, and return since when the node is missing."""
    clock = Clock(wall=lambda: at, boot=lambda: 0.0)
    service = Service(ServeOptions(settings=settings, addresses=()), clock=clock)
    outcome = await service.look(clock.now())
    service.remember(force=True)
    (missing,) = outcome.by_check["node_present"]
    assert missing.verdict is Verdict.FAIL
    return missing.since

"""One report: an evaluation for readers, with what the settings say of the cluster."""

from collections.abc import Callable
from datetime import datetime

from exporter.app.conformance import check_once, say_nothing
from exporter.declared.declare import Run, here
from exporter.domain.cron import parse_zone
from exporter.domain.evaluation import Evaluation
from exporter.report.overview import Overview, overview
from exporter.settings.load import Loaded


def overview_of(outcome: Evaluation, loaded: Loaded) -> Overview:
    """Return what readers see of an evaluation that was made by these settings."""
    return overview(
        outcome,
        cluster=loaded.cluster.name,
        repository=loaded.repository.url,
        web=loaded.repository.web,
        documentation=loaded.settings.documentation,
        zone=parse_zone(loaded.settings.time_zone),
    )


async def report_once(
    loaded: Loaded,
    *,
    at: datetime | None,
    tell: Callable[[str], None] = say_nothing,
    run: Run = here,
) -> Overview:
    """Look and judge once, for a report; raises :exc:`SettingsError`."""
    return overview_of(await check_once(loaded, at=at, tell=tell, run=run), loaded)

"""The parts of a monitoring stack are asked side by side, each on its own."""

import asyncio
from pathlib import Path

from exporter.domain.monitoring.alertmanager import AlertmanagerStatus
from exporter.domain.monitoring.grafana import GrafanaHealth
from exporter.domain.provenance import Source
from exporter.foreign.clock import SYSTEM
from exporter.foreign.supervisor import Supervisor
from exporter.observed.monitoring import monitoring
from exporter.settings.monitoring import (
    AlertmanagerSettings,
    GrafanaSettings,
)
from exporter.settings.observed import ObservedSettings
from tests.grafana.server import GrafanaServer

NOBODY = "http://127.0.0.1:1"


async def test_nobody_is_asked_where_the_settings_name_nobody(supervisor: Supervisor) -> None:
    stack = monitoring(ObservedSettings(), folder=Path(), changed=asyncio.Event())

    stack.start(supervisor)
    await stack.settle()
    state = stack.read(at=SYSTEM.now())
    await stack.stop()

    assert stack.complete
    assert (state.sources, state.facts.known, state.facts.gaps) == ((), {}, {})


async def test_a_part_that_is_gone_hides_nothing_of_the_others(supervisor: Supervisor) -> None:
    changed = asyncio.Event()
    async with GrafanaServer() as grafana:
        settings = ObservedSettings(
            alertmanager=AlertmanagerSettings(url=NOBODY),
            grafana=GrafanaSettings(url=grafana.url),
        )
        stack = monitoring(settings, folder=Path(), changed=changed)
        before = stack.complete
        stack.start(supervisor)
        await stack.settle()
        state = stack.read(at=SYSTEM.now())
        await stack.stop()

    up = {status.source: status.up for status in state.sources}
    assert (before, stack.complete, changed.is_set()) == (False, True, True)
    assert up == {Source.ALERTMANAGER: False, Source.GRAFANA: True}
    assert state.facts.get(GrafanaHealth).well
    assert AlertmanagerStatus in state.facts.gaps
    assert {failure.place.source for failure in state.failures} == {Source.ALERTMANAGER}

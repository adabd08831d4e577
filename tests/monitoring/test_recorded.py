"""The recorded monitoring stack says what the owners of the reference cluster saw."""

import asyncio
import json
from pathlib import Path
from typing import TypeVar

import pytest

from exporter.domain.facts import Facts
from exporter.domain.monitoring.alertmanager import (
    ActiveAlerts,
    AlertmanagerReceivers,
    AlertmanagerStatus,
)
from exporter.domain.monitoring.grafana import (
    Datasource,
    ObservedDashboards,
    ObservedDatasources,
    Told,
)
from exporter.domain.monitoring.prometheus.alerting import ConnectedAlertmanagers
from exporter.domain.monitoring.prometheus.kube_state import KubeStateNodes, KubeStatePods
from exporter.domain.monitoring.prometheus.server import PrometheusClaims, PrometheusRuntime
from exporter.domain.monitoring.prometheus.targets import Health, ScrapeTargets
from exporter.domain.provenance import Source
from exporter.foreign.clock import SYSTEM
from exporter.foreign.supervisor import supervised
from exporter.observed.monitoring import monitoring
from exporter.settings.load import parse
from tests.monitoring.recorded import CLAIMED, DASHBOARDS, DOWN, RecordedStack

T = TypeVar("T")


async def ask(stack: RecordedStack) -> Facts:
    """Return what one round of questions tells, by the settings that the stack suggests."""
    document = {"repository": ".", "declared": {}, "observed": stack.settings()}
    loaded = parse(json.dumps(document), name="conformance.yaml", folder=Path())
    asked = monitoring(loaded.settings.observed, folder=Path(), changed=asyncio.Event())
    async with supervised() as supervisor:
        asked.start(supervisor)
        await asked.settle()
        state = asked.read(at=SYSTEM.now())
        await asked.stop()
    return state.facts


def fact(facts: Facts, kind: type[T]) -> T:
    assert facts.gaps_in([kind]) == ()
    return facts.get(kind)


async def test_it_says_what_the_report_says() -> None:
    async with RecordedStack() as stack:
        facts = await ask(stack)

    targets = fact(facts, ScrapeTargets).targets
    assert [one.health for one in targets] == [Health.UP] * 14
    assert len(fact(facts, KubeStateNodes).names) == 14
    assert fact(facts, KubeStatePods).counts["api"] == (22, 22)
    assert fact(facts, PrometheusRuntime).retention == "15d"
    assert [one.requested for one in fact(facts, PrometheusClaims).claims] == [CLAIMED]
    assert len(fact(facts, ConnectedAlertmanagers).urls) == 1
    assert fact(facts, AlertmanagerStatus).cluster == "ready"
    assert fact(facts, AlertmanagerReceivers).integrations == {"slack": ("slack",), "null": ()}
    assert fact(facts, ActiveAlerts).watchdog_arrives
    datasources = fact(facts, ObservedDatasources).datasources
    assert all(isinstance(one.found, Datasource) for one in datasources.values())
    assert [
        isinstance(one.answer, Told) and one.answer.trouble for one in datasources.values()
    ] == [
        "",
        "",
    ]
    dashboards = fact(facts, ObservedDashboards).dashboards
    assert {
        title: len(found) for title, found in dashboards.items() if isinstance(found, tuple)
    } == (dict.fromkeys(DASHBOARDS.values(), 1))
    assert facts.gaps == {}


async def test_a_target_goes_down() -> None:
    async with RecordedStack() as stack:
        summary = await stack.play("target-down")
        targets = fact(await ask(stack), ScrapeTargets).targets

    down = [one for one in targets if one.health is Health.DOWN]
    assert [DOWN in one.names for one in down] == [True]
    assert DOWN in summary


async def test_a_datasource_breaks() -> None:
    async with RecordedStack() as stack:
        await stack.play("datasource-broken")
        datasources = fact(await ask(stack), ObservedDatasources).datasources

    troubled = {
        name
        for name, one in datasources.items()
        if isinstance(one.answer, Told) and one.answer.trouble
    }
    assert troubled == {"Prometheus"}


async def test_prometheus_goes_and_only_what_it_told_is_lost() -> None:
    async with RecordedStack() as stack:
        await stack.play("prometheus-gone")
        facts = await ask(stack)

    assert {gap.source for gaps in facts.gaps.values() for gap in gaps} == {Source.PROMETHEUS}
    assert ScrapeTargets in facts.gaps


async def test_a_scenario_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        await RecordedStack().play("no such thing")

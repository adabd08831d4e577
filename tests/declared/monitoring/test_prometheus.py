from datetime import timedelta
from pathlib import Path

import pytest

from exporter.declared.monitoring.prometheus import declared
from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import SettingsError
from exporter.domain.monitoring.prometheus.alerting import DeclaredAlerting
from exporter.domain.monitoring.prometheus.kube_state import DeclaredKubeState
from exporter.domain.monitoring.prometheus.rules import CheckSeries, DeclaredRules
from exporter.domain.monitoring.prometheus.targets import DeclaredTarget, DeclaredTargets, Per
from exporter.domain.provenance import Place, Source
from exporter.settings.load import parse
from exporter.settings.monitoring import PrometheusSettings

PLACE = Place(Source.INVENTORY, "conformance.yaml")
SETTINGS = """\
repository: .
declared: {}
observed:
  prometheus:
    url: http://prometheus:9090
"""


def settings(more: str = "") -> PrometheusSettings:
    found = parse(SETTINGS + more, name="conformance.yaml", folder=Path())
    assert found.settings.observed.prometheus is not None
    return found.settings.observed.prometheus


def test_the_settings_become_facts() -> None:
    given = settings(
        """\
    targets:
      - {job: node-exporter, label: node}
      - {job: kube-state-metrics, per: job, min: 2}
    kube_state_metrics: false
    settle: 7m
    rules: {groups: [ours-*], check_series: all}
    alertmanagers: 3
    watchdog: Alive
"""
    )

    assert declared(given, place=PLACE) == {
        DeclaredTargets: DeclaredTargets(
            (
                DeclaredTarget(job="node-exporter", label="node"),
                DeclaredTarget(job="kube-state-metrics", per=Per.JOB, minimum=2),
            ),
            PLACE,
        ),
        DeclaredKubeState: DeclaredKubeState(
            expected=False, settle=timedelta(minutes=7), place=PLACE
        ),
        DeclaredRules: DeclaredRules(
            groups=("ours-*",),
            check_series=CheckSeries.ALL,
            settle=timedelta(minutes=7),
            place=PLACE,
        ),
        DeclaredAlerting: DeclaredAlerting(alertmanagers=3, watchdog="Alive", place=PLACE),
    }


@pytest.mark.parametrize(
    ("more", "name", "expected"),
    [
        pytest.param("", "web", None, id="nothing says so"),
        pytest.param("", "prom-kube-state-metrics", True, id="a workload of its name"),
        pytest.param(
            "    kube_state_metrics: false\n", "kube-state-metrics", False, id="the settings first"
        ),
    ],
)
def test_kube_state_metrics_are_declared_by_the_settings_else_by_a_workload(
    more: str, name: str, *, expected: bool | None
) -> None:
    workload = WorkloadKey("monitoring", "Deployment", name)

    found = declared(settings(more), place=PLACE, workloads=[workload])[DeclaredKubeState]

    assert isinstance(found, DeclaredKubeState)
    assert found.expected is expected


def test_nothing_but_an_address_is_enough() -> None:
    facts = declared(settings(), place=PLACE)

    assert facts[DeclaredTargets] == DeclaredTargets((), PLACE)
    assert facts[DeclaredAlerting] == DeclaredAlerting(
        alertmanagers=None, watchdog="Watchdog", place=PLACE
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param("    targets: [{per: node}]\n", "job: is required", id="no-job"),
        pytest.param("    targets: [{job: ''}]\n", "must not be empty", id="empty-job"),
        pytest.param("    targets: [{job: a, per: pod}]\n", "one of", id="per-what"),
        pytest.param("    targets: [{job: a, min: 0}]\n", "at least 1", id="none"),
        pytest.param("    rules: {query_budget: 0}\n", "at least 1", id="no-budget"),
        pytest.param("    rules: {check_series: some}\n", "one of", id="whose-series"),
        pytest.param("    settle: soon\n", "no duration", id="no-duration"),
    ],
)
def test_wrong_settings_are_refused(wrong: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings(wrong)

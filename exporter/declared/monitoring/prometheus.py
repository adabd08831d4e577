"""What the settings declare of Prometheus, as facts."""

from collections.abc import Iterable

from exporter.domain.declaration import WorkloadKey
from exporter.domain.instants import parse_duration
from exporter.domain.monitoring.prometheus.alerting import DeclaredAlerting
from exporter.domain.monitoring.prometheus.kube_state import DeclaredKubeState
from exporter.domain.monitoring.prometheus.rules import CheckSeries, DeclaredRules
from exporter.domain.monitoring.prometheus.targets import DeclaredTarget, DeclaredTargets, Per
from exporter.domain.provenance import Place
from exporter.settings.monitoring import PrometheusSettings

KUBE_STATE_METRICS = "kube-state-metrics"


def declared(
    settings: PrometheusSettings, *, place: Place, workloads: Iterable[WorkloadKey] = ()
) -> dict[type, object]:
    """Return what *settings*, which stand at *place*, declare; facts by their type.

    kube-state-metrics is declared by them, else by one of the *workloads*.
    """
    expected = settings.kube_state_metrics
    if expected is None and any(KUBE_STATE_METRICS in key.name for key in workloads):
        expected = True
    settle = parse_duration(settings.settle)
    facts = (
        targets(settings, place=place),
        DeclaredKubeState(expected=expected, settle=settle, place=place),
        rules(settings, place=place),
        DeclaredAlerting(
            alertmanagers=settings.alertmanagers, watchdog=settings.watchdog, place=place
        ),
    )
    return {type(fact): fact for fact in facts}


def targets(settings: PrometheusSettings, *, place: Place) -> DeclaredTargets:
    """Return the targets that there must be."""
    return DeclaredTargets(
        tuple(
            DeclaredTarget(
                job=target.job, per=Per(target.per), label=target.label, minimum=target.min
            )
            for target in settings.targets
        ),
        place,
    )


def rules(settings: PrometheusSettings, *, place: Place) -> DeclaredRules:
    """Return the groups of rules that must be loaded."""
    given = settings.rules
    return DeclaredRules(
        groups=given.groups,
        check_series=CheckSeries(given.check_series),
        settle=parse_duration(settings.settle),
        place=place,
    )

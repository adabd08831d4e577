"""What the settings declare of Prometheus, as facts."""

from exporter.domain.instants import parse_duration
from exporter.domain.monitoring.prometheus.alerting import DeclaredAlerting
from exporter.domain.monitoring.prometheus.kube_state import DeclaredKubeState
from exporter.domain.monitoring.prometheus.rules import CheckSeries, DeclaredRules
from exporter.domain.monitoring.prometheus.targets import DeclaredTarget, DeclaredTargets, Per
from exporter.domain.provenance import Place
from exporter.settings.monitoring import PrometheusSettings


def declared(settings: PrometheusSettings, *, place: Place) -> dict[type, object]:
    """Return what *settings*, which stand at *place*, declare; facts by their type."""
    settle = parse_duration(settings.settle)
    facts = (
        targets(settings, place=place),
        DeclaredKubeState(expected=settings.kube_state_metrics, settle=settle, place=place),
        rules(settings, place=place),
        DeclaredAlerting(
            alertmanagers=settings.alertmanagers, watchdog=settings.watchdog, place=place
        ),
    )
    return {type(one): one for one in facts}


def targets(settings: PrometheusSettings, *, place: Place) -> DeclaredTargets:
    """Return the targets that there must be."""
    return DeclaredTargets(
        tuple(
            DeclaredTarget(job=one.job, per=Per(one.per), label=one.label, minimum=one.min)
            for one in settings.targets
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

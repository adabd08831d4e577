"""Facts of Prometheus in which each of its checks has something to judge."""

from datetime import timedelta

from exporter.domain.monitoring.prometheus.alerting import (
    ConnectedAlertmanagers,
    DeclaredAlerting,
    FiringWatchdog,
    Notifications,
)
from exporter.domain.monitoring.prometheus.kube_state import (
    DeclaredKubeState,
    KubeStateNodes,
    KubeStatePods,
)
from exporter.domain.monitoring.prometheus.rules import (
    CheckSeries,
    DeclaredRules,
    LoadedRules,
    RuleGroup,
    RuleSeries,
)
from exporter.domain.monitoring.prometheus.server import PrometheusClaims, PrometheusRuntime
from exporter.domain.monitoring.prometheus.targets import (
    DeclaredTarget,
    DeclaredTargets,
    Per,
    ScrapeTargets,
)
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.workloads import ObservedPods

PLACE = Place(Source.INVENTORY, "conformance.yaml")
SETTLE = timedelta(minutes=5)

FACTS: tuple[object, ...] = (
    DeclaredTargets(
        (
            DeclaredTarget(job="z", per=Per.JOB),
            DeclaredTarget(job="node-exporter"),
            DeclaredTarget(job="node-exporter"),
        ),
        PLACE,
    ),
    ScrapeTargets(()),
    DeclaredKubeState(expected=True, settle=SETTLE, place=PLACE),
    KubeStateNodes(frozenset({"a"})),
    KubeStatePods({"web": (1, 1), "api": (2, 2)}),
    ObservedPods(by_owner={}, by_node={}, per_namespace={"zeal": 1, "api": 2}),
    DeclaredStack(
        {
            StackValue.RETENTION: Located("15d", PLACE),
            StackValue.STORAGE: Located("80Gi", PLACE),
        }
    ),
    PrometheusRuntime(retention="15d"),
    PrometheusClaims(pattern="*/prometheus-*"),
    DeclaredRules(
        groups=("shop", "auth*"), check_series=CheckSeries.ALL, settle=SETTLE, place=PLACE
    ),
    LoadedRules((RuleGroup(name="zeal"), RuleGroup(name="auth-1"), RuleGroup(name="auth-2"))),
    RuleSeries(),
    DeclaredAlerting(alertmanagers=None, watchdog="Watchdog", place=PLACE),
    ConnectedAlertmanagers(("http://a",)),
    Notifications(),
    FiringWatchdog(firing=True),
)

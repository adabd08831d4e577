"""A pass names its evidence: where that is taken away, no check passes."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta

import pytest

from exporter.checks import ALL
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSets,
    Repository,
)
from exporter.domain.check import Check
from exporter.domain.components import Component, DeclaredComponents, Part
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    Attribute,
    DeclaredApplication,
    DeclaredNode,
    DeclaredObject,
    DeclaredWorkload,
    NodeGroup,
    Unreadable,
    WorkloadKey,
)
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.items import DeclaredItems
from exporter.domain.json import JsonObject
from exporter.domain.monitoring.alertmanager import (
    ActiveAlerts,
    AlertmanagerReceivers,
    AlertmanagerStatus,
    DeclaredAlertmanager,
    Silences,
)
from exporter.domain.monitoring.grafana import (
    Asked,
    Dashboard,
    Datasource,
    DeclaredDashboard,
    DeclaredDashboards,
    DeclaredDatasource,
    DeclaredDatasources,
    DeclaredGrafana,
    GrafanaHealth,
    ObservedDashboards,
    ObservedDatasource,
    ObservedDatasources,
    Told,
)
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
from exporter.domain.monitoring.prometheus.server import (
    PrometheusClaims,
    PrometheusRuntime,
    VolumeClaim,
)
from exporter.domain.monitoring.prometheus.targets import (
    DeclaredTarget,
    DeclaredTargets,
    Per,
    ScrapeTarget,
    ScrapeTargets,
)
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.podcontent import PodContainer, PodContent
from exporter.domain.policy import AsOf, Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.services import Endpoints, ObservedEndpoints
from exporter.domain.taints import Taint, TaintEffect, Toleration, TolerationOperator
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedAutoscalers,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
    UnreadablePod,
)
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions
from tests.checks import of_cloud

NOW = datetime(2025, 11, 12, tzinfo=UTC)
PLACE = Place(Source.KUSTOMIZE, "k8s/web.yaml", 1)
COMMIT = "a" * 40
WEB = WorkloadKey("api", "Deployment", "web")
SERVICE = ObjectKey("", "Service", "api", "web")
INGRESS = ObjectKey("networking.k8s.io", "Ingress", "api", "web")
SCALER = ObjectKey("autoscaling", "HorizontalPodAutoscaler", "api", "web")
BACKUP = ObjectKey("batch", "CronJob", "api", "web")
OBJECTS: dict[ObjectKey, JsonObject] = {
    SERVICE: {"spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}},
    INGRESS: {"spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}},
    BACKUP: {"spec": {"schedule": "@daily"}},
    SCALER: {"spec": {"scaleTargetRef": {"kind": "Engine", "name": "web"}}},
}
STATES: dict[ObjectKey, JsonObject] = {
    SERVICE: {},
    INGRESS: {"addresses": 1},
    BACKUP: {"lastSuccessfulTime": "2025-11-12T00:00:00Z"},
    SCALER: {"conditions": [{"type": "AbleToScale", "status": "True"}]},
}
SHOP = ApplicationKey("argocd", "shop")
PART = Part(kinds=("Deployment",), name="web", everywhere=True)
TAINT = Taint("domain", TaintEffect.NO_SCHEDULE, "web")
SPEC: JsonObject = {
    "replicas": 1,
    "template": {
        "metadata": {"labels": {"app": "web"}},
        "spec": {
            "nodeSelector": {"domain": "web"},
            "tolerations": [{"key": "domain", "operator": "Exists"}],
            "containers": [{"name": "web", "image": "example/web:1"}],
        },
    },
}
PODS = PodGroup(
    owner=WEB,
    node="a",
    tolerations=(Toleration("domain", TolerationOperator.EXISTS),),
    pods=1,
    ready=1,
    pulled=1,
)
CONTENT = PodContent(pods=1, containers=(PodContainer("web", "example/web:1"),))
SOURCE = ApplicationSource(repository="https://git.test/iac", path="k8s/web", local=True)
STEADY: tuple[object, ...] = (
    Policy(),
    AsOf(NOW),
    Repository(revision=COMMIT, reference="main", paths={"k8s/web": True}),
    Conflicts(()),
    Unreadable(()),
    DeclaredItems(()),
    DeclaredNodes(
        {
            "a.example.org": DeclaredNode(
                name="a.example.org",
                group="web",
                places=(PLACE,),
                attributes={
                    Attribute.VERSION: Located("1.28", PLACE),
                    Attribute.INTERNAL_IP: Located("10.0.0.7", PLACE),
                },
                labels={"domain": Located("web", PLACE)},
                taints=(Located(TAINT, PLACE),),
            )
        },
        {
            "web": NodeGroup(
                name="web", minimum=1, maximum=1, members=frozenset({"a.example.org"})
            ),
            "spot": NodeGroup(name="spot", minimum=0, maximum=3, name_pattern="spot-*"),
        },
    ),
    DeclaredWorkloads(
        {WEB: DeclaredWorkload(key=WEB, manifest={"spec": SPEC}, place=PLACE, application=SHOP)},
        namespaces=frozenset({"api"}),
    ),
    DeclaredObjects(
        {
            key: DeclaredObject(
                key=key,
                subject=Subject(key.kind, "api", "web"),
                version="v1",
                manifest=manifest,
                place=PLACE,
            )
            for key, manifest in OBJECTS.items()
        }
    ),
    DeclaredApplications(
        {SHOP: DeclaredApplication(key=SHOP, place=PLACE, sources=(SOURCE,))},
    ),
    DeclaredComponents(
        {"web": Component(parts=(Part(kinds=("Deployment",), name="web", everywhere=True),))}
    ),
    DeclaredTargets((DeclaredTarget(job="node"), DeclaredTarget(job="web", per=Per.JOB)), PLACE),
    DeclaredKubeState(expected=True, settle=timedelta(minutes=5), place=PLACE),
    DeclaredStack(
        {
            StackValue.RETENTION: Located("15d", PLACE),
            StackValue.STORAGE: Located("1Gi", PLACE),
            StackValue.ALERTMANAGER_REPLICAS: Located("1", PLACE),
        }
    ),
    DeclaredRules(
        groups=("shop",), check_series=CheckSeries.OWN, settle=timedelta(minutes=5), place=PLACE
    ),
    DeclaredAlerting(alertmanagers=1, watchdog="Watchdog", place=PLACE),
    DeclaredAlertmanager(place=PLACE, receivers=(Located("team", PLACE),)),
    DeclaredGrafana(PLACE),
    DeclaredDatasources({"p": DeclaredDatasource(place=PLACE, name="p")}),
    DeclaredDashboards({"d": DeclaredDashboard(place=PLACE, uid="d")}),
    of_cloud.DECLARED,
    of_cloud.SCOPE,
)
OBSERVED: tuple[tuple[object, object], ...] = (
    (
        ObservedNodes(
            {
                "a": ObservedNode(
                    name="a",
                    labels={"domain": "web"},
                    taints=frozenset({TAINT}),
                    ready=ConditionStatus.TRUE,
                    version="v1.28.4",
                    internal_ips=("10.0.0.7",),
                )
            }
        ),
        ObservedNodes({}),
    ),
    (
        ObservedObjects(
            kinds={
                key.group_kind: {("api", "web"): ObservedObject("v1", manifest, STATES[key])}
                for key, manifest in OBJECTS.items()
            }
        ),
        ObservedObjects(kinds={key.group_kind: {} for key in OBJECTS}),
    ),
    (
        ObservedWorkloads(
            {
                WEB: ObservedWorkload(
                    key=WEB, manifest={"spec": SPEC}, replicas=1, ready=1, updated=1, total=1
                )
            }
        ),
        ObservedWorkloads({}),
    ),
    (
        ObservedPods(
            by_owner={WEB: (PODS,)},
            by_node={"a": (PODS,)},
            per_namespace={"api": 1},
            contents={WEB: (CONTENT,)},
        ),
        ObservedPods({}, {}),
    ),
    (ObservedAutoscalers({}), ObservedAutoscalers({})),
    (ObservedEndpoints({("api", "web"): Endpoints(1, 1)}), ObservedEndpoints({})),
    (
        ObservedApplications(
            {
                SHOP: ObservedApplication(
                    key=SHOP,
                    sources=(SOURCE,),
                    sync="Synced",
                    health="Healthy",
                    revisions=(COMMIT,),
                    reconciled=NOW,
                )
            }
        ),
        ObservedApplications({}),
    ),
    (ObservedApplicationSets({}), ObservedApplicationSets({})),
    (
        ScrapeTargets(
            (
                ScrapeTarget(job="node", instance="a:9100", names=("a",)),
                ScrapeTarget(job="web", instance="w:80"),
            )
        ),
        ScrapeTargets(()),
    ),
    (KubeStateNodes(frozenset({"a"})), KubeStateNodes(frozenset())),
    (KubeStatePods({"api": (1, 1)}), KubeStatePods({})),
    (PrometheusRuntime(retention="15d"), PrometheusRuntime()),
    (
        PrometheusClaims(
            claims=(VolumeClaim(namespace="m", name="p", requested=1 << 30, bound=True),)
        ),
        PrometheusClaims(),
    ),
    (LoadedRules((RuleGroup(name="shop", needs=(frozenset({"up"}),)),)), LoadedRules()),
    (RuleSeries(existing=frozenset({"up"})), RuleSeries()),
    (ConnectedAlertmanagers(("http://a",)), ConnectedAlertmanagers()),
    (Notifications(), Notifications(told=False)),
    (FiringWatchdog(firing=True), FiringWatchdog(firing=False)),
    (
        ActiveAlerts(watchdog="Watchdog", counts={"Watchdog": 1}),
        ActiveAlerts(watchdog="Watchdog"),
    ),
    (
        AlertmanagerStatus(version="0.28", cluster="ready", peers=frozenset({"a"}), ready=True),
        AlertmanagerStatus(version="", cluster=""),
    ),
    (AlertmanagerReceivers({"team": ("webhook",)}), AlertmanagerReceivers()),
    (Silences(), Silences()),
    (GrafanaHealth("ok"), GrafanaHealth("")),
    (
        ObservedDatasources(
            {
                "p": ObservedDatasource(
                    Datasource(name="p", uid="p", type="prometheus"), Told(asked=Asked.QUERY)
                )
            }
        ),
        ObservedDatasources({}),
    ),
    (ObservedDashboards({"d": (Dashboard(uid="d", title="D"),)}), ObservedDashboards({})),
    *of_cloud.OBSERVED,
)
"""What is observed where all is well, and the same with nothing in it."""

EMPTY = {type(one): empty for one, empty in OBSERVED}
GOOD = {type(one): one for one in (*STEADY, *(one for one, _ in OBSERVED))}

RESTS_ON_OTHERS: dict[tuple[str, type], set[str]] = {
    ("alertmanager_connected", ConnectedAlertmanagers): {"notifications", "watchdog"},
    ("alertmanager_connected", Notifications): {"connection", "watchdog"},
    ("alertmanager_connected", FiringWatchdog): {"connection", "notifications"},
    ("alertmanager_connected", ActiveAlerts): {"connection", "notifications"},
    ("alertmanager_ready", AlertmanagerReceivers): {"alertmanager"},
    ("alertmanager_ready", AlertmanagerStatus): {"team"},
    **of_cloud.RESTS_ON_OTHERS,
    ("kube_state_metrics", KubeStateNodes): {"pods"},
    ("kube_state_metrics", KubeStatePods): {"nodes"},
    ("kube_state_metrics", ObservedNodes): {"pods"},
    ("kube_state_metrics", ObservedPods): {"nodes", "pods"},
    ("scrape_targets", ObservedNodes): {"web"},
}
"""Subjects that pass all the same, as the fact is no evidence of theirs.

Of pods, that nobody knows any in the cluster is no contradiction to those of Prometheus as such.
"""

NO_EVIDENCE: dict[str, AbstractSet[type]] = {
    "alertmanager_silences": {ActiveAlerts},  # no silence holds, whatever is active
    "application_abandoned": {ObservedApplicationSets},  # makes a failure unknown
    "application_healthy": {ObservedNodes, ObservedPods, ObservedWorkloads},  # explain a failure
    "autoscaler": {ObservedWorkloads},  # its target is of another kind
    # endpoints that are ready are evidence enough; what Argo CD misses is no more than that
    "ingress_routes": {ObservedApplications, ObservedWorkloads},
    "service_endpoints": {ObservedWorkloads},
    **{  # explain a failure by what Argo CD has yet to deliver
        check.id: {ObservedApplications, ObservedApplicationSets}
        for check in ALL
        if check.delivered
    },
    "workload_undeclared": {ObservedApplications},  # explains a failure
    "grafana_dashboards": {GrafanaHealth},  # explains what is unknown
    "grafana_datasources": {GrafanaHealth},
    "node_dedication": {ObservedWorkloads},  # explains a failure
    # pods that run are evidence enough
    "secret_references": {ObservedApplications, ObservedObjects, ObservedPods},
    "node_group_size": of_cloud.KINDS,  # one more witness
    "node_present": of_cloud.KINDS,  # explain a failure
    "node_ready": of_cloud.KINDS,
    **of_cloud.JOINED_BY,
    "workload_ready": {ObservedNodes, ObservedPods},  # explain a failure
    "workload_replicas": {
        *(ObservedAutoscalers, ObservedApplications),  # the declared number stands
    },
}
"""Facts that a check weighs, but that no pass of it rests on."""

SAYS_NOTHING_WHILE_EMPTY = {Silences, ObservedAutoscalers, ObservedApplicationSets}
"""Facts that are well while empty: that there is nothing is what they tell."""


def run(check: Check, known: dict[type, object]) -> list[Finding]:
    outcome = evaluate((check,), facts=Facts(known), decisions=Decisions(), sources=(), at=NOW)
    assert outcome.errors == ()
    return list(outcome.findings)


def passes(check: Check, known: dict[type, object]) -> set[str]:
    return {one.subject.name for one in run(check, known) if one.verdict is Verdict.PASS}


@pytest.mark.parametrize("check", [pytest.param(one, id=one.id) for one in ALL])
def test_where_all_is_well_nothing_but_a_pass_is_found(check: Check) -> None:
    found = {one.verdict for one in run(check, dict(GOOD))}

    assert found == (set() if check.only_amiss else {Verdict.PASS})


def evidence() -> Iterator[object]:
    for check in ALL:
        for fact in sorted(check.handed & EMPTY.keys(), key=lambda one: one.__name__):
            if fact not in SAYS_NOTHING_WHILE_EMPTY and fact not in NO_EVIDENCE.get(check.id, ()):
                yield pytest.param(check, fact, id=f"{check.id}-{fact.__name__}")


@pytest.mark.parametrize(("check", "fact"), list(evidence()))
def test_without_its_evidence_nothing_passes(check: Check, fact: type) -> None:
    allowed = RESTS_ON_OTHERS.get((check.id, fact), set())

    assert passes(check, {**GOOD, fact: EMPTY[fact]}) <= allowed


@pytest.mark.parametrize(("check", "fact"), list(evidence()))
def test_where_its_evidence_is_too_old_nothing_passes(check: Check, fact: type) -> None:
    gap = Gap(Source.KUBERNETES, "last seen too long ago")
    allowed = RESTS_ON_OTHERS.get((check.id, fact), set())

    outcome = evaluate(
        (check,),
        facts=Facts(dict(GOOD), {fact: (gap,)}),
        decisions=Decisions(),
        sources=(),
        at=NOW,
    )

    passing = {one.subject.name for one in outcome.findings if one.verdict is Verdict.PASS}
    assert passing <= allowed


@pytest.mark.parametrize(
    ("check_id", "owner", "node"),
    [
        ("workload_images", WEB, "b"),
        ("workload_placement", None, "b"),
        ("node_dedication", None, "a"),
        ("node_dedication", WorkloadKey("web", "Deployment", "x"), None),
    ],
)
def test_a_pod_that_cannot_be_read_is_no_evidence(
    check_id: str, owner: WorkloadKey | None, node: str | None
) -> None:
    odd = UnreadablePod(Gap(Source.KUBERNETES, "cannot be read"), "api", owner, node)
    pods = ObservedPods(by_owner={WEB: (PODS,)}, by_node={"a": (PODS,)}, unreadable=(odd,))
    check = next(one for one in ALL if one.id == check_id)

    assert passes(check, {**GOOD, ObservedPods: pods}) == set()

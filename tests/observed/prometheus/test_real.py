"""What two versions of the real Prometheus tell, as facts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from exporter.checks import ALL
from exporter.declared.monitoring.prometheus import declared
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Verdict
from exporter.domain.monitoring.prometheus.alerting import (
    ConnectedAlertmanagers,
    FiringWatchdog,
    Notifications,
)
from exporter.domain.monitoring.prometheus.kube_state import KubeStateNodes, KubeStatePods
from exporter.domain.monitoring.prometheus.levels import LayerLevels
from exporter.domain.monitoring.prometheus.rules import Evaluated, LoadedRules, RuleSeries
from exporter.domain.monitoring.prometheus.server import (
    PrometheusClaims,
    PrometheusRuntime,
    Retention,
    VolumeClaim,
)
from exporter.domain.monitoring.prometheus.targets import Health, ScrapeTargets
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import AsOf
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.workloads import ObservedPods
from exporter.observed.endpoint import Endpoint
from exporter.observed.polling import Answer
from exporter.observed.prometheus.poller import PrometheusPoller
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions
from exporter.settings.monitoring import PrometheusSettings, RulesSettings, TargetSettings
from tests.monitoring.prometheus import GRACE, VERSIONS, Prometheus, answering, scrape
from tests.observed.prometheus.scripted import questions
from tests.programs import tool

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIB = 1 << 30
KINDS = frozenset(PrometheusPoller.kinds)
METRICS = f"""\
# HELP kube_node_info .
# TYPE kube_node_info gauge
kube_node_info{{node="a"}} 1
kube_node_info{{node="b"}} 1
# HELP kube_pod_info .
# TYPE kube_pod_info gauge
kube_pod_info{{namespace="api",pod="runs",node="a"}} 1
kube_pod_info{{namespace="api",pod="pulls",node="a"}} 1
kube_pod_info{{namespace="api",pod="ended",node="a"}} 1
kube_pod_info{{namespace="api",pod="leaves",node="a"}} 1
kube_pod_info{{namespace="web",pod="runs",node="b"}} 1
# HELP kube_persistentvolumeclaim_resource_requests_storage_bytes .
# TYPE kube_persistentvolumeclaim_resource_requests_storage_bytes gauge
kube_persistentvolumeclaim_resource_requests_storage_bytes{{namespace="m",persistentvolumeclaim="prometheus-0"}} {80 * GIB}
kube_persistentvolumeclaim_resource_requests_storage_bytes{{namespace="m",persistentvolumeclaim="grafana"}} {GIB}
# HELP kube_persistentvolumeclaim_status_phase .
# TYPE kube_persistentvolumeclaim_status_phase gauge
kube_persistentvolumeclaim_status_phase{{namespace="m",persistentvolumeclaim="prometheus-0",phase="Bound"}} 1
kube_persistentvolumeclaim_status_phase{{namespace="m",persistentvolumeclaim="prometheus-0",phase="Lost"}} 0
# HELP seldom_happens .
# TYPE seldom_happens gauge
"""  # noqa: E501 - the exposition has no line breaks
BROKEN = "kube_node_info * on () kube_pod_info"
"""Both sides have many series, which is found out at the evaluation."""


def rule(alert: str, expr: str) -> dict[str, str]:
    return {"alert": alert, "expr": expr}


RULES = [
    {
        "groups": [
            {
                "name": "good",
                "rules": [
                    rule("Watchdog", "vector(1)"),
                    rule("Down", 'up{job="node-exporter"} == 0'),
                    rule("Seldom", "seldom_happens > 0"),
                    rule("Gone", "absent(nobody_scrapes_this)"),
                    {"record": "nodes:count", "expr": "count(kube_node_info)"},
                    rule("Few", "nodes:count < 1"),
                ],
            },
            {"name": "blind", "rules": [rule("Blind", "nobody_scrapes_this > 0")]},
            {"name": "elsewhere", "rules": [rule("Job", 'up{job="kube-scheduler"} == 0')]},
            {"name": "broken", "rules": [rule("Broken", BROKEN)]},
        ]
    }
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def exporter() -> AsyncIterator[str]:
    """The address of what has the metrics above."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text=METRICS)

    async def nothing(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/nothing", nothing)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"{host}:{port}"
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=VERSIONS)
async def url(request: pytest.FixtureRequest, exporter: str) -> AsyncIterator[str]:
    """A Prometheus that has scraped everything, and evaluated everything."""
    flags = [
        "--storage.tsdb.retention.time=15d",
        "--storage.tsdb.retention.size=50GB",
        "--rules.alert.resend-delay=1s",
    ]
    prometheus = Prometheus(rules=RULES, program=tool(request.param), flags=flags)
    prometheus.config = {
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["127.0.0.1:9"]}]}]},
        "scrape_configs": [
            {**scrape("node-exporter", exporter, node="a"), "metrics_path": "/nothing"},
            {**scrape("kube-state-metrics", exporter), "honor_labels": True},
            scrape("prometheus", prometheus.address),
            scrape("dead", "127.0.0.1:9"),
        ],
    }
    async with prometheus as address:
        query = f"{address}/api/v1/query?query="
        errors = "rate(prometheus_notifications_errors_total[5m]) > 0"
        lost = "increase(prometheus_notifications_dropped_total[5m]) > 0"
        for awaited in ("up == 1", 'up{job="dead"}', "nodes:count", errors, lost):
            await answering(query + awaited, lambda told: told["data"]["result"])
        yield address


async def ask(asked: PrometheusPoller, *, groups: int) -> Answer:
    """Ask until all *groups* were evaluated; they begin at different times."""
    async with asyncio.timeout(GRACE):
        while True:
            answer = await asked.ask()
            found = fact(answer, LoadedRules).groups
            if [one.evaluated for one in found] == [Evaluated.RECENTLY] * groups:
                return answer


def fact(answer: Answer, kind: type[Any]) -> Any:
    return answer.facts[kind]


async def test_it_tells_what_it_is_and_does(url: str) -> None:
    asked = questions(
        url,
        targets=(TargetSettings(job="node-*"), TargetSettings(job="dead", per="job")),
        rules=RulesSettings(groups=("good", "blind", "elsewhere", "broken")),
        settle="10s",
    )

    answer = await ask(asked, groups=4)
    await asked.close()

    assert answer.gaps == {}
    dead, node = fact(answer, ScrapeTargets).targets
    assert (dead.job, dead.health, "refused" in dead.error) == ("dead", Health.DOWN, True)
    assert (node.job, node.health, node.stale) == ("node-exporter", Health.UP, False)
    assert {"a", "127.0.0.1"} <= set(node.names)

    assert fact(answer, KubeStateNodes).names == {"a", "b"}
    highest = {name: high for name, (_, high) in fact(answer, KubeStatePods).counts.items()}
    assert highest == {"api": 4, "web": 1}
    claim = VolumeClaim(namespace="m", name="prometheus-0", requested=80 * GIB, bound=True)
    assert fact(answer, PrometheusClaims).claims == (claim,)

    runtime = fact(answer, PrometheusRuntime)
    assert abs((datetime.now(UTC) - runtime.started).total_seconds()) < 120
    retention = Retention.parse(runtime.retention)
    assert (retention.time and retention.time.days, retention.size) == (15, 50 * GIB)

    groups = {one.name: one for one in fact(answer, LoadedRules).groups}
    assert {name for name, one in groups.items() if one.errors} == {"broken"}
    assert "duplicate series" in groups["broken"].errors[0]
    series = fact(answer, RuleSeries)
    assert series.lacking(groups["good"].needs) == []
    assert series.unasked(groups["good"].needs) == 0
    assert series.lacking(groups["blind"].needs) == ["nobody_scrapes_this"]
    assert series.lacking(groups["elsewhere"].needs) == ['up{job="kube-scheduler"}']

    assert fact(answer, ConnectedAlertmanagers).urls == ("http://127.0.0.1:9/api/v2/alerts",)
    assert fact(answer, Notifications) == Notifications(
        failing=("http://127.0.0.1:9/api/v2/alerts",), dropped=True
    )
    assert fact(answer, FiringWatchdog) == FiringWatchdog(firing=True)

    assert fact(answer, LayerLevels).trouble == ""


async def test_equal_answers_are_equal_facts(url: str) -> None:
    asked = questions(url, rules=RulesSettings(groups=("good",)))

    answers = [await asked.ask() for _ in range(3)]
    await asked.close()

    assert answers[1] == answers[2]


async def test_a_server_of_several_clusters_is_asked_for_one(url: str) -> None:
    asked = questions(url, labels={"cluster": "other"}, rules=RulesSettings(groups=("good",)))

    answer = await asked.ask()
    await asked.close()

    assert answer.gaps == {}
    assert fact(answer, ScrapeTargets).targets == ()
    assert fact(answer, KubeStateNodes).names == frozenset()
    assert 'up{job="node-exporter"}' in fact(answer, RuleSeries).missing


def judged(answer: Answer, asked: PrometheusSettings) -> dict[str, Verdict]:
    """Return the verdicts of all checks of Prometheus on a cluster of two nodes."""
    place = Place(Source.INVENTORY, "conformance.yaml")
    stack = {StackValue.RETENTION: "360h", StackValue.STORAGE: "80Gi"}
    nodes = {
        name: DeclaredNode(
            name=name, group="", places=(place,), attributes={}, labels={}, taints=()
        )
        for name in ("a", "b")
    }
    known = (
        DeclaredNodes(nodes),
        ObservedNodes(
            {name: ObservedNode(name=name, labels={}, ready=ConditionStatus.TRUE) for name in nodes}
        ),
        ObservedPods(by_owner={}, by_node={}, per_namespace={"api": 4, "web": 2}),
        DeclaredStack({name: Located(text, place) for name, text in stack.items()}),
        AsOf(datetime.now(UTC)),
    )
    facts = {type(one): one for one in known} | declared(asked, place=place) | {**answer.facts}
    checks = [one for one in ALL if not KINDS.isdisjoint(one.needs)]
    outcome = evaluate(
        checks, facts=Facts(facts), decisions=Decisions(), sources=(), at=datetime.now(UTC)
    )
    return {f"{one.check} {one.subject}": one.verdict for one in outcome.findings}


async def test_what_it_tells_is_judged(url: str) -> None:
    settings = PrometheusSettings(
        url=url,
        settle="10s",
        targets=(TargetSettings(job="node-exporter"), TargetSettings(job="dead", per="job")),
        rules=RulesSettings(groups=("good", "broken", "absent")),
    )
    asked = PrometheusPoller(Endpoint(settings, folder=Path()), settings)

    answer = await ask(asked, groups=2)
    await asked.close()

    assert judged(answer, settings) == {
        "alertmanager_connected connection": Verdict.PASS,
        "alertmanager_connected notifications": Verdict.FAIL,
        "alertmanager_connected watchdog": Verdict.PASS,
        "kube_state_metrics nodes": Verdict.PASS,
        "kube_state_metrics pods": Verdict.PASS,
        "kube_state_metrics api/pods": Verdict.PASS,
        "kube_state_metrics web/pods": Verdict.UNKNOWN,  # looked at once: it may settle
        "prometheus_retention prometheus": Verdict.PASS,
        "prometheus_rules absent": Verdict.FAIL,
        "prometheus_rules broken": Verdict.FAIL,
        "prometheus_rules good": Verdict.PASS,
        "prometheus_storage prometheus": Verdict.PASS,
        "scrape_targets dead": Verdict.FAIL,
        "scrape_targets node-exporter/a": Verdict.PASS,
        "scrape_targets node-exporter/b": Verdict.FAIL,
    }

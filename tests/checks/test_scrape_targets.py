from datetime import UTC, datetime, timedelta

import pytest

from exporter.checks import scrape_targets
from exporter.domain.declaration import Attribute, DeclaredNode, NodeGroup
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Verdict
from exporter.domain.monitoring.prometheus.targets import (
    DeclaredTarget,
    DeclaredTargets,
    Health,
    Per,
    ScrapeTarget,
    ScrapeTargets,
)
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Patience
from exporter.domain.provenance import Place, Source, Stated
from exporter.domain.taints import Taint, TaintEffect

NOW = datetime(2025, 11, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=3)
HERE = Place(Source.INVENTORY, "conformance.yaml")
THERE = Place(Source.TERRAFORM, "main.tf", 12)
NODE_EXPORTER = DeclaredTarget(job="node-exporter")


def declared_node(name: str = "a", *, ip: str = "") -> DeclaredNode:
    attributes = {Attribute.INTERNAL_IP: Stated(ip, THERE)} if ip else {}
    return DeclaredNode(
        name=name, group="api", places=(THERE,), attributes=attributes, labels={}, taints=()
    )


def node(
    name: str = "a",
    *,
    ready: ConditionStatus = ConditionStatus.TRUE,
    created: datetime | None = OLD,
    taint: str = "",
    hostname: str = "",
) -> ObservedNode:
    return ObservedNode(
        name=name,
        labels={"kubernetes.io/hostname": hostname} if hostname else {},
        taints=frozenset({Taint(taint, TaintEffect.NO_SCHEDULE)} if taint else ()),
        ready=ready,
        created=created,
        internal_ips=("10.0.0.7",),
    )


def target(
    *names: str,
    job: str = "node-exporter",
    health: Health = Health.UP,
    error: str = "",
    stale: bool = False,
    path: str = "",
) -> ScrapeTarget:
    return ScrapeTarget(
        job=job,
        instance="10.0.0.7:9100",
        names=names,
        path=path,
        health=health,
        error=error,
        stale=stale,
    )


def judge_all(
    *targets: ScrapeTarget,
    declared: DeclaredTarget = NODE_EXPORTER,
    nodes: DeclaredNodes | None = None,
    cluster: tuple[ObservedNode, ...] = (node(),),
) -> list[Finding]:
    known = (
        DeclaredTargets((declared,), HERE),
        nodes or DeclaredNodes({"a": declared_node()}),
        ObservedNodes({one.name: one for one in cluster}),
        ScrapeTargets(targets),
        Patience(now=NOW),
    )
    return list(scrape_targets.judge(Facts({type(one): one for one in known})))


def judge(*targets: ScrapeTarget, cluster: tuple[ObservedNode, ...] = (node(),)) -> Finding:
    (finding,) = judge_all(*targets, cluster=cluster)
    return finding


@pytest.mark.parametrize(
    ("name", "cluster"),
    [
        pytest.param("a", node(), id="by-name"),
        pytest.param("10.0.0.7", node(), id="by-observed-address"),
        pytest.param("ip-10-0-0-7", node(hostname="ip-10-0-0-7"), id="by-hostname"),
    ],
)
def test_a_target_that_is_up_belongs_to_the_node_it_names(name: str, cluster: ObservedNode) -> None:
    finding = judge(target(name, "x"), cluster=(cluster,))

    assert (finding.verdict, finding.detail, finding.observed) == (Verdict.PASS, "", "up")
    assert finding.subject.name == "node-exporter/a"


def test_a_target_may_be_known_by_the_declared_address() -> None:
    nodes = DeclaredNodes({"a": declared_node(ip="10.1.1.1")})

    (finding,) = judge_all(target("10.1.1.1"), nodes=nodes)

    assert finding.verdict is Verdict.PASS


def test_a_node_that_was_never_discovered_fails() -> None:
    finding = judge(target("b"))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "no target")
    assert finding.node == "a"
    assert finding.observed == "missing"
    assert finding.provenance == (HERE, THERE)


@pytest.mark.parametrize(
    ("broken", "observed", "detail"),
    [
        pytest.param(
            target("a", health=Health.DOWN, error="connection\nrefused"),
            "down",
            "10.0.0.7:9100 is down: connection refused",
            id="down",
        ),
        pytest.param(
            target("a", stale=True),
            "stale",
            "10.0.0.7:9100 was last scraped several intervals ago",
            id="stale",
        ),
        pytest.param(
            target("a", job="other"),
            "missing",
            "no target; Prometheus has none of a job node-exporter",
            id="of-another-job",
        ),
    ],
)
def test_a_target_that_is_not_up_fails(broken: ScrapeTarget, observed: str, detail: str) -> None:
    finding = judge(broken)

    assert (finding.verdict, finding.observed, finding.detail) == (Verdict.FAIL, observed, detail)


def test_a_long_error_is_cut() -> None:
    assert len(judge(target("a", health=Health.DOWN, error="x" * 10_000)).detail) < 500


def test_of_several_targets_one_that_is_up_is_enough() -> None:
    gone, here = target("a", health=Health.DOWN), target("10.0.0.7")

    assert judge(gone, here).verdict is Verdict.PASS


def test_each_path_of_a_node_must_be_up() -> None:
    kubelet = target("a", path="/metrics")
    cadvisor = target("a", path="/metrics/cadvisor", health=Health.DOWN, error="401")

    finding = judge(kubelet, cadvisor)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "down")
    assert finding.detail == "10.0.0.7:9100/metrics/cadvisor is down: 401"


@pytest.mark.parametrize("unknown", [DeclaredNodes, ObservedNodes])
def test_nodes_that_cannot_be_relied_on_hide_nothing_of_a_job(unknown: type) -> None:
    per_job = DeclaredTarget(job="api", per=Per.JOB)
    known = (
        DeclaredTargets((NODE_EXPORTER, per_job), HERE),
        DeclaredNodes({"a": declared_node()}),
        ObservedNodes({"a": node()}),
        ScrapeTargets((target("a"), target(job="api"))),
        Patience(now=NOW),
    )
    gaps = {unknown: (Gap(Source.TERRAFORM, "main.tf: broken"),)}

    found = scrape_targets.judge(Facts({type(one): one for one in known}, gaps))

    assert [(one.subject.name, one.verdict, one.cause, one.detail) for one in found] == [
        ("api", Verdict.PASS, "", ""),
        ("node-exporter/a", Verdict.UNKNOWN, "terraform", "main.tf: broken"),
    ]


def test_a_target_before_its_first_scrape_is_excused_for_a_while() -> None:
    finding = judge(target("a", health=Health.UNKNOWN))

    assert (finding.verdict, finding.excuse) == (Verdict.SUPPRESSED, timedelta(minutes=5))


def test_a_missing_node_is_unknown_and_names_its_cause() -> None:
    finding = judge(cluster=())

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "node_present")


@pytest.mark.parametrize(
    ("cluster", "verdict", "cause"),
    [
        pytest.param(
            node(ready=ConditionStatus.FALSE), Verdict.UNKNOWN, "node_ready", id="not-ready"
        ),
        pytest.param(
            node(created=NOW - timedelta(minutes=9)), Verdict.SUPPRESSED, "", id="just-created"
        ),
        pytest.param(node(created=NOW - timedelta(minutes=10)), Verdict.FAIL, "", id="settled"),
        pytest.param(node(created=None), Verdict.FAIL, "", id="of-unknown-age"),
        pytest.param(
            node(taint="karpenter.sh/disrupted"), Verdict.SUPPRESSED, "", id="being-removed"
        ),
        pytest.param(node(taint="domain"), Verdict.FAIL, "", id="just-tainted"),
    ],
)
def test_what_explains_a_missing_target_is_said(
    cluster: ObservedNode, verdict: Verdict, cause: str
) -> None:
    finding = judge(cluster=(cluster,))

    assert (finding.verdict, finding.cause) == (verdict, cause)


def test_a_node_that_is_not_ready_but_scraped_passes() -> None:
    assert judge(target("a"), cluster=(node(ready=ConditionStatus.FALSE),)).verdict is Verdict.PASS


def test_nodes_by_which_a_declared_group_has_grown_are_expected_too() -> None:
    groups = {"spot": NodeGroup(name="spot", minimum=0, maximum=9, name_pattern="spot-*")}
    nodes = DeclaredNodes({"a": declared_node()}, groups)

    found = judge_all(target("a"), nodes=nodes, cluster=(node(), node("spot-1"), node("stranger")))

    assert [(one.subject.name, one.verdict) for one in found] == [
        ("node-exporter/a", Verdict.PASS),
        ("node-exporter/spot-1", Verdict.FAIL),
    ]


def test_a_node_of_a_group_that_stays_not_ready_is_excused_for_a_while_only() -> None:
    groups = {"spot": NodeGroup(name="spot", minimum=0, maximum=9, name_pattern="spot-*")}
    lost = node("spot-1", ready=ConditionStatus.UNKNOWN)

    (finding,) = judge_all(nodes=DeclaredNodes({}, groups), cluster=(lost,))

    assert (finding.verdict, finding.cause) == (Verdict.SUPPRESSED, "")


@pytest.mark.parametrize(
    ("targets", "verdict", "detail"),
    [
        pytest.param((), Verdict.FAIL, "0 of 0 targets are up", id="none"),
        pytest.param(
            (target(job="api-1"), target(job="api-2", health=Health.DOWN)),
            Verdict.FAIL,
            "1 of 2 targets are up; 10.0.0.7:9100 is down",
            id="too-few",
        ),
        pytest.param(
            (target(job="api-1"), target(job="api-2"), target(job="web")), Verdict.PASS, "", id="ok"
        ),
        pytest.param(
            (target(job="api-1"), target(job="api-2", health=Health.UNKNOWN)),
            Verdict.SUPPRESSED,
            "1 of 2 targets are up; 10.0.0.7:9100 has not been scraped yet",
            id="starting",
        ),
    ],
)
def test_a_job_needs_as_many_targets_as_declared(
    targets: tuple[ScrapeTarget, ...], verdict: Verdict, detail: str
) -> None:
    declared = DeclaredTarget(job="api-*", per=Per.JOB, minimum=2)

    (finding,) = judge_all(*targets, declared=declared)

    assert (finding.subject.name, finding.verdict, finding.detail) == ("api-*", verdict, detail)

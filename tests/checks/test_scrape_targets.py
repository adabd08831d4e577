from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exporter.checks import scrape_targets
from exporter.checks.settling import settling
from exporter.domain.declaration import Attribute, DeclaredNode, NodeGroup
from exporter.domain.excuses import ExcuseReason
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.monitoring.prometheus.targets import (
    DeclaredTarget,
    DeclaredTargets,
    Health,
    Per,
    ScrapeTarget,
    ScrapeTargets,
)
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import AsOf
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint, TaintEffect

NOW = datetime(2025, 11, 12, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=3), NOW - timedelta(minutes=9)
NODE = Subject("Node", "", "a")
HERE = Place(Source.INVENTORY, "conformance.yaml")
THERE = Place(Source.TERRAFORM, "main.tf", 12)
NODE_EXPORTER = DeclaredTarget(job="node-exporter")


def declared_node(name: str = "a", *, ip: str = "") -> DeclaredNode:
    attributes = {Attribute.INTERNAL_IP: Located(ip, THERE)} if ip else {}
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
        AsOf(NOW),
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
        AsOf(NOW),
    )
    gaps = {unknown: (Gap(Source.TERRAFORM, "main.tf: broken"),)}

    found = scrape_targets.judge(Facts({type(one): one for one in known}, gaps))

    assert [(one.subject.name, one.verdict, one.cause, one.detail) for one in found] == [
        ("api", Verdict.PASS, None, ""),
        ("node-exporter/a", Verdict.UNKNOWN, Cause(Source.TERRAFORM), "main.tf: broken"),
    ]


def test_a_target_before_its_first_scrape_is_excused_for_a_while() -> None:
    finding = judge(target("a", health=Health.UNKNOWN))

    assert finding.verdict is Verdict.FAIL
    assert finding.progress == settling(timedelta(minutes=5), waits_for="it has yet to be scraped")


def test_a_missing_node_is_unknown_and_names_its_cause() -> None:
    finding = judge(cluster=())

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("node_present", NODE))


@pytest.mark.parametrize(
    ("cluster", "reason", "since"),
    [
        pytest.param(node(created=YOUNG), ExcuseReason.STARTING, YOUNG, id="just-created"),
        pytest.param(node(created=NOW - timedelta(minutes=10)), None, None, id="settled"),
        pytest.param(node(created=None), None, None, id="of-unknown-age"),
        pytest.param(
            node(taint="karpenter.sh/disrupted"), ExcuseReason.REMOVAL, None, id="being-removed"
        ),
        pytest.param(
            replace(
                node(taint="ToBeDeletedByClusterAutoscaler"),
                tainted={"ToBeDeletedByClusterAutoscaler": YOUNG},
            ),
            ExcuseReason.REMOVAL,
            YOUNG,
            id="being-removed-since",
        ),
        pytest.param(node(taint="domain"), None, None, id="just-tainted"),
    ],
)
def test_what_may_excuse_a_missing_target_is_said(
    cluster: ObservedNode, reason: ExcuseReason | None, since: datetime | None
) -> None:
    finding = judge(cluster=(cluster,))

    found = finding.progress
    assert (finding.verdict, finding.cause) == (Verdict.FAIL, None)
    assert (found and found.reason, found and found.since) == (reason, since)


def test_a_declared_node_that_is_not_ready_is_the_nodes_matter() -> None:
    finding = judge(cluster=(node(ready=ConditionStatus.FALSE),))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("node_ready", NODE))


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
    lost = replace(node("spot-1", ready=ConditionStatus.UNKNOWN), ready_since=YOUNG)

    (finding,) = judge_all(nodes=DeclaredNodes({}, groups), cluster=(lost,))

    assert (finding.verdict, finding.cause) == (Verdict.FAIL, None)
    assert finding.progress
    assert (finding.progress.since, finding.progress.limit) == (YOUNG, None)


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
            Verdict.FAIL,
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


ODD = Gap(Source.KUBERNETES, "Node a cannot be read")


def judge_unreadable(*targets: ScrapeTarget, nodes: DeclaredNodes) -> list[Finding]:
    known = (
        DeclaredTargets((NODE_EXPORTER,), HERE),
        nodes,
        ObservedNodes({}, {"a": ODD}),
        ScrapeTargets(targets),
        AsOf(NOW),
    )
    world = Facts({type(one): one for one in known})
    found = list(scrape_targets.judge(world))
    assert [one.subject for one in found] == list(scrape_targets.CHECK.subjects(world))
    return found


@pytest.mark.parametrize(
    ("names", "verdict"),
    [
        pytest.param(("a",), Verdict.PASS, id="its name"),
        pytest.param(("10.1.1.1",), Verdict.PASS, id="its declared address"),
        pytest.param(("10.0.0.7",), Verdict.UNKNOWN, id="perhaps another address"),
    ],
)
def test_a_node_that_cannot_be_read_is_there_and_known_by_what_is_declared(
    names: tuple[str, ...], verdict: Verdict
) -> None:
    nodes = DeclaredNodes({"a": declared_node(ip="10.1.1.1")})

    (finding,) = judge_unreadable(target(*names), nodes=nodes)

    assert finding.verdict is verdict
    assert finding.cause == (Cause("kubernetes") if verdict is Verdict.UNKNOWN else None)


def test_a_node_that_cannot_be_read_may_be_of_a_group_by_its_name() -> None:
    group = NodeGroup(name="api", minimum=0, maximum=3, name_pattern="a*")

    (finding,) = judge_unreadable(nodes=DeclaredNodes({}, {"api": group}))

    assert (finding.subject.name, finding.verdict) == ("node-exporter/a", Verdict.UNKNOWN)

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from exporter.checks import kube_state_metrics
from exporter.checks.settling import settling
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.monitoring.prometheus.kube_state import (
    DeclaredKubeState,
    KubeStateNodes,
    KubeStatePods,
)
from exporter.domain.nodes import ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import ObservedPods
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions

NOW = datetime(2025, 11, 12, tzinfo=UTC)
SETTLE = timedelta(minutes=5)
PLACE = Place(Source.INVENTORY, "conformance.yaml")


def judge(
    *,
    told: frozenset[str] = frozenset({"a", "b"}),
    counts: Mapping[str, tuple[int, int]] | None = None,
    pods: Mapping[str, int] | None = None,
    expected: bool | None = True,
) -> dict[str, Finding]:
    known = (
        DeclaredKubeState(expected=expected, settle=SETTLE, place=PLACE),
        KubeStateNodes(told),
        KubeStatePods({"api": (15, 15)} if counts is None else counts),
        ObservedNodes({name: ObservedNode(name=name, labels={}) for name in ("a", "b")}),
        ObservedPods(by_owner={}, by_node={}, per_namespace={"api": 15} if pods is None else pods),
    )
    found = kube_state_metrics.judge(Facts({type(one): one for one in known}))
    return {str(one.subject): one for one in found}


def test_the_same_nodes_and_pods_pass() -> None:
    found = judge()

    assert {name: one.verdict for name, one in found.items()} == {
        "nodes": Verdict.PASS,
        "pods": Verdict.PASS,
        "api/pods": Verdict.PASS,
    }


@pytest.mark.parametrize(
    ("told", "detail"),
    [
        pytest.param({"a"}, "kube_node_info lacks b", id="missing"),
        pytest.param(
            {"a", "b", "c"}, "kube_node_info has c, which the cluster lacks", id="surplus"
        ),
        pytest.param(
            {"a", "c"},
            "kube_node_info lacks b; kube_node_info has c, which the cluster lacks",
            id="both",
        ),
        pytest.param(set(), "Prometheus has no kube_node_info", id="none"),
    ],
)
def test_other_nodes_may_settle_and_then_fail(told: set[str], detail: str) -> None:
    finding = judge(told=frozenset(told))["nodes"]

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)
    assert finding.progress == settling(SETTLE)


def test_that_neither_side_knows_any_proves_nothing() -> None:
    known = (
        DeclaredKubeState(expected=True, settle=SETTLE, place=PLACE),
        KubeStateNodes(frozenset()),
        KubeStatePods({}),
        ObservedNodes({}),
        ObservedPods(by_owner={}, by_node={}),
    )

    found = list(kube_state_metrics.judge(Facts({type(one): one for one in known})))

    assert [one.verdict for one in found] == [Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_a_node_that_cannot_be_read_is_there() -> None:
    odd = Gap(Source.KUBERNETES, "Node b cannot be read")
    known = (
        DeclaredKubeState(expected=True, settle=SETTLE, place=PLACE),
        KubeStateNodes(frozenset({"a", "b"})),
        KubeStatePods({"api": (1, 1)}),
        ObservedNodes({"a": ObservedNode(name="a", labels={})}, {"b": odd}),
        ObservedPods(by_owner={}, by_node={}, per_namespace={"api": 1}),
    )

    found = list(kube_state_metrics.judge(Facts({type(one): one for one in known})))

    assert {one.verdict for one in found} == {Verdict.PASS}


@pytest.mark.parametrize(
    ("told", "there", "detail"),
    [
        pytest.param((12, 12), 15, "kube_pod_info tells 12 of 15 pods", id="fewer"),
        pytest.param((16, 22), 15, "kube_pod_info tells 16 to 22 of 15 pods", id="more"),
        pytest.param((12, 15), 15, "", id="within-what-it-was-lately"),
        pytest.param((15, 22), 15, "", id="at-its-edge"),
    ],
)
def test_the_number_of_pods_must_be_one_that_prometheus_had_lately(
    told: tuple[int, int], there: int, detail: str
) -> None:
    finding = judge(counts={"api": told}, pods={"api": there})["api/pods"]

    assert finding.detail == detail
    assert finding.verdict is (Verdict.FAIL if detail else Verdict.PASS)
    assert finding.progress == (settling(SETTLE) if detail else None)


@pytest.mark.parametrize(
    ("counts", "pods", "detail"),
    [
        pytest.param(
            {"api": (1, 1)}, {"api": 1, "web": 2}, "kube_pod_info tells 0 of 2 pods", id="here"
        ),
        pytest.param(
            {"api": (1, 1), "web": (3, 3)},
            {"api": 1},
            "kube_pod_info tells 3 of 0 pods",
            id="there",
        ),
    ],
)
def test_a_namespace_of_one_side_counts_as_empty_on_the_other(
    counts: dict[str, tuple[int, int]], pods: dict[str, int], detail: str
) -> None:
    found = judge(counts=counts, pods=pods)

    assert found["web/pods"].detail == detail
    assert found["api/pods"].verdict is Verdict.PASS


def test_without_any_pod_info_one_finding_fails_and_the_rest_follows() -> None:
    found = judge(counts={})

    assert found["pods"].detail == "Prometheus has no kube_pod_info"
    assert (found["api/pods"].verdict, found["api/pods"].cause) == (
        Verdict.UNKNOWN,
        Cause("kube_state_metrics", found["pods"].subject),
    )


def test_only_namespaces_that_are_looked_at_are_compared() -> None:
    settled = (
        DeclaredKubeState(expected=True, settle=SETTLE, place=PLACE),
        KubeStateNodes(frozenset({"a"})),
        KubeStatePods({"api": (1, 1), "elsewhere": (7, 7)}),
        ObservedNodes({"a": ObservedNode(name="a", labels={})}),
        ObservedPods(by_owner={}, by_node={}, per_namespace={"api": 1}),
    )
    facts = Facts({type(one): one for one in settled}, namespaces=frozenset({"api"}))

    outcome = evaluate(
        [kube_state_metrics.CHECK], facts=facts, decisions=Decisions(), sources=(), at=NOW
    )

    assert [(str(one.subject), one.verdict) for one in outcome.findings] == [
        ("nodes", Verdict.PASS),
        ("pods", Verdict.PASS),
        ("api/pods", Verdict.PASS),
    ]


def test_pods_that_nobody_may_list_hide_no_nodes() -> None:
    settled = (
        DeclaredKubeState(expected=True, settle=SETTLE, place=PLACE),
        KubeStateNodes(frozenset({"a"})),
        KubeStatePods({"api": (1, 1)}),
        ObservedNodes({"a": ObservedNode(name="a", labels={})}),
    )
    gaps: dict[type, tuple[Gap, ...]] = {
        ObservedPods: (Gap(Source.KUBERNETES, "may not list pods"),)
    }

    found = kube_state_metrics.judge(Facts({type(one): one for one in settled}, gaps))

    assert [(str(one.subject), one.verdict, one.cause) for one in found] == [
        ("nodes", Verdict.PASS, None),
        ("pods", Verdict.UNKNOWN, Cause(Source.KUBERNETES)),
        ("api/pods", Verdict.UNKNOWN, Cause(Source.KUBERNETES)),
    ]


def test_a_cluster_without_pods_needs_no_pod_info_and_proves_nothing_by_it() -> None:
    assert judge(counts={}, pods={})["pods"].verdict is Verdict.UNKNOWN


def test_what_is_not_expected_is_not_compared() -> None:
    assert judge(expected=False) == {}


def test_where_nothing_declares_it_and_prometheus_has_none_of_it_nobody_misses_it() -> None:
    assert judge(expected=None, told=frozenset(), counts={}) == {}


def test_where_nobody_says_whether_it_must_be_there_what_is_there_is_compared() -> None:
    assert judge(expected=None) == judge()

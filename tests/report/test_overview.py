"""What readers see of an evaluation: all that was found, and nothing that was not seen."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from exporter.domain.declaration import (
    LABELS,
    TAINTS,
    DeclaredNode,
    DeclaredWorkload,
    NodeGroup,
    WorkloadKey,
)
from exporter.domain.evaluation import SourceStatus
from exporter.domain.facts import Extent, Facts, Gap
from exporter.domain.finding import Layer, Severity, Verdict
from exporter.domain.json import JsonObject
from exporter.domain.nodes import (
    ConditionStatus,
    DeclaredNodes,
    ObservedNode,
    ObservedNodes,
)
from exporter.domain.policy import Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint, TaintEffect
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
    PodGroup,
)
from exporter.report.overview import overview
from exporter.report.rows import Aim, NodeRow, WorkloadRow
from tests.report.evaluations import NOW, PLACE, WAIVER, check, evaluation, finding, node

KEY = WorkloadKey("api", "Deployment", "auth-api")
GPU = Taint("gpu", TaintEffect.NO_SCHEDULE, "true")
GAP = Gap(Source.KUBERNETES, "the API server does not answer")
SPEC: JsonObject = {
    "replicas": 2,
    "template": {
        "spec": {
            "nodeSelector": {"domain": "auth"},
            "tolerations": [{"key": "domain", "operator": "Exists"}],
            "containers": [{"name": "api", "image": "auth:1"}],
        }
    },
}


def declared(*names: str, group: str = "api") -> DeclaredNodes:
    nodes = {
        name: DeclaredNode(
            name=name,
            group=group,
            places=(PLACE,),
            attributes={},
            labels={"domain": Located("auth", PLACE)},
            taints=(Located(GPU, PLACE),),
        )
        for name in names
    }
    members = frozenset(names)
    bounds = NodeGroup(name=group, minimum=len(names), maximum=len(names), members=members)
    return DeclaredNodes(nodes=nodes, groups={group: bounds})


def observed(*names: str, labels: Mapping[str, str] | None = None) -> ObservedNodes:
    return ObservedNodes(
        {
            name: ObservedNode(
                name=name, labels=labels or {}, ready=ConditionStatus.TRUE, version="v1.28.4"
            )
            for name in names
        }
    )


def facts(*known: object, gap: type | None = None) -> Facts:
    return Facts(
        known={type(one): one for one in known}, gaps={gap: (GAP,)} if gap is not None else {}
    )


def only_node(known: Facts) -> NodeRow:
    (row,) = overview(evaluation(facts=known)).nodes
    return row


def only_workload(*known: object, gap: type | None = None, place: Place = PLACE) -> WorkloadRow:
    workload = DeclaredWorkload(key=KEY, manifest={"spec": SPEC}, place=place)
    every = facts(DeclaredWorkloads({KEY: workload}), *known, gap=gap)
    (row,) = overview(evaluation(facts=every)).workloads
    return row


def test_an_evaluation_without_any_fact_has_empty_tables() -> None:
    view = overview(evaluation())

    assert (view.nodes, view.groups, view.workloads, view.applications) == ((), (), (), ())
    assert (view.verdict, view.coverage) == (Verdict.UNKNOWN, None)


def test_every_layer_stands_there_also_one_that_nothing_is_checked_of() -> None:
    view = overview(evaluation(finding()))

    assert [one.layer for one in view.layers] == list(Layer)
    assert [one.layer for one in view.layers if one.score is None] == list(Layer)[1:]


def test_the_cluster_is_as_bad_as_its_worst_finding() -> None:
    view = overview(
        evaluation(finding("a", Verdict.PASS), finding("b", Verdict.FAIL), finding("c"))
    )

    assert (view.verdict, view.failing) == (Verdict.FAIL, 2)


def test_findings_stand_worst_first_and_passes_not_at_all() -> None:
    mild = check("node_ready", severity=Severity.INFO)
    bad = check("node_present", severity=Severity.CRITICAL)
    view = overview(
        evaluation(
            finding("a", Verdict.PASS),
            finding("b", Verdict.WAIVED),
            finding("c", Verdict.UNKNOWN),
            finding("d"),
            finding("e", check="node_present"),
            checks=(mild, bad),
        )
    )

    assert [one.finding.subject.name for one in view.findings] == ["e", "d", "c", "b"]


def test_monitoring_lists_its_passes_too() -> None:
    target = check("scrape_targets", layer=Layer.OBSERVABILITY)
    view = overview(evaluation(finding("a", Verdict.PASS, check=target.id), checks=(target,)))

    assert [one.finding.subject.name for one in view.monitoring] == ["a"]
    assert view.findings == ()


def test_a_group_counts_what_is_there_and_names_what_is_missing() -> None:
    view = overview(evaluation(facts=facts(declared("n1", "n2"), observed("n1", "stranger"))))

    (group,) = view.groups
    assert (group.minimum, group.observed, group.ready) == (2, 1, 1)
    assert (group.members, group.missing, group.matches) == (("n1", "n2"), ("n2",), False)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(facts(declared("n1")), id="never seen"),
        pytest.param(facts(declared("n1"), observed("n1"), gap=ObservedNodes), id="not reliable"),
    ],
)
def test_nodes_that_could_not_be_seen_are_neither_there_nor_missing(known: Facts) -> None:
    view = overview(evaluation(facts=known))

    (group,), (row,) = view.groups, view.nodes
    assert (group.observed, group.ready, group.missing, group.matches) == (None, None, None, None)
    assert (row.present, row.ready, row.version, row.labels, row.taints) == (None,) * 5


def test_a_missing_node_is_missing() -> None:
    row = only_node(facts(declared("n1"), observed()))

    assert (row.declared, row.present, row.ready) == (True, False, None)


def test_an_undeclared_node_is_shown_as_such() -> None:
    row = only_node(facts(observed("n1")))

    assert (row.declared, row.present, row.labels_declared) == (False, True, None)


def test_what_is_declared_of_a_node_shows_only_where_all_of_it_is_known() -> None:
    known = declared("n1")
    open_, wholly = replace(known.nodes["n1"], unknown={LABELS: GAP, TAINTS: GAP}), facts(known)
    partly = facts(replace(known, nodes={"n1": open_}))

    assert only_node(partly).labels_declared is None
    assert only_node(partly).taints_declared is None
    assert only_node(wholly).labels_declared == {"domain": "auth"}
    assert only_node(wholly).taints_declared == (GPU,)


def test_labels_that_others_manage_are_left_out_unless_they_are_declared() -> None:
    labels = {
        "domain": "auth",
        "kubernetes.io/os": "linux",
        "tier": "api",
        "node-role.kubernetes.io/api": "",
    }
    policy = Policy(unmanaged_labels=("*kubernetes.io/*", "domain"))
    row = only_node(facts(declared("n1"), observed("n1", labels=labels), policy))

    assert row.labels == {"domain": "auth", "tier": "api"}
    assert row.roles == ("api",)


def test_a_row_has_the_verdict_of_every_check_that_speaks_of_it() -> None:
    found = (finding("n1"), finding("n1", Verdict.PASS, check="node_taints"))
    (row,) = overview(evaluation(*found, facts=facts(declared("n1")))).nodes

    assert row.verdicts == {"node_ready": Verdict.FAIL, "node_taints": Verdict.PASS}


def test_a_workload_shows_what_it_asks_for_and_what_runs() -> None:
    group = PodGroup(owner=KEY, node="n1", tolerations=(), pods=2)
    row = only_workload(
        ObservedWorkloads({KEY: ObservedWorkload(key=KEY, manifest={}, replicas=2, ready=1)}),
        ObservedPods(by_owner={KEY: (group,)}, by_node={}),
    )

    assert (row.minimum, row.maximum, row.desired, row.ready) == (2, 2, 2, 1)
    assert (row.node_selector, row.tolerations) == ({"domain": "auth"}, ("domain:*",))
    assert (row.images, row.placement, row.overlay) == (("auth:1",), {"n1": 2}, "terraform")


@pytest.mark.parametrize(
    ("known", "gap"),
    [
        pytest.param((), None, id="never seen"),
        pytest.param((ObservedWorkloads({}),), ObservedWorkloads, id="not reliable"),
    ],
)
def test_a_workload_that_could_not_be_seen_is_neither_there_nor_missing(
    known: tuple[object, ...], gap: type | None
) -> None:
    row = only_workload(*known, gap=gap)

    assert (row.present, row.ready, row.placement) == (None, None, None)


def test_a_missing_workload_is_missing() -> None:
    row = only_workload(ObservedWorkloads({}))

    assert (row.present, row.ready) == (False, None)


def test_a_workload_out_of_sight_is_not_missing() -> None:
    workload = DeclaredWorkload(key=KEY, manifest={}, place=PLACE)
    known = {
        DeclaredWorkloads: DeclaredWorkloads({KEY: workload}),
        ObservedWorkloads: ObservedWorkloads({}),
    }
    elsewhere = Facts(known=known, namespaces=frozenset({"other"}))
    gap = replace(GAP, extent=Extent(kinds=frozenset({"Deployment"})))
    unseen = Facts(known=known, gaps={ObservedWorkloads: (gap,)})

    rows = [overview(evaluation(facts=one)).workloads[0] for one in (elsewhere, unseen)]
    assert [one.present for one in rows] == [None, None]


def test_a_pod_template_that_is_no_template_is_shown_as_not_understood() -> None:
    workload = DeclaredWorkload(
        key=KEY,
        manifest={"spec": {"template": {"spec": {"tolerations": "all", "containers": "none"}}}},
        place=PLACE,
    )
    (row,) = overview(evaluation(facts=facts(DeclaredWorkloads({KEY: workload})))).workloads

    assert (row.tolerations, row.node_selector, row.images) == (None, None, ())


def test_a_waiver_lists_what_it_excuses_now() -> None:
    (row,) = overview(evaluation(finding("a", Verdict.WAIVED), finding("b"))).waivers

    assert (row.waiver, row.subjects) == (WAIVER, (node("a"),))


def test_a_waived_finding_stands_with_its_waiver() -> None:
    (row,) = overview(evaluation(finding("a", Verdict.WAIVED))).findings

    assert row.waiver == WAIVER


def test_the_unseen_is_grouped_by_its_reason() -> None:
    blind = [
        finding(name, Verdict.UNKNOWN, detail="no answer", cause="kubernetes") for name in "abc"
    ]
    other = finding("d", Verdict.UNKNOWN, detail="node is not in the cluster", cause="node_present")

    first, second = overview(evaluation(*blind, other)).unseen

    assert (first.cause, first.detail, first.count) == ("kubernetes", "no answer", 3)
    assert first.concerned == 3
    assert (second.cause, second.subjects) == ("node_present", (node("d"),))


def test_a_source_tells_how_old_its_data_is() -> None:
    sources = (
        SourceStatus(source=Source.KUBERNETES, up=True, last_success=NOW),
        SourceStatus(source=Source.ANSIBLE, up=False),
    )

    kubernetes, ansible = overview(evaluation(sources=sources)).sources

    assert kubernetes.age is not None
    assert kubernetes.age.total_seconds() == 0
    assert ansible.age is None


def test_the_aims_say_what_is_reached() -> None:
    sources = (SourceStatus(source=Source.KUBERNETES, up=False),)
    view = overview(evaluation(finding("a"), finding("b", Verdict.UNKNOWN), sources=sources))

    found = {one.code: (one.reached, one.total, one.verdict) for one in view.indicators}
    assert found[Aim.EVERYTHING_SEEN] == (1, 2, Verdict.UNKNOWN)
    assert found[Aim.SOURCES_UP] == (0, 1, Verdict.FAIL)
    assert found[Aim.WAIVERS_VALID] == (1, 1, Verdict.PASS)
    assert found["node_ready"] == (0, 2, Verdict.FAIL)

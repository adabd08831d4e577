"""A chain leads from what is seen to what it follows from."""

import pytest

from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredNode,
    DeclaredWorkload,
    NodeGroup,
    WorkloadKey,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.json import JsonObject
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Stated
from exporter.domain.workloads import DeclaredWorkloads, ObservedPods, PodGroup
from exporter.report.causes import LONGEST, Related, chain
from tests.report.evaluations import PLACE, evaluation, node

APPLICATION = Subject("Application", "argocd", "auth")
SELECTING: JsonObject = {"spec": {"template": {"spec": {"nodeSelector": {"domain": "auth"}}}}}


def workload(name: str) -> Subject:
    return Subject("Deployment", "api", name)


def found(
    check: str, subject: Subject, *, cause: str = "", verdict: Verdict = Verdict.FAIL
) -> Finding:
    return Finding(check=check, subject=subject, verdict=verdict, cause=cause)


def delivering(*names: str, manifest: JsonObject | None = None) -> DeclaredWorkloads:
    keys = [WorkloadKey("api", "Deployment", name) for name in names]
    return DeclaredWorkloads(
        {
            key: DeclaredWorkload(
                key=key,
                manifest=manifest or {},
                place=PLACE,
                application=ApplicationKey("argocd", "auth"),
            )
            for key in keys
        }
    )


def nodes(*names: str) -> DeclaredNodes:
    known = {
        name: DeclaredNode(
            name=name,
            group="api",
            places=(PLACE,),
            attributes={},
            labels={"domain": Stated("auth", PLACE)},
            taints=(),
        )
        for name in names
    }
    group = NodeGroup(name="api", minimum=1, maximum=1, members=frozenset(names))
    return DeclaredNodes(nodes=known, groups={"api": group})


def pods(name: str, *, on: str) -> ObservedPods:
    key = WorkloadKey("api", "Deployment", name)
    group = PodGroup(owner=key, node=on, tolerations=(), pods=2, ready=0)
    return ObservedPods(by_owner={key: (group,)}, by_node={})


def follow(first: Finding, *others: Finding, facts: tuple[object, ...] = ()) -> list[str]:
    known = Facts(known={type(one): one for one in facts})
    related = Related.of(evaluation(first, *others, facts=known))
    return [f"{one.finding.check} {one.finding.subject.name}" for one in chain(first, related)]


def test_an_application_follows_from_its_workload_and_that_from_its_images() -> None:
    chained = follow(
        found("application_healthy", APPLICATION),
        found("workload_ready", workload("auth-api"), cause="workload_images"),
        found("workload_images", workload("auth-api")),
        facts=(delivering("auth-api"),),
    )

    assert chained == ["workload_ready auth-api", "workload_images auth-api"]


def test_waived_findings_explain_as_well_as_failing_ones() -> None:
    chained = follow(
        found("application_healthy", APPLICATION, verdict=Verdict.WAIVED),
        found("workload_ready", workload("auth-api"), verdict=Verdict.WAIVED),
        facts=(delivering("auth-api"),),
    )

    assert chained == ["workload_ready auth-api"]


def test_of_several_causes_the_worst_is_followed_and_the_others_are_counted() -> None:
    first = found("application_healthy", APPLICATION)
    others = (
        found("workload_ready", workload("a"), verdict=Verdict.WAIVED),
        found("workload_ready", workload("b")),
        found("workload_ready", workload("c")),
    )
    related = Related.of(
        evaluation(first, *others, facts=Facts({DeclaredWorkloads: delivering("a", "b", "c")}))
    )

    (link,) = chain(first, related)

    assert (link.finding.subject.name, link.more) == ("b", 2)


def test_a_pass_is_no_cause() -> None:
    chained = follow(
        found("application_healthy", APPLICATION),
        found("workload_ready", workload("auth-api"), verdict=Verdict.PASS),
        facts=(delivering("auth-api"),),
    )

    assert chained == []


def test_a_group_follows_from_its_missing_member() -> None:
    chained = follow(
        found("node_group_size", Subject("NodeGroup", "", "api"), cause="node_present"),
        found("node_present", node("n2")),
        facts=(nodes("n1", "n2"),),
    )

    assert chained == ["node_present n2"]


def test_pods_follow_from_the_node_that_they_are_on() -> None:
    chained = follow(
        found("workload_ready", workload("auth-api")),
        found("node_ready", node("n1")),
        facts=(delivering("auth-api"), pods("auth-api", on="n1"), nodes("n1")),
    )

    assert chained == ["node_ready n1"]


def test_pods_without_a_node_follow_from_the_lost_node_that_they_select() -> None:
    chained = follow(
        found("application_healthy", APPLICATION, cause="node_present", verdict=Verdict.UNKNOWN),
        found(
            "workload_ready",
            workload("auth-api"),
            cause="node_present",
            verdict=Verdict.UNKNOWN,
        ),
        found("node_present", node("n1")),
        facts=(
            delivering("auth-api", manifest=SELECTING),
            pods("auth-api", on=""),
            nodes("n1", "n2"),
        ),
    )

    assert chained == ["workload_ready auth-api", "node_present n1"]


@pytest.mark.parametrize(
    "cause",
    [pytest.param("kubernetes", id="a source"), pytest.param("node_present", id="no finding")],
)
def test_what_no_finding_explains_has_no_chain(cause: str) -> None:
    assert follow(found("node_ready", node("n1"), cause=cause, verdict=Verdict.UNKNOWN)) == []


def test_findings_that_name_each_other_end() -> None:
    chained = follow(
        found("workload_placement", workload("a"), cause="workload_ready"),
        found("workload_ready", workload("a"), cause="workload_placement"),
    )

    assert chained == ["workload_ready a"]


def test_no_chain_is_longer_than_anybody_reads() -> None:
    names = [f"c{number}" for number in range(LONGEST + 5)]
    findings = [
        found(one, node("n"), cause=after)
        for one, after in zip(names, [*names[1:], ""], strict=True)
    ]

    assert len(follow(*findings)) == LONGEST

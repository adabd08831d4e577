from dataclasses import replace

import pytest

from exporter.checks import cloud_orphan
from exporter.domain.cloud import (
    CloudKind,
    CloudResource,
    CloudScope,
    ObservedAddresses,
    ObservedInstances,
    ObservedVolumes,
)
from exporter.domain.declaration import NodeGroup
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Source
from tests.checks.of_cloud import DECLARED, REGION, RUNNING, SCOPE, TAGS, facts

STRAY = CloudResource(id="i-2", name="by-hand", state="running", tags=TAGS)


def judge(given: Facts) -> dict[str, Finding]:
    return {one.subject.name: one for one in cloud_orphan.judge(given)}


def beside(one: CloudResource) -> ObservedInstances:
    return ObservedInstances({"i-1": RUNNING, one.id: one})


def test_what_is_declared_passes_and_what_is_not_fails() -> None:
    found = judge(facts(beside(STRAY)))

    assert {name: one.verdict for name, one in found.items()} == {
        "i-1": Verdict.PASS,
        "i-2": Verdict.FAIL,
    }
    assert found["i-2"].detail == "i-2 (by-hand) is running, and no code declares it"


@pytest.mark.parametrize(
    "stray",
    [
        pytest.param(replace(STRAY, tags={}), id="of another cluster"),
        pytest.param(replace(STRAY, state="terminated"), id="terminated"),
    ],
)
def test_what_is_not_this_clusters_is_not_looked_at(stray: CloudResource) -> None:
    assert judge(facts(beside(stray))).keys() == {"i-1"}


def test_without_tags_nothing_is_looked_at() -> None:
    bare = CloudScope(region=REGION, place=SCOPE.place)

    assert judge(facts(bare)) == {}


@pytest.mark.parametrize(
    ("fact", "idle"),
    [
        pytest.param(ObservedVolumes, "available", id="volume"),
        pytest.param(ObservedAddresses, "unassociated", id="address"),
    ],
)
def test_what_costs_money_for_nothing_fails(
    fact: type[ObservedVolumes | ObservedAddresses], idle: str
) -> None:
    there = {
        "x-1": CloudResource(id="x-1", state=idle, tags=TAGS),
        "x-2": CloudResource(id="x-2", state="in-use", tags=TAGS),
    }

    found = judge(facts(fact(there)))

    assert found["x-1"].verdict is Verdict.FAIL
    assert "x-2" not in found


def test_an_instance_of_a_declared_group_passes() -> None:
    made = replace(STRAY, tags={**TAGS, "aws:autoscaling:groupName": "workers"})
    nodes = DeclaredNodes({}, {"workers": NodeGroup(name="workers")})

    found = judge(facts(beside(made), nodes))

    assert found["i-2"].verdict is Verdict.PASS


def test_an_undeclared_node_is_the_matter_of_another_check() -> None:
    node = ObservedNode(name="x", labels={}, provider_id="aws:///ap-northeast-2a/i-2")

    found = judge(facts(beside(STRAY), DeclaredNodes({}), ObservedNodes({"x": node})))

    assert found["i-2"].verdict is Verdict.UNKNOWN
    assert found["i-2"].cause == Cause("node_unexpected", Subject("Node", "", "x"))


def test_what_may_be_declared_where_nobody_can_tell_is_unknown() -> None:
    gap = Gap(Source.TERRAFORM, "module.x is not read")
    hidden = replace(DECLARED, incomplete={CloudKind.INSTANCE: gap})

    found = judge(facts(hidden, beside(STRAY)))

    assert found["i-2"].verdict is Verdict.UNKNOWN
    assert found["i-2"].cause == Cause("terraform")

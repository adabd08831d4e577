from dataclasses import replace

import pytest

from exporter.checks import cloud_exposure
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    DeclaredCloud,
    ObservedInstances,
    ObservedSecurityGroups,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Located, Source
from tests.checks.of_cloud import DECLARED, GROUP, NODES, OPEN, PLACE, RUNNING, facts


def judge(given: Facts) -> dict[str, Finding]:
    return {one.subject.name: one for one in cloud_exposure.judge(given)}


def rules(*have: str) -> ObservedSecurityGroups:
    values = {**NODES.values, CloudAttribute.RULES: have}
    return ObservedSecurityGroups({"sg-1": replace(NODES, values=values)})


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        pytest.param(OPEN, Verdict.FAIL, id="ssh"),
        pytest.param("ingress tcp 22 ::/0", Verdict.FAIL, id="ssh by IPv6"),
        pytest.param("ingress tcp 20-25 0.0.0.0/0", Verdict.FAIL, id="in a range"),
        pytest.param("ingress all all 0.0.0.0/0", Verdict.FAIL, id="everything"),
        pytest.param("ingress tcp 443 0.0.0.0/0", Verdict.PASS, id="no admin port"),
        pytest.param("ingress udp 22 0.0.0.0/0", Verdict.PASS, id="udp"),
        pytest.param("ingress tcp 22 203.0.113.0/24", Verdict.PASS, id="not the world"),
        pytest.param("egress tcp 22 0.0.0.0/0", Verdict.PASS, id="outwards"),
        pytest.param("ingress icmp 8/-1 0.0.0.0/0", Verdict.PASS, id="ping"),
    ],
)
def test_only_admin_ports_that_are_open_to_the_world_fail(rule: str, verdict: Verdict) -> None:
    found = judge(facts(rules(rule)))

    assert found[GROUP.address].verdict is verdict


def test_what_the_code_opens_is_the_matter_of_the_code() -> None:
    values = {CloudAttribute.RULES: (Located(OPEN, PLACE),)}
    declared = DeclaredCloud({**DECLARED.resources, GROUP.address: replace(GROUP, values=values)})

    found = judge(facts(declared, rules(OPEN)))

    assert found[GROUP.address].verdict is Verdict.PASS


def test_an_undeclared_group_of_a_declared_instance_counts() -> None:
    worn = {**RUNNING.values, CloudAttribute.GROUPS: ("sg-1", "sg-2")}
    instances = ObservedInstances({"i-1": replace(RUNNING, values=worn)})
    stray = replace(NODES, id="sg-2", name="by-hand", values={CloudAttribute.RULES: (OPEN,)})
    groups = ObservedSecurityGroups({"sg-1": NODES, "sg-2": stray})

    found = judge(facts(instances, groups))

    assert {name: one.verdict for name, one in found.items()} == {
        GROUP.address: Verdict.PASS,
        "sg-2": Verdict.FAIL,
    }


def test_where_it_may_be_declared_nobody_can_tell() -> None:
    gap = Gap(Source.TERRAFORM, "module.x is not read")
    hidden = replace(DECLARED, incomplete={CloudKind.SECURITY_GROUP: gap})

    found = judge(facts(hidden, rules(OPEN)))

    assert found[GROUP.address].verdict is Verdict.UNKNOWN

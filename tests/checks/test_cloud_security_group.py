from dataclasses import replace

from exporter.checks import cloud_security_group
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    DeclaredCloud,
    ObservedSecurityGroups,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Source
from tests.checks.of_cloud import DECLARED, GROUP, NODES, OPEN, RULE, facts


def judge(given: Facts) -> Finding:
    (finding,) = cloud_security_group.judge(given)
    return finding


def rules(*have: str, unmanaged: frozenset[str] = frozenset()) -> ObservedSecurityGroups:
    values = {**NODES.values, CloudAttribute.RULES: have}
    return ObservedSecurityGroups({"sg-1": replace(NODES, values=values, unmanaged=unmanaged)})


OWN = "ingress all all self"


def test_the_declared_rules_pass_whatever_their_order() -> None:
    finding = judge(facts(rules(RULE, OWN)))

    assert finding.verdict is Verdict.PASS


def test_a_rule_that_lacks_and_one_that_nobody_declares_are_named() -> None:
    finding = judge(facts(rules(OWN, OPEN)))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == (f"sg-1: rules: lacks {RULE} (main.tf:7); rules: undeclared {OPEN}")


def test_rules_of_controllers_need_no_declaration() -> None:
    finding = judge(facts(rules(RULE, OWN, OPEN, unmanaged=frozenset({OPEN}))))

    assert finding.verdict is Verdict.PASS


def test_a_group_without_declared_rules_may_have_none() -> None:
    bare = replace(GROUP, values={})

    finding = judge(facts(DeclaredCloud({**DECLARED.resources, GROUP.address: bare})))

    assert finding.verdict is Verdict.FAIL


def test_where_more_rules_may_be_declared_a_further_one_is_unknown_and_a_lost_one_fails() -> None:
    gap = Gap(Source.TERRAFORM, "module.x is not read")
    hidden = replace(DECLARED, incomplete={CloudKind.SECURITY_GROUP: gap})

    further = judge(facts(hidden, rules(RULE, OWN, OPEN)))
    lost = judge(facts(hidden, rules(OWN)))

    assert (further.verdict, lost.verdict) == (Verdict.UNKNOWN, Verdict.FAIL)
    assert "module.x is not read" in further.detail


def test_a_missing_group_fails() -> None:
    finding = judge(facts(ObservedSecurityGroups()))

    assert finding.verdict is Verdict.FAIL

"""What nodes say of themselves, and code of them, is shown as short lines, however long it is."""

import json

import pytest

from exporter.checks import (
    node_identity,
    node_instance,
    node_labels,
    node_present,
    node_ready,
    node_taints,
    node_version,
)
from exporter.checks.wording import MAX_TEXT
from exporter.domain.check import Check
from exporter.domain.declaration import Attribute, Contradiction, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint, TaintEffect

PLACE = Place(Source.ANSIBLE, "hosts.yml", 7)
FOREIGN = "1.2+x\n" * 10_000
CHECKS = (
    node_identity,
    node_instance,
    node_labels,
    node_present,
    node_ready,
    node_taints,
    node_version,
)


def declared() -> DeclaredNode:
    """Return a node of which everything is declared in very long texts."""
    return DeclaredNode(
        name="a",
        group="",
        places=(PLACE,),
        attributes={one: Located(f"1.28{FOREIGN}", PLACE) for one in Attribute},
        labels={"role": Located(f"b{FOREIGN}", PLACE)},
        taints=(Located(Taint("role", TaintEffect.NO_SCHEDULE, f"b{FOREIGN}"), PLACE),),
        contradiction=Contradiction(f"its ID is that of {FOREIGN}", FOREIGN),
    )


def observed() -> ObservedNode:
    """Return a node that differs in everything, in very long texts."""
    return ObservedNode(
        name="a",
        labels=dict.fromkeys(("role", ObservedNode.INSTANCE_TYPE, ObservedNode.ZONE), FOREIGN),
        taints=frozenset({Taint("other", TaintEffect.NO_SCHEDULE, FOREIGN)}),
        ready=ConditionStatus.FALSE,
        ready_message=FOREIGN,
        version=FOREIGN,
        provider_id=FOREIGN,
        internal_ips=(FOREIGN,),
    )


def facts(*seen: ObservedNode) -> Facts:
    known = (
        DeclaredNodes({"a": declared()}),
        ObservedNodes({one.name: one for one in seen}),
        Policy(),
    )
    return Facts({type(fact): fact for fact in known})


@pytest.mark.parametrize("there", [True, False], ids=["there", "absent"])
@pytest.mark.parametrize("check", [one.CHECK for one in CHECKS], ids=lambda one: one.id)
def test_what_differs_is_told_in_short_lines(check: Check, *, there: bool) -> None:
    (finding,) = check.judge(facts(observed()) if there else facts())

    assert finding.verdict is not Verdict.PASS or check == node_present.CHECK
    assert len(finding.detail) <= 10 * MAX_TEXT
    assert "\n" not in finding.detail
    assert len(json.dumps([finding.declared, finding.observed])) <= 16 * MAX_TEXT

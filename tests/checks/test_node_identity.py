import pytest

from exporter.checks import node_identity, node_present, node_unexpected
from exporter.domain.declaration import Attribute, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions

NOW = parse_instant("2025-11-12T14:30:00+09:00")

PLACE = Place(Source.TERRAFORM, "main.tf", 12)
EC2 = "ip-10-0-0-1.ec2.internal"


def declared(name: str, *, machine: str = "i-1") -> DeclaredNode:
    return DeclaredNode(
        name=name,
        group="",
        places=(PLACE,),
        attributes={
            Attribute.INTERNAL_IP: Located("10.0.0.1", PLACE),
            Attribute.PROVIDER_ID: Located(machine, PLACE),
        },
        labels={},
        taints=(),
    )


def judge(node: DeclaredNode, have: ObservedNode) -> dict[str, Finding]:
    """Return what is found, by check, of the one declared node and the one of the cluster."""
    known = {
        DeclaredNodes: DeclaredNodes({node.name: node}),
        ObservedNodes: ObservedNodes({have.name: have}),
        Policy: Policy(),
    }
    checks = [node_identity.CHECK, node_present.CHECK, node_unexpected.CHECK]
    outcome = evaluate(checks, facts=Facts(known), decisions=Decisions(), sources=(), at=NOW)
    return {one.check: one for one in outcome.findings}


def seen(name: str, *, machine: str) -> ObservedNode:
    return ObservedNode(name=name, labels={}, internal_ips=("10.0.0.1",), provider_id=machine)


def test_a_node_that_was_found_by_its_id_passes_and_says_as_what() -> None:
    found = judge(declared("worker-0"), seen(EC2, machine="aws:///z/i-1"))

    assert {one.verdict for one in found.values()} == {Verdict.PASS}
    assert {one.subject.name for one in found.values()} == {"worker-0"}
    assert found["node_identity"].detail == f"is {EC2} by its provider ID"
    assert found["node_present"].detail == f"is {EC2} by its provider ID"


def test_an_address_of_another_machine_is_no_presence_and_one_alarm() -> None:
    found = judge(declared("worker-0"), seen(EC2, machine="aws:///z/i-2"))

    cause = Cause("node_identity", Subject("Node", "", "worker-0"))
    assert found["node_identity"].verdict is Verdict.FAIL
    assert found["node_identity"].observed == EC2
    for other in ("node_present", "node_unexpected"):
        assert (found[other].verdict, found[other].cause) == (Verdict.UNKNOWN, cause)


@pytest.mark.parametrize("machine", ["i-1", "i-2"])
def test_of_a_node_that_goes_by_its_exact_name_there_is_nothing_to_tell(machine: str) -> None:
    found = judge(declared("worker-0", machine="i-1"), seen("worker-0", machine=machine))

    assert "node_identity" not in found
    assert found["node_present"].verdict is Verdict.PASS

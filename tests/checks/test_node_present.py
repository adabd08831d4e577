from exporter.checks import node_present
from exporter.domain.declaration import DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.TERRAFORM, "main.tf", 12)


def judge(*, declared: list[str], observed: list[str]) -> list[Finding]:
    nodes = {
        name: DeclaredNode(
            name=name, group="", places=(PLACE,), attributes={}, labels={}, taints=()
        )
        for name in declared
    }
    cluster = ObservedNodes({name: ObservedNode(name=name, labels={}) for name in observed})
    known = {DeclaredNodes: DeclaredNodes(nodes), ObservedNodes: cluster}
    return list(node_present.judge(Facts(known=known)))


def test_a_declared_node_in_the_cluster_passes() -> None:
    (finding,) = judge(declared=["a"], observed=["a"])

    assert finding.verdict is Verdict.PASS
    assert finding.detail == ""


def test_a_declared_node_that_the_cluster_lacks_fails_and_names_its_place() -> None:
    (finding,) = judge(declared=["a"], observed=[])

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "node is not in the cluster"
    assert (finding.declared, finding.observed) == ("present", "absent")
    assert finding.provenance == (PLACE,)


def test_names_are_compared_whole() -> None:
    (finding,) = judge(declared=["k8s-api"], observed=["k8s-api-auth", "K8S-API"])

    assert finding.verdict is Verdict.FAIL


def test_surplus_nodes_are_not_its_business() -> None:
    findings = judge(declared=["b", "a"], observed=["a", "b", "c"])

    assert [one.subject for one in findings] == [Subject("Node", "", "a"), Subject("Node", "", "b")]

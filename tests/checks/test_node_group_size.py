import pytest

from exporter.checks import node_group_size
from exporter.domain.declaration import DeclaredNode, NodeGroup
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.INVENTORY, "conformance.yaml", 9)


def judge(*groups: NodeGroup, observed: list[str]) -> list[Finding]:
    nodes = {
        name: DeclaredNode(
            name=name, group=group.name, places=(PLACE,), attributes={}, labels={}, taints=()
        )
        for group in groups
        for name in group.members
    }
    declared = DeclaredNodes(nodes, groups={group.name: group for group in groups})
    cluster = ObservedNodes({name: ObservedNode(name=name, labels={}) for name in observed})
    known = {DeclaredNodes: declared, ObservedNodes: cluster}
    return list(node_group_size.judge(Facts(known=known)))


def group(minimum: int, maximum: int, *members: str, pattern: str = "w-*") -> NodeGroup:
    return NodeGroup(
        name="workers",
        minimum=minimum,
        maximum=maximum,
        members=frozenset(members),
        name_pattern=pattern,
        place=PLACE,
    )


def test_a_group_of_named_nodes_passes_when_all_are_there() -> None:
    (finding,) = judge(group(2, 2, "w-a", "w-b"), observed=["w-b", "w-a", "other"])

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert (finding.declared, finding.observed) == (2, 2)


def test_a_missing_named_node_is_reported_by_node_present_alone() -> None:
    (finding,) = judge(group(2, 2, "w-a", "w-b"), observed=["w-b"])

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "node_present")
    assert finding.detail == "not in the cluster: w-a"


def test_many_missing_nodes_are_counted_after_ten() -> None:
    names = [f"w-{number:02}" for number in range(12)]

    (finding,) = judge(group(12, 12, *names), observed=[])

    assert finding.detail.endswith("w-09 and 2 more")


def test_a_surplus_node_is_reported_by_node_unexpected_alone() -> None:
    (finding,) = judge(group(1, 1, "w-a"), observed=["w-a", "w-b"])

    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("minimum", "maximum", "count", "verdict", "detail"),
    [
        pytest.param(1, 3, 1, Verdict.PASS, "", id="at-the-minimum"),
        pytest.param(1, 3, 3, Verdict.PASS, "", id="at-the-maximum"),
        pytest.param(1, 3, 0, Verdict.FAIL, "0 nodes, fewer than 1", id="too-few"),
        pytest.param(1, 3, 4, Verdict.FAIL, "4 nodes, more than 3", id="too-many"),
        pytest.param(2, 2, 2, Verdict.PASS, "", id="exact"),
        pytest.param(0, 0, 1, Verdict.FAIL, "1 nodes, more than 0", id="scaled-to-nothing"),
    ],
)
def test_an_elastic_group_is_counted(
    minimum: int, maximum: int, count: int, verdict: Verdict, detail: str
) -> None:
    observed = [f"w-{number}" for number in range(count)] + ["other"]

    (finding,) = judge(group(minimum, maximum), observed=observed)

    assert (finding.verdict, finding.detail, finding.observed) == (verdict, detail, count)
    assert finding.declared == {"minimum": minimum, "maximum": maximum}
    assert finding.provenance == (PLACE,)


def test_named_nodes_of_an_elastic_group_count_though_its_pattern_does_not_fit() -> None:
    (finding,) = judge(group(2, 4, "first"), observed=["first", "w-1"])

    assert (finding.verdict, finding.observed) == (Verdict.PASS, 2)


def test_a_group_whose_nodes_cannot_be_recognised_is_unknown() -> None:
    (finding,) = judge(group(1, 3, pattern=""), observed=["w-1"])

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail == "nothing says by what its nodes are recognised"


def test_an_empty_group_has_all_its_nodes() -> None:
    (finding,) = judge(group(0, 0, pattern=""), observed=["w-1"])

    assert finding.verdict is Verdict.PASS


def test_nodes_without_a_group_are_no_group() -> None:
    nameless = NodeGroup(name="", minimum=1, maximum=1, members=frozenset({"a"}))

    assert judge(nameless, observed=[]) == []

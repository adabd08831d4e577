import pytest

from exporter.checks import node_group_size
from exporter.domain.declaration import DeclaredNode, NodeGroup
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.runtime.expected import Expected

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
    known = Facts({DeclaredNodes: declared, ObservedNodes: cluster})
    return list(node_group_size.judge(Expected().known(known)))


def group(
    minimum: int | None, maximum: int | None, *members: str, pattern: str = "w-*"
) -> NodeGroup:
    return NodeGroup(
        name="workers",
        minimum=minimum,
        maximum=maximum,
        members=frozenset(members),
        name_pattern=pattern,
        place=PLACE,
    )


def test_a_group_of_named_nodes_passes_when_all_are_there() -> None:
    (finding,) = judge(group(None, None, "w-a", "w-b"), observed=["w-b", "w-a", "other"])

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert (finding.declared, finding.observed) == (2, 2)


def test_a_missing_named_node_is_reported_by_node_present_alone() -> None:
    (finding,) = judge(group(2, 2, "w-a", "w-b"), observed=["w-b"])

    missing = Cause("node_present", Subject("Node", "", "w-a"))
    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, missing)
    assert finding.detail == "not in the cluster: w-a"


def test_many_missing_nodes_are_counted_after_ten() -> None:
    names = [f"w-{number:02}" for number in range(12)]

    (finding,) = judge(group(12, 12, *names), observed=[])

    assert finding.detail.endswith("w-09 and 2 more")


def test_a_surplus_node_is_reported_by_node_unexpected_alone() -> None:
    (finding,) = judge(group(1, 1, "w-a"), observed=["w-a", "w-b"])

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_unexpected", Subject("Node", "", "w-b")),
    )
    assert (finding.declared, finding.observed) == (1, 2)
    assert finding.detail == "declared nowhere: w-b"


def test_a_missing_named_node_is_not_made_up_for_by_one_that_nobody_declares() -> None:
    (finding,) = judge(group(None, None, "w-a", "w-b"), observed=["w-b", "w-c"])

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_present", Subject("Node", "", "w-a")),
    )


def test_a_lower_minimum_of_the_settings_leaves_the_named_nodes_to_be_expected() -> None:
    (finding,) = judge(group(1, 10, "w-a", "w-b", "w-c"), observed=["w-a", "w-b"])

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_present", Subject("Node", "", "w-c")),
    )
    assert (finding.declared, finding.observed) == ({"minimum": 3, "maximum": 10}, 2)


def test_a_missing_named_node_does_not_excuse_a_greater_lack() -> None:
    (finding,) = judge(group(5, 10, "w-a", "w-b", "w-c"), observed=["w-a", "w-b"])

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "2 nodes, fewer than 5")


def test_a_maximum_below_the_named_nodes_contradicts_them() -> None:
    (finding,) = judge(group(None, 1, "w-a", "w-b"), observed=["w-a", "w-b"])

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "2 nodes, more than 1")


def test_a_group_of_which_neither_bounds_nor_nodes_are_declared_is_unknown() -> None:
    (finding,) = judge(group(None, None), observed=["w-a"])

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail.startswith("nothing says how many nodes it has")


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
    bounds = {"minimum": minimum, "maximum": maximum}
    assert finding.declared == (minimum if minimum == maximum else bounds)
    assert finding.provenance == (PLACE,)


def test_named_nodes_of_an_elastic_group_count_though_its_pattern_does_not_fit() -> None:
    (finding,) = judge(group(2, 4, "first"), observed=["first", "w-1"])

    assert (finding.verdict, finding.observed) == (Verdict.PASS, 2)


def test_a_group_whose_nodes_cannot_be_recognised_is_unknown() -> None:
    (finding,) = judge(group(1, 3, pattern=""), observed=["w-1"])

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail == "nothing says by what its nodes are recognised"


ODD = Gap(Source.KUBERNETES, "Node odd cannot be read")
BY_LABEL = {"lifecycle": "spot"}


def judge_beside_unreadable(group: NodeGroup, *, readable: int) -> Finding:
    nodes = {f"n{n}": ObservedNode(name=f"n{n}", labels=BY_LABEL) for n in range(readable)}
    known = {
        DeclaredNodes: DeclaredNodes({}, groups={group.name: group}),
        ObservedNodes: ObservedNodes(nodes, {"w-odd": ODD}),
    }
    (finding,) = node_group_size.judge(Expected().known(Facts(known)))
    return finding


@pytest.mark.parametrize(
    ("minimum", "maximum", "readable", "verdict"),
    [
        pytest.param(1, 3, 2, Verdict.PASS, id="within, whatever it is"),
        pytest.param(1, 3, 3, Verdict.UNKNOWN, id="perhaps one too many"),
        pytest.param(2, 3, 1, Verdict.UNKNOWN, id="perhaps one too few"),
        pytest.param(1, 3, 4, Verdict.FAIL, id="too many without it"),
        pytest.param(3, 4, 1, Verdict.FAIL, id="too few with it"),
    ],
)
def test_a_node_that_cannot_be_read_may_be_of_any_group_that_has_labels(
    minimum: int, maximum: int, readable: int, verdict: Verdict
) -> None:
    spot = NodeGroup(name="spot", minimum=minimum, maximum=maximum, labels=BY_LABEL)

    assert judge_beside_unreadable(spot, readable=readable).verdict is verdict


def test_a_node_that_cannot_be_read_is_of_the_group_that_its_name_fits() -> None:
    finding = judge_beside_unreadable(group(1, 3), readable=0)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, 1)


def test_a_named_node_that_cannot_be_read_is_there() -> None:
    assert judge_beside_unreadable(group(1, 1, "w-odd"), readable=0).verdict is Verdict.PASS


@pytest.mark.parametrize(("minimum", "verdict"), [(0, Verdict.UNKNOWN), (1, Verdict.FAIL)])
def test_a_cluster_without_any_node_proves_nothing_of_a_group_that_may_be_empty(
    minimum: int, verdict: Verdict
) -> None:
    (finding,) = judge(group(minimum, 3), observed=[])

    assert finding.verdict is verdict


def test_nodes_without_a_group_are_no_group() -> None:
    nameless = NodeGroup(name="", minimum=1, maximum=1, members=frozenset({"a"}))

    assert judge(nameless, observed=[]) == []


def test_a_pool_that_makes_what_pods_need_has_no_size_to_judge() -> None:
    pool = NodeGroup(name="spot", labels={"pool": "spot"}, pool=True, unbounded=True)

    assert judge(pool, observed=["a"]) == []

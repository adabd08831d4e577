import pytest

from exporter.checks import node_unexpected
from exporter.domain.declaration import DeclaredNode, NodeGroup
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.nodes import CompleteNodes, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.TERRAFORM, "main.tf", 12)
SPOT = {"lifecycle": "spot"}


def judge(
    name: str,
    *groups: NodeGroup,
    declared: tuple[str, ...] = (),
    labels: dict[str, str] | None = None,
) -> Finding:
    nodes = {
        one: DeclaredNode(
            name=one, group="api", places=(PLACE,), attributes={}, labels={}, taints=()
        )
        for one in declared
    }
    known = {
        DeclaredNodes: DeclaredNodes(nodes, groups={group.name: group for group in groups}),
        CompleteNodes: CompleteNodes(),
        ObservedNodes: ObservedNodes({name: ObservedNode(name=name, labels=labels or {})}),
    }
    (finding,) = node_unexpected.judge(Facts(known=known))
    return finding


def test_a_declared_node_is_expected() -> None:
    assert judge("a", declared=("a",)).verdict is Verdict.PASS


def test_a_node_that_nothing_declares_fails() -> None:
    finding = judge("b", declared=("a",))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "node is declared nowhere, and belongs to no group that may grow"


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        pytest.param(
            NodeGroup(name="g", minimum=0, maximum=5, name_pattern="spot-*"),
            Verdict.PASS,
            id="name",
        ),
        pytest.param(
            NodeGroup(name="g", minimum=0, maximum=5, labels=SPOT), Verdict.PASS, id="labels"
        ),
        pytest.param(
            NodeGroup(name="g", minimum=0, maximum=5, name_pattern="api-*", labels=SPOT),
            Verdict.FAIL,
            id="labels-but-not-name",
        ),
        pytest.param(
            NodeGroup(name="g", minimum=0, maximum=5, name_pattern="SPOT-*"),
            Verdict.FAIL,
            id="case-counts",
        ),
        pytest.param(
            NodeGroup(name="g", minimum=0, maximum=5), Verdict.FAIL, id="nothing-to-recognise-by"
        ),
        pytest.param(
            NodeGroup(
                name="g", minimum=1, maximum=2, members=frozenset({"spot-0"}), name_pattern="spot-*"
            ),
            Verdict.PASS,
            id="room-beside-the-named",
        ),
        pytest.param(
            NodeGroup(
                name="g", minimum=1, maximum=1, members=frozenset({"spot-0"}), name_pattern="spot-*"
            ),
            Verdict.FAIL,
            id="all-are-named",
        ),
        pytest.param(
            NodeGroup(name="g", minimum=0, maximum=0, name_pattern="spot-*"),
            Verdict.PASS,
            id="none-is-named",
        ),
    ],
)
def test_a_node_of_a_group_that_may_grow_is_expected(group: NodeGroup, verdict: Verdict) -> None:
    assert judge("spot-1", group, labels=SPOT).verdict is verdict


def test_the_group_that_explains_a_node_is_named() -> None:
    group = NodeGroup(name="spot", minimum=0, maximum=5, name_pattern="spot-*", place=PLACE)

    finding = judge("spot-1", group)

    assert finding.detail == "node belongs to the group spot"
    assert finding.provenance == (PLACE,)

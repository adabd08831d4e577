import pytest

from exporter.checks import node_unexpected
from exporter.domain.declaration import DeclaredNode, NodeGroup
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Place, Source
from exporter.runtime.expected import Expected

PLACE = Place(Source.TERRAFORM, "main.tf", 12)
SPOT = {"lifecycle": "spot"}


def judge(
    name: str,
    *groups: NodeGroup,
    declared: tuple[str, ...] = (),
    labels: dict[str, str] | None = None,
    incomplete: tuple[Gap, ...] = (),
    unread: tuple[Gap, ...] = (),
) -> Finding:
    nodes = {
        one: DeclaredNode(
            name=one, group="api", places=(PLACE,), attributes={}, labels={}, taints=()
        )
        for one in declared
    }
    by_name = {group.name: group for group in groups}
    known = {
        DeclaredNodes: DeclaredNodes(nodes, groups=by_name, incomplete=incomplete, unread=unread),
        ObservedNodes: ObservedNodes({name: ObservedNode(name=name, labels=labels or {})}),
    }
    (finding,) = node_unexpected.judge(Expected().known(Facts(known)))
    return finding


def judge_unreadable(*groups: NodeGroup, declared: tuple[str, ...] = ()) -> Finding:
    world = {
        DeclaredNodes: DeclaredNodes(
            {
                name: DeclaredNode(
                    name=name, group="", places=(PLACE,), attributes={}, labels={}, taints=()
                )
                for name in declared
            },
            {group.name: group for group in groups},
        ),
        ObservedNodes: ObservedNodes({}, {"odd": ODD}),
    }
    (finding,) = node_unexpected.judge(Expected().known(Facts(world)))
    return finding


ODD = Gap(Source.KUBERNETES, "Node odd cannot be read")


@pytest.mark.parametrize(
    ("groups", "declared", "verdict"),
    [
        pytest.param((), ("odd",), Verdict.PASS, id="declared"),
        pytest.param((), (), Verdict.FAIL, id="declared nowhere"),
        pytest.param(
            (NodeGroup(name="g", minimum=0, maximum=5, name_pattern="o*"),),
            (),
            Verdict.PASS,
            id="of a group by its name",
        ),
        pytest.param(
            (NodeGroup(name="g", minimum=0, maximum=5, labels=SPOT),),
            (),
            Verdict.UNKNOWN,
            id="perhaps of a group by its labels",
        ),
    ],
)
def test_a_node_that_cannot_be_read_is_judged_by_its_name(
    groups: tuple[NodeGroup, ...], declared: tuple[str, ...], verdict: Verdict
) -> None:
    assert judge_unreadable(*groups, declared=declared).verdict is verdict


def test_a_declared_node_is_expected() -> None:
    assert judge("a", declared=("a",)).verdict is Verdict.PASS


def test_a_node_that_nothing_declares_fails() -> None:
    finding = judge("b", declared=("a",))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "node is declared nowhere, and belongs to no group that may grow"


def test_a_node_that_may_be_declared_where_nobody_can_tell_is_unknown() -> None:
    gap = Gap(Source.ANSIBLE, "hosts.ini:3: is malformed")

    declared, other = (judge(name, declared=("a",), incomplete=(gap,)) for name in "ab")

    assert declared.verdict is Verdict.PASS
    assert (other.verdict, other.cause) == (Verdict.UNKNOWN, Cause("ansible"))


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


def test_a_node_that_may_be_declared_where_nobody_could_look_is_unknown() -> None:
    hidden = Gap(Source.TERRAFORM, "main.tf:1: may make nodes")

    finding = judge("b", declared=("a",), incomplete=(hidden,))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("terraform"))
    assert hidden.message in finding.detail


def test_a_node_of_a_group_is_expected_whatever_else_may_be_declared() -> None:
    group = NodeGroup(name="spot", maximum=5, name_pattern="spot-*")
    hidden = Gap(Source.TERRAFORM, "main.tf:1: may make nodes")

    assert judge("spot-1", group, incomplete=(hidden,)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("labels", "verdict"),
    [({"karpenter.sh/nodepool": "spot"}, Verdict.UNKNOWN), ({"other": "x"}, Verdict.FAIL)],
)
def test_a_node_that_an_object_made_may_be_of_one_that_nobody_read(
    labels: dict[str, str], verdict: Verdict
) -> None:
    chart = Gap(Source.ARGOCD, "apps.yaml:3: a chart that nobody rendered")

    finding = judge("n", labels=labels, unread=(chart,))

    assert finding.verdict is verdict
    assert (finding.cause == Cause(Source.ARGOCD)) is (verdict is Verdict.UNKNOWN)

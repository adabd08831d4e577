"""What several tasks do comes together in their order."""

import pytest

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.node_changes import NodeChange
from exporter.declared.ansible.node_state import NodeState
from exporter.domain.declaration import NodeGap, NodeStatement
from exporter.domain.provenance import Place, Source
from exporter.domain.taints import Taint, TaintEffect

TAINT = Taint(key="k", value="v", effect=TaintEffect.NO_SCHEDULE)


def at(line: int) -> Place:
    return Place(Source.ANSIBLE, "play.yml", line)


def apply(node_state: NodeState, *changes: NodeChange, playbook: str = "play.yml") -> None:
    for line, change in enumerate(changes, 1):
        node_state.apply(change, place=at(line), playbook=playbook)


def labels(node_state: NodeState) -> dict[str, dict[str, str]]:
    return {
        node.name: {key: stated.value for key, stated in node.labels.items()}
        for node in node_state.statements()
    }


def test_a_later_task_overrides_an_earlier_one() -> None:
    node_state = NodeState()

    apply(
        node_state,
        NodeChange(names=("n1",), labels={"a": "1", "b": "1"}),
        NodeChange(names=("n1",), labels={"a": "2"}),
    )

    (node,) = node_state.statements()
    assert not node.enumerates
    assert (node.labels["a"].value, node.labels["a"].place.line) == ("2", 2)
    assert node.labels["b"].place.line == 1
    assert node.place.line == 1


def test_what_is_taken_away_is_not_declared() -> None:
    node_state = NodeState()

    apply(
        node_state,
        NodeChange(names=("n1",), labels={"a": "1"}, taints=(TAINT,)),
        NodeChange(names=("n1",), labels={"a": None}, removed=(("k", None),)),
    )

    assert list(node_state.statements()) == []


def test_a_removal_names_its_effect() -> None:
    other = Taint(key="k", effect=TaintEffect.NO_EXECUTE)
    node_state = NodeState()

    apply(
        node_state,
        NodeChange(names=("n1",), taints=(TAINT, other)),
        NodeChange(names=("n1",), removed=(("k", TaintEffect.NO_EXECUTE),)),
    )

    (node,) = node_state.statements()
    assert [taint.value for taint in node.taints] == [TAINT]


def test_a_removal_by_another_playbook_is_an_open_question() -> None:
    node_state = NodeState()
    apply(node_state, NodeChange(names=("n1",), labels={"a": "1"}), playbook="set.yml")

    apply(node_state, NodeChange(names=("n1",), labels={"a": None}), playbook="reset.yml")

    assert labels(node_state) == {"n1": {"a": "1"}}
    assert "which of the playbooks runs last" in node_state.unresolved[0].message


def test_all_means_the_nodes_of_the_inventory() -> None:
    node_state = NodeState(inventory=("n1", "n2"))

    apply(node_state, NodeChange(every=True, labels={"a": "1"}))

    assert labels(node_state) == {"n1": {"a": "1"}, "n2": {"a": "1"}}


def test_all_may_mean_nodes_that_no_inventory_lists() -> None:
    node_state = NodeState(inventory=("n1",))

    apply(node_state, NodeChange(every=True, labels={"a": "1"}))

    (gap,) = node_state.gaps(0)
    assert gap.attributes == {"labels.a"}
    assert not gap.nodes
    assert gap.position == 0


@pytest.mark.parametrize(
    ("selector", "nodes"),
    [
        pytest.param("zone=a", {"n1"}, id="a label of the inventory"),
        pytest.param("zone", {"n1", "n2"}, id="a key"),
        pytest.param("role==gpu", {"n2"}, id="a label of an earlier task"),
        pytest.param("zone=b,role=gpu", {"n2"}, id="both"),
        pytest.param("kubernetes.io/hostname=n1", {"n1"}, id="the name"),
        pytest.param("zone=c", set(), id="nobody"),
    ],
)
def test_a_selector_selects_by_declared_labels(selector: str, nodes: set[str]) -> None:
    known = {"n1": {"zone": "a"}, "n2": {"zone": "b"}}
    node_state = NodeState(inventory=("n1", "n2"), known=known)
    apply(node_state, NodeChange(names=("n2",), labels={"role": "gpu"}))

    apply(node_state, NodeChange(selector=selector, labels={"x": "1"}))

    assert {name for name, values in labels(node_state).items() if "x" in values} == nodes


@pytest.mark.parametrize("selector", ["other=1", "!zone", "zone!=a", "zone in (a,b)", "zone=a,,"])
def test_a_selector_that_is_not_certain_is_left_open(selector: str) -> None:
    node_state = NodeState(inventory=("n1",), known={"n1": {"zone": "a"}})

    with pytest.raises(UnresolvedError, match="is not declared"):
        apply(node_state, NodeChange(selector=selector, labels={"x": "1"}))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(NodeChange(names=("N 1",), labels={"a": "1"}), id="no node's name"),
        pytest.param(NodeChange(names=("",), labels={"a": "1"}), id="an empty name"),
        pytest.param(NodeChange(labels={"a": "1"}), id="no name"),
        pytest.param(NodeChange(names=("n1",), labels={"a b": "1"}), id="no key"),
    ],
)
def test_nonsense_is_not_stated(change: NodeChange) -> None:
    node_state = NodeState()

    with pytest.raises(UnresolvedError):
        apply(node_state, change)

    assert list(node_state.statements()) == []


def test_what_is_kept_is_bounded() -> None:
    node_state = NodeState(inventory=tuple(f"n{number}" for number in range(5000)))
    many = {f"l{number}": "x" for number in range(101)}

    with pytest.raises(UnresolvedError, match="more of nodes than is kept"):
        apply(node_state, NodeChange(every=True, labels=many))


def test_nodes_without_anything_left_are_not_stated() -> None:
    node_state = NodeState()

    apply(node_state, NodeChange(names=("n1",), removed=(("k", None),)))

    statements: list[NodeStatement] = list(node_state.statements())
    assert statements == []


def test_a_selector_may_select_nodes_whose_label_is_not_known() -> None:
    gap = NodeGap(
        place=at(1),
        message="why",
        attributes=frozenset({"labels.zone"}),
        nodes=frozenset({"n2"}),
    )
    node_state = NodeState(inventory=("n1", "n2"), known={"n1": {"zone": "a"}}, listed=(gap,))

    apply(node_state, NodeChange(selector="zone=a", taints=(TAINT,)))

    assert [statement.name for statement in node_state.statements()] == ["n1"]
    (found,) = node_state.gaps(0)
    assert found.attributes == {"taints.k"}
    assert found.position == 0

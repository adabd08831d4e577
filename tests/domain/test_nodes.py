from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.declaration import DeclaredNode, NodeGroup
from exporter.domain.nodes import DeclaredNodes, NodeIndex, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.selectors import NodeSelection, NodeTerm, Operator, Requirement

PLACE = Place(Source.ANSIBLE, "inventory.ini", 1)
NAMES = st.sampled_from("abcd")
LABELS = st.dictionaries(st.sampled_from(["domain", "phase"]), st.sampled_from(["auth", "1"]))
REQUIREMENTS = st.builds(
    Requirement,
    key=st.sampled_from(["domain", "phase"]),
    operator=st.sampled_from(Operator),
    values=st.tuples(st.sampled_from(["auth", "1"])),
)
TERMS = st.builds(NodeTerm, labels=st.tuples(REQUIREMENTS))
SELECTIONS = st.builds(
    NodeSelection, LABELS, terms=st.none() | st.lists(TERMS, max_size=2).map(tuple)
)


def declared(name: str, group: str = "", **labels: str) -> DeclaredNode:
    return DeclaredNode(
        name=name,
        group=group,
        places=(PLACE,),
        attributes={},
        labels={key: Located(value, PLACE) for key, value in labels.items()},
        taints=(),
    )


@given(st.dictionaries(NAMES, LABELS), SELECTIONS)
def test_the_index_selects_what_asking_each_node_would(
    nodes: dict[str, dict[str, str]], selection: NodeSelection
) -> None:
    found = NodeIndex(nodes).selected(selection)

    assert found == sorted(
        name for name, labels in nodes.items() if selection.matches(name=name, labels=labels)
    )


def test_declared_and_observed_nodes_are_indexed_alike() -> None:
    asked = NodeSelection({"domain": "auth"})

    mine = DeclaredNodes({"a": declared("a", domain="auth"), "b": declared("b")})
    theirs = ObservedNodes({"a": ObservedNode(name="a", labels={"domain": "auth"})})

    assert mine.index.selected(asked) == theirs.index.selected(asked) == ["a"]


def test_nodes_are_equal_whatever_their_indices() -> None:
    assert DeclaredNodes({"a": declared("a")}) == DeclaredNodes({"a": declared("a")})


def test_a_declared_node_is_in_its_own_group_whatever_describes_it() -> None:
    api = NodeGroup(name="api", minimum=0, maximum=9, name_pattern="*")
    nodes = DeclaredNodes({"a": declared("a", "master")}, groups={"api": api})

    assert nodes.group_of("a", {}) == "master"


def test_an_undeclared_node_is_in_the_first_group_that_describes_it() -> None:
    groups = (
        NodeGroup(name="spot", minimum=0, maximum=9, labels={"lifecycle": "spot"}),
        NodeGroup(name="workers", minimum=0, maximum=9, name_pattern="w-*"),
        NodeGroup(name="all", minimum=0, maximum=9, name_pattern="*-1"),
    )
    nodes = DeclaredNodes({}, groups={group.name: group for group in groups})

    assert nodes.group_of("w-1", {}) == "workers"
    assert nodes.group_of("w-1", {"lifecycle": "spot"}) == "spot"
    assert nodes.group_of("x-2", {}) == ""


def test_a_group_without_a_pattern_describes_nothing() -> None:
    assert not NodeGroup(name="api", minimum=1, maximum=1).describes("a", {})


def test_a_group_with_name_and_labels_asks_for_both() -> None:
    group = NodeGroup(
        name="spot", minimum=0, maximum=9, name_pattern="w-*", labels={"lifecycle": "spot"}
    )

    assert group.describes("w-1", {"lifecycle": "spot", "x": "y"})
    assert not group.describes("w-1", {})
    assert not group.describes("x-1", {"lifecycle": "spot"})

"""Which declared node is which of the cluster's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.declaration import (
    LABELS,
    PRESENT,
    TAINTS,
    Attribute,
    DeclaredNode,
    JoinedBy,
    NodeGroup,
)
from exporter.domain.gaps import Gap
from exporter.domain.identity import joined
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint
from tests.counting import calls

PLACE = Place(Source.TERRAFORM, "main.tf", 3)


def declared(name: str, *, ip: str = "", machine: str = "") -> DeclaredNode:
    given = {Attribute.INTERNAL_IP: ip, Attribute.PROVIDER_ID: machine}
    return DeclaredNode(
        name=name,
        group="",
        places=(PLACE,),
        attributes={key: Located(value, PLACE) for key, value in given.items() if value},
        labels={},
        taints=(),
    )


def observed(name: str, *ips: str, machine: str = "", **labels: str) -> ObservedNode:
    return ObservedNode(name=name, labels=labels, internal_ips=ips, provider_id=machine)


def join(
    *nodes: DeclaredNode | ObservedNode | NodeGroup, names: dict[str, str] | None = None
) -> DeclaredNodes:
    return joined(
        DeclaredNodes(
            {one.name: one for one in nodes if isinstance(one, DeclaredNode)},
            {one.name: one for one in nodes if isinstance(one, NodeGroup)},
            names=names or {},
        ),
        ObservedNodes({one.name: one for one in nodes if isinstance(one, ObservedNode)}),
    )


EC2 = "ip-10-0-0-1.ec2.internal"


@pytest.mark.parametrize(
    ("node", "other", "by"),
    [
        pytest.param(declared("a"), observed("a"), None, id="exact name"),
        pytest.param(
            declared("w", machine="aws:///z/i-0abc"),
            observed(EC2, machine="aws:///z/i-0abc"),
            JoinedBy.PROVIDER_ID,
            id="provider ID",
        ),
        pytest.param(
            declared("w", machine="i-0abc"),
            observed(EC2, machine="aws:///z/i-0ABC"),
            JoinedBy.PROVIDER_ID,
            id="instance ID",
        ),
        pytest.param(declared("w1"), observed("w1.example.org"), JoinedBy.DOMAIN, id="domain"),
        pytest.param(declared("w1.example.org"), observed("W1"), JoinedBy.DOMAIN, id="and case"),
        pytest.param(
            declared("w", ip="10.0.0.1/24"), observed(EC2, "10.0.0.1"), JoinedBy.ADDRESS, id="IP"
        ),
        pytest.param(
            declared("10.0.0.1"), observed("srv", "10.0.0.1"), JoinedBy.ADDRESS, id="name is an IP"
        ),
        pytest.param(
            declared("w", ip="fd00::0001"), observed("x", "fd00::1"), JoinedBy.ADDRESS, id="IPv6"
        ),
        pytest.param(
            declared("w", ip="10.0.0.1", machine="i-1"),
            observed(EC2, "10.0.0.1"),
            JoinedBy.ADDRESS,
            id="IP, where the cluster tells no ID",
        ),
    ],
)
def test_a_node_is_found_by_what_identifies_it(
    node: DeclaredNode, other: ObservedNode, by: JoinedBy | None
) -> None:
    found = join(node, other)

    assert found.nodes.keys() == {other.name}
    assert found.nodes[other.name].name == node.name
    assert found.nodes[other.name].joined_by is by
    assert found.nodes[other.name].contradiction is None


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param((declared("a"), observed("b")), id="nothing in common"),
        pytest.param((declared("a.x.org"), observed("a.y.org")), id="another domain"),
        pytest.param(
            (declared("a"), observed("a.x.org"), observed("a.y.org")), id="a name that two have"
        ),
        pytest.param((declared("10.0.0.1"), observed("10")), id="an address is no host name"),
        pytest.param(
            (declared("a", ip="10.0.0.1"), observed("b", "10.0.0.1"), observed("c", "10.0.0.1")),
            id="an address that two have",
        ),
    ],
)
def test_what_is_not_unique_joins_nothing(nodes: tuple[DeclaredNode | ObservedNode, ...]) -> None:
    found = join(*nodes)

    assert [(key, node.joined_by) for key, node in found.nodes.items()] == [(nodes[0].name, None)]


def test_the_owners_word_counts_before_all() -> None:
    found = join(
        declared("a", ip="10.0.0.1"), observed("x", "10.0.0.1"), observed("y"), names={"a": "y"}
    )

    assert found.nodes["y"].joined_by is JoinedBy.SETTINGS
    assert found.nodes["y"].contradiction is None


def test_a_machine_keeps_its_id_whatever_its_name() -> None:
    found = join(
        declared("a", machine="i-1"),
        observed("a", machine="x:///i-2"),
        observed("b", machine="x:///i-1"),
    )

    node = found.nodes["b"]
    assert (node.name, node.joined_by) == ("a", JoinedBy.PROVIDER_ID)
    assert node.contradiction
    assert node.contradiction.other == "a"


def test_an_address_of_another_machine_is_a_contradiction_and_no_presence() -> None:
    found = join(
        declared("a", ip="10.0.0.1", machine="i-1"), observed("b", "10.0.0.1", machine="x:///i-2")
    )

    assert found.nodes.keys() == {"a"}
    assert found.nodes["a"].contradiction
    assert found.nodes["a"].contradiction.other == "b"


def test_an_address_that_no_node_has_tells_nothing_unless_that_of_another_host_was_found() -> None:
    hosts = (declared("10.0.0.1"), declared("10.0.0.2"))

    none, one = join(*hosts), join(*hosts, observed("x", "10.0.0.1"))

    assert all(PRESENT in node.unknown for node in none.nodes.values())
    assert len(none.incomplete) == 2
    assert not one.incomplete
    assert not one.nodes["10.0.0.2"].unknown


def test_a_node_that_cannot_be_read_is_found_by_its_name_and_may_be_one_with_an_address() -> None:
    odd = Gap(Source.KUBERNETES, "cannot be read")
    nodes = (declared("w"), declared("x", ip="10.0.0.1"), declared("y"))
    known = DeclaredNodes({one.name: one for one in nodes})

    found = joined(known, ObservedNodes({}, {"w.example.org": odd, "n": odd}))

    assert found.nodes["w.example.org"].joined_by is JoinedBy.DOMAIN
    assert found.nodes["x"].unknown == {PRESENT: odd}
    assert not found.nodes["y"].unknown


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param((declared("a", machine="i-1"), declared("b", machine="i-1")), id="ID"),
        pytest.param((declared("a", ip="10.0.0.1"), declared("b", ip="10.0.0.1")), id="address"),
    ],
)
def test_two_nodes_that_claim_one_machine_contradict(nodes: tuple[DeclaredNode, ...]) -> None:
    found = join(*nodes, observed("x", "10.0.0.1", machine="x:///i-1"))

    assert found.nodes.keys() == {"a", "b"}
    assert all(node.contradiction for node in found.nodes.values())


def test_many_nodes_that_claim_one_machine_are_counted_and_not_all_named() -> None:
    nodes = [declared(f"n{number:03}", machine="i-1") for number in range(100)]

    found = join(*nodes, observed("x", machine="x:///i-1"))

    said = [node.contradiction.message for node in found.nodes.values() if node.contradiction]
    assert len(said) == len(nodes)
    assert said[0].startswith("n001, n002, ")
    assert said[0].endswith(", n010 and 89 more has the same provider ID: i-1")
    assert max(map(len, said)) < 120


def cost(nodes: list[DeclaredNode | ObservedNode]) -> int:
    """Return how many calls it takes to join *nodes*, but for what is remembered of each name."""
    join(*nodes)
    return calls(lambda: join(*nodes))


def test_names_that_differ_by_their_domain_alone_cost_no_look_at_each_pair() -> None:
    def nodes(many: int) -> list[DeclaredNode | ObservedNode]:
        ours = [declared(f"worker.a{number}.org") for number in range(many)]
        return [*ours, *(observed(f"worker.b{number}.org") for number in range(many))]

    assert cost(nodes(200)) < 3 * cost(nodes(100))


hosts = st.text("ab.", min_size=1, max_size=4) | st.sampled_from(["A.b", "B", "a.B"])


@given(hosts, hosts)
def test_a_name_is_another_one_up_to_domain_and_case(name: str, other: str) -> None:
    one, another = name.casefold(), other.casefold()
    lacks = "." not in one or "." not in another
    alike = one.partition(".")[0] == another.partition(".")[0] and lacks

    found = join(declared(name), observed(other))

    assert (other in found.nodes) is (one == another or alike)


def test_a_name_and_an_address_of_two_nodes_contradict() -> None:
    found = join(declared("a", ip="10.0.0.2"), observed("a", "10.0.0.1"), observed("b", "10.0.0.2"))

    assert found.nodes["a"].contradiction
    assert found.nodes["a"].contradiction.other == "b"


def test_a_name_that_another_machine_has_is_not_there() -> None:
    nodes = (declared("a"), declared("b", machine="i-1"), observed("a", machine="x:///i-1"))

    found = join(*nodes)

    assert found.nodes["a"].name == "b"
    (key,) = found.nodes.keys() - {"a"}
    assert found.nodes[key].name == "a"
    assert found.nodes[key].contradiction


def test_a_node_that_nobody_names_is_a_member_of_the_group_that_takes_it() -> None:
    group = NodeGroup(
        name="pool",
        minimum=1,
        maximum=5,
        labels={"pool": "a"},
        place=PLACE,
        node_labels={"tier": Located("web", PLACE)},
        taints=(Located(Taint.parse("only=web:NoSchedule"), PLACE),),
        version=Located("1.31", PLACE),
        instance_types=(Located("t3.large", PLACE), Located("m5.large", PLACE)),
    )
    labels = {"pool": "a", ObservedNode.INSTANCE_TYPE: "m5.large"}

    found = join(group, observed("n", **labels), observed("other", pool="b"))

    (node,) = found.nodes.values()
    assert (node.name, node.group, node.member, node.places) == ("n", "pool", True, (PLACE,))
    assert {key: one.value for key, one in node.labels.items()} == {"tier": "web"}
    assert [str(one.value) for one in node.taints] == ["only=web:NoSchedule"]
    assert node.attributes[Attribute.VERSION].value == "1.31"
    assert node.attributes[Attribute.INSTANCE_TYPE].value == "m5.large"
    assert not node.silent


def test_what_a_group_says_nothing_of_is_not_judged_of_its_members() -> None:
    group = NodeGroup(name="pool", minimum=1, maximum=5, name_pattern="n*")

    found = join(group, observed("n"))

    assert found.nodes["n"].silent == {LABELS, TAINTS}


def test_what_of_a_group_nobody_can_tell_is_unknown_of_its_members() -> None:
    gap = Gap(Source.TERRAFORM, "var.labels has no value")
    group = NodeGroup(
        name="pool", maximum=5, name_pattern="n*", unknown={LABELS: gap, "maximum": gap}
    )

    found = join(group, observed("n"))

    assert found.nodes["n"].unknown == {LABELS: gap}
    assert found.nodes["n"].silent == {TAINTS}


def test_a_group_without_room_has_no_members() -> None:
    full = NodeGroup(name="g", maximum=1, members=frozenset({"a"}), name_pattern="*")

    found = join(full, declared("a"), observed("a"), observed("b"))

    assert found.nodes.keys() == {"a"}


def test_a_node_of_a_pool_belongs_to_the_owners_group_first() -> None:
    mine = NodeGroup(name="mine", maximum=9, name_pattern="n*")
    pool = NodeGroup(
        name="pool", maximum=5, labels={"p": "1"}, pool=True, node_labels={"x": Located("y", PLACE)}
    )

    found = join(mine, pool, observed("n", p="1"))

    assert found.nodes["n"].group == "mine"
    assert found.nodes["n"].labels
    assert found.groups_of("n", {"p": "1"}) == ("mine", "pool")


def joins(found: DeclaredNodes) -> dict[str, str]:
    return {key: node.name for key, node in found.nodes.items()}


names = st.sampled_from(["a", "A", "a.x.org", "b", "b.x.org", "10.0.0.1", "10.0.0.2"])
ips = st.sampled_from(["", "10.0.0.1", "10.0.0.2"])
machines = st.sampled_from(["", "i-1", "x:///i-1", "x:///i-2"])
ours = st.lists(st.builds(lambda n, i, m: declared(n, ip=i, machine=m), names, ips, machines))
theirs = st.lists(st.builds(lambda n, i, m: observed(n, i, machine=m), names, ips, machines))


@given(ours, theirs)
def test_no_two_are_joined_with_one_and_none_is_lost(
    ours: list[DeclaredNode], theirs: list[ObservedNode]
) -> None:
    found = join(*ours, *theirs)

    there = {node.name for node in theirs}
    assert {node.name for node in found.nodes.values()} == {node.name for node in ours}
    for key, node in found.nodes.items():
        if node.joined_by:
            assert key in there
        elif key in there:
            assert key == node.name


@given(ours, theirs)
def test_the_order_in_which_nodes_are_read_joins_nothing_else(
    ours: list[DeclaredNode], theirs: list[ObservedNode]
) -> None:
    ours = list({one.name: one for one in ours}.values())
    theirs = list({one.name: one for one in theirs}.values())
    before = join(*ours, *theirs)

    after = join(*ours[::-1], *theirs[::-1])

    assert {k: n.name for k, n in before.nodes.items()} == {
        k: n.name for k, n in after.nodes.items()
    }


def test_a_named_node_has_what_its_group_says_of_each_and_its_own_word_counts_first() -> None:
    mine = replace(declared("n-1"), group="workers", labels={"a": Located("own", PLACE)})
    group = NodeGroup(
        name="workers",
        name_pattern="n-*",
        node_labels={"a": Located("group", PLACE), "b": Located("group", PLACE)},
        version=Located("v1.31.*", PLACE),
    )

    found = join(mine, declared("other"), group, observed("n-1")).nodes

    assert {key: one.value for key, one in found["n-1"].labels.items()} == {
        "a": "own",
        "b": "group",
    }
    assert found["n-1"].attributes[Attribute.VERSION].value == "v1.31.*"
    assert not found["n-1"].member
    assert found["other"] == declared("other")

"""Hosts that go by their address have the names that another source has for them."""

import pytest

from exporter.declared.addresses import with_names
from exporter.declared.conflicts import node_sets
from exporter.declared.merge import merge
from exporter.domain.declaration import Attribute, NodeGap, NodeStatement, Reading
from exporter.domain.provenance import Located, Place, Source

TERRAFORM, ANSIBLE = Place(Source.TERRAFORM, "main.tf", 1), Place(Source.ANSIBLE, "hosts", 2)


def machine(name: str, ip: str) -> NodeStatement:
    return NodeStatement(
        name=name,
        place=TERRAFORM,
        attributes={Attribute.INTERNAL_IP: Located(ip, TERRAFORM)} if ip else {},
    )


def host(name: str) -> NodeStatement:
    return NodeStatement(name=name, place=ANSIBLE, labels={"a": Located("1", ANSIBLE)})


def read(*statements: NodeStatement, gaps: tuple[NodeGap, ...] = ()) -> list[Reading]:
    return [
        Reading(source=source, nodes=tuple(mine), gaps=gaps if source is Source.ANSIBLE else ())
        for source in (Source.TERRAFORM, Source.ANSIBLE)
        if (mine := [one for one in statements if one.place.source is source])
    ]


def test_one_address_in_two_sources_is_one_node() -> None:
    gap = NodeGap(
        place=ANSIBLE, message="x", attributes=frozenset({"taints"}), nodes=frozenset({"10.0.0.1"})
    )

    readings = with_names(read(machine("w", "10.0.0.1"), host("10.0.0.1"), gaps=(gap,)))

    node = merge(readings).nodes.nodes["w"]
    assert node.labels.keys() == {"a"}
    assert node.unknown.keys() == {"taints"}
    assert list(node_sets(readings)) == []


@pytest.mark.parametrize(
    "machines",
    [
        pytest.param([machine("w", "10.0.0.9")], id="another address"),
        pytest.param([machine("w", "")], id="no address"),
        pytest.param([machine("v", "10.0.0.1"), machine("w", "10.0.0.1")], id="two have it"),
    ],
)
def test_what_may_be_any_node_is_no_conflict(machines: list[NodeStatement]) -> None:
    readings = with_names(read(*machines, host("10.0.0.1")))

    assert "10.0.0.1" in merge(readings).nodes.nodes
    assert list(node_sets(readings)) == []

"""What cannot be told without a run makes unknown what it could say, and nothing else."""

from collections.abc import Callable, Mapping

import pytest

from exporter.declared.merge import merge
from exporter.declared.terraform.collector import OF_NODES
from exporter.domain.declaration import (
    LABELS,
    PRESENT,
    TAINTS,
    Attribute,
    NodeGap,
    NodeStatement,
    Reading,
)
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState
from exporter.domain.provenance import Located, Place, Source

Declare = Callable[..., Reading]

TAGS = {"Domain": "domain", "Phase": "phase"}
LITERAL = 'resource "hcloud_server" "b" { name = "b" }\n'
INVENTORY = Place(Source.ANSIBLE, "hosts.ini", 1)


def said(gap: NodeGap) -> tuple[set[str], set[str]]:
    return set(gap.attributes), set(gap.nodes)


def only_gap(reading: Reading) -> NodeGap:
    (gap,) = reading.gaps
    return gap


def unknown(*readings: Reading, name: str = "a") -> set[str]:
    """Return what of a node is not known where these are all the readings."""
    return set(merge(readings).nodes.nodes[name].unknown)


def inventory(name: str = "a", **labels: str) -> Reading:
    stated = {key: Located(value, INVENTORY) for key, value in labels.items()}
    node = NodeStatement(name=name, place=INVENTORY, labels=stated)
    return Reading(source=Source.ANSIBLE, nodes=(node,))


def server(attributes: str, name: str = '"a"') -> str:
    return f'resource "aws_instance" "a" {{\n  {attributes}\n  tags = {{ Name = {name} }}\n}}\n'


@pytest.mark.parametrize(
    ("attribute", "key"),
    [
        pytest.param("instance_type = data.x.y.z", Attribute.INSTANCE_TYPE, id="type"),
        pytest.param("availability_zone = var.none", Attribute.ZONE, id="zone"),
        pytest.param("private_ip = x.y.z", Attribute.INTERNAL_IP, id="address"),
    ],
)
def test_an_attribute_that_nobody_can_tell_is_unknown_of_that_node_alone(
    declare: Declare, attribute: str, key: str
) -> None:
    reading = declare({"main.tf": server(attribute) + LITERAL})

    assert said(only_gap(reading)) == ({key}, {"a"})
    assert (unknown(reading), unknown(reading, name="b")) == ({key}, set())
    assert merge([reading]).nodes.incomplete == ()


def test_a_tag_that_nobody_can_tell_makes_its_label_unknown(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'variable "domain" {}\n'
            'resource "aws_instance" "a" {\n'
            '  tags = { Name = "a", Domain = var.domain, Phase = 1 }\n}\n' + LITERAL
        },
        tags=TAGS,
    )

    gap = only_gap(reading)
    assert said(gap) == ({"labels.domain"}, {"a"})
    assert (gap.place.path, gap.place.line) == ("main.tf", 1)
    assert unknown(reading) == {"labels.domain"}
    assert unknown(reading, name="b") == set()


def test_kubelet_arguments_and_stronger_sources_overrule_an_unresolved_tag(
    declare: Declare,
) -> None:
    spoken = declare(
        {
            "main.tf": 'resource "aws_instance" "a" {\n'
            '  user_data = "kubelet --node-labels=domain=ai"\n'
            '  tags      = { Name = "a", Domain = var.none }\n}\n'
        },
        tags=TAGS,
    )
    tagged = declare(
        {"main.tf": server("ami = 1", '"a", Domain = var.none')}, tags={"Domain": "domain"}
    )

    assert unknown(spoken) == set()
    assert unknown(tagged) == {"labels.domain"}
    assert unknown(tagged, inventory(domain="ai")) == set()


@pytest.mark.parametrize(
    "user_data",
    [
        pytest.param("x.y.z", id="wholly unknown"),
        pytest.param('"kubelet --node-labels=role=${x.y}"', id="a value"),
        pytest.param('"kubelet --register-with-taints=a=b"', id="malformed"),
    ],
)
def test_user_data_that_nobody_can_tell_may_say_any_label_and_taint(
    declare: Declare, user_data: str
) -> None:
    main = (
        f'resource "aws_instance" "a" {{\n  user_data = {user_data}\n'
        '  tags = { Name = "a", Domain = "ai" }\n}\n'
    )

    reading = declare({"main.tf": main + LITERAL}, tags=TAGS)

    assert said(only_gap(reading)) == ({LABELS, TAINTS}, {"a"})
    assert unknown(reading) == {LABELS, "labels.domain", TAINTS}
    assert unknown(reading, name="b") == set()
    assert "labels.domain" not in unknown(reading, inventory(domain="ai"))


def test_user_data_that_is_known_where_it_matters_hides_nothing(declare: Declare) -> None:
    main = 'resource "aws_instance" "a" {\n user_data = "${x.y}"\n tags = { Name = "a" }\n}\n'

    assert declare({"main.tf": main.replace("${x.y}", "join ${x.y}")}).gaps == ()


@pytest.mark.parametrize(
    ("block", "subject"),
    [
        pytest.param(
            'resource "hcloud_server" "n" { name = x.y }',
            Subject("Node", "", "hcloud_server.n"),
            id="name",
        ),
        pytest.param(
            'resource "aws_instance" "n" {}', Subject("Node", "", "aws_instance.n"), id="nameless"
        ),
        pytest.param(
            'resource "hcloud_server" "n" {\n count = x.y\n name = "n"\n}',
            Subject("Node", "", "hcloud_server.n"),
            id="count",
        ),
        pytest.param(
            'module "n" {\n source = "./n"\n for_each = x.y\n}',
            Subject("Module", "", "module.n"),
            id="module",
        ),
        pytest.param(
            'resource "aws_eks_node_group" "n" {}',
            Subject("NodeGroup", "", "aws_eks_node_group.n"),
            id="pool",
        ),
    ],
)
def test_what_nobody_can_name_or_count_may_be_further_nodes(
    declare: Declare, block: str, subject: Subject
) -> None:
    reading = declare({"main.tf": f"{block}\n{LITERAL}", "n/main.tf": LITERAL.replace("b", "n")})

    (item,) = reading.items
    assert said(only_gap(reading)) == ({PRESENT}, set())
    assert unknown(reading, name="b") == set()
    assert (item.subject, item.state, item.size) == (subject, ItemState.UNRESOLVED, 1)
    assert item.advice
    assert merge([reading]).nodes.incomplete


def test_each_instance_that_nobody_can_name_counts(declare: Declare) -> None:
    main = 'resource "hcloud_server" "n" {\n  count = 3\n  name = "${x.y}-${count.index}"\n}\n'

    (item,) = declare({"main.tf": main}).items

    assert item.size == 3


def test_what_stands_in_a_module_goes_by_its_address(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'module "a" { source = "./a" }\n',
            "a/main.tf": 'module "b" { source = "../b" }\n',
            "b/main.tf": 'resource "hcloud_server" "n" { name = x.y }\n',
        }
    )

    (item,) = reading.items
    assert item.subject.name == "module.a.module.b.hcloud_server.n"


def test_a_broken_file_may_say_all_that_terraform_says_of_any_node(declare: Declare) -> None:
    reading = declare({"a.tf": LITERAL, "b.tf": "resource {"})

    assert said(only_gap(reading)) == ({*OF_NODES, PRESENT}, set())
    assert unknown(reading, name="b") == OF_NODES
    assert Attribute.VERSION not in OF_NODES


def test_what_stronger_sources_say_stands_beside_a_broken_file(declare: Declare) -> None:
    reading = declare({"a.tf": LITERAL, "b.tf": "resource {"})

    found = unknown(reading, inventory("b", domain="ai"), name="b")

    assert LABELS in found
    assert "labels.domain" not in found


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"main.tf": 'module "n" { source = "./none" }\n'}, id="module"),
        pytest.param(
            {"main.tf": 'resource "hcloud_server" "n" {\n count = 20001\n name = "n"\n}\n'},
            id="budget",
        ),
        pytest.param({"x/readme": ""}, id="directory"),
    ],
)
def test_so_may_whatever_else_could_not_be_read(declare: Declare, files: dict[str, str]) -> None:
    reading = declare(files)

    assert any(said(gap) == ({*OF_NODES, PRESENT}, set()) for gap in reading.gaps)


VARIABLES = (
    'variable "n" { default = "a" }\nvariable "type" { default = "t3.micro" }\n'
    'resource "aws_instance" "a" {\n  instance_type = var.type\n'
    '  tags = { Name = var.n, Domain = "ai" }\n}\n'
)


@pytest.mark.parametrize(
    ("files", "names", "gaps"),
    [
        pytest.param(
            {"terraform.tfvars": "n = [", "z.auto.tfvars": 'n = "z"\n'},
            ["z"],
            {Attribute.INSTANCE_TYPE},
            id="what a later file gives is known",
        ),
        pytest.param(
            {"terraform.tfvars": 'n = "y"\n', "z.auto.tfvars": "n = ["},
            [],
            {PRESENT},
            id="what an earlier file or a default gives is not",
        ),
        pytest.param({}, ["a"], set(), id="nothing is broken"),
    ],
)
def test_a_broken_file_of_values_hides_what_is_made_of_them(
    declare: Declare, files: Mapping[str, str], names: list[str], gaps: set[str]
) -> None:
    reading = declare({"main.tf": VARIABLES, **files}, tags=TAGS)

    assert [node.name for node in reading.nodes] == names
    assert {attribute for gap in reading.gaps for attribute in gap.attributes} == gaps
    assert len(reading.failures) == bool(files)


def test_a_map_of_kubelet_arguments_hides_what_it_may_say_of_its_keys(declare: Declare) -> None:
    flags = 'locals { flags = { a = "--node-labels=role=api", c = "" } }\n'

    hidden = declare({"main.tf": flags + 'resource "hcloud_server" "n" { name = x.y }\n'})
    roles = declare({"main.tf": flags + LITERAL})

    assert [said(gap) for gap in hidden.gaps if gap.nodes] == [({LABELS, TAINTS}, {"a"})]
    assert roles.gaps == ()


@pytest.mark.parametrize(
    ("block", "gap"),
    [
        pytest.param(
            'resource "kubernetes_node_taint" "t" {\n  metadata { name = "b" }\n}\n',
            ({TAINTS}, {"b"}),
            id="a taint",
        ),
        pytest.param(
            'resource "kubernetes_node_taint" "t" {\n  for_each = x.y\n'
            "  metadata { name = each.key }\n}\n",
            ({TAINTS}, set()),
            id="taints of unknown nodes",
        ),
        pytest.param(
            'resource "kubernetes_labels" "l" {\n  kind = "Node"\n  metadata { name = "b" }\n}\n',
            ({LABELS}, {"b"}),
            id="labels",
        ),
    ],
)
def test_an_object_that_labels_or_taints_a_node_is_not_read(
    declare: Declare, block: str, gap: tuple[set[str], set[str]]
) -> None:
    reading = declare({"main.tf": block + LITERAL})

    assert said(only_gap(reading)) == gap


def test_labels_of_other_objects_are_none_of_a_node(declare: Declare) -> None:
    block = 'resource "kubernetes_labels" "l" {\n  kind = "Namespace"\n}\n'

    assert declare({"main.tf": block}).gaps == ()

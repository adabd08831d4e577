"""What is not known to make no nodes is never "no nodes", and objects are accounted for."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.checks import node_unexpected
from exporter.declared.checkout import Checkout
from exporter.declared.merge import merge
from exporter.declared.terraform import read as terraform
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.values import Origin
from exporter.declared.terraform.other_resources import OtherResources
from exporter.declared.terraform.resource_types import Role, role_of
from exporter.domain.declaration import PRESENT, Reading
from exporter.domain.facts import Facts
from exporter.domain.finding import Layer, Subject, Verdict
from exporter.domain.items import Item, ItemState
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.runtime.expected import Expected
from exporter.settings.declared import TerraformSettings

Declare = Callable[..., Reading]

NODE = 'resource "hcloud_server" "a" { name = "a" }\n'
RKE = 'resource "rke_cluster" "main" {\n  name = "main"\n}\n'
VPC = 'resource "aws_vpc" "main" {}\nresource "aws_subnet" "a" { count = 3 }\n'


def states(reading: Reading) -> dict[str, ItemState]:
    return {str(item.subject): item.state for item in reading.items}


def only_item(reading: Reading) -> Item:
    (item,) = reading.items
    return item


def verdict_on_a_stranger(reading: Reading) -> Verdict:
    known: dict[type, object] = {
        DeclaredNodes: merge([reading]).nodes,
        ObservedNodes: ObservedNodes({"stranger": ObservedNode(name="stranger", labels={})}),
    }
    (finding,) = node_unexpected.judge(Expected().known(Facts(known)))
    return finding.verdict


def test_a_directory_of_known_types_is_complete(declare: Declare) -> None:
    reading = declare({"main.tf": VPC + NODE})

    assert reading.complete
    assert (reading.items, reading.gaps) == ((), ())
    assert verdict_on_a_stranger(reading) is Verdict.FAIL


@pytest.mark.parametrize(
    "kind", ["aws_lightsail_instance", "openstack_containerinfra_cluster_v1", "anything"]
)
def test_a_type_that_stands_in_no_table_may_make_nodes(declare: Declare, kind: str) -> None:
    reading = declare({"infra/main.tf": f'{VPC}resource "{kind}" "x" {{}}\n'}, path="infra")

    item = only_item(reading)
    assert not reading.complete
    assert [(set(gap.attributes), set(gap.nodes)) for gap in reading.gaps] == [({PRESENT}, set())]
    assert (item.subject, item.state) == (
        Subject("Directory", "", "infra"),
        ItemState.UNSUPPORTED,
    )
    assert item.layers == (Layer.INFRASTRUCTURE,)
    assert (item.place.path, item.place.line) == ("infra/main.tf", 3)
    assert kind in item.message
    assert "complete: true" in item.advice
    assert verdict_on_a_stranger(reading) is Verdict.UNKNOWN


def test_all_that_is_not_known_in_a_directory_is_one_item(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": RKE
            + 'resource "x_thing" "a" {}\nresource "x_thing" "b" {}\n'
            + 'module "n" { source = "acme/nodes/aws" }\n'
        }
    )

    assert only_item(reading).message == (
        "module.n (acme/nodes/aws), rke_cluster, x_thing: whether this makes nodes is not known"
    )


def test_each_directory_has_an_item_of_its_own(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": RKE + 'module "m" {\n  source = "./m"\n  count = 2\n}\n',
            "m/main.tf": 'resource "x_thing" "a" {}\n',
        }
    )

    assert states(reading) == {".": ItemState.UNSUPPORTED, "m": ItemState.UNSUPPORTED}


def test_what_has_no_instance_is_not_there(declare: Declare) -> None:
    main = (
        'variable "on" { default = false }\n'
        'resource "x_thing" "a" { count = var.on ? 1 : 0 }\n'
        'module "m" {\n  source = "acme/nodes/aws"\n  for_each = {}\n}\n'
        'resource "helm_release" "r" { count = 0 }\n'
    )

    reading = declare({"main.tf": main})

    assert (reading.items, reading.complete) == ((), True)


def test_how_many_there_are_of_what_is_not_known_does_not_matter(declare: Declare) -> None:
    main = (
        'resource "x_thing" "a" { count = x.y }\n'
        'module "m" {\n  source = "./m"\n  for_each = x.y\n}\n'
        'module "far" {\n  source = "acme/nodes/aws"\n  count = x.y\n}\n'
    )

    reading = declare(
        {
            "main.tf": main,
            "m/main.tf": 'module "k" { source = "../k" }\nresource "y_thing" "a" {}\n',
            "k/main.tf": 'resource "kubectl_manifest" "a" {}\nmodule "m" { source = "../m" }\n',
        }
    )

    assert states(reading) == dict.fromkeys((".", "m", "k (kubectl_manifest)"), "unsupported")


def test_a_module_of_nodes_that_nobody_can_count_is_listed_for_the_rest(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  for_each = x.y\n}\n',
            "m/main.tf": NODE + 'resource "helm_release" "r" {}\n',
        }
    )

    assert states(reading) == {
        "module.m": ItemState.UNRESOLVED,
        "m (helm_release)": ItemState.UNSUPPORTED,
    }


def test_a_broken_module_that_nobody_can_count_is_told(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  for_each = x.y\n}\n'
            'module "n" {\n  source = "./none"\n  for_each = x.y\n}\n',
            "m/main.tf": "resource {",
        }
    )

    assert [failure.place.path for failure in reading.failures] == ["m/main.tf", "main.tf"]


@pytest.mark.parametrize(
    ("settings", "complete"),
    [
        pytest.param({}, False, id="not said"),
        pytest.param({"complete": True}, True, id="the owner knows"),
    ],
)
def test_the_owner_may_say_that_what_is_not_known_makes_no_nodes(
    declare: Declare, settings: dict[str, bool], *, complete: bool
) -> None:
    reading = declare({"main.tf": RKE + NODE}, **settings)

    assert reading.complete is complete
    assert (only_item(reading).state is ItemState.OUT_OF_SCOPE) is complete
    assert (verdict_on_a_stranger(reading) is Verdict.FAIL) is complete


def test_the_owner_does_not_speak_of_nodes_that_nobody_can_name(declare: Declare) -> None:
    reading = declare({"main.tf": 'resource "aws_eks_node_group" "w" {}\n'}, complete=True)

    assert not reading.complete


@pytest.mark.parametrize("node_name", ["", "name"])
def test_a_known_module_of_a_registry_makes_no_nodes(declare: Declare, node_name: str) -> None:
    main = 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'

    assert declare({"main.tf": main + NODE}, node_name=node_name).complete


@pytest.mark.parametrize("node_name", ["", "instance_name"])
def test_another_module_of_a_registry_may(declare: Declare, node_name: str) -> None:
    main = 'module "eks" {\n  source = "someone/eks/aws"\n}\n'

    reading = declare({"main.tf": main + NODE}, node_name=node_name)

    assert not reading.complete
    assert "module.eks (someone/eks/aws)" in only_item(reading).message


def test_objects_are_items_by_directory_and_type(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'resource "helm_release" "a" {}\nresource "helm_release" "b" {}\n'
            'resource "kubernetes_manifest" "c" {}\nresource "argocd_application" "d" {}\n'
            'module "m" {\n  source = "./m"\n  for_each = toset(["x", "y"])\n}\n',
            "m/main.tf": 'resource "helm_release" "a" {}\n',
        }
    )

    found = {str(item.subject): (item.layers, item.size) for item in reading.items}
    assert found == {
        ". (argocd_application)": ((Layer.GITOPS,), 1),
        ". (helm_release)": ((Layer.APPLICATIONS,), 2),
        ". (kubernetes_manifest)": ((Layer.APPLICATIONS,), 1),
        "m (helm_release)": ((Layer.APPLICATIONS,), 1),
    }
    assert {item.state for item in reading.items} == {ItemState.UNSUPPORTED}
    assert {item.subject.kind for item in reading.items} == {"Directory"}
    assert reading.complete


def state(*kinds: str) -> str:
    resources = [
        {"mode": "managed", "type": kind, "name": "x", "instances": [{"attributes": {}}]}
        for kind in kinds
    ]
    return json.dumps({"version": 4, "resources": resources})


def test_a_state_is_listed_as_a_directory_is(declare: Declare) -> None:
    reading = declare(
        {"s.tfstate": state("aws_vpc", "rke_cluster", "helm_release")},
        path="s.tfstate",
    )

    assert states(reading) == {
        "s.tfstate": ItemState.UNSUPPORTED,
        "s.tfstate (helm_release)": ItemState.UNSUPPORTED,
    }
    assert {item.subject.kind for item in reading.items} == {"File"}
    assert not reading.complete
    assert declare({"t.tfstate": state("aws_vpc")}, path="t.tfstate").complete


def test_a_pool_of_a_state_is_an_item(declare: Declare) -> None:
    reading = declare({"s": state("aws_autoscaling_group", "kubernetes_node_taint")}, path="s")

    assert Subject("NodeGroup", "", "aws_autoscaling_group.x") in [
        item.subject for item in reading.items
    ]
    assert [sorted(gap.attributes) for gap in reading.gaps] == [["present"], ["taints"]]


@pytest.mark.parametrize(
    ("files", "subjects"),
    [
        pytest.param({"tf/main.tf": NODE, "tf/terragrunt.hcl": ""}, ["tf"], id="beside .tf"),
        pytest.param({"tf/terragrunt.hcl": ""}, ["tf"], id="alone"),
        pytest.param(
            {"tf/a/terragrunt.hcl": "", "tf/b/c/terragrunt.hcl": "", "tf/b/x.txt": ""},
            ["tf/a", "tf/b/c"],
            id="below",
        ),
        pytest.param(
            {"tf/x.tfcomponent.hcl": "", "tf/x.tfdeploy.hcl": ""}, ["tf"], id="a Stack is one"
        ),
        pytest.param({"tf/x.tfstack.hcl": ""}, ["tf"], id="an older Stack"),
    ],
)
def test_directories_of_other_tools_are_not_supported_yet(
    declare: Declare, files: dict[str, str], subjects: list[str]
) -> None:
    reading = declare(files, path="tf")

    assert [str(item.subject) for item in reading.items] == subjects
    assert {item.state for item in reading.items} == {ItemState.UNSUPPORTED}
    assert (reading.failures, reading.complete) == ((), False)


def test_a_node_that_the_settings_leave_out_is_counted_as_such(declare: Declare) -> None:
    reading = declare({"main.tf": NODE + NODE.replace('"a"', '"bastion"')})

    assert states(reading) == {"bastion": ItemState.OUT_OF_SCOPE}


def test_gaps_overrule_what_stands_before_them_in_all_directories(checkout: Checkout) -> None:
    for name, content in {"a": NODE, "b": "resource {", "c": NODE.replace('"a"', '"c"')}.items():
        (checkout.root / name).mkdir()
        (checkout.root / name / "main.tf").write_text(content)
    settings = [TerraformSettings(path=name) for name in "abc"]

    reading = asyncio.run(terraform.read(settings, checkout=checkout))

    assert [node.name for node in reading.nodes] == ["a", "c"]
    assert [gap.position for gap in reading.gaps] == [1]
    assert not reading.complete


@given(st.text(min_size=1))
def test_no_type_at_all_is_taken_for_none(kind: str) -> None:
    checkout = Checkout(root=Path("repository"))
    collector = Collector(checkout=checkout, settings=TerraformSettings(path="."))
    other_resources = OtherResources()

    other_resources.resource("", f"{kind}.x", at=Origin("main.tf", 1))
    other_resources.add_to(collector)

    known = role_of(kind.partition(".")[0])
    assert collector.complete is (known is not Role.UNKNOWN)
    assert bool(collector.items) is (known in {Role.UNKNOWN, Role.OBJECT})

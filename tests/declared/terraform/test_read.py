"""Whole declarations, from files to statements."""

from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.terraform import read as terraform
from exporter.domain.declaration import Attribute, NodeStatement, Reading
from exporter.domain.errors import Reason
from exporter.domain.provenance import Source
from exporter.domain.taints import Taint
from exporter.settings.declared import TerraformSettings

Declare = Callable[..., Reading]

MODULE_CALLS = """
module "api_auth" {
  source = "./modules/ec2"

  instance_name = "k8s-api-auth"
  instance_type = "t3.micro"
  ami_id        = data.aws_ami.ubuntu.id
  subnet_id     = module.vpc.public_subnet_ids[0]

  tags = {
    Role   = "worker"
    Domain = "auth"
    Phase  = 1
  }
}

module "vpc" {
  source = "./modules/vpc"
}
"""
WORKSPACE = "terraform.workspace depends on the run; workspace says which it is"
EC2 = """
variable "instance_name" { type = string }
variable "instance_type" { type = string }
variable "ami_id" { type = string }
variable "subnet_id" { type = string }
variable "tags" { default = {} }
resource "aws_instance" "this" {
  tags = merge({ Name = var.instance_name }, var.tags)
}
"""


def names(reading: Reading) -> list[str]:
    return [node.name for node in reading.nodes if node.enumerates]


def said(reading: Reading) -> list[tuple[str, int, str]]:
    return [(note.place.path, note.place.line, note.message) for note in reading.unresolved]


def labels(node: NodeStatement) -> dict[str, tuple[str, int]]:
    return {key: (label.value, label.place.line) for key, label in node.labels.items()}


def test_a_module_call_is_a_node_where_the_settings_say_which_argument_names_it(
    declare: Declare,
) -> None:
    reading = declare(
        {"main.tf": MODULE_CALLS, "modules/ec2/main.tf": EC2, "modules/vpc/main.tf": ""},
        node_name="instance_name",
        tags={"Domain": "domain", "Phase": "phase"},
    )

    (node,) = reading.nodes
    assert node.name == "k8s-api-auth"
    assert (node.place.path, node.place.line, node.place.revision) == ("main.tf", 2, "abc123")
    assert node.groups == ("worker",)
    assert labels(node) == {"domain": ("auth", 12), "phase": ("1", 13)}
    assert node.attributes[Attribute.INSTANCE_TYPE].value == "t3.micro"
    assert node.attributes[Attribute.INSTANCE_TYPE].place.line == 6
    assert reading.complete
    assert not reading.unresolved
    assert not reading.failures


def test_without_such_an_argument_the_modules_are_gone_into(declare: Declare) -> None:
    reading = declare(
        {"main.tf": MODULE_CALLS, "modules/ec2/main.tf": EC2, "modules/vpc/main.tf": ""},
        tags={"Domain": "domain"},
    )

    (node,) = reading.nodes
    assert node.name == "k8s-api-auth"
    assert node.place.path == "modules/ec2/main.tf"
    assert node.labels["domain"].place.path == "main.tf"
    assert node.labels["domain"].place.line == 12


def test_a_remote_module_that_names_a_node_counts_without_being_fetched(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """
            module "node" {
              source   = "terraform-aws-modules/ec2-instance/aws"
              for_each = toset(["a", "b"])
              name     = "k8s-${each.key}"
            }
            module "vpc" { source = "terraform-aws-modules/vpc/aws" }
            """
        },
        node_name="name",
    )

    assert names(reading) == ["k8s-a", "k8s-b"]
    assert reading.complete


@pytest.mark.parametrize(
    ("repetition", "name", "expected"),
    [
        pytest.param("", '"a"', ["a"], id="one"),
        pytest.param("count = 2", '"a-${count.index + 1}"', ["a-1", "a-2"], id="count"),
        pytest.param("count = 0", '"a"', [], id="none"),
        pytest.param("count = var.on ? 1 : 0", '"a"', ["a"], id="condition"),
        pytest.param("for_each = local.nodes", "each.key", ["x", "y"], id="map"),
        pytest.param("for_each = local.nodes", "each.value.name", ["X", "Y"], id="map-values"),
        pytest.param('for_each = toset(["b", "a"])', "each.value", ["a", "b"], id="set"),
        pytest.param(
            'for_each = { for i in range(2) : "n${i}" => i }', "each.key", ["n0", "n1"], id="for"
        ),
    ],
)
def test_instances_are_expanded(
    declare: Declare, repetition: str, name: str, expected: list[str]
) -> None:
    reading = declare(
        {
            "main.tf": f"""
            variable "on" {{ default = true }}
            locals {{ nodes = {{ x = {{ name = "X" }}, y = {{ name = "Y" }} }} }}
            resource "hcloud_server" "node" {{
              {repetition}
              name = {name}
            }}
            """
        }
    )

    assert names(reading) == expected
    assert reading.complete


def test_an_instance_of_a_map_is_declared_at_its_key(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'resource "hcloud_server" "n" {\n  for_each = var.n\n  name = each.key\n}\n',
            "variables.tf": 'variable "n" {}\n',
            "terraform.tfvars": "n = {\n  a = {}\n  b = {}\n}\n",
        }
    )

    assert [(node.name, node.place.path, node.place.line) for node in reading.nodes] == [
        ("a", "terraform.tfvars", 2),
        ("b", "terraform.tfvars", 3),
    ]


@pytest.mark.parametrize(
    ("repetition", "message"),
    [
        pytest.param(
            "count = var.size",
            "var.size has no default and no value in a .tfvars file",
            id="no-value",
        ),
        pytest.param(
            "for_each = data.x.y.ids", "data.x.y.ids is only known once it is applied", id="data"
        ),
        pytest.param('for_each = ["a"]', "for_each takes a map or a set of strings", id="list"),
        pytest.param("count = uuid()", "uuid() is not evaluated here", id="function"),
        pytest.param("count = local.a", "local.a depends on itself", id="cycle"),
        pytest.param("count = local.none", "local.none is not declared", id="undeclared"),
        pytest.param("count = 1.5", "a number is not whole", id="fraction"),
    ],
)
def test_instances_that_are_not_known_are_not_guessed(
    declare: Declare, repetition: str, message: str
) -> None:
    resource = f'resource "hcloud_server" "n" {{\n  {repetition}\n  name = "x"\n}}\n'

    reading = declare({"main.tf": resource + 'variable "size" {}\nlocals { a = local.a }\n'})

    assert not reading.nodes
    assert not reading.complete
    assert said(reading)[0][2] == f"how many of hcloud_server.n there are: {message}"


def test_a_node_whose_name_is_not_known_is_left_out(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """resource "aws_instance" "a" {
  tags = {
    Name = "k8s-${terraform.workspace}"
  }
}
resource "aws_instance" "b" {}
"""
        }
    )

    assert not reading.nodes
    assert not reading.complete
    assert said(reading) == [
        (
            "main.tf",
            3,
            f"name of aws_instance.a: {WORKSPACE}",
        ),
        ("main.tf", 6, "aws_instance.b has no tags.Name that would name its node"),
    ]


def test_a_tag_that_is_not_known_is_a_notice_and_no_label(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """resource "aws_instance" "a" {
  tags = merge(var.common, {
    Name  = "a"
    Phase = data.x.y.z
  })
}
variable "common" {}
"""
        },
        tags={"Phase": "phase", "Domain": "domain"},
    )

    (node,) = reading.nodes
    assert not node.labels
    assert reading.complete
    assert said(reading) == [
        ("main.tf", 4, "tag Phase of aws_instance.a: data.x.y.z is only known once it is applied"),
        (
            "main.tf",
            2,
            (
                "tag Domain of aws_instance.a: "
                "var.common has no default and no value in a .tfvars file"
            ),
        ),
    ]


def test_a_tag_keeps_its_value_even_where_no_label_may_have_it(declare: Declare) -> None:
    reading = declare(
        {"main.tf": 'resource "aws_instance" "a" {\n  tags = { Name = "a", D = "scan,chat" }\n}'},
        tags={"D": "domain"},
    )

    assert labels(reading.nodes[0]) == {"domain": ("scan,chat", 2)}


def test_the_settings_choose_among_the_names(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """
            resource "hcloud_server" "n" {
              for_each = toset(["k8s-a", "k8s-b", "bastion"])
              name     = each.key
            }
            """
        },
        include=("k8s-*",),
        exclude=("*-b",),
    )

    assert names(reading) == ["k8s-a"]


def test_resources_that_make_nameless_nodes_are_said(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'resource "aws_autoscaling_group" "w" {\n  max_size = 3\n}\n'
            'resource "aws_eks_node_group" "off" {\n  count = 0\n}\n'
        }
    )

    assert not reading.complete
    assert [line for _, line, _ in said(reading)] == [1]


def test_kubelet_arguments_in_a_map_are_statements_of_their_own(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """locals {
  kubelet = {
    "k8s-a" = "--node-labels=role=api,domain=auth --register-with-taints=domain=auth:NoSchedule"
    "k8s-b" = "--node-labels=role=db"
    "k8s-c" = ""
  }
}
resource "aws_instance" "a" {
  tags = { Name = "k8s-a", Domain = "chat" }
}
"""
        },
        tags={"Domain": "domain"},
    )

    resource, first, second = reading.nodes
    assert labels(resource) == {"domain": ("chat", 9)}
    assert (first.name, first.enumerates) == ("k8s-a", False)
    assert labels(first) == {"role": ("api", 3), "domain": ("auth", 3)}
    assert [taint.value for taint in first.taints] == [Taint.parse("domain=auth:NoSchedule")]
    assert (second.name, second.enumerates, second.place.line) == ("k8s-b", False, 4)


def test_kubelet_arguments_stand_where_the_map_states_them(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """locals {
  kubelet = {
    a = "--node-labels=role=api"
  }
}
resource "hcloud_server" "a" {
  name      = "a"
  user_data = templatefile("${path.module}/init.sh", { flags = local.kubelet["a"] })
}
""",
            "init.sh": "#!/bin/sh\n# --node-labels=no=way\nkubelet ${flags}\n",
        }
    )

    _, spoken = reading.nodes
    assert labels(spoken) == {"role": ("api", 3)}


@pytest.mark.parametrize(
    "user_data",
    [
        pytest.param('"kubelet --node-labels=role=api"', id="text"),
        pytest.param('base64encode("kubelet --node-labels=role=api")', id="base64"),
        pytest.param('"join ${x.token}\\nkubelet --node-labels=role=api"', id="known-in-part"),
        pytest.param("<<-EOF\n  kubelet --node-labels='role=api'\n  EOF\n", id="heredoc"),
    ],
)
def test_kubelet_arguments_are_found_in_user_data(declare: Declare, user_data: str) -> None:
    reading = declare(
        {"main.tf": f'resource "hcloud_server" "a" {{\nname = "a"\nuser_data = {user_data}\n}}'}
    )

    assert [labels(node) for node in reading.nodes] == [{}, {"role": ("api", 3)}]
    assert not reading.unresolved


@pytest.mark.parametrize(
    ("user_data", "reason"),
    [
        pytest.param("x.y.z", "x.y.z is only known once it is applied", id="all"),
        pytest.param('"--node-labels=role=${x.y}"', "${...} is only known in a run", id="value"),
        pytest.param('"--node-labels=role=$ROLE"', "$ROLE is only known in a run", id="shell"),
    ],
)
def test_kubelet_arguments_that_are_not_known_are_not_guessed(
    declare: Declare, user_data: str, reason: str
) -> None:
    reading = declare(
        {"main.tf": f'resource "hcloud_server" "a" {{\nname = "a"\nuser_data = {user_data}\n}}'}
    )

    assert len(reading.nodes) == 1
    assert said(reading) == [("main.tf", 3, f"kubelet arguments of hcloud_server.a: {reason}")]
    assert reading.complete


def test_a_malformed_taint_loses_nothing_else(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'resource "hcloud_server" "a" {\n name = "a"\n'
            ' user_data = "--register-with-taints=a=b"\n}\n'
        }
    )

    (failure,) = reading.failures
    assert names(reading) == ["a"]
    assert (failure.reason, failure.place.line) == (Reason.MALFORMED, 3)
    assert reading.complete


def test_a_map_of_roles_names_no_nodes(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """
            locals { flags = { worker = "--node-labels=role=worker" } }
            resource "hcloud_server" "a" { name = "a" }
            """
        }
    )

    assert names(reading) == ["a"]
    assert "local.flags: none of its keys names a node" in said(reading)[0][2]


def test_arguments_of_a_module_call_may_hold_kubelet_arguments(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """module "a" {
  source       = "./m"
  name         = "a"
  kubelet_args = "--node-labels=role=api"
  token        = data.x.y
  user_data    = data.x.z
}
""",
        },
        node_name="name",
    )

    assert [labels(node) for node in reading.nodes] == [{}, {"role": ("api", 4)}]
    assert [line for _, line, _ in said(reading)] == [6]


def test_one_broken_file_does_not_lose_the_others(declare: Declare) -> None:
    reading = declare(
        {
            "a.tf": 'resource "hcloud_server" "a" {\n  name = \n}\n',
            "b.tf": 'resource "hcloud_server" "b" {\n  name = "b"\n  image = local.x\n}\n',
            "c.tf": b"\xff\xfe",
        }
    )

    assert names(reading) == ["b"]
    assert not reading.complete
    assert [
        (failure.place.path, failure.place.line, failure.reason) for failure in reading.failures
    ] == [
        ("a.tf", 2, Reason.MALFORMED),
        ("c.tf", 1, Reason.MALFORMED),
    ]


def test_what_a_broken_file_may_declare_is_not_called_undeclared(declare: Declare) -> None:
    reading = declare(
        {
            "a.tf": "locals { name = [ }\n",
            "b.tf": 'resource "hcloud_server" "b" { name = try(local.name, "b") }\n',
        }
    )

    assert not reading.nodes
    assert "may be declared in a file that could not be read" in said(reading)[0][2]


@pytest.mark.parametrize(
    ("files", "path", "reason", "advice"),
    [
        pytest.param({}, "none", Reason.MISSING, "", id="nothing-there"),
        pytest.param({"x/a.txt": ""}, "x", Reason.MISSING, "root module", id="no-tf"),
        pytest.param({"a.tf": ""}, "a.tf", Reason.MISSING, "root module", id="single-file"),
        pytest.param({}, "../..", Reason.OUTSIDE, "", id="outside"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_a_failure(
    declare: Declare, files: dict[str, str], path: str, reason: Reason, advice: str
) -> None:
    reading = declare(files, path=path)

    (failure,) = reading.failures
    assert failure.reason is reason
    assert advice in failure.advice
    assert failure.part == path
    assert not reading.complete


async def test_one_broken_declaration_does_not_lose_the_others(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "hcloud_server" "a" { name = "a" }\n')
    settings = [TerraformSettings(path="none"), TerraformSettings(path=".")]

    reading = await terraform.read(settings, checkout=Checkout.at(tmp_path))

    assert reading.source is Source.TERRAFORM
    assert names(reading) == ["a"]
    assert len(reading.failures) == 1
    assert not reading.complete

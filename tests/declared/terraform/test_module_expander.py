from collections.abc import Callable

import pytest

from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Reading
from exporter.domain.errors import Reason

Declare = Callable[..., Reading]

NODE = 'variable "name" {}\nresource "hcloud_server" "n" {\n  name = var.name\n}\n'


def names(reading: Reading) -> list[str]:
    return [node.name for node in reading.nodes]


def test_modules_are_followed_through_modules(declare: Declare) -> None:
    reading = declare(
        {
            "env/dev/main.tf": """
            module "cluster" {
              source  = "../../modules/cluster"
              workers = 2
            }
            """,
            "modules/cluster/main.tf": """
            variable "workers" {}
            module "worker" {
              source = "../node"
              count  = var.workers
              name   = "w${count.index}"
            }
            """,
            "modules/node/main.tf": NODE,
        },
        path="env/dev",
    )

    assert names(reading) == ["w0", "w1"]
    assert reading.complete


def test_outputs_of_local_modules_are_known(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """
            module "naming" {
              source = "./naming"
              prefix = "k8s"
            }
            resource "hcloud_server" "n" { name = "${module.naming.prefix}-a" }
            """,
            "naming/main.tf": """
            variable "prefix" {}
            output "prefix" { value = upper(var.prefix) }
            """,
        }
    )

    assert names(reading) == ["K8S-a"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("module.none.x", id="no-module"),
        pytest.param("module.remote.x", id="remote"),
        pytest.param("module.many[0].x", id="counted"),
        pytest.param("module.lost.x", id="missing"),
        pytest.param("module.one.none", id="no-output"),
        pytest.param("module.one.loop", id="loop"),
    ],
)
def test_other_outputs_are_not_known(declare: Declare, name: str) -> None:
    reading = declare(
        {
            "main.tf": f"""
            module "remote" {{ source = "acme/x/aws" }}
            module "lost" {{ source = "./lost" }}
            module "many" {{
              source = "./one"
              count = 1
            }}
            module "one" {{
              source = "./one"
              loop   = module.one.loop
            }}
            resource "hcloud_server" "n" {{ name = {name} }}
            """,
            "one/main.tf": 'variable "loop" {}\noutput "loop" { value = var.loop }\n',
        }
    )

    assert not names(reading)
    assert any(note.message.startswith("name of hcloud_server.n") for note in reading.unresolved)


@pytest.mark.parametrize(
    ("source", "reason", "message"),
    [
        pytest.param("./none", Reason.MISSING, "cannot be listed", id="missing"),
        pytest.param("../../out", Reason.OUTSIDE, "leads out of the repository", id="outside"),
        pytest.param("./link", Reason.OUTSIDE, "leads out of the repository", id="link"),
        pytest.param("./", Reason.MALFORMED, "leads back to a module", id="itself"),
        pytest.param("./cycle", Reason.MALFORMED, "leads back to a module", id="cycle"),
        pytest.param("./empty", Reason.MISSING, "holds no .tf file", id="empty"),
    ],
)
def test_a_module_that_cannot_be_followed_is_a_failure_at_its_call(
    declare: Declare, checkout: Checkout, source: str, reason: Reason, message: str
) -> None:
    (checkout.root / "link").symlink_to("/etc")

    reading = declare(
        {
            "main.tf": f'module "m" {{\n  source = "{source}"\n}}\n'
            'resource "hcloud_server" "a" { name = "a" }\n',
            "cycle/main.tf": 'module "back" { source = "../" }\n',
            "empty/README": "",
        }
    )

    (failure,) = reading.failures
    assert names(reading) == ["a"]
    assert failure.reason is reason
    assert message in failure.message
    assert failure.place.line == 1
    assert not reading.complete


def test_modules_nest_to_a_bounded_depth(declare: Declare) -> None:
    files = {f"m{i}/main.tf": f'module "m" {{ source = "../m{i + 1}" }}\n' for i in range(30)}

    reading = declare(
        {**files, "m30/main.tf": 'resource "hcloud_server" "a" { name = "a" }'}, path="m0"
    )

    assert not names(reading)
    assert "modules deep" in reading.failures[0].message


def test_a_module_without_nodes_is_not_looked_into(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """
            module "vpc" {
              source   = "./vpc"
              for_each = data.x.regions
            }
            """,
            "vpc/main.tf": 'resource "aws_vpc" "this" {}\n',
        }
    )

    assert reading.complete
    assert not reading.unresolved


def test_a_module_with_nodes_is(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": """
            module "nodes" {
              source   = "./nodes"
              for_each = data.x.regions
            }
            """,
            "nodes/main.tf": NODE,
        }
    )

    assert not reading.complete
    assert "how many of module.nodes there are" in reading.unresolved[0].message


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(
            {"main.tf": 'resource "hcloud_server" "n" {\n count = 20001\n name = "n"\n}\n'},
            id="count",
        ),
        pytest.param(
            {
                "main.tf": 'module "a" {\n source = "./a"\n count = 20001\n name = "n"\n}\n',
                "a/main.tf": NODE,
            },
            id="modules",
        ),
    ],
)
def test_expansion_is_bounded(declare: Declare, files: dict[str, str]) -> None:
    reading = declare(files)

    (failure,) = reading.failures
    assert len(reading.nodes) <= 20_000
    assert failure.reason is Reason.TOO_LARGE
    assert "expands to more than 20,000" in failure.message
    assert not reading.complete

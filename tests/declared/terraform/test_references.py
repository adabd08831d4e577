"""What expressions refer to: outputs of modules, other resources, the workspace, files."""

import pytest

from exporter.domain.declaration import Reading
from tests.declared.terraform.conftest import Declare

MODULE = """
variable "n" { type = string }
resource "aws_instance" "a" { tags = { Name = "inner-${var.n}" } }
output "name" { value = "m-${var.n}" }
"""


def names(reading: Reading) -> list[str]:
    return sorted(node.name for node in reading.nodes if node.enumerates)


def named(expression: str) -> str:
    return f'resource "aws_instance" "x" {{ tags = {{ Name = {expression} }} }}\n'


@pytest.mark.parametrize(
    ("call", "expression", "name"),
    [
        pytest.param("count = 2", "module.m[1].name", "m-1", id="count"),
        pytest.param('for_each = toset(["a", "b"])', 'module.m["b"].name', "m-b", id="for-each"),
        pytest.param(
            'for_each = toset(["a", "b"])',
            'join("+", [for k, m in module.m : m.name])',
            "m-a+m-b",
            id="all-instances",
        ),
        pytest.param("count = 2", '"${length(module.m)}-modules"', "2-modules", id="length"),
        pytest.param("count = 2", 'join("+", module.m[*].name)', "m-0+m-1", id="splat-of-modules"),
        pytest.param("count = 2", 'join("+", keys(module.m[0]))', "name", id="names-of-outputs"),
        pytest.param("count = 1", 'try(module.m[0].nope, "none")', "none", id="no-such-output"),
    ],
)
def test_outputs_of_modules_with_instances_are_known(
    declare: Declare, call: str, expression: str, name: str
) -> None:
    key = "count.index" if call.startswith("count") else "each.key"
    module = f'module "m" {{\n source = "./m"\n {call}\n n = {key}\n}}\n'

    reading = declare({"main.tf": module + named(expression), "m/main.tf": MODULE})

    assert name in names(reading)


@pytest.mark.parametrize(
    ("argument", "expression", "name"),
    [
        pytest.param("count = 3", '"of-${length(aws_ebs_volume.v)}"', "of-3", id="length"),
        pytest.param(
            "for_each = { b = 1, a = 2 }", 'join("", keys(aws_ebs_volume.v))', "ab", id="keys"
        ),
        pytest.param(
            "for_each = { b = 1, a = 2 }",
            '"size-${aws_ebs_volume.v["a"].size}"',
            "size-2",
            id="argument-by-key",
        ),
        pytest.param("count = 2", '"${aws_ebs_volume.v[1].size}-gib"', "1-gib", id="by-place"),
        pytest.param(
            "count = 2", 'join("-", aws_ebs_volume.v[*].size)', "0-1", id="splat-of-resources"
        ),
    ],
)
def test_configured_arguments_of_resources_with_instances_are_known(
    declare: Declare, argument: str, expression: str, name: str
) -> None:
    size = "each.value" if argument.startswith("for_each") else "count.index"
    volume = f'resource "aws_ebs_volume" "v" {{\n {argument}\n size = {size}\n}}\n'

    reading = declare({"main.tf": volume + named(expression)})

    assert names(reading) == [name]


def test_the_workspace_is_the_one_of_the_settings(declare: Declare) -> None:
    files = {"main.tf": named('"k8s-${terraform.workspace}"')}

    assert names(declare(files, workspace="prod")) == ["k8s-prod"]
    assert names(declare(files)) == []


def test_what_opentofu_switches_off_is_not_declared(declare: Declare) -> None:
    off = 'lifecycle { enabled = var.on }\n tags = { Name = "off" }'
    files = {
        "main.tf": 'variable "on" { default = false }\n'
        f'resource "aws_instance" "a" {{\n {off}\n}}\n'
        'module "m" {\n source = "./m"\n n = "x"\n lifecycle { enabled = false }\n}\n'
        + named('"on-${module.m == null}"'),
        "m/main.tf": MODULE,
    }

    reading = declare(files)

    assert names(reading) == ["on-true"]
    assert reading.complete


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(
            'resource "aws_instance" "a" {\n tags = { Name = "a" }\n lifecycle { amount = 3 }\n}\n',
            id="of-a-resource",
        ),
        pytest.param('module "m" {\n source = "./m"\n n = "x"\n amount = 3\n}\n', id="of-a-module"),
    ],
)
def test_an_argument_that_may_count_instances_makes_a_block_unresolved(
    declare: Declare, block: str
) -> None:
    reading = declare({"main.tf": block + named('"b"'), "m/main.tf": MODULE})

    assert names(reading) == ["b"]
    assert not reading.complete
    assert "amount" in " ".join(note.message for note in reading.unresolved)


def test_an_override_file_may_have_points_in_its_name(declare: Declare) -> None:
    reading = declare(
        {
            "main.tf": 'resource "aws_instance" "a" { tags = { Name = "first" } }',
            "foo.bar_override.tf": 'resource "aws_instance" "a" { tags = { Name = "second" } }',
        }
    )

    assert names(reading) == ["second"]


def test_a_local_value_that_fails_is_not_mended_by_try(declare: Declare) -> None:
    files = {"main.tf": 'locals { bad = tonumber("x") }\n' + named('try(local.bad, "fallback")')}

    assert names(declare(files)) == []

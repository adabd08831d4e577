from collections.abc import Callable

import pytest

from exporter.domain.declaration import Reading
from exporter.domain.errors import Reason

Declare = Callable[..., Reading]

MAIN = 'variable "n" {\n  default = "default"\n}\nresource "hcloud_server" "n" { name = var.n }\n'
FILES = {
    "terraform.tfvars": 'n = "terraform"\n',
    "terraform.tfvars.json": '{"n": "json"}',
    "a.auto.tfvars": 'n = "a"\n',
    "b.auto.tfvars.json": '{"n": "b"}',
}


@pytest.mark.parametrize(
    ("files", "variables", "expected"),
    [
        pytest.param([], (), "default", id="default"),
        pytest.param(["terraform.tfvars"], (), "terraform", id="terraform"),
        pytest.param(["terraform.tfvars", "terraform.tfvars.json"], (), "json", id="json"),
        pytest.param(["terraform.tfvars.json", "a.auto.tfvars"], (), "a", id="automatic"),
        pytest.param(["a.auto.tfvars", "b.auto.tfvars.json"], (), "b", id="by-name"),
        pytest.param(list(FILES), ("dev.tfvars",), "dev", id="extra-beside"),
        pytest.param(list(FILES), ("env/prod.tfvars",), "prod", id="extra-of-the-repository"),
        pytest.param([], ("dev.tfvars", "env/prod.tfvars"), "prod", id="in-their-order"),
    ],
)
def test_later_files_win(
    declare: Declare, files: list[str], variables: tuple[str, ...], expected: str
) -> None:
    reading = declare(
        {
            "tf/main.tf": MAIN,
            **{f"tf/{name}": FILES[name] for name in files},
            "tf/dev.tfvars": 'n = "dev"\n',
            "env/prod.tfvars": 'n = "prod"\n',
        },
        path="tf",
        variables=variables,
    )

    assert [node.name for node in reading.nodes] == [expected]


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        pytest.param('a = 1\nn = "\n', Reason.MALFORMED, 2, id="malformed"),
        pytest.param(b"\xff", Reason.MALFORMED, 1, id="undecodable"),
    ],
)
def test_a_broken_file_of_values_is_a_failure(
    declare: Declare, content: str | bytes, reason: Reason, line: int
) -> None:
    reading = declare({"main.tf": MAIN, "terraform.tfvars": content})

    (failure,) = reading.failures
    assert (failure.reason, failure.place.path, failure.place.line) == (
        reason,
        "terraform.tfvars",
        line,
    )
    assert not reading.complete


def test_a_missing_file_of_values_is_a_failure(declare: Declare) -> None:
    reading = declare({"main.tf": MAIN}, variables=("none.tfvars",))

    assert [failure.reason for failure in reading.failures] == [Reason.MISSING]


def test_null_takes_the_default_where_it_is_not_allowed(declare: Declare) -> None:
    main = MAIN.replace("variable", 'variable "m" {}\nvariable', 1).replace(
        'default = "default"', 'default = "default"\n  nullable = false'
    )

    reading = declare({"main.tf": main, "terraform.tfvars": "n = null\n"})

    assert [node.name for node in reading.nodes] == ["default"]


def test_a_value_of_another_type_is_said(declare: Declare) -> None:
    main = MAIN.replace("default =", "type = list(string)\n  default =")

    reading = declare({"main.tf": main})

    assert "var.n is not of its type: a value is no list" in reading.unresolved[0].message

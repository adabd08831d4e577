from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Reading
from exporter.domain.errors import Reason

Declare = Callable[..., Reading]


def names(reading: Reading) -> list[str]:
    return [node.name for node in reading.nodes]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a.tf": 'resource "hcloud_server" "n" { name = "n" }'}, id="hcl"),
        pytest.param(
            {"a.tf.json": '{"resource": {"hcloud_server": {"n": {"name": "n"}}}}'}, id="json"
        ),
        pytest.param({"a.tofu": 'resource "hcloud_server" "n" { name = "n" }'}, id="opentofu"),
        pytest.param({"a.tf": '\ufeffresource "hcloud_server" "n" { name = "n" }'}, id="mark"),
        pytest.param(
            {
                "a.tf": 'resource "hcloud_server" "x" { name = "x" }',
                "a.tofu": 'resource "hcloud_server" "n" { name = "n" }',
            },
            id="opentofu-stands-in",
        ),
        pytest.param(
            {
                "a.tf": 'resource "hcloud_server" "n" {\n  name = "x"\n  image = "y"\n}',
                "a_override.tf": 'resource "hcloud_server" "n" { name = "n" }',
            },
            id="override",
        ),
        pytest.param(
            {
                "a.tf": 'resource "hcloud_server" "n" { name = "n" }',
                ".hidden.tf": 'resource "hcloud_server" "h" { name = "h" }',
                "b.tf~": "not hcl",
                "sub/c.tf": 'resource "hcloud_server" "s" { name = "s" }',
            },
            id="only-its-own-files",
        ),
    ],
)
def test_a_module_is_made_of_the_files_in_its_directory(
    declare: Declare, files: dict[str, str]
) -> None:
    reading = declare(files)

    assert names(reading) == ["n"]
    assert not reading.failures


def test_an_override_replaces_nested_blocks_of_its_type(declare: Declare) -> None:
    reading = declare(
        {
            "a.tf": 'resource "hcloud_server" "n" {\n name = "n"\n network { ip = "10.0.0.1" }\n}',
            "override.tf": 'resource "hcloud_server" "n" {\n network { ip = "10.0.0.2" }\n}',
        }
    )

    (node,) = reading.nodes
    assert [attribute.value for attribute in node.attributes.values()] == ["10.0.0.2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("#" * (3 << 20), "is larger than 2 MiB", id="large"),
        pytest.param("a = " + "[" * 100, "nested more than", id="deep"),
    ],
)
def test_a_file_that_is_too_much_is_refused(declare: Declare, content: str, message: str) -> None:
    reading = declare({"a.tf": content, "b.tf": 'resource "hcloud_server" "n" { name = "n" }'})

    (failure,) = reading.failures
    assert names(reading) == ["n"]
    assert message in failure.message
    assert failure.part == "a.tf"


def test_a_link_out_of_the_repository_is_not_followed(
    declare: Declare, checkout: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "outside.tf").write_text('resource "hcloud_server" "n" { name = "n" }')
    (checkout.root / "a.tf").symlink_to(tmp_path / "outside.tf")

    reading = declare({"b.tf": ""})

    assert not names(reading)
    assert [failure.reason for failure in reading.failures] == [Reason.OUTSIDE]


def test_a_directory_of_too_many_files_is_refused(declare: Declare) -> None:
    reading = declare({f"{number}.tf": "" for number in range(2_001)})

    assert [failure.reason for failure in reading.failures] == [Reason.TOO_LARGE]

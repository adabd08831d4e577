"""Ansible sees copies of plain inventory files, and nothing else of a repository."""

from pathlib import Path

import pytest

from exporter.declared.ansible.inventory_files import stage_inventory
from exporter.domain.errors import ReadError, Reason

from .conftest import Repository


def copied(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def test_a_file_is_copied_without_the_right_to_run(repository: Repository, tmp_path: Path) -> None:
    checkout = repository({"inv/hosts": "[a]\nx\n"})
    (checkout.root / "inv/hosts").chmod(0o755)

    staged = stage_inventory("inv/hosts", checkout=checkout, into=tmp_path / "copy")

    assert staged.complete
    assert staged.lines["inv/hosts"].hosts == {"x": 2}
    assert (tmp_path / "copy/inv/hosts").stat().st_mode & 0o777 == 0o600


def test_of_a_directory_only_inventories_are_copied(repository: Repository, tmp_path: Path) -> None:
    checkout = repository(
        {
            "inv/hosts.ini": "x\n",
            "inv/deep/more.yml": "all: {hosts: {y: }}\n",
            "inv/group_vars/all.yml": "a: 1\n",
            "inv/host_vars/x.yml": "a: 1\n",
            "inv/vars_plugins/evil.py": "boom\n",
            "inv/README.md": "# words\n",
            "inv/.hidden": "z\n",
            "inv/old.bak": "z\n",
        }
    )

    stage_inventory("inv", checkout=checkout, into=tmp_path / "copy")

    assert copied(tmp_path / "copy") == ["inv/deep/more.yml", "inv/hosts.ini"]


@pytest.mark.parametrize(
    ("name", "text", "line", "words", "complete"),
    [
        pytest.param("inv.sh", "#!/bin/sh\n", 1, "is a program", False, id="a script"),
        pytest.param(
            "aws_ec2.yaml",
            "# cloud\nplugin: amazon.aws.aws_ec2\n",
            2,
            "inventory plugin 'amazon.aws.aws_ec2'",
            False,
            id="a dynamic inventory",
        ),
        pytest.param(
            "groups.yml", "plugin: constructed\n", 1, "'constructed'", True, id="only groups"
        ),
    ],
)
def test_what_only_a_run_would_list_is_left_out_and_said(  # noqa: PLR0917 - a table
    name: str,
    text: str,
    line: int,
    words: str,
    complete: bool,  # noqa: FBT001 - a column
    repository: Repository,
    tmp_path: Path,
) -> None:
    checkout = repository({f"inv/{name}": text, "inv/hosts": "x\n"})

    staged = stage_inventory("inv", checkout=checkout, into=tmp_path / "copy")

    assert copied(tmp_path / "copy") == ["inv/hosts"]
    assert staged.complete is complete
    (note,) = staged.unresolved
    assert (note.place.path, note.place.line) == (f"inv/{name}", line)
    assert words in note.message


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        pytest.param(b"$ANSIBLE_VAULT;1.1;AES256\n62\n", Reason.FORBIDDEN, 1, id="vaulted"),
        pytest.param(b"all: {}\nb: ]\nc: 1\n", Reason.MALFORMED, 2, id="broken YAML"),
        pytest.param(b"all:\n  \xff\n", Reason.MALFORMED, 2, id="not UTF-8"),
        pytest.param(b"a: &a [*a]\n", Reason.MALFORMED, 1, id="a cycle of aliases"),
    ],
)
def test_a_broken_file_costs_only_itself(
    data: bytes, reason: Reason, line: int, repository: Repository, tmp_path: Path
) -> None:
    checkout = repository({"inv/hosts": "x\n"})
    (checkout.root / "inv/bad.yml").write_bytes(data)

    staged = stage_inventory("inv", checkout=checkout, into=tmp_path / "copy")

    assert copied(tmp_path / "copy") == ["inv/hosts"]
    assert not staged.complete
    (failure,) = staged.failures
    assert (failure.place.path, failure.place.line) == ("inv/bad.yml", line)
    assert failure.reason is reason


def test_a_link_out_of_the_repository_is_refused(repository: Repository, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yml"
    secret.write_text("all: {hosts: {leaked: }}\n")
    checkout = repository({"inv/hosts": "x\n"})
    (checkout.root / "inv/link.yml").symlink_to(secret)

    staged = stage_inventory("inv", checkout=checkout, into=tmp_path / "copy")

    assert copied(tmp_path / "copy") == ["inv/hosts"]
    assert [failure.reason for failure in staged.failures] == [Reason.OUTSIDE]


def test_a_link_within_the_repository_is_followed(repository: Repository, tmp_path: Path) -> None:
    checkout = repository({"shared/hosts": "x\n", "inv/other": "y\n"})
    (checkout.root / "inv/hosts").symlink_to("../shared/hosts")

    staged = stage_inventory("inv", checkout=checkout, into=tmp_path / "copy")

    assert set(staged.lines) == {"inv/hosts", "inv/other"}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("../other", Reason.OUTSIDE, id="outside"),
        pytest.param("/etc/hosts", Reason.OUTSIDE, id="absolute"),
    ],
)
def test_an_inventory_outside_is_refused(
    path: str, reason: Reason, repository: Repository, tmp_path: Path
) -> None:
    with pytest.raises(ReadError) as caught:
        stage_inventory(path, checkout=repository({}), into=tmp_path / "copy")

    assert caught.value.reason is reason


def test_a_missing_inventory_is_a_failure(repository: Repository, tmp_path: Path) -> None:
    staged = stage_inventory("inv", checkout=repository({}), into=tmp_path / "copy")

    assert [failure.reason for failure in staged.failures] == [Reason.MISSING]
    assert not staged.complete


def test_directories_that_link_in_a_circle_end(repository: Repository, tmp_path: Path) -> None:
    checkout = repository({"inv/hosts": "x\n"})
    (checkout.root / "inv/circle").symlink_to(".")

    with pytest.raises(ReadError, match="nested too deeply"):
        stage_inventory("inv", checkout=checkout, into=tmp_path / "copy")

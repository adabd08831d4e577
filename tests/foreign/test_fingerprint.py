"""A fingerprint changes with any file below its path, and with nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.foreign.files import fingerprint


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "folder").mkdir(parents=True)
    (root / "folder" / "file").write_text("1")
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main")
    (root / ".git" / "index").write_text("1")
    return root


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda root: (root / "folder" / "file").write_text("22"), id="content"),
        pytest.param(lambda root: (root / "folder" / "file").unlink(), id="file removed"),
        pytest.param(lambda root: (root / "new").write_text(""), id="file added"),
        pytest.param(lambda root: (root / ".git" / "HEAD").write_text("a"), id="another commit"),
        pytest.param(
            lambda root: (root / os.fsdecode(b"\xff")).write_text(""), id="a name that is no text"
        ),
    ],
)
def test_a_change_shows(tree: Path, change: Callable[[Path], None]) -> None:
    before = fingerprint(tree)

    change(tree)

    assert fingerprint(tree) != before


def test_what_git_keeps_to_itself_is_no_change(tree: Path) -> None:
    before = fingerprint(tree)

    (tree / ".git" / "index").write_text("22")

    assert fingerprint(tree) == before


def test_a_link_that_is_swapped_is_a_change(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    link = tmp_path / "current"
    link.symlink_to(tree)
    before = fingerprint(link)

    link.unlink()
    link.symlink_to(other)

    assert fingerprint(link) != before


def test_what_is_not_there_has_no_fingerprint(tmp_path: Path) -> None:
    assert fingerprint(tmp_path / "absent") == ""


def test_a_file_has_one_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("1")
    before = fingerprint(file)

    os.utime(file, (1, 1))

    assert fingerprint(file) != before

"""Git tells commit, branch and refs, and runs nothing that the repository configures."""

import subprocess
from pathlib import Path

import pytest

from exporter.declared.repository import GitState, describe, without_credentials

WHO = ("-c", "user.name=Tester", "-c", "user.email=tester@localhost")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *WHO, "-C", str(root), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "file").write_text("1")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "One")
    return root


async def test_commit_branch_and_address_are_read(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://user:pass@example.com/a/b.git")
    git(repository, "tag", "-a", "v1", "-m", "One")

    state = await describe(repository)

    head = git(repository, "rev-parse", "HEAD")
    assert (state.revision, state.reference) == (head, "main")
    assert state.references["v1"] == head
    assert state.references["main"] == head
    assert state.committed is not None
    assert state.url == "https://example.com/a/b.git"


async def test_the_remote_s_branch_counts_more_than_a_local_one(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "update-ref", "refs/remotes/origin/main", first)
    git(repository, "commit", "-q", "--allow-empty", "-m", "Two")

    state = await describe(repository)

    assert state.references["main"] == first


async def test_a_detached_checkout_has_no_branch(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")

    state = await describe(repository)

    assert state.reference == ""


async def test_a_directory_inside_another_checkout_has_no_state_of_its_own(
    repository: Path,
) -> None:
    inner = repository / "inner"
    inner.mkdir()

    assert await describe(inner) == GitState()


async def test_a_directory_named_by_a_commit_tells_the_revision(tmp_path: Path) -> None:
    root = tmp_path / ("a1" * 20)
    root.mkdir()

    state = await describe(root)

    assert state.revision == "a1" * 20


async def test_nothing_that_the_repository_configures_runs(repository: Path) -> None:
    trace = repository / "trace"
    script = repository / "script"
    script.write_text(f"#!/bin/sh\ntouch {trace}\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "gpg.program", "core.sshCommand"):
        git(repository, "config", key, str(script))
    git(repository, "config", "log.showSignature", "true")
    trace.unlink(missing_ok=True)

    await describe(repository)

    assert not trace.exists()


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        pytest.param("https://u:p@host/a.git", "https://host/a.git", id="user and password"),
        pytest.param("https://token@host/a", "https://host/a", id="token"),
        pytest.param("git@host:a/b.git", "git@host:a/b.git", id="scp form has no password"),
        pytest.param("", "", id="none"),
    ],
)
def test_an_address_is_kept_without_credentials(url: str, clean: str) -> None:
    assert without_credentials(url) == clean

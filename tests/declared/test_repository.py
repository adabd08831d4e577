"""Git tells commit, branch and refs, and runs nothing that the repository configures."""

import re
import subprocess
from pathlib import Path

import pytest

from exporter.declared.repository import GitState, describe, without_credentials
from exporter.domain.errors import ReadError

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


async def test_a_missing_object_is_not_fetched_whatever_the_configuration_allows(
    repository: Path,
) -> None:
    trace = repository / "trace"
    git(repository, "tag", "-a", "-m", "x", "v1")
    tag = git(repository, "rev-parse", "v1")
    (repository / ".git" / "objects" / tag[:2] / tag[2:]).unlink()
    for key, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "protocol.ext.allow": "always",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c touch% {trace}",
    }.items():
        git(repository, "config", key, value)

    with pytest.raises(ReadError, match="missing object"):
        await describe(repository)

    assert not trace.exists()


async def test_a_commit_of_a_year_that_no_calendar_has_tells_no_instant(repository: Path) -> None:
    told = git(repository, "cat-file", "commit", "HEAD").splitlines()
    changed = [re.sub(r"\d+ ([+-]\d{4})$", r"999999999999 \1", line) for line in told]
    file = repository / "commit"
    file.write_text("\n".join(changed) + "\n")
    commit = git(repository, "hash-object", "-t", "commit", "-w", "--literally", str(file))
    git(repository, "reset", "--hard", commit)

    state = await describe(repository)

    assert (state.revision, state.committed) == (commit, None)


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        pytest.param("https://u:p@host/a.git", "https://host/a.git", id="user and password"),
        pytest.param("https://token@host/a", "https://host/a", id="token"),
        pytest.param("HTTPS://u:p@host/a", "HTTPS://host/a", id="upper-case"),
        pytest.param("https://u:p@ss@host/a", "https://host/a", id="at-sign in the password"),
        pytest.param("git@host:a/b.git", "git@host:a/b.git", id="scp form has no password"),
        pytest.param("", "", id="none"),
    ],
)
def test_an_address_is_kept_without_credentials(url: str, clean: str) -> None:
    assert without_credentials(url) == clean


async def test_the_commits_of_the_branch_are_known_the_newest_first(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "commit", "-q", "--allow-empty", "-m", "Two")

    state = await describe(repository)

    assert list(state.log) == [state.revision, first]
    assert state.log[state.revision] == state.committed

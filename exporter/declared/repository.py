"""What Git says of the checkout: commit, branch, refs and address.

Git only reads here: no hook, helper, pager, signature check or transport of the repository's own
configuration can run.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.command import MIB, Limits, find_tool, run

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LIMITS = Limits(seconds=20, output=8 * MIB)
_SAFE = (
    "safe.directory=*",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "protocol.allow=never",
)
_LOG = ("rev-list", "--first-parent", "--timestamp", "--max-count=500")
"""What a branch was; commits that were merged into it count as one."""
_NAMES = "--format=%(objectname) %(*objectname) %(HEAD)%(refname)"
_UNFILTERED = (
    *("-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false"),
    *("-c", "core.attributesFile=/dev/null"),
)
"""Settings by which files are written as Git keeps them."""
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "HOME": "/nonexistent",
}
_CREDENTIALS = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/]*@", re.IGNORECASE)
_HOST = re.compile(r"[a-z+]+://[^/]|[^/]+:")
_CHECKED_OUT = re.compile(r" \*refs/heads/(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitState:
    """What a checkout's Git metadata says; all empty where there is none."""

    revision: str = ""
    reference: str = ""
    committed: datetime | None = None
    url: str = ""
    references: dict[str, str] = field(default_factory=dict)
    log: dict[str, datetime] = field(default_factory=dict)


async def describe(root: Path) -> GitState:
    """Return the state of the checkout whose top is *root*.

    A directory without ``.git`` has none, even inside another checkout; then a directory that is
    named by a commit, as git-sync does it, still tells the revision. Raises :exc:`ReadError`
    where Git is missing or fails.
    """
    if not (root / ".git").exists():
        return GitState(revision=root.name if COMMIT.fullmatch(root.name) else "")
    told = await _git(root, *_LOG, "HEAD^{commit}", "--", missing=True)
    revision = told.partition("\n")[0].rpartition(" ")[2]
    if not revision:  # which says why
        revision = await _git(root, "rev-parse", "--verify", "HEAD^{commit}")
    log, names = _log(told), await _git(root, "for-each-ref", _NAMES)
    return GitState(
        revision=revision,
        reference=_branch(names),
        committed=log.get(revision),
        url=without_credentials(
            await _git(root, "config", "--get", "remote.origin.url", missing=True)
        ),
        references=_references(names),
        log=log,
    )


def without_credentials(url: str) -> str:
    """Return *url* without the user and password that may stand in it."""
    return _CREDENTIALS.sub(r"\1", url)


def is_remote(url: str) -> bool:
    """Tell whether *url* names a host: a path on this machine is no address others know."""
    return bool(_HOST.match(url)) and not url.startswith("file:")


async def _git(
    root: Path,
    *arguments: str,
    missing: bool = False,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Run one reading command; with *missing*, a refusal means there is no such thing."""
    tool = find_tool("git", advice="install git, or set repository.revision")
    settings = [part for setting in _SAFE for part in ("-c", setting)]
    command: Sequence[str] = (tool, *settings, "-C", str(root), *arguments)
    outcome = await run(
        command,
        cwd=root,
        environment={
            **_ENVIRONMENT,
            "GIT_CEILING_DIRECTORIES": str(root.parent),
            **environment,
        },
        limits=_LIMITS,
    )
    if outcome.code and not missing:
        message = outcome.errors.strip().splitlines()[-1:] or ["no message"]
        raise ReadError(f"git {arguments[0]}: {message[0]}", reason=Reason.TOOL, path=".git")
    return outcome.output.decode("utf-8", "replace").strip()


def _branch(text: str) -> str:
    """Return the branch that is checked out, or nothing."""
    match = _CHECKED_OUT.search(text)
    return match[1] if match else ""


def _log(text: str) -> dict[str, datetime]:
    """Return commits with their instants, in the order of *text*."""
    found: dict[str, datetime] = {}
    for line in text.splitlines():
        seconds, _, commit = line.partition(" ")
        try:
            found[commit] = datetime.fromtimestamp(int(seconds), UTC)
        except (ValueError, OverflowError, OSError):  # a year that no calendar has
            continue
    return found


def _references(text: str) -> dict[str, str]:
    """Return commits by the names that people give them: branches, remote branches, tags.

    A branch of the remote counts more than a local one of the same name: Argo CD sees the remote.
    """
    found: dict[str, str] = {}
    remote: dict[str, str] = {}
    for line in text.splitlines():
        named, _, rest = line.partition(" ")
        peeled, _, name = rest.rpartition(" ")
        commit, name = peeled.strip() or named, name.removeprefix("*")
        if name.startswith("refs/remotes/origin/"):
            remote[name.removeprefix("refs/remotes/origin/")] = commit
        elif name.startswith(("refs/heads/", "refs/tags/")):
            found[name.split("/", 2)[2]] = commit
            found[name] = commit
    return {**found, **remote}


async def write_out(root: Path, revision: str, *, into: Path) -> str:
    """Write the files of *revision* into a folder below *into* named by its commit; return that.

    Neither the working tree, nor the index, nor a hook or filter has a part in it. Raises
    :exc:`ReadError`, as where a shallow clone lacks the revision.
    """
    name = f"{revision}^{{commit}}"
    verify = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
    commit = await _git(root, *verify, missing=True)
    if not COMMIT.fullmatch(commit):
        advice = "fetch it: git fetch origin REVISION, or fetch-depth: 0 of the checkout"
        raise ReadError(
            "Git knows no such revision here", reason=Reason.MISSING, path=revision, advice=advice
        )
    folder = into / commit
    folder.mkdir(parents=True)
    index = {"GIT_INDEX_FILE": str(into / f"{commit}.index")}
    await _git(root, "read-tree", commit, environment=index)
    prefix = f"--prefix={folder}/"
    await _git(root, *_UNFILTERED, "checkout-index", "--all", prefix, environment=index)
    return commit

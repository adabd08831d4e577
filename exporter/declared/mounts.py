"""Checkouts of other repositories as if they lay in one, where a kustomization names their address.

Source: ``sigs.k8s.io/kustomize/api`` (``RepoSpec``: how an address names a repository, a path in it
and a revision).
"""

import os
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from exporter.declared import tracing
from exporter.declared.checkout import Checkout
from exporter.declared.repository import without_credentials
from exporter.domain.addresses import normalise
from exporter.domain.provenance import Place, Source

FOLDER: Final = ".conformance-checkouts"
_SHORT: Final = re.compile(r"^gh:", re.IGNORECASE)
_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A *checkout* that is known by *addresses* (normalised), below the directory *path*.

    An empty *path* is the checkout at hand itself. *holds* tells of a revision whether the checkout
    is at it.
    """

    path: str
    checkout: Checkout
    addresses: frozenset[str]
    holds: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class RemoteBase:
    """What an address names: a *repository*, a *path* in it, and a *revision* (empty: its HEAD)."""

    repository: str
    path: str
    revision: str

    @classmethod
    def parse(cls, text: str) -> "RemoteBase":
        """Return what kustomize takes an address for.

        Without ``//`` and ``.git`` the first two parts of its path are the repository.
        """
        address, _, query = without_credentials(text).partition("?")
        given = parse_qs(query)
        revision = next(iter((*given.get("ref", ()), *given.get("version", ()))), "")
        address = _SHORT.sub("github.com/", address.removeprefix("git::"))
        scheme = found[0] if (found := _SCHEME.match(address)) else ""
        repository, path = _split(address.removeprefix(scheme))
        return cls(f"{scheme}{repository}", path.strip("/"), revision)


def _split(rest: str) -> tuple[str, str]:
    repository, both, path = rest.partition("//")
    if both:
        return repository, path
    before, suffix, after = rest.partition(".git")
    if suffix and after[:1] in {"", "/"}:
        return f"{before}{suffix}", after
    parts = rest.split("/")
    host = 2 if ":" in parts[0] else 3  # user@host:org/repository
    return "/".join(parts[:host]), "/".join(parts[host:])


@dataclass(frozen=True, slots=True)
class MountedCheckout(Checkout):
    """A checkout with others below :data:`FOLDER`."""

    mounts: tuple[Mount, ...] = ()

    @classmethod
    def with_others(cls, checkout: Checkout, mounts: tuple[Mount, ...]) -> "MountedCheckout":
        """Return *checkout* with *mounts*."""
        return cls(checkout.root, checkout.revision, checkout.name, mounts)

    def mount_of(self, path: str) -> Mount | None:
        """Return the mount that *path* lies in, if it does."""
        if not path.startswith(f"{FOLDER}/"):
            return None
        return next((one for one in self.mounts if one.path and _is_below(path, one.path)), None)

    def located(self, text: str) -> tuple[str, bool]:
        """Return where the directory lies that an address names, and whether at that revision.

        The path is empty where no checkout of the repository is at hand.
        """
        tracing.ask_elsewhere()  # a commit may move what a revision stands for
        found = RemoteBase.parse(text)
        address = normalise(found.repository)
        for one in self.mounts:
            if address in one.addresses:
                path = posixpath.normpath(posixpath.join(one.path, found.path))
                return path, one.holds(found.revision)
        return "", False

    def shares(self, folder: str, path: str) -> bool:
        """Tell whether *path* lies in the same repository as *folder*."""
        same = self.mount_of(folder) is self.mount_of(path)
        return same and Checkout.shares(self, folder, path)

    def is_link(self, path: str) -> bool:
        """Tell whether *path* is a link."""
        mount = self.mount_of(path)
        if mount is None:
            return Checkout.is_link(self, path)
        return mount.checkout.is_link(_below(path, mount))

    def relative(self, real: Path) -> str:
        """Return the path of what *resolve* found."""
        for one in self.mounts:
            if one.path and real.is_relative_to(one.checkout.root):
                return posixpath.normpath(posixpath.join(one.path, one.checkout.relative(real)))
        return Checkout.relative(self, real)

    def place(self, source: Source, path: str, line: int = 0) -> Place:
        """Return the provenance of a value, by the checkout that it stands in."""
        mount = self.mount_of(path)
        if mount is None:
            return Checkout.place(self, source, path, line)
        return mount.checkout.place(source, _below(path, mount), line)

    def _real(self, path: str, *, content: bool = True) -> str:
        mount = self.mount_of(path)
        if mount is None:
            return Checkout._real(self, path, content=content)  # noqa: SLF001 - its own
        below = _below(path, mount)
        return mount.checkout._real(below, content=content)  # noqa: SLF001 - of the same type

    def _check(self, real: str, path: str) -> None:
        mount = self.mount_of(path)
        if mount is None:
            Checkout._check(self, real, path)  # noqa: SLF001 - its own
        else:
            mount.checkout._check(real, _below(path, mount))  # noqa: SLF001 - of the same type


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _below(path: str, mount: Mount) -> str:
    return path.removeprefix(mount.path).lstrip("/")


def relative_to(path: str, folder: str) -> str:
    """Return *path* as a kustomization in *folder* names it."""
    return os.path.relpath(path or ".", folder or ".")

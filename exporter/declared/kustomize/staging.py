"""A copy of the files that one build may read, and of nothing else that the repository holds.

However a kustomization writes a path, and whatever kustomize makes of it, what nobody has looked
at before is not there: neither what Git keeps, nor what a link leads to.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.kustomization import join
from exporter.domain.errors import ReadError, Reason
from exporter.foreign.files import MIB

MAX_SIZE: Final = 64 * MIB


def stage(
    checkout: Checkout,
    paths: Iterable[str],
    *,
    into: Path,
    edited: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Copy the files at *paths*, and make the directories, to the same places below *into*.

    *edited* has other contents than they have in the checkout, by real path. Links on the way are
    links there, too, because kustomize looks where they lead before it says which files a
    directory may use. Raises :exc:`ReadError`.
    """
    staging = _Staging(checkout, into, edited)
    for path in sorted(set(paths)):
        try:
            staging.add(path)
        except OSError as error:
            raise ReadError(
                f"cannot be copied: {error.strerror}", reason=Reason.TOOL, path=path
            ) from None


@dataclass(slots=True)
class _Staging:
    checkout: Checkout
    root: Path
    edited: Mapping[str, bytes]
    size: int = 0

    def add(self, path: str) -> None:
        """Copy what *path* leads to, with the links that it passes."""
        real = ""
        for part in path.split("/"):
            here = join(real, part)
            real = self._link(here) if self.checkout.is_link(here) else here
        if self.checkout.is_dir(real):
            (self.root / real).mkdir(parents=True, exist_ok=True)
        else:
            self._copy(real)

    def _link(self, path: str) -> str:
        """Make a link where there is one, and return what it leads to in the end."""
        target = self.checkout.relative(self.checkout.resolve(path))
        link = self.root / path
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            folder = path.rpartition("/")[0]
            link.symlink_to(os.path.relpath(target or ".", folder or "."))
        return target

    def _copy(self, path: str) -> None:
        copy = self.root / path
        if copy.exists():
            return
        data = self.edited.get(path) or self.checkout.read_bytes(path)
        self.size += len(data)
        if self.size > MAX_SIZE:
            raise ReadError(f"brings more than {MAX_SIZE // MIB} MiB", reason=Reason.TOO_LARGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)

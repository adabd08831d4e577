"""The folder that fetched charts are stored in: each file whole, or not at all."""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.clock import SYSTEM
from exporter.foreign.files import MIB

_PREFIX: Final = ".fetching-"
_ABANDONED: Final = 3600.0
"""Seconds after which nobody writes to a file any more: no download may take so long."""

_MODE: Final = 0o644


@dataclass(frozen=True, slots=True)
class Store:
    """A *folder* that may grow to *limit* bytes."""

    folder: Path
    limit: int

    async def save(
        self, path: tuple[str, ...], parts: AsyncIterator[bytes], *, digest: str = ""
    ) -> bool:
        """Store a file, and tell whether it is another one than before.

        Raises :exc:`ReadError` where its SHA-256 is another one than *digest*, and where it cannot
        be written.
        """
        try:
            return await self._save(self.folder.joinpath(*path), parts, digest)
        except OSError as error:
            raise ReadError(
                f"the folder of charts cannot be written to: {error.strerror}",
                reason=Reason.FORBIDDEN,
                advice="declared.charts.cache has to be a folder that the exporter may write to",
            ) from None

    async def _save(self, path: Path, parts: AsyncIterator[bytes], digest: str) -> bool:
        room = self.limit - await asyncio.to_thread(self._size, path.parent)
        handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                found = hashlib.sha256()
                async for part in parts:
                    room -= len(part)
                    if room < 0:
                        raise self._full()
                    found.update(part)
                    file.write(part)
            if digest and found.hexdigest() != digest:
                message = f"{path.name} has the SHA-256 {found.hexdigest()} instead of {digest}"
                advice = "somebody changed the chart, or what the registry says of it"
                raise ReadError(message, reason=Reason.MALFORMED, advice=advice)
            return await asyncio.to_thread(self._place, Path(name), path, found.hexdigest())
        finally:
            with contextlib.suppress(FileNotFoundError):  # it is in its place
                os.unlink(name)  # noqa: PTH108 - at once, whatever happens

    def _make(self, folder: Path) -> None:
        """Make a folder; what lies there may be links, which are not followed."""
        here = self.folder
        here.mkdir(exist_ok=True)
        for part in folder.relative_to(self.folder).parts:
            here /= part
            here.mkdir(exist_ok=True)
            if here.is_symlink():
                message = f"{part} is a link in the folder of charts"
                raise ReadError(message, reason=Reason.OUTSIDE)

    def _place(self, new: Path, path: Path, digest: str) -> bool:
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == digest:
                    return False
        new.chmod(_MODE)
        new.replace(path)
        return True

    def _size(self, folder: Path) -> int:
        """Make a *folder*, and return how much is stored in all, in bytes.

        What a process that was ended left half done is removed.
        """
        self._make(folder)
        found, now = 0, SYSTEM.wall().timestamp()
        for here, _, names in os.walk(self.folder):
            for name in names:
                file = os.path.join(here, name)  # noqa: PTH118 - there may be thousands
                with contextlib.suppress(FileNotFoundError):  # another one was stored just now
                    state = os.lstat(file)
                    if name.startswith(_PREFIX) and now - state.st_mtime > _ABANDONED:
                        os.unlink(file)  # noqa: PTH108 - as a text
                    else:
                        found += state.st_size
        return found

    def _full(self) -> ReadError:
        return ReadError(
            f"the folder of charts would have more than {self.limit // MIB} MiB",
            reason=Reason.TOO_LARGE,
            advice="remove old versions from it, or raise declared.charts.max_size",
        )

"""Charts of registries as somebody fetched them: archives as ``helm pull`` writes them.

A folder has ``NAME-VERSION.tgz``, itself or in folders named like the registry they are from
(``charts.example.org/stable``).
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exporter.declared import tracing
from exporter.declared.helm.chart import members
from exporter.domain.errors import ReadError, Reason
from exporter.foreign.files import MIB, read_bytes

MAX_ARCHIVE: Final = 32 * MIB
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_VERSION: Final = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")
_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_exact(version: str) -> bool:
    """Tell whether *version* is one, and no range of which a registry has to choose."""
    return bool(_VERSION.fullmatch(version))


@dataclass(frozen=True, slots=True)
class Archives:
    """Charts in a *folder*, if there is one."""

    folder: Path | None = None

    def find(self, name: str, version: str, *, repository: str) -> bytes | None:
        """Return the archive of a chart; None where it is not there, or no exact version asked.

        Raises :exc:`ReadError` where it cannot be read.
        """
        name = name.rpartition("/")[2]
        if self.folder is None or not (_NAME.fullmatch(name) and is_exact(version)):
            return None
        tracing.ask_elsewhere()
        for folder in self._folders(repository):
            for one in dict.fromkeys((version, version.removeprefix("v"), f"v{version}")):
                path = folder / f"{name}-{one}.tgz"
                if path.is_file():
                    return read_bytes(path, name=path.name, limit=MAX_ARCHIVE)
        return None

    def _folders(self, repository: str) -> tuple[Path, ...]:
        assert self.folder is not None  # noqa: S101 - asked before
        parts = [one for one in _SCHEME.sub("", repository).split("/") if one]
        if not all(_NAME.fullmatch(one.replace(":", "-")) for one in parts):
            return (self.folder,)
        return (self.folder.joinpath(*(one.replace(":", "-") for one in parts)), self.folder)


def opened(data: bytes, *, name: str) -> Mapping[str, bytes]:
    """Return the files of a packed chart by their path in it; raises :exc:`ReadError`."""
    files = {}
    for path, content in members(data, name=name):
        _, slash, inner = path.removeprefix("./").partition("/")
        if slash and inner:
            files[posixpath.normpath(inner)] = content  # as helm does
    if "Chart.yaml" not in files:
        raise ReadError("holds no chart", reason=Reason.MALFORMED, path=name)
    return files

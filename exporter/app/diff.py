"""Two evaluations side by side: printed ones, dumps, or revisions of the repository."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from exporter.app.conformance import check_once, say_nothing
from exporter.app.revisions import at_revision
from exporter.declared.declare import Run, here
from exporter.domain.errors import ParseError, ReadError, SettingsError
from exporter.domain.finding import Subject
from exporter.foreign.files import MIB, read_bytes
from exporter.report.changes import Changes, Told, changes, parse, told
from exporter.settings.load import Loaded
from exporter.settings.observed import ObservedSettings

LARGEST = 512 * MIB
"""The largest evaluation that is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one side comes about: by the settings, where it is no evaluation yet."""

    load: Callable[[], Loaded]
    file: Path
    run: Run = here
    tell: Callable[[str], None] = say_nothing

    async def findings(self, named: str) -> dict[tuple[str, Subject], Told]:
        """Return the findings of what is *named*; raises :exc:`SettingsError`."""
        printed = await asyncio.to_thread(_printed, Path(named))
        if printed is not None:
            return printed
        self.tell(f"judging {named}")
        loaded = self.load()
        dumped = await asyncio.to_thread(_dumped, Path(named))
        if dumped:
            observed = ObservedSettings(snapshot=dumped)
            settings = msgspec.structs.replace(loaded.settings, observed=observed)
            return told(await check_once(replace(loaded, settings=settings), at=None, run=self.run))
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
            then = await at_revision(loaded, named, into=Path(folder), file=self.file)
            return told(await check_once(then, at=None, run=self.run))


def _dumped(path: Path) -> str:
    """Return the whole path of a dump, empty where there is none."""
    return str(path.resolve()) if path.exists() else ""


def _printed(path: Path) -> dict[tuple[str, Subject], Told] | None:
    """Return the findings that were printed into a file, None where it is none of JSON."""
    if not path.is_file() or path.suffix != ".json":
        return None
    try:
        return parse(read_bytes(path, name=str(path), limit=LARGEST))
    except ReadError as error:
        raise SettingsError([str(error)]) from None
    except ParseError as error:
        raise SettingsError([f"{path}: {error.message}"]) from None


async def diff(before: str, after: str, side: Side) -> Changes:
    """Return what of *after* differs from *before*.

    Each is a file that ``check --format json`` printed, a dump, or else a revision. Raises
    :exc:`SettingsError`, and :exc:`UnreachableError` where a cluster has to be looked at.
    """
    return changes(await side.findings(before), await side.findings(after))

"""Settings as they are for another revision of the repository, written out beside it."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import msgspec

from exporter.declared.opening import open_checkout
from exporter.declared.repository import GitState, describe, write_out
from exporter.domain.errors import ReadError, SettingsError
from exporter.settings.declared import RepositorySettings
from exporter.settings.load import Loaded, load


async def at_revision(loaded: Loaded, revision: str, *, into: Path, file: Path) -> Loaded:
    """Return the settings for *revision*, whose files are written *into* a folder.

    Where the settings' *file* lies in the repository, those of that revision count. Raises
    :exc:`SettingsError` where there is no such revision, or no Git repository.
    """
    opened = await open_checkout(loaded)
    repository, top = await asyncio.to_thread(_tree, loaded.path(loaded.repository.path))
    try:
        commit = await write_out(top, revision, into=into)
        home = await describe(top)
    except ReadError as error:
        raise SettingsError([f"{revision}: {error}"]) from None
    folder = into / commit
    given = await asyncio.to_thread(_settings, loaded, file, top, folder)
    inside = repository.relative_to(top)
    url = loaded.repository.url or opened.git.url or home.url
    return _moved(given, (folder / inside).resolve(), commit=commit, url=url, git=opened.git)


def _moved(loaded: Loaded, path: Path, *, commit: str, url: str, git: GitState) -> Loaded:
    """Return settings whose repository lies at *path*, and is known as before."""
    repository = RepositorySettings(
        path=str(path),
        revision=commit,
        reference=loaded.repository.reference or git.reference,
        url=url,
        web=loaded.repository.web,
    )
    settings = msgspec.structs.replace(loaded.settings, repository=repository)
    return replace(loaded, settings=settings)


def _settings(loaded: Loaded, file: Path, top: Path, folder: Path) -> Loaded:
    """Return the settings as the revision has them, if it has any, else those of now.

    What is observed is what is observed now, in any case.
    """
    whole = file.resolve()
    then = folder / os.path.relpath(whole, top)
    if not whole.is_relative_to(top) or not then.is_file():
        return loaded
    found = load(then, observed=False)
    settings = msgspec.structs.replace(found.settings, observed=loaded.settings.observed)
    return replace(found, settings=settings, folder=loaded.folder)


def _tree(path: Path) -> tuple[Path, Path]:
    """Return *path* without links, and the top of its working tree, else itself."""
    real = path.resolve()
    return real, next((one for one in (real, *real.parents) if (one / ".git").exists()), real)

"""Paths within a checkout, and what a folder of it holds."""

from pathlib import PurePosixPath

from exporter.declared.checkout import MAX_FILES, Checkout
from exporter.domain.errors import ReadError, Reason


def list_folder(checkout: Checkout, folder: str) -> list[str]:
    """Return the paths of what *folder* holds, sorted, links included; hidden names are not.

    Raises :exc:`ReadError` where it cannot be listed or holds too much.
    """
    try:
        names = [entry.name for entry in checkout.resolve(folder).iterdir()]
    except OSError as error:
        raise ReadError(
            f"cannot be listed: {error.strerror}", reason=Reason.MISSING, path=folder
        ) from None
    if len(names) > MAX_FILES:
        raise ReadError(f"holds more than {MAX_FILES} files", reason=Reason.TOO_LARGE, path=folder)
    return [join_path(folder, name) for name in sorted(names) if not name.startswith(".")]


def join_path(folder: str, *parts: str) -> str:
    """Return the path of *parts* in *folder*, which may be the root (``""`` or ``.``)."""
    return PurePosixPath(folder, *parts).as_posix()


def normalize_path(path: str) -> str:
    """Return *path* without ``.`` and ``..`` where they can be taken out."""
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts).as_posix()


def relative_to_file(path: str, name: str) -> str:
    """Return the path of *name* as the file at *path* means it."""
    return normalize_path(join_path(PurePosixPath(path).parent.as_posix(), name))

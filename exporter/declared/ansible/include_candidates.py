"""Files and roles that an include with a templated name may mean."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.paths import join_path, list_folder, relative_to_file
from exporter.declared.ansible.roles import RoleFinder
from exporter.declared.checkout import Checkout
from exporter.domain.errors import ReadError

MAX_FILES = 200
MAX_CANDIDATES = 20
"""Of more files that a name may mean the tasks are not evaluated one by one."""
_SUFFIXES = (".yml", ".yaml")
_TEMPLATE = re.compile(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)", re.DOTALL)
"""A template, which may lack its end: whoever looks for that in vain does so once."""


@dataclass(frozen=True, slots=True)
class IncludedFile:
    """The condition that an include whose *name* is templated means the file at *path*.

    It may mean any of *candidates*; *find* returns the path that an evaluated name means.
    """

    name: str
    path: str
    candidates: tuple[str, ...]
    find: Callable[[str], str]

    def __str__(self) -> str:
        return self.name

    def is_meant(self, name: Any) -> bool:
        """Tell whether the evaluated *name* means the file; of none that exists, it does not."""
        found = self.find(name) if isinstance(name, str) else ""
        if found and found not in self.candidates:
            raise UnresolvedError(f"what {found} holds is not evaluated where it is included")
        return found == self.path


def included_files(
    name: str, *, folders: Sequence[str], find: Callable[[str], str], documents: Documents
) -> list[IncludedFile]:
    """Return all files of tasks that a templated *name* may mean; none where not all are known."""
    found = dict.fromkeys(
        path
        for folder in folders
        for path in candidate_files(name, path=join_path(folder, "_"), checkout=documents.checkout)
    )
    if len(found) > MAX_FILES:
        return []
    try:
        paths = tuple(path for path in found if _holds_tasks(documents.read(path)))
    except ReadError:
        return []
    known = paths if len(paths) <= MAX_CANDIDATES else ()
    return [IncludedFile(name, path, known, find) for path in known]


def _holds_tasks(document: Any) -> bool:
    """Tell whether a document is a list of tasks, not of plays."""
    if not isinstance(document, list):
        return False
    return not any(isinstance(entry, dict) and "hosts" in entry for entry in document)


def candidate_files(name: str, *, path: str, checkout: Checkout) -> Iterator[str]:
    """Yield the files that a templated *name* in the file at *path* may mean."""
    pattern = _TEMPLATE.sub("*", name).removeprefix("*/")
    own = PurePosixPath(path).parent.as_posix()
    if "*" in PurePosixPath(pattern).parent.as_posix():
        yield from _below(own, PurePosixPath(pattern).name, checkout)
        return
    yield from (
        candidate
        for candidate in _like(relative_to_file(path, pattern), checkout)
        if candidate != path
    )


def candidate_roles(
    name: str, *, folders: Sequence[str], finder: RoleFinder, checkout: Checkout
) -> Iterator[str]:
    """Yield the roles that a templated *name* may mean."""
    pattern = _TEMPLATE.sub("*", name)
    for place in dict.fromkeys(finder.places(pattern, folders)):
        yield from (
            candidate
            for candidate in _like(place, checkout)
            if checkout.is_dir(join_path(candidate, "tasks"))
        )


def _like(pattern: str, checkout: Checkout) -> list[str]:
    """Return the paths whose last part is like that of *pattern*."""
    folder = PurePosixPath(pattern).parent.as_posix()
    if "*" in folder or not checkout.is_dir(folder):
        return []
    return [path for path in list_folder(checkout, folder) if fnmatchcase(path, pattern)]


def _below(folder: str, pattern: str, checkout: Checkout) -> list[str]:
    """Return the files anywhere below *folder* whose names are like *pattern*."""
    found = checkout.files(folder, suffixes=_SUFFIXES) if checkout.is_dir(folder) else []
    return [path for path in found if fnmatchcase(PurePosixPath(path).name, pattern)]

"""Files and roles that an include with a templated name may mean."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from exporter.declared.ansible.paths import join_path, list_folder, relative_to_file
from exporter.declared.ansible.roles import RoleFinder
from exporter.declared.checkout import Checkout

_SUFFIXES = (".yml", ".yaml")
_TEMPLATE = re.compile(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)", re.DOTALL)
"""A template, which may lack its end: whoever looks for that in vain does so once."""


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

"""Files that an include may mean when only a run would tell its name."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from exporter.declared.ansible.playbooks import beside_file
from exporter.declared.ansible.roles import RoleFinder
from exporter.declared.ansible.values import beside, listing
from exporter.declared.checkout import Checkout
from exporter.domain.errors import ReadError

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_SPEAKS = re.compile(r"\b(?:label|taint) +(?:no|nodes?)\b|k8s_taint|\bkind: Node\b")


def possible_files(name: str, *, path: str, checkout: Checkout) -> Iterator[str]:
    """Yield the files about nodes that a templated *name* in the file at *path* may mean."""
    pattern = _TEMPLATE.sub("*", name).removeprefix("*/")
    for one in _like(beside_file(path, pattern), checkout):
        if _speaks(one, checkout):
            yield one


def possible_roles(
    name: str, *, folders: Sequence[str], finder: RoleFinder, checkout: Checkout
) -> Iterator[str]:
    """Yield the roles about nodes that a templated *name* may mean."""
    pattern = _TEMPLATE.sub("*", name)
    for place in dict.fromkeys(finder.places(pattern, folders)):
        for role in _like(place, checkout):
            tasks = beside(role, "tasks")
            files = listing(checkout, tasks) if checkout.is_dir(tasks) else []
            if any(_speaks(one, checkout) for one in files):
                yield role


def _like(pattern: str, checkout: Checkout) -> list[str]:
    """Return the paths whose last part is like that of *pattern*."""
    folder = PurePosixPath(pattern).parent.as_posix()
    if "*" in folder or not checkout.is_dir(folder):
        return []
    return [one for one in listing(checkout, folder) if fnmatchcase(one, pattern)]


def _speaks(path: str, checkout: Checkout) -> bool:
    """Tell whether a file of tasks may say something of nodes."""
    try:
        text = checkout.read_text(path) if checkout.is_file(path) else ""
    except ReadError:
        return False
    return bool(_SPEAKS.search(text))

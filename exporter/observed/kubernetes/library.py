"""The two packages of ``kubernetes.aio`` that are used, without those that come with them.

``import kubernetes`` imports all of that library, its twin without asyncio included, with requests,
oauthlib and jsonschema: 300 modules, 10 MiB and 0.2 CPU s more than what reads a kubeconfig takes.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any, Final

PARENTS: Final = ("kubernetes", "kubernetes.aio")
_one_at_a_time = Lock()


def modules() -> tuple[Any, Any]:
    """Return ``kubernetes.aio.client`` and ``kubernetes.aio.config``.

    Their parents are stood in for by packages that hold nothing, so that these do not run; where
    the two need something of them after all, all of the library is imported.
    """
    with _one_at_a_time:
        before = set(sys.modules)
        if not before.isdisjoint(PARENTS):
            return _imported()
        spec = find_spec(PARENTS[0])
        folders = list(spec.submodule_search_locations or ()) if spec is not None else []
        sys.modules[PARENTS[0]] = _package(PARENTS[0], folders)
        sys.modules[PARENTS[1]] = _package(PARENTS[1], [f"{one}/aio" for one in folders])
        try:
            return _imported()
        except (ImportError, AttributeError):
            for name in set(sys.modules) - before:
                if name.partition(".")[0] == PARENTS[0]:
                    del sys.modules[name]
            return _imported()


def _package(name: str, folders: list[str]) -> ModuleType:
    package = ModuleType(name)
    package.__path__ = folders
    return package


def _imported() -> tuple[Any, Any]:
    return import_module(f"{PARENTS[1]}.client"), import_module(f"{PARENTS[1]}.config")

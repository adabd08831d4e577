"""The checks: one pure module each, named as its check.

Every module of this package with a ``CHECK`` is one; nothing lists them.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from exporter.domain.check import Check
from exporter.domain.finding import Layer

_LAYERS = tuple(Layer)


def _found() -> Iterator[Check]:
    """Yield the check of every module that has one."""
    for module in iter_modules(__path__):
        check = getattr(import_module(f"{__name__}.{module.name}"), "CHECK", None)
        if isinstance(check, Check):
            yield check


ALL: tuple[Check, ...] = tuple(
    sorted(
        _found(),
        key=lambda check: (_LAYERS.index(check.layer) if check.layer else -1, check.id),
    )
)
"""All checks, by layer and then by id; those of every layer come first."""

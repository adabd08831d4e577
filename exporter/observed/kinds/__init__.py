"""The kinds that are observed: one module each, found by itself.

Every module of this package with a ``KIND`` is one; nothing lists them.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from exporter.observed.kindspec import Declared, FactSpec, KindSpec

__all__ = ["FACTS", "KINDS", "Declared", "FactSpec", "KindSpec", "kinds_for", "kinds_of"]


def _found() -> Iterator[KindSpec]:
    """Yield the kind of every module that has one, in the order of their names."""
    for module in iter_modules(__path__):
        kind = getattr(import_module(f"{__name__}.{module.name}"), "KIND", None)
        if isinstance(kind, KindSpec):
            yield kind


KINDS: tuple[KindSpec, ...] = tuple(_found())
"""All kinds that facts are made of."""

FACTS: Mapping[type, FactSpec] = {kind.fact.type: kind.fact for kind in KINDS}
"""All facts that are made of kinds, by their type."""


def kinds_of(fact: type) -> tuple[KindSpec, ...]:
    """Return the kinds that a fact is made of; none for any other type."""
    return tuple(kind for kind in KINDS if kind.fact.type is fact)


def kinds_for(facts: Iterable[type]) -> tuple[KindSpec, ...]:
    """Return the kinds that *facts* are made of, in a fixed order."""
    needed = frozenset(facts)
    return tuple(kind for kind in KINDS if kind.fact.type in needed)

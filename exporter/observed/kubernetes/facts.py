"""Facts out of stores, built anew only where something changed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from exporter.observed.folds import Fold
from exporter.observed.kinds import FACTS, KindSpec
from exporter.observed.kubernetes.store import Store

FREEZE_BUDGET = 500
"""How many groups of pods are frozen before others may run: about 2 ms of work."""

Stores: TypeAlias = Mapping[KindSpec, Sequence[Store]]


@dataclass(slots=True)
class FactBuilder:
    """Builds facts, and gives the same value again as long as nothing changed."""

    stores: Stores
    _built: dict[type, tuple[object, object]] = field(default_factory=dict)

    async def fact(self, fact: type, *, unseen: frozenset[str] = frozenset()) -> object:
        """Return the fact of this type as of now; all its stores must have been filled.

        *unseen* are kinds that shall be left out.
        """
        stores = [
            store
            for kind, own in self.stores.items()
            if kind.fact.type is fact and kind.kind not in unseen
            for store in own
        ]
        before = (*(store.revision for store in stores), unseen)
        known = self._built.get(fact)
        if known is not None and known[0] == before:
            return known[1]
        contents = [
            await _contents(store.content.collection.fold) for store in stores if store.content
        ]
        build = FACTS[fact].build
        if FACTS[fact].slow:
            built = await asyncio.to_thread(build, contents, unseen)
        else:
            built = build(contents, unseen)
        self._built[fact] = (before, built)
        return built


async def _contents(fold: Fold) -> Any:
    """Return what *fold* holds; what changes while others run is little, and done at the end."""
    done = fold.freeze(FREEZE_BUDGET)
    while not done:
        await asyncio.sleep(0)
        done = fold.freeze(FREEZE_BUDGET)
    return fold.contents()

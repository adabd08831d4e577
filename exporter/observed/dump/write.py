"""A dump: one file for each kind, readable by its owner alone, and the account of what lacks."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from exporter.domain.errors import SettingsError
from exporter.domain.watches import Restart
from exporter.observed.dump.objects import Kept, parse_page
from exporter.observed.dump.served import AT_ONCE, ServedKind
from exporter.observed.kubernetes.discovery import Answering
from exporter.observed.kubernetes.errors import TooManyError, WatchError
from exporter.observed.platform import RULES, parse_rules

PAGE_ITEMS: Final = 500
MAX_PAGES: Final = 1_000
"""Of one list: three times the pods that Kubernetes is made for."""
TRIES: Final = 3
"""How often a list is begun that the server forgets before it is read."""


@dataclass(slots=True, kw_only=True)
class Dumped:
    """What a dump holds: how many objects of each resource, and what could not be read, and why."""

    objects: dict[str, int] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Dump:
    """Writes objects of a *cluster* into *folder*; of *namespaces*, or of all.

    *mask* replaces the values of environments.
    """

    cluster: Answering
    folder: Path
    namespaces: tuple[str, ...] = ()
    mask: bool = False
    done: Dumped = field(default_factory=Dumped)

    async def write(self, kinds: Iterable[ServedKind]) -> None:
        """Write all objects of *kinds*; one that nobody lets us read is told, not written."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(kind: ServedKind) -> None:
            async with limit:
                await self._write(kind)

        await asyncio.gather(*(one(kind) for kind in dict.fromkeys(kinds)))

    async def rules(self) -> None:
        """Write what ``argocd-cm`` says to renderers, and nothing else of it."""
        query = {"fieldSelector": f"metadata.name={RULES}"}
        try:
            found = [
                rules
                for namespace in self.namespaces or ("",)
                for rules in parse_rules(
                    await self.cluster.get(_CONFIG_MAPS.path(namespace), query=query)
                )
            ]
        except WatchError as error:
            if error.restart is not Restart.ABSENT:
                self.done.lacking[f"configmap {RULES}"] = error.message
            return
        items = [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {
                    "name": RULES,
                    "namespace": one.where.partition("/")[0],
                },
                "data": dict(one.data),
            }
            for one in found
        ]
        if items:
            document = {"apiVersion": "v1", "kind": "List", "items": items}
            put(self.folder / f"{RULES}.json", [msgspec.json.encode(document)])

    async def _write(self, kind: ServedKind) -> None:
        if not kind.plain:
            self.done.lacking[kind.resource] = "is no name of a kind, so nobody is asked for it"
            return
        try:
            items = await self._items(kind) if kind.served else []
        except WatchError as error:
            if error.restart is not Restart.ABSENT:
                self.done.lacking[kind.resource] = error.message
                return
            items = []  # nobody serves it, so there are none
        head = f'{{"apiVersion":"{kind.api_version}","kind":"{kind.kind}List","items":[\n'
        try:
            parts = head.encode(), b",\n".join(items), b"\n]}\n"
            put(self.folder / f"{kind.resource}.json", parts)
        except OSError as error:  # also where others are served by the same name, or it is too long
            self.done.lacking[kind.resource] = f"cannot be written: {error.strerror}"
            return
        self.done.objects[kind.resource] = len(items)

    async def _items(self, kind: ServedKind) -> list[bytes]:
        found: list[bytes] = []
        for namespace in self.namespaces if kind.namespaced and self.namespaces else ("",):
            found += await self._list(kind, namespace)
        return found

    async def _list(self, kind: ServedKind, namespace: str) -> list[bytes]:
        for _ in range(TRIES - 1):
            try:
                return await self._pages(kind, namespace)
            except WatchError as error:
                if error.restart is not Restart.EXPIRED:
                    raise
        return await self._pages(kind, namespace)

    async def _pages(self, kind: ServedKind, namespace: str) -> list[bytes]:
        kept, query = Kept(kind.kind, self.mask), {"limit": str(PAGE_ITEMS)}
        found: list[bytes] = []
        for _ in range(MAX_PAGES):
            page = parse_page(await self.cluster.get(kind.path(namespace), query=query))
            found += await asyncio.to_thread(lambda items: [*map(kept.of, items)], page.items or [])
            if not page.metadata.following:
                return found
            query["continue"] = page.metadata.following
        raise TooManyError(f"a list has more than {MAX_PAGES:,} pages, more than are read")


def prepare(folder: Path) -> None:
    """Make an empty *folder* that its owner alone may read; raises :exc:`SettingsError`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        occupied = next(folder.iterdir(), None)
    except OSError as error:
        raise SettingsError([f"{folder}: cannot be written: {error.strerror or error}"]) from None
    if occupied is not None:
        raise SettingsError([f"{folder}: is not empty; a dump has a folder of its own"])


def put(path: Path, parts: Sequence[bytes]) -> None:
    """Write a new file of *parts* that its owner alone may read, or none; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
    except OSError:
        path.unlink()  # what is cut off would be taken for all
        raise


_CONFIG_MAPS: Final = ServedKind(group="", version="v1", plural="configmaps", kind="ConfigMap")

"""The folder of charts, while several are stored into it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exporter.registries.store import Store


async def parts(content: bytes) -> AsyncIterator[bytes]:
    yield content


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


async def test_a_file_that_takes_its_place_meanwhile_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path, limit=1000)
    await store.save(("one.tgz",), parts(b"one"))
    (tmp_path / ".fetching-two").write_bytes(b"two")
    lstat = os.lstat

    def placed_first(path: str) -> os.stat_result:
        if path.endswith(".fetching-two"):
            os.replace(path, tmp_path / "two.tgz")  # noqa: PTH105 - as another save does
        return lstat(path)

    monkeypatch.setattr(os, "lstat", placed_first)

    assert await store.save(("three.tgz",), parts(b"three"))
    assert names(tmp_path) == ["one.tgz", "three.tgz", "two.tgz"]


async def test_several_are_stored_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path, limit=10_000)

    stored = await asyncio.gather(
        *(store.save((f"{number}.tgz",), parts(b"a chart")) for number in range(40))
    )

    assert all(stored)
    assert len(names(tmp_path)) == 40

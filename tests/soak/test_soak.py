"""Whatever happened to an exporter, in the end it uses no more than in the beginning."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.apiserver.load import Size, fill
from tests.apiserver.server import ApiServer
from tests.chaos.exporter import (
    MAX_AGE,
    Exporter,
    settings,
    start,
    until_all_is_known,
    until_served,
)
from tests.chaos.trouble import Chaos
from tests.soak.life import Life, commit
from tests.soak.usage import Usage, grown, usage

WARM_UP = 0.3
"""Part of the time after which all has happened that makes a process as large as it becomes."""
QUIET = 10.0
"""Seconds until a process that has nothing to do any more has come to rest."""


async def at_rest(exporter: Exporter, api: ApiServer) -> Usage:
    """Wait until all is known and nothing goes on any more, and return what is used then."""
    await until_all_is_known(exporter, api)
    await asyncio.sleep(QUIET)
    report = await until_all_is_known(exporter, api)
    return usage(exporter.process.pid, blocks=report.blocks, hidden=report.hidden)


@pytest.mark.soak
async def test_an_exporter_uses_no_more_than_in_the_beginning(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seconds = float(os.environ.get("SOAK_SECONDS", "3600"))
    async with ApiServer(bookmark_period=0.5) as api:
        load = fill(api.store, Size(nodes=30, pods=1000, workloads=20, applications=5))
        path = settings(tmp_path, api)
        path.write_text(path.read_text().replace(f", revision: {'a' * 40}", ""))
        commit(tmp_path / "repository")
        exporter = await start(tmp_path, path)
        life = Life(exporter, Chaos(api, load, MAX_AGE), tmp_path)
        try:
            await until_served(exporter)
            await life.go_on(WARM_UP * seconds)
            before = await at_rest(exporter, api)
            await life.go_on((1 - WARM_UP) * seconds)
            after = await at_rest(exporter, api)
        finally:
            await exporter.stop()
    written = capfd.readouterr().err
    with capfd.disabled():
        print(f"\n{life.done}\nbefore: {before}\nafter:  {after}")  # noqa: T201 - what one wants to know
    assert not list(grown(before, after))
    assert "Traceback" not in written
    assert exporter.process.returncode == 0

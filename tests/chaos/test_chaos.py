"""Whatever an API server does: in the end all is known, and nothing was said that was not."""

import asyncio
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from exporter.checks import ALL
from exporter.observed.kinds import FACTS
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
from tests.chaos.trouble import Chaos, burst

LATE = timedelta(seconds=3)
"""How long after its data became too old a verdict may be shown: an evaluation and its pause."""
_VERDICTS = re.compile(
    rb'^cluster_conformance_check_subjects\{check="(\w+)".*verdict="(?:pass|fail)"\} (?!0\.0$)',
    re.MULTILINE,
)
_EVALUATED = re.compile(rb"^cluster_conformance_evaluation_timestamp_seconds (\S+)", re.MULTILINE)
_LIVE = {one.id.encode() for one in ALL if not FACTS.keys().isdisjoint(one.needs)}


@dataclass(slots=True)
class Scraper:
    """Scrapes all the time, and notes what ought not to have been shown."""

    exporter: Exporter
    chaos: Chaos
    scrapes: int = 0
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)

    async def run(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientConnectionError):
                    async with session.get(f"{self.exporter.address}/metrics") as answer:
                        body = await answer.read()
                        if answer.status == 200:
                            self.judge(body, at=datetime.now(UTC))
                await asyncio.sleep(0.1)

    def judge(self, body: bytes, *, at: datetime) -> None:
        self.scrapes += 1
        judged = _LIVE.intersection(_VERDICTS.findall(body))
        self.unknown += not judged
        since = self.chaos.cut_off
        if since is None or not judged:
            return
        found = _EVALUATED.search(body)
        assert found is not None
        evaluated = datetime.fromtimestamp(float(found[1]), UTC)
        if evaluated - since > MAX_AGE or at - since > MAX_AGE + LATE:
            names = b" ".join(sorted(judged)).decode()
            self.wrong.append(f"{at - since} after the last word, evaluated {evaluated}: {names}")


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(12, id="short"),
        pytest.param(
            float(os.environ.get("CHAOS_SECONDS", "600")), id="long", marks=pytest.mark.chaos
        ),
    ],
)
async def test_all_is_known_in_the_end_and_nothing_was_made_up(
    seconds: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with ApiServer(bookmark_period=0.5) as api:
        load = fill(api.store, Size(nodes=30, pods=1000, workloads=20, applications=5))
        exporter = await start(tmp_path, settings(tmp_path, api))
        try:
            await until_served(exporter)
            chaos = Chaos(api, load, MAX_AGE)
            await burst(chaos)
            tasks = (await until_all_is_known(exporter, api)).tasks
            before = exporter.memory
            scraper = Scraper(exporter, chaos)
            scraping = asyncio.create_task(scraper.run())

            await chaos.run(seconds)

            tasks_then = (await until_all_is_known(exporter, api)).tasks
            scraping.cancel()
            await asyncio.gather(scraping, return_exceptions=True)
            after = exporter.memory
        finally:
            await exporter.stop()
    written = capfd.readouterr().err
    with capfd.disabled():
        print(f"\n{scraper.scrapes} scrapes, {before} KiB before, {after} KiB after")  # noqa: T201 - what one wants to know of a long run
    watches = [one for one in tasks if one.startswith("watch ")]
    assert watches
    assert watches == [one for one in tasks_then if one.startswith("watch ")]
    assert scraper.unknown
    assert not scraper.wrong
    assert after <= 1.1 * before
    assert "Traceback" not in written

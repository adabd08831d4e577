"""Whatever an API server does: in the end all is known, and nothing was said that was not."""

import asyncio
import os
import pickle
import re
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import msgspec
import pytest

from exporter.checks import ALL
from exporter.domain.facts import Facts
from exporter.observed.kinds import FACTS, KINDS
from exporter.observed.kubernetes.content import Content
from exporter.observed.kubernetes.facts import FactBuilder
from exporter.observed.kubernetes.limits import Limits
from exporter.observed.kubernetes.store import Store
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.load import Size, fill
from tests.apiserver.server import ApiServer
from tests.bench.test_evaluation import write_repository
from tests.chaos.served import Known, Report, comparable
from tests.chaos.trouble import Chaos, burst

MAX_AGE = timedelta(seconds=4)
LATE = timedelta(seconds=3)
"""How long after its data became too old a verdict may be shown: an evaluation and its pause."""
GRACE = 30
CATCHING_UP = Limits().absent + GRACE
"""Seconds until all is known again: a kind that seemed not to be installed is asked for anew after
``absent``, which is longer than the longest pause after trouble."""
_VERDICTS = re.compile(
    rb'^cluster_conformance_check_subjects\{check="(\w+)".*verdict="(?:pass|fail)"\} (?!0\.0$)',
    re.MULTILINE,
)
_EVALUATED = re.compile(rb"^cluster_conformance_evaluation_timestamp_seconds (\S+)", re.MULTILINE)
_LIVE = {one.id.encode() for one in ALL if not FACTS.keys().isdisjoint(one.needs)}


@dataclass(slots=True)
class Exporter:
    """An exporter in a process of its own."""

    process: asyncio.subprocess.Process
    address: str
    report: Path

    async def know(self) -> Report:
        """Return what it knows now."""
        self.report.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(GRACE):
            while not self.report.exists():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
        known: Report = pickle.loads(self.report.read_bytes())  # noqa: S301 - written by ourselves
        return known

    @property
    def memory(self) -> int:
        """How many KiB of memory it has."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


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


async def there_is(api: ApiServer) -> Known:
    """Return what is to be known of a cluster, counted from scratch."""
    stores = {kind: [Store(kind, content=Content(kind))] for kind in KINDS}
    for kind, (store,) in stores.items():
        assert store.content is not None
        for content in api.objects(kind.resource):
            store.content.put(msgspec.Raw(msgspec.json.encode(content)))
    builder = FactBuilder(stores)
    return comparable(Facts({fact: await builder.fact(fact) for fact in FACTS}))


def settings(folder: Path, api: ApiServer) -> Path:
    write_kubeconfig(folder / "kubeconfig", url=api.url)
    write_repository(folder, nodes=30, workloads=20, applications=5)
    path = folder / "conformance.yaml"
    age = f"{MAX_AGE.total_seconds():.0f}s"
    live = f"{{kubernetes: {{kubeconfig: kubeconfig, max_age: {age}}}}}"
    path.write_text(path.read_text().replace("{snapshot: cluster.json}", live))
    return path


async def start(folder: Path, api: ApiServer) -> Exporter:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "tests.chaos.served", settings(folder, api), port)
    report = folder / "report"
    process = await asyncio.create_subprocess_exec(*map(str, (*command, report)))
    return Exporter(process, f"http://127.0.0.1:{port}", report)


async def until_all_is_known(exporter: Exporter, api: ApiServer) -> Sequence[str]:
    """Wait until the exporter knows what there is; return the names of its tasks."""
    wanted = await there_is(api)
    end = asyncio.get_running_loop().time() + CATCHING_UP
    while True:
        known, tasks = await exporter.know()
        strange = [name for name, fact in wanted.items() if known.get(name, fact) != fact]
        if known and not strange:
            return tasks
        assert asyncio.get_running_loop().time() < end, f"known otherwise than it is: {strange}"
        await asyncio.sleep(0.2)


async def until_served(exporter: Exporter) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(GRACE):
        while True:
            with suppress(aiohttp.ClientConnectionError):
                async with session.get(f"{exporter.address}/-/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


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
        exporter = await start(tmp_path, api)
        try:
            await until_served(exporter)
            chaos = Chaos(api, load, MAX_AGE)
            await burst(chaos)
            tasks = await until_all_is_known(exporter, api)
            before = exporter.memory
            scraper = Scraper(exporter, chaos)
            scraping = asyncio.create_task(scraper.run())

            await chaos.run(seconds)

            tasks_then = await until_all_is_known(exporter, api)
            scraping.cancel()
            await asyncio.gather(scraping, return_exceptions=True)
            after = exporter.memory
        finally:
            if exporter.process.returncode is None:
                exporter.process.terminate()
            await exporter.process.wait()
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

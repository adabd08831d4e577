"""An exporter in a process of its own, beside an API server to which anything may happen."""

import asyncio
import pickle
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import msgspec

from exporter.domain.facts import Facts
from exporter.observed.kinds import FACTS, KINDS
from exporter.observed.kubernetes.content import Content
from exporter.observed.kubernetes.facts import FactBuilder
from exporter.observed.kubernetes.limits import Limits
from exporter.observed.kubernetes.store import Store
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.server import ApiServer
from tests.bench.test_evaluation import write_repository
from tests.chaos.served import Known, Report, comparable

MAX_AGE = timedelta(seconds=4)
GRACE = 30
CATCHING_UP = Limits().absent + GRACE
"""Seconds until all is known again: a kind that seemed not to be installed is asked for anew after
``absent``, which is longer than the longest pause after trouble."""


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
        return Report(*pickle.loads(self.report.read_bytes()))  # noqa: S301 - written by ourselves

    @property
    def memory(self) -> int:
        """How many KiB of memory it has."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    async def stop(self) -> None:
        """End it, if it has not ended, and wait until it has."""
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()


def settings(folder: Path, api: ApiServer) -> Path:
    """Write the settings of an exporter of this server, and a repository; return their path."""
    write_kubeconfig(folder / "kubeconfig", url=api.url)
    write_repository(folder, nodes=30, workloads=20, applications=5)
    path = folder / "conformance.yaml"
    age = f"{MAX_AGE.total_seconds():.0f}s"
    live = f"{{kubernetes: {{kubeconfig: kubeconfig, max_age: {age}}}}}"
    path.write_text(path.read_text().replace("{snapshot: cluster.json}", live))
    return path


async def start(folder: Path, path: Path) -> Exporter:
    """Start an exporter with the settings at *path*."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    report = folder / "report"
    command = (sys.executable, "-m", "tests.chaos.served", path, port, report)
    process = await asyncio.create_subprocess_exec(*map(str, command))
    return Exporter(process, f"http://127.0.0.1:{port}", report)


async def until_served(exporter: Exporter) -> None:
    """Wait until it is ready."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(GRACE):
        while True:
            with suppress(aiohttp.ClientConnectionError):
                async with session.get(f"{exporter.address}/-/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


async def there_is(api: ApiServer) -> Known:
    """Return what is to be known of a cluster, counted from scratch."""
    stores = {kind: [Store(kind, content=Content(kind))] for kind in KINDS}
    for kind, (store,) in stores.items():
        assert store.content is not None
        for content in api.objects(kind.resource):
            store.content.put(msgspec.Raw(msgspec.json.encode(content)))
    builder = FactBuilder(stores)
    return comparable(Facts({fact: await builder.fact(fact) for fact in FACTS}))


async def until_all_is_known(exporter: Exporter, api: ApiServer) -> Report:
    """Wait until the exporter knows what there is, and return what it says then."""
    wanted = await there_is(api)
    end = asyncio.get_running_loop().time() + CATCHING_UP
    while True:
        report = await exporter.know()
        known = report.known
        strange = [name for name, fact in wanted.items() if known.get(name, fact) != fact]
        if known and not strange:
            return report
        assert asyncio.get_running_loop().time() < end, f"known otherwise than it is: {strange}"
        await asyncio.sleep(0.2)

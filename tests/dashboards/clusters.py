"""Exporters that follow the reference cluster while one thing after the other happens to it."""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.apiserver.demo import EXAMPLE, write_settings
from tests.apiserver.scenarios import SCENARIOS, run
from tests.apiserver.server import ApiServer
from tests.dashboards.prometheus import Prometheus, Target, free_port
from tests.monitoring.recorded import RecordedStack

HEALTHY = "healthy"
BROKEN = "broken-checkout"
HAPPENING = (HEALTHY, BROKEN, *SCENARIOS)
CHANGED = ("nodes", "pods", "deployments", "applications")
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
SETTLED = 0.1
ARRIVED = 1.0
"""Seconds within which an event on loopback has surely reached the exporter."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster to which something happens, one thing after the other, and its exporter's address.

    The healthy one has no name that Prometheus knows of, as where it is only an external label.
    """

    name: str
    happens: tuple[str, ...]
    folder: Path
    address: str

    @classmethod
    def all(cls, folder: Path) -> "tuple[Cluster, ...]":
        """Divide what happens among few enough clusters for a small machine."""
        scenarios = tuple(SCENARIOS)
        parts = (("", (HEALTHY,)), ("b", (BROKEN,)), ("c", scenarios[::2]), ("d", scenarios[1::2]))
        return tuple(
            cls(name, happens, folder / f"cluster-{name}", f"127.0.0.1:{free_port()}")
            for name, happens in parts
        )

    @property
    def job(self) -> str:
        """The job as which Prometheus scrapes it."""
        return "conformance" if self.name else "unnamed"

    @property
    def targets(self) -> tuple[Target, ...]:
        """What Prometheus scrapes; of the healthy one there seem to be two replicas."""
        if self.name:
            return (Target(self.address, self.job, {"cluster": self.name}),)
        return tuple(Target(self.address, self.job, {"pod": pod}) for pod in ("0", "1"))


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant at which Prometheus knew what had happened to a cluster."""

    cluster: str
    at: float


async def play(clusters: tuple[Cluster, ...], prometheus: Prometheus) -> dict[str, Moment]:
    """Let everything happen; return when Prometheus knew what."""
    played = await asyncio.gather(*(_play(cluster, prometheus) for cluster in clusters))
    return {name: moment for one in played for name, moment in one.items()}


async def _play(cluster: Cluster, prometheus: Prometheus) -> dict[str, Moment]:
    moments: dict[str, Moment] = {}
    async with followed(cluster) as api:
        await _recorded(cluster, prometheus, after=0)
        before = {what: api.objects(what) for what in CHANGED}
        for happening in cluster.happens:
            await _happen(happening, cluster, api)
            await _recorded(cluster, prometheus, after=time.time() + ARRIVED)
            moments[happening] = Moment(cluster.name, time.time())
            for what, objects in before.items():
                api.replace_all(what, objects)
    return moments


async def _recorded(cluster: Cluster, prometheus: Prometheus, *, after: float) -> None:
    """Wait until the rules have seen an evaluation that was made later than an instant."""
    chosen = f'{{job="{cluster.job}", cluster="{cluster.name}"}}'
    evaluated = f"min(cluster_conformance_evaluation_timestamp_seconds{chosen}) > {after}"
    await asyncio.to_thread(prometheus.until, evaluated)
    seen = f"min(timestamp(layer:cluster_conformance_state:max{chosen})) > {time.time()}"
    await asyncio.to_thread(prometheus.until, seen)


@asynccontextmanager
async def followed(cluster: Cluster) -> AsyncIterator[ApiServer]:
    """Serve the reference cluster, and let an exporter of its own follow it."""
    cluster.folder.mkdir()
    async with ApiServer() as api, RecordedStack(api.objects) as stack:
        api.load_snapshot(EXAMPLE / "snapshot")
        settings = write_settings(cluster.folder, url=api.url, monitoring=stack)
        text = settings.read_text() + "interval: 2s\n"
        if BROKEN in cluster.happens:
            _check_out(cluster.folder / "repository")
            text = text.replace("  revision:", "  # revision:").replace("  reference:", "  # ")
        settings.write_text(text)
        command = (sys.executable, "-m", "exporter", "serve", "--config.file", str(settings))
        log = cluster.folder / "log"
        with log.open("wb") as output:
            exporter = await asyncio.create_subprocess_exec(
                *command, "--web.listen-address", cluster.address, stderr=output
            )
        try:
            yield api
        finally:
            assert exporter.returncode is None, log.read_text()
            exporter.terminate()
            await exporter.wait()


def _check_out(folder: Path) -> None:
    """Make the repository a Git checkout."""
    folder.unlink()
    shutil.copytree(EXAMPLE / "repository", folder)
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "All")):
        subprocess.run(["git", *WHO, "-C", folder, *arguments], check=True)


async def _happen(what: str, cluster: Cluster, api: ApiServer) -> None:
    if what == BROKEN:
        (cluster.folder / "repository" / "terraform" / "main.tf").write_text('module "')
    elif what != HEALTHY:
        await run(what, api, lambda _: asyncio.sleep(SETTLED))

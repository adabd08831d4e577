"""What it costs to follow a live cluster: at the limit, at a fifth of it, and an empty one."""

import bisect
import gzip
import re
import signal
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.apiserver.options import StreamingLists
from tests.bench.processes import GZIP, Exporter, Simulated, api_server, exporter
from tests.bench.test_evaluation import write_repository

LOAD = 1000
"""Events per second."""
SECONDS = 60
FLOOD = 12_000
"""Events per second, more than it has to keep up with."""
_SEVEN = re.compile(rb"^cluster_conformance_workload_replicas_declared_max\{.* 7\.0$", re.MULTILINE)
_PODS = re.compile(rb'^cluster_conformance_watch_events_total\{kind="Pod"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A cluster, of which no two pods of a workload share a node: nothing folds."""

    nodes: int
    pods: int
    workloads: int
    applications: int = 300
    objects: int = 0

    @property
    def options(self) -> tuple[str | int, ...]:
        return (
            *("--nodes", self.nodes, "--pods", self.pods),
            *("--workloads", self.workloads, "--applications", self.applications),
            *("--objects", self.objects),
        )


LARGEST = Size(nodes=5000, pods=150_000, workloads=3001)
WITH_OBJECTS = replace(LARGEST, objects=20_000)
"""With 20,000 Services and ConfigMaps each, 5,000 Ingresses and 5,000 NetworkPolicies."""
FIFTH = Size(nodes=1000, pods=30_000, workloads=601)


def prepare(folder: Path, size: Size) -> Path:
    """Write a repository that declares what runs, and settings for it; return these."""
    write_repository(
        folder,
        nodes=size.nodes,
        workloads=size.workloads,
        applications=size.applications,
        objects=size.objects,
    )
    edit(folder / "repository" / "inventory.yml", "1.32.4", "1.36.0")
    for path in folder.glob("repository/apps/*/manifests.yaml"):
        edit(path, '"replicas": 3', f'"replicas": {size.pods // size.workloads}')
    path = folder / "conformance.yaml"
    edit(path, "{snapshot: cluster.json}", "{kubernetes: {kubeconfig: kubeconfig}}")
    return path


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


@contextmanager
def following(
    folder: Path, size: Size, *options: str | int
) -> Iterator[tuple[Simulated, Exporter]]:
    settings = prepare(folder, size)
    with (
        api_server(folder / "kubeconfig", *size.options, *options) as api,
        exporter(settings, port=free_port()) as running,
    ):
        yield api, running


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@dataclass(slots=True)
class Scraped:
    """Scrapes, ten a second: how long each took, and how many events of pods it showed."""

    exporter: Exporter
    seconds: list[float] = field(default_factory=list)
    shown: list[tuple[float, float]] = field(default_factory=list)
    _last: bytes = b""

    def scrape(self) -> None:
        start = time.perf_counter()
        body = self.exporter.get("/metrics", **GZIP)
        self.seconds.append(time.perf_counter() - start)
        assert body is not None
        if body != self._last:
            self._last = body
            self.shown.append((time.time(), self.events(gzip.decompress(body))))

    def events(self, body: bytes) -> float:
        found = _PODS.search(body)
        assert found is not None
        return float(found[1])


def scrape_for(running: Exporter, api: Simulated, seconds: float) -> tuple[Scraped, list[float]]:
    """Scrape for so many seconds; return that, and how long each event took to be shown.

    The versions of the server count its changes, the counter of events those that are shown. That
    of the first scrape belongs to the version at which nothing happened yet.
    """
    scraped = Scraped(running)
    scraped.scrape()
    first = api.version
    made = [(time.time(), first)]
    api.tell(f"rate {LOAD}")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        scraped.scrape()
        made.append((time.time(), api.version))
        time.sleep(0.1)
    return scraped, delays(made, scraped.shown, first=first)


def delays(
    made: list[tuple[float, int]], shown: list[tuple[float, float]], *, first: int
) -> list[float]:
    """Return how many seconds passed between each sample of *made* and when it was *shown*."""
    counts = [count - shown[0][1] for _, count in shown]
    found = []
    for at, version in made[1:]:
        place = bisect.bisect_left(counts, version - first)
        if place < len(shown):
            found.append(shown[place][0] - at)
    return found


def share(values: list[float], part: float) -> float:
    """Return the value below which so many hundredths lie."""
    return statistics.quantiles(values, n=100)[round(part) - 1]


def say(capsys: pytest.CaptureFixture[str], title: str, **figures: float) -> None:
    line = "  ".join(f"{name} {value:.3g}" for name, value in figures.items())
    with capsys.disabled():
        print(f"\n{title}: {line}")  # noqa: T201 - the figures are what a benchmark is for


@pytest.mark.bench
@pytest.mark.parametrize(
    ("size", "options"),
    [
        pytest.param(LARGEST, (), id="streams"),
        pytest.param(
            LARGEST, ("--streaming-lists", StreamingLists.OFF, "--tls"), id="pages, gzip and TLS"
        ),
        pytest.param(WITH_OBJECTS, (), id="with objects of other kinds"),
        pytest.param(Size(nodes=0, pods=0, workloads=0, applications=0), (), id="empty"),
    ],
)
def test_the_first_metrics(
    size: Size, options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.time()
    with following(tmp_path, size, *options) as (_, running):
        started = time.time()
        running.wait_for("/-/ready")
        ready, cpu, peak = time.time() - started, running.cpu, running.memory("VmHWM")
        time.sleep(1)
        stall = max(running.stalls(start, time.time()))

    say(capsys, "first /metrics", seconds=ready, cpu=cpu, peak_mib=peak, stall=stall)


@pytest.mark.bench
@pytest.mark.parametrize(
    "size",
    [
        pytest.param(LARGEST, id="5,000 nodes"),
        pytest.param(WITH_OBJECTS, id="with objects of other kinds"),
        pytest.param(FIFTH, id="1,000 nodes"),
    ],
)
def test_events_become_visible(
    size: Size, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with following(tmp_path, size) as (api, running):
        running.wait_for("/-/ready")
        time.sleep(10)
        start, cpu = time.time(), running.cpu

        scraped, delayed = scrape_for(running, api, SECONDS)

        spent = (running.cpu - cpu) / (time.time() - start)
        stalls = running.stalls(start, time.time())
        peak = running.memory("VmHWM")
    say(
        capsys,
        f"{LOAD} events/s",
        visible_p50=share(delayed, 50),
        visible_p99=share(delayed, 99),
        cores=spent,
        scrape_p99=share(scraped.seconds, 99),
        stall=max(stalls),
        stall_p99=share(stalls, 99),
        peak_mib=peak,
    )


@pytest.mark.bench
def test_a_declaration_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = f'"replicas": {LARGEST.pods // LARGEST.workloads}', '"replicas": 7'
    with following(tmp_path, LARGEST) as (_, running):
        running.wait_for("/-/ready")
        time.sleep(10)
        start, cpu = time.time(), running.cpu
        edit(tmp_path / "repository" / "apps" / "7" / "manifests.yaml", before, after)
        running.process.send_signal(signal.SIGHUP)
        while not _SEVEN.search(running.metrics):
            assert time.time() < start + 120, "the new declaration is not shown"
            time.sleep(0.1)
        seconds, spent = time.time() - start, running.cpu - cpu
        time.sleep(1)
        stall = max(running.stalls(start, time.time()))
        peak = running.memory("VmHWM")

    say(capsys, "another declaration", seconds=seconds, cpu=spent, peak_mib=peak, stall=stall)


@pytest.mark.bench
def test_events_are_absorbed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with following(tmp_path, LARGEST) as (api, running):
        running.wait_for("/-/ready")
        scraped = Scraped(running)
        scraped.scrape()
        first, start, cpu = api.version, time.time(), running.cpu
        api.tell(f"rate {FLOOD}")
        time.sleep(20)
        api.tell("rate 0")
        made, producing = api.version - first, time.time() - start
        while scraped.shown[-1][1] - scraped.shown[0][1] < made and time.time() < start + 120:
            time.sleep(0.1)
            scraped.scrape()
        seconds, spent = time.time() - start, running.cpu - cpu
    say(
        capsys,
        "absorbed",
        events=made,
        made_per_s=made / producing,
        per_s=made / seconds,
        us_cpu=1e6 * spent / made,
    )

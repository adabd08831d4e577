"""What the exporter costs beside kube-state-metrics: same cluster, same kinds, at the same time.

``make versus`` builds kube-state-metrics where Go is, and names it in the environment.
"""

import gzip
import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Final

import pytest

from tests.bench.processes import GZIP, Serving, api_server, exporter, running
from tests.bench.test_live import WITH_OBJECTS, Size, free_port, prepare, say

PROGRAM: Final = os.environ.get("CONFORMANCE_KUBE_STATE_METRICS", "")
TENTH: Final = replace(WITH_OBJECTS, nodes=500, pods=15_000, workloads=301, objects=2000)
PER_POD: Final = 1 / 150
"""Events of pods per second: 1,000 at the limit."""
SCRAPES: Final = 4
INTERVAL: Final = 15
"""Seconds between two scrapes."""
RESOURCES: Final = (
    *("configmaps", "daemonsets", "deployments", "endpointslices", "horizontalpodautoscalers"),
    *("ingresses", "networkpolicies", "nodes", "pods", "services", "statefulsets"),
)
"""The kinds of that cluster that the exporter follows, as kube-state-metrics calls them."""
_GZIPPED: Final = b"\x1f\x8b"
_WATCHED: Final = re.compile(
    rb'^kube_state_metrics_watch_total\{resource="([^"]+)",result="success"[^}]*\} [1-9]',
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds until all was known and after that, MiB, series, and seconds of a scrape."""

    start: float
    running: float
    pss: float
    series: float
    scrape: float


@dataclass(slots=True)
class KubeStateMetrics(Serving):
    """Kube-state-metrics, and where it tells of itself."""

    telemetry: Serving

    def wait(self) -> None:
        """Wait until all is listed, as it only then watches."""
        self.telemetry.wait_for("/metrics")
        end = time.monotonic() + 300
        while len(set(_WATCHED.findall(self.telemetry.get("/metrics") or b""))) < len(RESOURCES):
            assert time.monotonic() < end, "kube-state-metrics lists for ever"
            time.sleep(0.2)


@contextmanager
def kube_state_metrics(kubeconfig: Path) -> Iterator[KubeStateMetrics]:
    """Run kube-state-metrics."""
    port, telemetry = free_port(), free_port()
    command = (
        *(PROGRAM, "--kubeconfig", kubeconfig, "--resources", ",".join(RESOURCES)),
        *("--host", "127.0.0.1", "--port", port),
        *("--telemetry-host", "127.0.0.1", "--telemetry-port", telemetry),
    )
    with running(command) as process:
        own = Serving(process, f"http://127.0.0.1:{telemetry}")
        yield KubeStateMetrics(process, f"http://127.0.0.1:{port}", own)


@dataclass(slots=True)
class Side:
    """One of the two programs: what it took to start, and its scrapes."""

    program: Serving
    start: float
    seconds: list[float] = field(default_factory=list)
    series: int = 0

    def scrape(self) -> None:
        """Scrape as Prometheus does, until the last byte has come."""
        start = time.perf_counter()
        body = self.program.get("/metrics", **GZIP)
        self.seconds.append(time.perf_counter() - start)
        assert body is not None
        lines = (gzip.decompress(body) if body.startswith(_GZIPPED) else body).splitlines()
        self.series = sum(not line.startswith(b"#") for line in lines)

    @property
    def cost(self) -> Cost:
        """What it has taken so far."""
        return Cost(
            start=self.start,
            running=self.program.cpu - self.start,
            pss=self.program.pss,
            series=self.series,
            scrape=statistics.median(self.seconds),
        )


def compare(folder: Path, size: Size) -> tuple[Cost, Cost]:
    """Run both beside each other for a while; return what each of them took."""
    settings, kubeconfig = prepare(folder, size), folder / "kubeconfig"
    with (
        api_server(kubeconfig, *size.options) as api,
        exporter(settings, port=free_port(), watched=False) as ours,
    ):
        ours.wait_for("/-/ready")
        with kube_state_metrics(kubeconfig) as theirs:
            theirs.wait()
            sides = Side(ours, ours.cpu), Side(theirs, theirs.cpu)
            api.tell(f"rate {round(size.pods * PER_POD)}")
            for _ in range(SCRAPES):
                time.sleep(INTERVAL)
                for side in sides:
                    side.scrape()
            return sides[0].cost, sides[1].cost


@pytest.mark.bench
@pytest.mark.skipif(not PROGRAM, reason="kube-state-metrics is not built: make versus")
@pytest.mark.parametrize(
    "size", [pytest.param(TENTH, id="500 nodes"), pytest.param(WITH_OBJECTS, id="5,000 nodes")]
)
def test_it_costs_a_part_of_what_kube_state_metrics_does(
    size: Size, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = compare(tmp_path, size)

    parts = {one.name: getattr(ours, one.name) / getattr(theirs, one.name) for one in fields(Cost)}
    say(capsys, "exporter", **asdict(ours))
    say(capsys, "kube-state-metrics", **asdict(theirs))
    say(capsys, "ratio", **parts)
    assert parts["series"] <= 1 / 20
    assert parts["scrape"] <= 1 / 20
    assert parts["pss"] <= 1

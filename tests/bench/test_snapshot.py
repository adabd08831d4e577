"""What it costs to read a snapshot of the largest cluster that Kubernetes supports."""

from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = """
import json, resource, sys, time
from pathlib import Path
from exporter.observed.snapshot import read

path = Path(sys.argv[1])
start = time.process_time()
seen = read(path)
cpu = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
mib = path.stat().st_size / 2**20
pods = sum(group.pods for groups in seen.pods.by_owner.values() for group in groups)
print(json.dumps({"cpu": cpu, "peak": peak, "dump": mib, "beyond": peak - mib, "pods": pods}))
"""


@pytest.mark.bench
@pytest.mark.parametrize("pod_bytes", [pytest.param(3000, id="3KB"), pytest.param(8000, id="8KB")])
def test_memory_beyond_the_dump_does_not_grow_with_its_bytes(
    pod_bytes: int,
    dump: Callable[..., Path],
    measure: Callable[..., dict[str, float]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = dump(nodes=5000, workloads=3000, pods=150_000, pod_bytes=pod_bytes)

    spent = measure(PROGRAM, path)

    with capsys.disabled():
        figures = "  ".join(f"{name} {value:.1f}" for name, value in spent.items())
        print(f"\n{figures}")  # noqa: T201 - the figures are what a benchmark is for
    assert spent["pods"] == 150_000
    assert spent["beyond"] <= 400

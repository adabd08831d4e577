"""What a full evaluation costs at the limit: 5,000 nodes, 3,000 workloads, 150,000 pods."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.apiserver.plain_objects import declared_objects
from tests.bench.conftest import namespace_of, workload

SETTINGS = """
repository: {path: repository, url: https://git.example/iac.git, revision: REVISION}
declared:
  ansible: {inventory: inventory.yml}
  argocd: [applications.yaml]
observed: {snapshot: cluster.json}
"""
PROGRAM = """
import asyncio, json, resource, sys, time
from pathlib import Path
from exporter.app import Conformance
from exporter.domain.finding import Verdict
from exporter.foreign.clock import SYSTEM
from exporter.metrics.exposition import render
from exporter.metrics.view import Process, View
from exporter.runtime.history import History
from exporter.settings.load import load

folder = Path(sys.argv[1])
now = SYSTEM.now()

async def measured():
    conformance = Conformance(load(folder / "conformance.yaml"), history=History())
    spent = {}
    start = time.process_time()
    declared = await conformance.declared.look(at=now)
    spent["declared_cpu"] = time.process_time() - start
    spent["failures"] = len(declared.failures)
    start = time.process_time()
    await conformance.observed.look(at=now)
    spent["observed_cpu"] = time.process_time() - start
    first = await conformance.look(now)
    again = await conformance.look(now)
    spent["evaluation"], spent["unchanged"] = first.seconds, again.seconds
    start = time.process_time()
    pieces, _ = render(View(evaluation=again, process=Process(reloaded=now.wall)))
    spent["render_cpu"] = time.process_time() - start
    text = b"".join(pieces)
    spent["series"] = sum(1 for line in text.splitlines() if not line.startswith(b"#"))
    spent["findings"] = len(again.findings)
    spent["unknown"] = sum(one.verdict is Verdict.UNKNOWN for one in again.findings)
    return spent

spent = asyncio.run(measured())
spent["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
spent["dump"] = (folder / "cluster.json").stat().st_size / 2**20
spent["beyond"] = spent["peak"] - spent["dump"]
print(json.dumps(spent))
"""


def inventory(nodes: int) -> str:
    groups: dict[str, dict[str, object]] = {}
    for number in range(20):
        pool = f"pool-{number}"
        groups[pool] = {
            "hosts": {f"node-{i:05}": {} for i in range(number, nodes, 20)},
            "vars": {
                "node_labels": {"pool": pool},
                "node_taints": [f"pool={pool}:NoSchedule"],
                "kubernetes_version": "1.32.4",
            },
        }
    return json.dumps({"all": {"children": groups}})


def application(number: int) -> dict[str, object]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": f"application-{number:04}", "namespace": "argocd"},
        "spec": {
            "source": {"repoURL": "https://git.example/iac.git", "path": f"apps/{number}"},
            "destination": {
                "server": "https://kubernetes.default.svc",
                "namespace": namespace_of(number),
            },
        },
    }


def write_repository(
    folder: Path, *, nodes: int, workloads: int, applications: int, objects: int = 0
) -> None:
    repository = folder / "repository"
    repository.mkdir()
    (folder / "conformance.yaml").write_text(SETTINGS.replace("REVISION", "a" * 40))
    (repository / "inventory.yml").write_text(inventory(nodes))
    documents = [json.dumps(application(number)) for number in range(applications)]
    (repository / "applications.yaml").write_text("\n---\n".join(documents))
    for number in range(applications):
        path = repository / "apps" / str(number)
        path.mkdir(parents=True)
        manifests = [workload(i) for i in range(number, workloads, applications)]
        for manifest in manifests:
            manifest.pop("status")
        text = "\n---\n".join(json.dumps(one) for one in manifests)
        (path / "manifests.yaml").write_text(text)
        further = [
            json.dumps(content)
            for i in range(number, objects, applications)
            for content in declared_objects(i, owners=workloads)
        ]
        if further:
            (path / "objects.yaml").write_text("\n---\n".join(further))


@pytest.mark.bench
def test_a_full_evaluation_at_the_limit(
    tmp_path: Path,
    dump: Callable[..., Path],
    measure: Callable[..., dict[str, float]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_repository(tmp_path, nodes=5000, workloads=3000, applications=300)
    dump(nodes=5000, workloads=3000, pods=150_000)

    spent = measure(PROGRAM, tmp_path)

    with capsys.disabled():
        figures = "  ".join(f"{name} {value:.2f}" for name, value in spent.items())
        print(f"\n{figures}")  # noqa: T201 - the figures are what a benchmark is for
    assert spent["failures"] == 0
    assert spent["findings"] > 60_000
    assert spent["beyond"] <= 400
